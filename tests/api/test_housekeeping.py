"""What the service does by itself."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from api import housekeeping
from assistant.database import now, transaction
from assistant.helpdesk import accounts
from assistant.helpdesk.models import AgentSession
from assistant.sollicitations.models import Sollicitation
from tests.api.helpdesk.conftest import read_row, write_into
from tests.support.desk import add_agent, sessions_of, signed_in
from tests.support.http import Service


async def test_sessions_that_ended_are_forgotten_and_what_lay_idle_is_handed_back(service: Service) -> None:
    sessions = sessions_of(service)
    agent = await add_agent(sessions)
    browser = await signed_in(service, agent)
    numero = await write_into(service, sessions)
    await browser.post(f"/helpdesk/sollicitations/{numero}/prendre", version=1)
    async with transaction(sessions) as session:
        await session.execute(update(AgentSession).values(vue_le=now() - timedelta(hours=1)))
        await session.execute(update(Sollicitation).values(maj_le=now() - timedelta(hours=100)))
    await housekeeping.do_seldom(service.app.state.context)
    assert (await read_row(service, numero)).agent_id is None
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(AgentSession)) == 0
    assert await accounts.get_agent(sessions=sessions, agent_id=agent.id)


async def test_a_round_that_fails_is_logged_and_the_next_one_runs(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = asyncio.Event()
    calls = 0

    async def fail(*_: object) -> None:
        nonlocal calls
        calls += 1
        if calls > 1:
            ran.set()
        raise RuntimeError("une panne")

    monkeypatch.setattr(housekeeping, "OFTEN_SECONDS", 0.001)
    monkeypatch.setattr(housekeeping, "do_often", fail)
    async with housekeeping.housekeeping(service.app.state.context, service.app.state.console):
        await asyncio.wait_for(ran.wait(), 5)
    assert "housekeeping_failed" in service.log
