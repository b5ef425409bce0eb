"""Alembic's entry: the address comes from the settings, as everything else."""

import asyncio

from alembic import context
from sqlalchemy import Connection

from assistant.conversations import models as _conversations  # noqa: F401 - fills the metadata
from assistant.database import Base, create_engine
from assistant.helpdesk import models as _helpdesk  # noqa: F401 - fills the metadata
from assistant.journeys import models as _journeys  # noqa: F401 - fills the metadata
from assistant.settings import Settings
from assistant.sollicitations import models as _sollicitations  # noqa: F401 - fills the metadata


def _migrate(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        # A table that is rebuilt is dropped first: rows that point to it must not forbid it. They are checked at the end.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        # The driver would begin at the first row only: a migration that is killed must leave nothing half done.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    if sqlite:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise RuntimeError(f"foreign keys do not hold after the migration: {broken[:5]}")


async def _run() -> None:
    settings = Settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = create_engine(settings.resolved_database_url)
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
        await connection.commit()
    await engine.dispose()


asyncio.run(_run())
