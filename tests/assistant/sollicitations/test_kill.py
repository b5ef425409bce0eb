"""A process killed in the middle of its work loses nothing that it acknowledged, and leaves nothing half done."""

import asyncio
import subprocess
import sys

import pytest
from sqlalchemy import func, select, text

from assistant.database import create_engine, create_sessions
from assistant.sollicitations.models import Sollicitation, SollicitationEvent
from tests.support.paths import ROOT

# Versions after each change of change_until_killed, with the events that must stand behind them.
EVENTS = {1: 1, 2: 3, 3: 4, 4: 6, 5: 7, 6: 8}
COUNTED = (
    "SELECT etat, coalesce(agent_id, 0), count(*) FROM sollicitation "
    "WHERE etat = 'cloturee' OR fusion_dans_id IS NULL GROUP BY 1, 2"
)


@pytest.mark.parametrize("engine", ["database_url", "postgresql_url"])
@pytest.mark.parametrize("acknowledged_before", [1, 20])
async def test_what_was_acknowledged_survives_a_kill(
    request: pytest.FixtureRequest, engine: str, acknowledged_before: int
) -> None:
    url = request.getfixturevalue(engine)
    command = [sys.executable, "-m", "tests.assistant.sollicitations.change_until_killed", url]
    worker = await asyncio.to_thread(subprocess.Popen, command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    lines = [await asyncio.to_thread(worker.stdout.readline) for _ in range(acknowledged_before)]
    worker.kill()
    rest, _ = worker.communicate(timeout=30)
    told: dict[int, int] = {}
    for line in "".join([*lines, rest]).splitlines(keepends=True):
        if line.endswith("\n"):
            id_, version = map(int, line.split())
            told[id_] = version
    assert told
    engine_ = create_engine(url)
    sessions = create_sessions(engine_)
    async with sessions() as session:
        rows = {row.id: row for row in await session.scalars(select(Sollicitation).where(Sollicitation.id >= min(told)))}
        for id_, version in told.items():
            # One more may have been written in the instant between the commit and the word about it.
            assert version <= rows[id_].version <= version + 1
        for row in rows.values():
            assert len(row.evenements) == EVENTS[row.version]
            assert row.numero.endswith(f"{row.id:06d}")
        orphans = select(func.count()).where(SollicitationEvent.sollicitation_id.not_in(select(Sollicitation.id)))
        assert await session.scalar(orphans) == 0
        counters = set(
            map(tuple, await session.execute(text("SELECT etat, agent_id, nombre FROM sollicitation_compte WHERE nombre <> 0")))
        )
        assert counters == set(map(tuple, await session.execute(text(COUNTED))))
    await engine_.dispose()
