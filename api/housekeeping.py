"""What the service does by itself now and then. One task that fails is logged and does not stop the others."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from api import live
from api.dependencies import Context
from api.helpdesk import access
from api.helpdesk.context import Console
from assistant.database import now
from assistant.helpdesk import accounts, daily, presence, relay
from assistant.journeys import service as journeys
from assistant.sollicitations import attachments, lifecycle

logger = structlog.get_logger()

OFTEN_SECONDS = 15.0
SELDOM_SECONDS = 600.0
# A journey left so long is begun anew: the portal has changed in the meantime.
JOURNEYS_KEPT = timedelta(days=400)


@asynccontextmanager
async def housekeeping(context: Context, console: Console) -> AsyncIterator[None]:
    """Both rounds, as long as the block lasts."""
    rounds = [
        asyncio.create_task(_repeat(OFTEN_SECONDS, lambda: do_often(context, console))),
        asyncio.create_task(_repeat(SELDOM_SECONDS, lambda: do_seldom(context))),
    ]
    try:
        yield
    finally:
        for task in rounds:
            task.cancel()
        await asyncio.gather(*rounds, return_exceptions=True)


async def do_often(context: Context, console: Console) -> None:
    """People must not wait for an agent who went away."""
    services = context.services
    for conversation_id in await relay.release_gone(
        sessions=services.sessions, texts=services.knowledge.textes, hours=services.desk.hours, moment=now()
    ):
        live.call(console.broadcaster, conversation_id)


async def do_seldom(context: Context) -> None:
    """Forget what has ended; give back what an agent left lying."""
    sessions, settings = context.services.sessions, context.settings
    ended = await accounts.purge_sessions(sessions=sessions, limits=access.limits(settings))
    await presence.forget(sessions=sessions, moment=now())
    given_back = await lifecycle.requeue_idle(
        sessions=sessions, desk=context.services.desk, idle=timedelta(hours=settings.helpdesk_idle_hours)
    )
    forgotten = await journeys.forget_idle(sessions=sessions, before=now() - JOURNEYS_KEPT)
    # So that nobody waits for them on the page of supervision.
    counted = await daily.keep_up(sessions=sessions, hours=context.services.desk.hours, moment=now())
    swept = await attachments.sweep(sessions=sessions, store=context.pieces)
    logger.info(
        "housekeeping",
        sessions_ended=ended,
        given_back=given_back,
        files_swept=swept,
        journeys_forgotten=forgotten,
        days_counted=counted,
    )


async def _repeat(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
        except Exception:
            logger.exception("housekeeping_failed")
