"""Fill the database with made-up sollicitations: `python -m assistant.helpdesk.seed --count 20000` (or `make seed-helpdesk`).

Each is marked `fictive` and says « Données fictives » in its description. Refused in production.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any

import typer
from sqlalchemy import Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.database import Base, Sessions, create_engine, create_sessions, now, write_transaction
from assistant.helpdesk.daily import keep_up
from assistant.helpdesk.enums import Role
from assistant.helpdesk.fictitious import Maker
from assistant.helpdesk.models import Agent
from assistant.knowledge.load import load_knowledge
from assistant.settings import Settings
from assistant.sollicitations.desk import Desk, build_desk
from assistant.sollicitations.models import Sollicitation

AGENTS = 20
BATCH = 5_000

_ROWS = Base.metadata.tables["sollicitation"]
_EVENTS = Base.metadata.tables["sollicitation_event"]


async def seed(
    *, sessions: Sessions, desk: Desk, count: int, chance: int = 1, told: Callable[[int], None] = lambda written: None
) -> None:
    """Write `count` sollicitations with their events, in transactions of 5,000; `told` hears how many are written.

    The same `chance` gives the same ones. At the end the engine looks at its statistics, as it would in time by itself.
    """
    agents = await ensure_agents(sessions=sessions)
    maker = Maker(desk=desk, count=count, agents=agents, moment=now(), seed=chance)
    for start in range(0, count, BATCH):
        size = min(BATCH, count - start)
        async with write_transaction(sessions) as session:
            made = [maker.one(id_) for id_ in await _reserve_ids(session, size)]
            await insert_rows(session, _ROWS, [one.row for one in made])
            await insert_rows(session, _EVENTS, [event for one in made for event in one.events])
        told(start + size)
    await look_at_statistics(sessions)


async def look_at_statistics(sessions: Sessions) -> None:
    """Have the engine look at its statistics now, as it would in time by itself."""
    async with sessions() as session:
        if session.get_bind().dialect.name == "postgresql":
            # No transaction may hold it; and only our tables, as the server may be shared.
            connection = await session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
            await connection.execute(
                text("VACUUM (ANALYZE) sollicitation, sollicitation_event, conversation, message, button, feedback")
            )
        else:
            await session.execute(text("ANALYZE"))
            await session.commit()


async def ensure_agents(*, sessions: Sessions) -> dict[int, str]:
    """The made-up agents, names by id; they have no password, so nobody signs in as one."""
    wanted = {f"agent-fictif-{number:02d}@exemple.invalid": f"Agent fictif {number:02d}" for number in range(1, AGENTS + 1)}
    async with write_transaction(sessions) as session:
        known = set(await session.scalars(select(Agent.identifiant).where(Agent.identifiant.in_(wanted))))
        session.add_all(
            Agent(
                identifiant=identifiant,
                nom=nom,
                role=Role.AGENT,
                mot_de_passe_hache=None,
                doit_changer=False,
                oidc_sujet=None,
                actif=True,
                disponible=False,
                echecs=0,
                bloque_jusque=None,
                cree_le=now(),
            )
            for identifiant, nom in wanted.items()
            if identifiant not in known
        )
        await session.flush()
        rows = await session.execute(select(Agent.id, Agent.nom).where(Agent.identifiant.in_(wanted)))
        return {row.id: row.nom for row in rows}


async def _reserve_ids(session: AsyncSession, size: int) -> list[int]:
    """Ids that nobody else gets: on SQLite we are the only writer until the commit."""
    if session.get_bind().dialect.name == "postgresql":
        sequence = "nextval(pg_get_serial_sequence('sollicitation', 'id'))"
        found = await session.scalars(text(f"SELECT {sequence} FROM generate_series(1, :size)"), {"size": size})  # noqa: S608
        return list(found)
    first = (await session.scalar(select(func.max(Sollicitation.id))) or 0) + 1
    return list(range(first, first + size))


async def insert_rows(session: AsyncSession, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """The fastest way that each driver has: COPY on PostgreSQL, one prepared statement on SQLite. All rows have the same keys."""
    if not rows:
        return
    connection = await session.connection()
    names = list(rows[0])
    values = _bound(table, names, rows, connection.dialect)
    listed = ", ".join(names)
    if connection.dialect.name == "postgresql":
        raw = await connection.get_raw_connection()
        assert raw.driver_connection is not None
        async with raw.driver_connection.cursor() as cursor, cursor.copy(f"COPY {table.name} ({listed}) FROM STDIN") as copy:
            for row in values:
                await copy.write_row(row)
        return
    marks = ", ".join("?" * len(names))
    await connection.exec_driver_sql(f"INSERT INTO {table.name} ({listed}) VALUES ({marks})", list(values))  # noqa: S608


def _bound(table: Table, names: Sequence[str], rows: Iterable[dict[str, Any]], dialect: Any) -> Iterable[tuple[Any, ...]]:
    """The rows as the driver takes them: each column's own conversion, as SQLAlchemy would do it."""
    processors = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    for row in rows:
        yield tuple(
            processor(row[name]) if processor is not None else row[name]
            for name, processor in zip(names, processors, strict=True)
        )


def main(
    count: Annotated[int, typer.Option(min=1, help="How many sollicitations to add.")] = 2_000,
    chance: Annotated[int, typer.Option(help="Another number gives other ones.")] = 1,
) -> None:
    """Add made-up sollicitations to the database of the settings."""
    settings = Settings()
    if settings.environment == "production":
        typer.echo("Refusé : des données fictives n'ont rien à faire en production.", err=True)
        raise typer.Exit(1)
    asyncio.run(_main(settings, count, chance))


async def _main(settings: Settings, count: int, chance: int) -> None:
    desk = build_desk(settings=settings, knowledge=load_knowledge(settings.knowledge_dir))
    engine = create_engine(settings.resolved_database_url)
    sessions = create_sessions(engine)
    started = time.monotonic()
    try:
        await seed(
            sessions=sessions,
            desk=desk,
            count=count,
            chance=chance,
            told=lambda written: typer.echo(f"{written} sollicitations fictives, {time.monotonic() - started:.0f} s"),
        )
        # The service does it by itself, but not before ten minutes.
        await keep_up(sessions=sessions, hours=desk.hours, moment=now())
    finally:
        await engine.dispose()


if __name__ == "__main__":
    typer.run(main)
