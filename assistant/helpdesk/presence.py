"""« Someone else is on this one »: who has a sollicitation on screen. A sign that is older than a minute counts no more."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from assistant.database import Sessions, transaction
from assistant.helpdesk.models import Agent, Presence

LASTS = timedelta(seconds=60)


async def see(*, sessions: Sessions, sollicitation_id: int, agent_id: int, moment: datetime) -> list[str]:
    """The agent has it on screen at `moment`; returns the names of the others who have."""
    async with transaction(sessions) as session:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        statement = insert(Presence).values(sollicitation_id=sollicitation_id, agent_id=agent_id, vue_le=moment)
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=[Presence.sollicitation_id, Presence.agent_id], set_={"vue_le": moment}
            )
        )
        names = await session.scalars(
            select(Agent.nom)
            .join(Presence, Presence.agent_id == Agent.id)
            .where(Presence.sollicitation_id == sollicitation_id, Presence.agent_id != agent_id, Presence.vue_le > moment - LASTS)
            .order_by(Agent.nom)
        )
        return list(names)


async def leave(*, sessions: Sessions, sollicitation_id: int, agent_id: int) -> None:
    """The agent has it on screen no more."""
    async with transaction(sessions) as session:
        await session.execute(
            delete(Presence).where(Presence.sollicitation_id == sollicitation_id, Presence.agent_id == agent_id)
        )


async def forget(*, sessions: Sessions, moment: datetime) -> None:
    """Drop the signs that count no more."""
    async with transaction(sessions) as session:
        await session.execute(delete(Presence).where(Presence.vue_le <= moment - LASTS))
