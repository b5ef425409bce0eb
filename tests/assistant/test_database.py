"""Transactions: all or nothing, and what was read stays true until the end."""

import asyncio

import pytest
from sqlalchemy import select

from assistant.database import Sessions, transaction, write_transaction
from assistant.helpdesk.models import Agent
from tests.support.sollicitations import new_agent


async def test_of_many_who_read_then_write_none_overwrites_another(any_sessions: Sessions) -> None:
    agent = await new_agent(any_sessions)

    async def add_one() -> None:
        async with write_transaction(any_sessions) as session:
            row = await session.scalar(select(Agent).where(Agent.id == agent.id).with_for_update())
            assert row is not None
            row.echecs += 1

    await asyncio.gather(*(add_one() for _ in range(20)))
    async with any_sessions() as session:
        assert (await session.get_one(Agent, agent.id)).echecs == 20


@pytest.mark.parametrize("kind", [transaction, write_transaction])
async def test_a_block_that_fails_leaves_nothing(any_sessions: Sessions, kind: object) -> None:
    agent = await new_agent(any_sessions)

    async def fail() -> None:
        async with kind(any_sessions) as session:  # type: ignore[operator]
            (await session.get_one(Agent, agent.id)).nom = "Perdu"
            await session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    async with any_sessions() as session:
        assert (await session.get_one(Agent, agent.id)).nom == agent.nom
