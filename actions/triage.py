"""Triage of a new sollicitation: called by whoever wrote it (the conversation, the form, the API)."""

import structlog
from sqlalchemy import select

from actions.base import Services
from assistant.helpdesk.triage import service as triage
from assistant.sollicitations.models import Sollicitation

logger = structlog.get_logger()


async def triage_new(services: Services, numero: str) -> None:
    """Compute and keep the proposals. What was written stays written whatever happens here: a failure is logged, and the console
    shows the sollicitation without proposals."""
    try:
        async with services.sessions() as session:
            found = await session.scalar(select(Sollicitation.id).where(Sollicitation.numero == numero))
        if found is not None:
            await triage.compute(sessions=services.sessions, triage=services.triage, sollicitation_id=found)
    except Exception:
        logger.exception("triage_failed", numero=numero)
