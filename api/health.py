"""Is it alive, is it ready, what has it done?"""

import asyncio

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from api.dependencies import Context, ContextDep

router = APIRouter(tags=["health"])


class Dependency(BaseModel):
    """One thing the service leans on."""

    ok: bool
    detail: str = ""


class Health(BaseModel):
    """The whole, and each part."""

    ok: bool
    dependances: dict[str, Dependency] = {}


@router.get("/health/live", operation_id="health_live")
async def live() -> Health:
    """The process answers."""
    return Health(ok=True)


@router.get("/health/ready", operation_id="health_ready", responses={503: {"model": Health}})
async def ready(context: ContextDep) -> JSONResponse:
    """Each dependency's state; 503 when one fails."""
    database, rasa = await asyncio.gather(_database(context), _rasa(context))
    parts = {"base_de_donnees": database, "rasa": rasa, "connaissances": _knowledge(context)}
    health = Health(ok=all(part.ok for part in parts.values()), dependances=parts)
    return JSONResponse(health.model_dump(), status_code=200 if health.ok else 503)


@router.get("/metrics", operation_id="metrics")
async def metrics() -> Response:
    """Counters for Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _database(context: Context) -> Dependency:
    try:
        async with context.services.sessions() as session:
            await session.execute(text("SELECT 1 FROM conversation LIMIT 1"))
    except (SQLAlchemyError, OSError):
        return Dependency(ok=False, detail="la base ne répond pas ou n'est pas à jour")
    return Dependency(ok=True)


async def _rasa(context: Context) -> Dependency:
    ok = await context.rasa.is_ready()
    return Dependency(ok=ok, detail="" if ok else "Rasa ne répond pas")


def _knowledge(context: Context) -> Dependency:
    return Dependency(ok=bool(context.services.knowledge.fiches), detail=f"{len(context.services.knowledge.fiches)} fiches")
