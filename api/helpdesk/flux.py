"""What changes shows without reload: one stream for the whole console. The events of the database are the truth."""

from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from sqlalchemy import func, select

from api import sse
from api.dependencies import Context, ContextDep
from api.helpdesk import access
from api.helpdesk.access import DeskDep
from api.helpdesk.broadcast import DESK
from api.helpdesk.context import Console, ConsoleDep
from assistant.database import Sessions
from assistant.helpdesk import accounts, relay
from assistant.sollicitations.models import Sollicitation, SollicitationEvent

router = APIRouter(prefix="/helpdesk")

# What is changed without a call (another process, a task) shows after this long.
POLL_SECONDS = 2.0
_MAX_EVENTS = 200


@router.get("/flux")
async def watch(request: Request, context: ContextDep, console: ConsoleDep, desk: DeskDep) -> StreamingResponse:
    """`change` names the sollicitations that changed, `direct` how many people wait for somebody, `fin` ends the session."""
    return sse.stream(_events(request, context, console))


async def _events(request: Request, context: Context, console: Console) -> AsyncIterator[str]:
    sessions = context.services.sessions
    last = await _last_event(sessions)
    waiting: int | None = None
    quiet = 0.0
    with console.broadcaster.listen(DESK) as listener:
        while True:
            parts = []
            changes, last = await _changes(sessions, last)
            if changes:
                parts.append(sse.event("change", {"demandes": changes}))
            now_waiting = await relay.count_waiting(sessions=sessions)
            if now_waiting != waiting:
                waiting = now_waiting
                parts.append(sse.event("direct", {"attente": waiting}))
            if not await _still_signed_in(request, context):
                yield sse.event("fin", {})
                return
            quiet = 0.0 if parts else quiet + POLL_SECONDS
            if quiet >= sse.KEEP_ALIVE_SECONDS:
                parts, quiet = [sse.KEEP_ALIVE], 0.0
            for part in parts:
                yield part
            await listener.wait(POLL_SECONDS)


async def _last_event(sessions: Sessions) -> int:
    async with sessions() as session:
        return await session.scalar(select(func.max(SollicitationEvent.id))) or 0


async def _changes(sessions: Sessions, last: int) -> tuple[list[dict[str, str]], int]:
    """(numbers with what happened, once each; the last event that was read)."""
    async with sessions() as session:
        rows = (
            await session.execute(
                select(SollicitationEvent.id, Sollicitation.numero, SollicitationEvent.type, SollicitationEvent.acteur)
                .join(Sollicitation, Sollicitation.id == SollicitationEvent.sollicitation_id)
                .where(SollicitationEvent.id > last)
                .order_by(SollicitationEvent.id)
                .limit(_MAX_EVENTS)
            )
        ).all()
    found = {numero: {"numero": numero, "type": str(kind), "acteur": acteur} for _, numero, kind, acteur in rows}
    return list(found.values()), rows[-1][0] if rows else last


async def _still_signed_in(request: Request, context: Context) -> bool:
    token = access.read_cookie(access.SESSION_COOKIE, request, context.settings)
    info = await accounts.get_session(
        sessions=context.services.sessions, token=token, limits=access.limits(context.settings), touch=False
    )
    return info is not None
