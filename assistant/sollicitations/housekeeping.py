"""What the desk does by itself, now and then."""

from datetime import timedelta

from sqlalchemy import select

from assistant.database import Sessions, now
from assistant.sollicitations.agent_side import unassign
from assistant.sollicitations.changes import SYSTEME, changing
from assistant.sollicitations.desk import Desk
from assistant.sollicitations.models import Sollicitation
from assistant.sollicitations.transitions import TOUR_DU_SERVICE

_BATCH = 500


async def requeue_idle(*, sessions: Sessions, desk: Desk, idle: timedelta) -> int:
    """Hand back what its agent has, that waits for the desk and that nobody touched for so long; returns how many.

    One transaction each: an agent who is just answering one of them keeps it.
    """
    before = now() - idle
    waiting = (
        Sollicitation.etat.in_(sorted(TOUR_DU_SERVICE)),
        Sollicitation.agent_id.is_not(None),
        Sollicitation.fusion_dans_id.is_(None),
        Sollicitation.maj_le <= before,
    )
    count = 0
    last = 0
    while True:
        async with sessions() as session:
            query = select(Sollicitation.id).where(*waiting, Sollicitation.id > last).order_by(Sollicitation.id).limit(_BATCH)
            ids = list(await session.scalars(query))
        if not ids:
            return count
        last = ids[-1]
        for one in ids:
            async with changing(sessions=sessions, desk=desk, acteur=SYSTEME) as unit:
                [change] = await unit.lock(one)
                row = change.row
                idle_still = row.agent_id is not None and row.fusion_dans_id is None and row.maj_le <= before
                if idle_still and change.etat in TOUR_DU_SERVICE:
                    unassign(change, raison="inactivite")
                    await unit.write(change)
                    count += 1
