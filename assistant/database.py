"""Connection to the database: SQLite (WAL) by default, PostgreSQL by setting."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, TypeDecorator, event, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

Sessions = async_sessionmaker[AsyncSession]


class Base(DeclarativeBase):
    """Parent of all tables."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC on every engine (SQLite would forget the time zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def create_engine(url: str) -> AsyncEngine:
    """An async engine. On SQLite: WAL, full synchronisation (what was acknowledged survives a crash), foreign keys."""
    # The text of an error goes to the log, and must not hold what people wrote.
    engine = create_async_engine(url, pool_pre_ping=not url.startswith("sqlite"), hide_parameters=True)
    if make_url(url).get_backend_name() == "sqlite":
        event.listen(engine.sync_engine, "connect", _configure_sqlite)
    return engine


def _configure_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def create_sessions(engine: AsyncEngine) -> Sessions:
    """Session factory; objects stay readable after a commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


@asynccontextmanager
async def transaction(sessions: Sessions) -> AsyncIterator[AsyncSession]:
    """A session that commits when the block ends well and rolls back otherwise."""
    async with sessions() as session, session.begin():
        yield session


@asynccontextmanager
async def write_transaction(sessions: Sessions) -> AsyncIterator[AsyncSession]:
    """The same for what reads before it writes: nobody changes what was read until the block ends.

    SQLite lets one writer in at a time, from here on; on PostgreSQL the rows must be read `with_for_update`.
    """
    async with transaction(sessions) as session:
        if session.get_bind().dialect.name == "sqlite":
            # Without it the lock is taken at the first change only, on what may have been read too early.
            await session.execute(text("BEGIN IMMEDIATE"))
        yield session
