"""The tables of the code and those of the migrations are the same, on both engines, and the way back works."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from assistant.conversations import models as _conversations  # noqa: F401 - fills the metadata
from assistant.database import Base, create_engine
from assistant.helpdesk import models as _helpdesk  # noqa: F401 - fills the metadata
from assistant.sollicitations import models as _sollicitations  # noqa: F401 - fills the metadata
from tests.support.http import sqlite_url
from tests.support.migrations import migrate
from tests.support.postgresql import own_schema


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"include_name": is_of_the_code})
    return list(compare_metadata(context, Base.metadata))


def is_of_the_code(name: str | None, kind: str, parents: Any) -> bool:
    """False for the full-text index, which the migration makes by hand."""
    return not (name or "").startswith(("sollicitation_recherche", "ix_sollicitation_recherche"))


def tables(connection: Connection) -> set[str]:
    # SQLite keeps its full-text index in tables of its own.
    names = set(inspect(connection).get_table_names()) - {"alembic_version"}
    return {name for name in names if not name.startswith("sollicitation_recherche")}


async def ask(url: str, question: Any) -> Any:
    engine = create_engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(question)
    finally:
        await engine.dispose()


def check_both_ways(url: str) -> None:
    migrate(url)
    assert asyncio.run(ask(url, differences)) == []
    assert asyncio.run(ask(url, tables)) == set(Base.metadata.tables)
    migrate(url, "base")
    assert asyncio.run(ask(url, tables)) == set()
    migrate(url)
    assert asyncio.run(ask(url, tables)) == set(Base.metadata.tables)


def test_the_migrations_make_the_tables_of_the_code_on_sqlite(tmp_path: Path) -> None:
    check_both_ways(sqlite_url(tmp_path / "choriste.db"))


def test_the_migrations_make_the_tables_of_the_code_on_postgresql() -> None:
    with own_schema() as url:
        check_both_ways(url)


async def test_sqlite_keeps_what_was_acknowledged(tmp_path: Path) -> None:
    engine = create_engine(sqlite_url(tmp_path / "essai.db"))
    async with engine.connect() as connection:
        values = {
            name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    await engine.dispose()
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.mark.parametrize("environment", ["development", "production"])
def test_the_database_of_the_settings_is_the_one_that_is_migrated(
    tmp_path: Path, environment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHORISTE_ENVIRONMENT", environment)
    monkeypatch.setenv("CHORISTE_ACTIONS_TOKEN", "un-secret-pour-cet-essai-seulement")
    migrate(sqlite_url(tmp_path / "ailleurs.db"))
    assert (tmp_path / "ailleurs.db").is_file()
