"""The service: build the application and run it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from actions.base import build_services
from actions.executor import build_executor
from api import chat, errors, fiches, health, pages, rasa_webhook, sollicitations
from api.dependencies import Context
from api.logs import configure_logging
from api.middleware import RequestContext
from api.rasa_client import RasaClient
from api.throttle import Throttle
from api.turns import Turns
from assistant.database import create_engine, create_sessions
from assistant.knowledge.load import load_knowledge
from assistant.settings import Settings

logger = structlog.get_logger()


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application; nothing is opened before it starts."""
    settings = settings or Settings()
    configure_logging(settings.log_level)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = create_engine(settings.resolved_database_url)
        services = build_services(load_knowledge(settings.knowledge_dir), create_sessions(engine))
        rasa = RasaClient(settings.rasa_url, settings.rasa_timeout_seconds)
        app.state.executor = build_executor(services)
        app.state.context = Context(
            settings=settings,
            services=services,
            rasa=rasa,
            turns=Turns(),
            conversations_throttle=Throttle(settings.conversations_per_minute),
            messages_throttle=Throttle(settings.messages_per_minute),
        )
        logger.info("service_started", environment=settings.environment, fiches=len(services.knowledge.fiches))
        yield
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
    for router in (
        chat.router,
        fiches.router,
        sollicitations.router,
        sollicitations.form_router,
        rasa_webhook.router,
        health.router,
        pages.router,
    ):
        app.include_router(router)
    app.mount("/widget", StaticFiles(directory=pages.WIDGET), name="widget")
    return app
