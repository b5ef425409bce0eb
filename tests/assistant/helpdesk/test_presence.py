"""Who has a sollicitation on screen."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from assistant.database import Sessions, now
from assistant.helpdesk import presence
from assistant.helpdesk.models import Presence
from assistant.sollicitations import service
from assistant.sollicitations.desk import Desk
from assistant.sollicitations.enums import Origine
from assistant.sollicitations.models import Sollicitation
from assistant.sollicitations.schemas import SollicitationCreate
from tests.support.desk import add_agent

_numbers = iter(range(10_000))


@pytest.fixture
async def sollicitation_id(any_sessions: Sessions, desk: Desk) -> int:
    """One to look at."""
    request = SollicitationCreate(categorie="autre", description="Une demande comme une autre.", contact="a@exemple.fr")
    created = await service.create(sessions=any_sessions, desk=desk, request=request, origine=Origine.API)
    async with any_sessions() as session:
        return (await session.scalars(select(Sollicitation.id).where(Sollicitation.numero == created.numero))).one()


async def _agent(sessions: Sessions, nom: str) -> int:
    agent = await add_agent(sessions, nom=nom, identifiant=f"presence-{id(sessions)}-{next(_numbers)}@exemple.fr")
    return agent.id


async def test_each_sees_the_others_until_they_leave_or_a_minute_passes(any_sessions: Sessions, sollicitation_id: int) -> None:
    ana, bao = await _agent(any_sessions, "Ana"), await _agent(any_sessions, "Bao")
    moment = now()

    async def see(agent_id: int, later: int = 0) -> list[str]:
        return await presence.see(
            sessions=any_sessions,
            sollicitation_id=sollicitation_id,
            agent_id=agent_id,
            moment=moment + timedelta(seconds=later),
        )

    assert await see(ana) == []
    assert await see(bao) == ["Ana"]
    assert await see(ana, 59) == ["Bao"]
    assert await see(ana, 60) == []
    assert await see(bao, 61) == ["Ana"]
    await presence.leave(sessions=any_sessions, sollicitation_id=sollicitation_id, agent_id=ana)
    assert await see(bao, 62) == []


async def test_two_tabs_that_tell_at_once_are_one_presence(any_sessions: Sessions, sollicitation_id: int) -> None:
    ana = await _agent(any_sessions, "Ana")
    await asyncio.gather(
        *(presence.see(sessions=any_sessions, sollicitation_id=sollicitation_id, agent_id=ana, moment=now()) for _ in range(5))
    )
    async with any_sessions() as session:
        here = select(func.count()).select_from(Presence).where(Presence.sollicitation_id == sollicitation_id)
        assert await session.scalar(here) == 1


async def test_old_signs_are_dropped(any_sessions: Sessions, sollicitation_id: int) -> None:
    ana = await _agent(any_sessions, "Ana")
    moment = now()
    await presence.see(sessions=any_sessions, sollicitation_id=sollicitation_id, agent_id=ana, moment=moment)
    here = select(func.count()).select_from(Presence).where(Presence.sollicitation_id == sollicitation_id)
    for later, left in ((59, 1), (60, 0)):
        await presence.forget(sessions=any_sessions, moment=moment + timedelta(seconds=later))
        async with any_sessions() as session:
            assert await session.scalar(here) == left
