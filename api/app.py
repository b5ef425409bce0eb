"""The service: build the application and run it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from actions.base import build_services
from actions.executor import build_executor
from api import chat, errors, fiches, form, health, pages, rasa_webhook, sollicitations, suivi, suivi_api
from api.dependencies import Context
from api.helpdesk import access, views
from api.helpdesk.router import build_console
from api.helpdesk.router import router as helpdesk_router
from api.housekeeping import housekeeping
from api.logs import configure_logging
from api.middleware import RequestContext
from api.rasa_client import RasaClient
from api.throttle import Throttle
from api.turns import Turns
from assistant.database import create_engine, create_sessions
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
        services = build_services(knowledge, create_sessions(engine), desk, settings.triage_dir, settings.data_dir)
        rasa = RasaClient(settings.rasa_url, settings.rasa_timeout_seconds)
        app.state.executor = build_executor(services)
        app.state.context = Context(
            settings=settings,
            services=services,
            rasa=rasa,
            turns=Turns(),
            conversations_throttle=Throttle(settings.conversations_per_minute),
            messages_throttle=Throttle(settings.messages_per_minute),
            follow_up_throttle=Throttle(settings.follow_up_failures_per_minute),
            pieces=PieceStore(settings.data_dir / "pieces"),
        )
        console = app.state.console = build_console(settings, knowledge)
        views.install_filters(desk.hours.zone)
        logger.info("service_started", environment=settings.environment, fiches=len(services.knowledge.fiches))
        async with housekeeping(app.state.context, console):
            yield
        if console.oidc is not None:
            await console.oidc.close()
        await rasa.close()
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
    app.add_middleware(RequestContext)
    errors.install(app)
    access.install(app)
    for router in (
        chat.router,
        fiches.router,
        sollicitations.router,
        form.router,
        suivi_api.router,
        suivi.router,
        rasa_webhook.router,
        health.router,
        pages.router,
        helpdesk_router,
    ):
        app.include_router(router)
    app.mount("/widget", StaticFiles(directory=pages.WIDGET), name="widget")
    app.mount("/helpdesk/static", StaticFiles(directory=views.STATIC), name="helpdesk")
    return app
