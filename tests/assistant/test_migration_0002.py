"""Rows that existed before the help-desk come through its migration, there and back, on both engines."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from assistant.database import Sessions, create_engine, create_sessions
from assistant.helpdesk.queues import File, Filters, count_queues, list_queue
from assistant.sollicitations import lifecycle
from assistant.sollicitations.desk import Desk
from assistant.sollicitations.enums import Etat, Priorite
from assistant.sollicitations.models import Sollicitation
from tests.support.http import sqlite_url
from tests.support.migrations import migrate
from tests.support.postgresql import own_schema
from tests.support.sollicitations import new_agent, read

LONG = "Notre facture de décembre n'avance plus. " * 6
ROWS: list[dict[str, Any]] = [
    {
        "id": 1,
        "numero": "CHO-2026-000001",
        "categorie": "facture_suspendue",
        "route": "organisme_public",
        "siret": "73282932000074",
        "facture": "F-2024-12",
        "description": "La facture est suspendue à Œuilly.\nDepuis lundi.",
        "cle": "une-cle-de-client",
    },
    {
        "id": 7,
        "numero": "CHO-2026-000007",
        "categorie": "connexion",
        "route": "support",
        "siret": None,
        "facture": None,
        "description": LONG,
        "cle": None,
    },
]
_MOMENT = "'2026-10-01 08:30:00.123456'"
_CONVERSATION = f"INSERT INTO conversation (id, token_hash, rasa_sender, cree_le) VALUES ('c', 'h', 'r', {_MOMENT})"
_MESSAGE = (
    "INSERT INTO message (id, conversation_id, position, sender, kind, text, buttons, sources, cree_le) "
    f"VALUES ('m', 'c', 1, 'bot', 'answer', 'Bonjour', '[]', '[]', {_MOMENT})"
)
_BUTTON = "INSERT INTO button (id, conversation_id, message_id, title, payload) VALUES ('b', 'c', 'm', 'Oui', '/affirmer')"
_VOTE = f"INSERT INTO feedback (message_id, useful, cree_le) VALUES ('m', true, {_MOMENT})"
_SOLLICITATION = (
    "INSERT INTO sollicitation (id, numero, etat, origine, categorie, route, siret, numero_facture, description, contact, "
    "conversation_id, cle_idempotence, cree_le) VALUES (:id, :numero, 'soumise', 'conversation', :categorie, :route, :siret, "
    f":facture, :description, 'compta@exemple.fr', 'c', :cle, {_MOMENT})"
)
_EVENT = (
    "INSERT INTO sollicitation_event (sollicitation_id, type, acteur, detail, cree_le) VALUES (:id, 'soumission', 'usager', "
    f"""'{{"origine": "conversation", "etat": "soumise"}}', {_MOMENT})"""
)
KEPT = {
    "conversation": "id, token_hash, rasa_sender, cree_le",
    "message": "id, conversation_id, position, text, cree_le",
    "button": "id, message_id, title, payload",
    "feedback": "message_id, useful",
    "sollicitation": "id, numero, etat, origine, categorie, route, siret, numero_facture, description, contact, conversation_id, "
    "cle_idempotence, cree_le",
    "sollicitation_event": "id, sollicitation_id, type, acteur, detail, cree_le",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def old_url(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[str]:
    """A database of before, with people's data in it."""
    with ExitStack() as stack:
        url = sqlite_url(tmp_path / "choriste.db") if request.param == "sqlite" else stack.enter_context(own_schema())
        migrate(url, "0001")
        using(url, _write)
        yield url


async def _write(sessions: Sessions) -> None:
    async with sessions() as session, session.begin():
        for statement in (_CONVERSATION, _MESSAGE, _BUTTON, _VOTE):
            await session.execute(text(statement))
        for row in ROWS:
            await session.execute(text(_SOLLICITATION), row)
            await session.execute(text(_EVENT), {"id": row["id"]})


async def kept(sessions: Sessions) -> dict[str, list[tuple[str, ...]]]:
    """What must come through, as text."""
    async with sessions() as session:
        return {
            table: [tuple(map(str, row)) for row in await session.execute(text(f"SELECT {columns} FROM {table} ORDER BY 1"))]
            for table, columns in KEPT.items()
        }


def using(url: str, ask: Callable[[Sessions], Awaitable[Any]]) -> Any:
    """Ask the database; the engine is closed again, as a migration wants it alone."""

    async def run() -> Any:
        engine = create_engine(url)
        try:
            return await ask(create_sessions(engine))
        finally:
            await engine.dispose()

    return asyncio.run(run())


def test_nothing_of_before_is_lost_there_and_back_and_there_again(old_url: str) -> None:
    before = using(old_url, kept)
    assert [len(before[table]) for table in KEPT] == [1, 1, 1, 1, 2, 2]
    for revision in ("+1", "-1", "+1"):
        migrate(old_url, revision)
        assert using(old_url, kept) == before


def test_rows_of_before_stand_in_the_queues_and_are_found(old_url: str) -> None:
    migrate(old_url)

    async def check(sessions: Sessions) -> None:
        first, second = await read(sessions, 1), await read(sessions, 7)
        for row in (first, second):
            assert (row.version, row.priorite, row.agent_id, row.fictive, row.donnees) == (1, Priorite.NORMALE, None, False, {})
            assert (row.maj_le, row.echeance_le, row.jeton_hache) == (row.cree_le, None, None)
            assert [event.type for event in row.evenements] == ["soumission"]
        assert first.resume == "La facture est suspendue à Œuilly. Depuis lundi."
        assert second.resume.endswith("…") and len(second.resume) <= 160
        counts = await count_queues(sessions=sessions, agent_id=1)
        assert (counts[File.A_TRIER], counts[File.NON_AFFECTEES], counts[File.EN_RETARD]) == (2, 2, 0)
        for typed, ids in (
            ("oeuilly", [1]),
            ("F-2024-12", [1]),
            ("CHO-2026-000007", [7]),
            ("compta@exemple.fr", [1, 7]),
            ("rien", []),
        ):
            page = await list_queue(sessions=sessions, file=File.A_TRIER, agent_id=1, filters=Filters(texte=typed))
            assert [row.id for row in page.rows] == ids

    using(old_url, check)


def test_life_goes_on_for_rows_of_before(old_url: str, desk: Desk) -> None:
    migrate(old_url)

    async def check(sessions: Sessions) -> None:
        anne = await new_agent(sessions)
        common = {"sessions": sessions, "desk": desk, "sollicitation_id": 7}
        row = await lifecycle.take(**common, agent=anne, version=1)
        # The clock of what had none starts with the first change of turn.
        assert row.echeance_le == desk.due(Priorite.NORMALE, row.maj_le)
        row = await lifecycle.propose_solution(**common, agent=anne, version=2, texte="Voici la solution.")
        assert (row.etat, row.version) == (Etat.SOLUTION_PROPOSEE, 3)
        page = await list_queue(sessions=sessions, file=None, agent_id=1, filters=Filters(texte="solution"))
        assert [line.id for line in page.rows] == [7]

    using(old_url, check)


@pytest.mark.parametrize("statement", ["UPDATE sollicitation_event SET acteur = 'x'", "DELETE FROM sollicitation_event"])
def test_the_timeline_of_before_is_still_append_only(old_url: str, statement: str) -> None:
    migrate(old_url)

    async def change(sessions: Sessions) -> None:
        async with sessions() as session, session.begin():
            await session.execute(text(statement))

    with pytest.raises(DBAPIError, match="append-only"):
        using(old_url, change)


def test_foreign_keys_hold_after_the_migration(old_url: str) -> None:
    migrate(old_url)

    async def check(sessions: Sessions) -> None:
        async with sessions() as session:
            if session.get_bind().dialect.name == "sqlite":
                assert (await session.execute(text("PRAGMA foreign_key_check"))).all() == []
                assert (await session.execute(text("PRAGMA integrity_check"))).scalar() == "ok"
            assert len(list(await session.scalars(select(Sollicitation)))) == 2
        with pytest.raises(DBAPIError):
            async with sessions() as session, session.begin():
                await session.execute(text("UPDATE sollicitation SET agent_id = 12345"))

    using(old_url, check)


def test_a_migration_that_fails_leaves_everything_as_it_was(old_url: str) -> None:
    before = using(old_url, kept)

    async def stand_in_the_way(sessions: Sessions) -> None:
        async with sessions() as session, session.begin():
            # One of the last tables that the migration makes.
            await session.execute(text("CREATE TABLE revue (id INTEGER)"))

    async def check(sessions: Sessions) -> None:
        async with sessions() as session:
            assert (await session.execute(text("SELECT version_num FROM alembic_version"))).scalar() == "0001"
        for later in ("agent", "sollicitation_compte"):
            with pytest.raises(DBAPIError):
                async with sessions() as session:
                    await session.execute(text(f"SELECT 1 FROM {later}"))

    using(old_url, stand_in_the_way)
    with pytest.raises(DBAPIError, match="revue"):
        migrate(old_url)
    assert using(old_url, kept) == before
    using(old_url, check)
