"""The service: build the application and run it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import structlog
from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles

from actions.base import build_services
from actions.executor import build_executor
from api import (
    access_code,
    chat,
    errors,
    fiches,
    form,
    health,
    help_centre,
    invoice_follow_up,
    invoice_pages,
    invoice_upload,
    invoices,
    journeys,
    pages,
    quiz,
    rasa_webhook,
    sollicitations,
    suivi,
    suivi_api,
)
from api.check_gate import CheckGate
from api.dependencies import Context
from api.embedding import Embedding
from api.helpdesk import access, views
from api.helpdesk.router import build_console
from api.helpdesk.router import router as helpdesk_router
from api.housekeeping import housekeeping
from api.logs import configure_logging
from api.middleware import RequestContext
from api.once import Answered
from api.rasa_client import RasaClient
from api.throttle import Throttle
from api.turns import Turns
from assistant.database import create_engine, create_sessions
from assistant.invoices.isolation.pool import WorkerFailed
from assistant.invoices.lookup.building import build_follow_up
from assistant.invoices.memory import CheckedNumbers
from assistant.invoices.service import InvoiceChecker
from assistant.knowledge.load import load_knowledge
from assistant.settings import Settings
from assistant.sollicitations.attachments import PieceStore
from assistant.sollicitations.desk import build_desk

logger = structlog.get_logger()


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application; nothing is opened before it starts."""
    settings = settings or Settings()
    configure_logging(settings.log_level)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = create_engine(settings.resolved_database_url)
        knowledge = load_knowledge(settings.knowledge_dir)
        desk = build_desk(settings=settings, knowledge=knowledge)
        services = build_services(
            knowledge, create_sessions(engine), desk, settings.triage_dir, settings.data_dir, settings.knowledge_dir
        )
        invoice_states = build_follow_up(settings=settings, knowledge=knowledge)
        services = replace(services, invoices=invoice_states)
        checker = InvoiceChecker.from_settings(settings)
        invoice_upload.sweep()
        rasa = RasaClient(settings.rasa_url, settings.rasa_timeout_seconds)
        app.state.executor = build_executor(services)
        app.state.context = Context(
            settings=settings,
            services=services,
            rasa=rasa,
            turns=Turns(),
            answered=Answered(),
            conversations_throttle=Throttle(settings.conversations_per_minute),
            messages_throttle=Throttle(settings.messages_per_minute),
            follow_up_throttle=Throttle(settings.follow_up_failures_per_minute),
            access_throttle=Throttle(settings.access_failures_per_minute),
            checks_throttle=Throttle(settings.invoice_checks_per_minute),
            pieces=PieceStore(settings.data_dir / "pieces"),
            invoices=checker,
            checked=CheckedNumbers(),
            # Files that are still coming in take a place too.
            check_gate=CheckGate(settings.invoice_workers + settings.invoice_queue),
            max_invoice_bytes=max(settings.invoice_max_file_mb, settings.invoice_max_lot_mb) * 1024 * 1024,
        )
        console = app.state.console = build_console(settings, knowledge)
        views.install_filters(desk.hours.zone)
        # Seconds, so that nobody waits for them later. Most tests check nothing: there, the first check starts the workers.
        warming = asyncio.create_task(_warm_up(checker)) if settings.environment != "test" else None
        logger.info("service_started", environment=settings.environment, fiches=len(services.knowledge.fiches))
        async with housekeeping(app.state.context, console):
            yield
        await console.groups.close()
        if console.oidc is not None:
            await console.oidc.close()
        await rasa.close()
        await invoice_states.close()
        if warming is not None:
            warming.cancel()
            await asyncio.gather(warming, return_exceptions=True)
        await checker.close()
        await engine.dispose()
        logger.info("service_stopped")

    app = FastAPI(
        title="Choriste",
        version="1",
        summary="Assistant libre, en français, sur Chorus Pro. Indépendant de l'AIFE.",
        lifespan=lifespan,
        responses=errors.RESPONSES,
        # Its page would load scripts from a third party; the schema itself is at /openapi.json.
        docs_url=None,
        redoc_url=None,
    )
    # Inside the other: what it answers itself gets the headers of all too.
    app.add_middleware(Embedding, origins=settings.widget_origins)
    app.add_middleware(RequestContext)
    errors.install(app)
    access.install(app)
    access_code.install(app)
    app.include_router(access_code.router)
    # Behind the access code, where there is one: the page with the assistant, and all of the conversation.
    app.include_router(chat.router, dependencies=[Depends(access_code.guard_api)])
    app.include_router(pages.router, dependencies=[Depends(access_code.guard_page)])
    app.include_router(invoice_follow_up.router, dependencies=[Depends(access_code.guard_page)])
    for router in (
        fiches.router,
        sollicitations.router,
        form.router,
        suivi_api.router,
        suivi.router,
        invoices.router,
        invoice_pages.router,
        journeys.router,
        quiz.router,
        help_centre.router,
        pages.public,
        rasa_webhook.router,
        health.router,
        helpdesk_router,
    ):
        app.include_router(router)
    app.mount("/widget", StaticFiles(directory=pages.WIDGET), name="widget")
    app.mount("/helpdesk/static", StaticFiles(directory=views.STATIC), name="helpdesk")
    return app


async def _warm_up(checker: InvoiceChecker) -> None:
    """The assistant answers without the invoice check; the check then says that it is not available, and tries again."""
    try:
        await checker.start()
    except WorkerFailed:
        logger.exception("invoice_check_unavailable")
