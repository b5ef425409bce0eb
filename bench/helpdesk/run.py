"""`make bench-helpdesk`: every queue, count, filter, search and detail at 20,000 and 200,000 sollicitations, on both engines.

Databases of its own: SQLite files in a temporary directory, schemas of its own in the PostgreSQL of the tests (left out with a
sentence when none answers). All calls go through the functions that the console calls, one after the other.
This machine is shared: the sizes are asked in turn, so that a busy moment slows both.

Run: python -m bench.helpdesk.run [--small 20000] [--large 200000] [--calls 60]    (writes bench/helpdesk/README.md)
"""

import asyncio
import random
import re
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import typer
from sqlalchemy import func, select, text

from assistant.database import Sessions, create_engine, create_sessions
from assistant.helpdesk.queues import File, Filters, Tri, count_queues, list_queue
from assistant.helpdesk.seed import seed
from assistant.knowledge.load import load_knowledge
from assistant.settings import Settings
from assistant.sollicitations.desk import Desk, build_desk
from assistant.sollicitations.enums import Priorite
from assistant.sollicitations.models import Sollicitation, SollicitationEvent
from tests.support.http import sqlite_url
from tests.support.migrations import migrate
from tests.support.paths import KNOWLEDGE, ROOT
from tests.support.postgresql import own_schema

RESULT = ROOT / "bench" / "helpdesk" / "README.md"
LIMIT_MS = 150
GROWTH = 1.5
PAGE = 50

# What the figures led to.
WHY = """## Why it is so

- **A page is a range of an index.** Each queue has, for each order, an index in which its rows lie side by side in that
  order (`assistant/sollicitations/models`); a page starts at the last row of the page before (keyset) and reads 51 entries,
  whether 20,000 or 200,000 rows stand behind. `OFFSET` would read all that it skips.
- **Indexes of open ones are partial.** What is closed is nine tenths of the table and changes no more: seven small indexes
  hold only what is open and not merged, so that work on a sollicitation does not rewrite large ones.
- **Columns of the filters lie behind the order** in the same index: a filter is tested there, without reading rows.
  Category, agent, priority and structure, which may be rare among what is closed, have an index of their own to start from.
- **SQLite is told the index** (`INDEXED BY`): of indexes that begin alike its planner would guess one. PostgreSQL finds it;
  conditions on states are literal, so that both see that the partial index holds.
- **Counts are kept, not counted.** `count(*)` over what is closed grows with the table, on each page of the console.
  Triggers keep one counter for each state and agent (`sollicitation_compte`); PostgreSQL's work on whole statements, in the
  order of the key, so that two transactions never wait for each other in a circle. Only « late » depends on the present: it
  is counted in an index, up to 10,000 (« 10 000+ »). The price: changes of the same counter go one after the other, a few
  milliseconds each.
- **Searches go the shorter way.** Up to 3,000 matches are taken from the full-text index, by the rarer of the words, and put in
  order. A word that more texts hold is looked for along the queue, where it is soon found; after 8,000 rows the page says
  that it is partial, and « suite » goes on. PostgreSQL's statistics say how common a word is, SQLite's FTS5 is quick enough
  to be asked. So the cost of a search grows with its matches up to 3,000 (as those of « two figures » do here, tenfold),
  and with the lists of common words that are asked for together; then no more.
- **What grows by more than 1.5** has a median below two milliseconds, or is such a search: filters that few rows pass walk on in
  the index of the queue (or have more to show, where the smaller table had less than a page), and the late ones are counted.
- **Both engines search the same words**: `texte_recherche` holds letters and figures only, numbers whole too, and each
  match is tested on the text itself, so that no difference between FTS5 and `tsvector` is seen.
""".splitlines()

# Four letters and figures, as fictitious.py makes them.
_REFERENCE = re.compile(r"[a-z]{4}\d{3,4}")

Call = Callable[[], Awaitable[object]]


@dataclass
class Sample:
    """What a database holds, to ask it sensible things."""

    agents: list[int]
    rows: list[tuple[int, str, str, str | None, str]]
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    def row(self) -> tuple[int, str, str, str | None, str]:
        """Id, number, SIRET, invoice, search text of one that is there."""
        return self.chance.choice(self.rows)

    def agent(self) -> int:
        return self.chance.choice(self.agents)

    def rare_word(self) -> str:
        """A reference such as « LEMP8934 », which only few texts hold."""
        words = (word for row in iter(self.row, None) for word in row[4].split())
        return next(word for word in words if _REFERENCE.fullmatch(word))


async def draw(sessions: Sessions) -> Sample:
    """Agents and 400 rows from all over."""
    async with sessions() as session:
        last = await session.scalar(select(func.max(Sollicitation.id))) or 0
        ids = random.Random(3).sample(range(1, last + 1), min(400, last))
        columns = (Sollicitation.id, Sollicitation.numero, Sollicitation.siret, Sollicitation.numero_facture)
        rows = await session.execute(select(*columns, Sollicitation.texte_recherche).where(Sollicitation.id.in_(ids)))
        agents = await session.scalars(text("SELECT id FROM agent ORDER BY id"))
        return Sample(list(agents), [tuple(row) for row in rows])


def operations(sessions: Sessions, sample: Sample) -> dict[str, Call]:
    """What is measured, by name; each call asks for something else of its kind."""

    def page(file: File | None, sort: Tri = Tri.ECHEANCE, **filters: Callable[[], object]) -> Call:
        def call() -> Awaitable[object]:
            given = Filters(**{name: value() for name, value in filters.items()})  # type: ignore[arg-type]
            return list_queue(sessions=sessions, file=file, agent_id=sample.agent(), filters=given, sort=sort, size=PAGE)

        return call

    async def deep(file: File, sort: Tri) -> object:
        after = None
        for _ in range(4):
            found = await list_queue(sessions=sessions, file=file, agent_id=sample.agent(), sort=sort, after=after, size=200)
            after = found.suite
        started = time.perf_counter()
        await list_queue(sessions=sessions, file=file, agent_id=sample.agent(), sort=sort, after=after, size=PAGE)
        return (time.perf_counter() - started) * 1000

    async def detail() -> object:
        async with sessions() as session:
            return await session.get_one(Sollicitation, sample.row()[0])

    found: dict[str, Call] = {"counts of all queues": lambda: count_queues(sessions=sessions, agent_id=sample.agent())}
    for file in (*File, None):
        for sort in Tri:
            found[f"{file or 'everything'}, by {sort}"] = page(file, sort)
    for file, sort in ((File.ATTENTE_USAGER, Tri.ECHEANCE), (File.CLOSES, Tri.RECENTES), (File.CLOSES, Tri.PRIORITE)):
        found[f"{file}, by {sort}, fifth page"] = lambda file=file, sort=sort: deep(file, sort)
    categories = ["connexion", "facture_rejetee", "anomalie_portail"]
    narrowed: dict[str, dict[str, Callable[[], object]]] = {
        "category": {"categorie": lambda: sample.chance.choice(categories)},
        "priority": {"priorite": lambda: sample.chance.choice(list(Priorite))},
        "route": {"route": lambda: sample.chance.choice(["support", "gestionnaire"])},
        "agent": {"agent_id": sample.agent},
        "structure": {"siret": lambda: sample.row()[2]},
        "age": {"age_min_days": lambda: sample.chance.choice([7, 30, 300])},
        "category + urgent + agent": {
            "categorie": lambda: sample.chance.choice(categories),
            "priorite": lambda: Priorite.URGENTE,
            "agent_id": sample.agent,
        },
        "what nothing has": {"categorie": lambda: "aucune", "route": lambda: "support"},
    }
    for name, filters in narrowed.items():
        for file in (File.NON_AFFECTEES, File.ATTENTE_USAGER, File.CLOSES):
            found[f"{file}, filter: {name}"] = page(file, **filters)
    searched: dict[str, Callable[[], object]] = {
        "number": lambda: sample.row()[1],
        "SIRET": lambda: sample.row()[2],
        "invoice": lambda: next(row[3] for row in iter(sample.row, None) if row[3]),
        "rare word": sample.rare_word,
        "common word": lambda: sample.chance.choice(["facture", "erreur", "bonjour", "fictives"]),
        "three common words": lambda: "service acheteur facture",
        "common and rare": lambda: f"facture {sample.rare_word()}",
        "common words that never meet": lambda: "mairie maçonnerie",
        "two figures": lambda: str(sample.chance.randint(10, 28)),
        "start of a word": lambda: sample.chance.choice(["lemp", "barmo", "courv", "058"]),
        "nothing": lambda: "introuvable zzz",
    }
    for name, typed in searched.items():
        for file in (None, File.LES_MIENNES, File.CLOSES):
            found[f"{file or 'everything'}, search: {name}"] = page(file, Tri.RECENTES, texte=typed)
    found["detail with its timeline"] = detail
    return found


@dataclass
class Times:
    """Milliseconds of one operation at one size."""

    taken: list[float] = field(default_factory=list)

    @property
    def p50(self) -> float:
        return statistics.median(self.taken)

    @property
    def p25(self) -> float:
        return statistics.quantiles(self.taken, n=4)[0]

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.taken, n=20)[18]


async def measure(
    urls: dict[int, str], desk: Desk, calls: int
) -> tuple[dict[str, dict[int, Times]], dict[int, int], dict[int, float]]:
    """Fill a database of each size, then ask all of them in turn; times, events and seconds of filling by size."""
    taken: dict[str, dict[int, Times]] = {}
    events: dict[int, int] = {}
    seconds: dict[int, float] = {}
    async with AsyncExitStack() as stack:
        asked: dict[int, dict[str, Call]] = {}
        for size, url in urls.items():
            engine = create_engine(url)
            stack.push_async_callback(engine.dispose)
            sessions = create_sessions(engine)
            started = time.monotonic()
            await seed(sessions=sessions, desk=desk, count=size)
            seconds[size] = time.monotonic() - started
            async with sessions() as session:
                events[size] = await session.scalar(select(func.count()).select_from(SollicitationEvent)) or 0
            asked[size] = operations(sessions, await draw(sessions))
        for name in next(iter(asked.values())):
            taken[name] = {size: Times() for size in urls}
            for number in range(calls + 3):
                for size, of_size in asked.items():
                    started = time.perf_counter()
                    told = await of_size[name]()
                    spent = (time.perf_counter() - started) * 1000
                    if number >= 3:
                        taken[name][size].taken.append(told if isinstance(told, float) else spent)
    return taken, events, seconds


def table(engine: str, taken: dict[str, dict[int, Times]], sizes: tuple[int, int]) -> Iterator[str]:
    """One engine as Markdown."""
    small, large = sizes
    yield f"## {engine}"
    yield ""
    yield f"| operation | p50 at {small:,} | p95 at {small:,} | p50 at {large:,} | p95 at {large:,} | growth |"
    yield "|---|---:|---:|---:|---:|---:|"
    for name, by_size in taken.items():
        before, after = by_size[small], by_size[large]
        yield (
            f"| {name} | {before.p50:.1f} | {before.p95:.1f} | {after.p50:.1f} | {after.p95:.1f} | {after.p25 / before.p25:.2f} |"
        )
    yield ""
    worst = max(taken.items(), key=lambda item: item[1][large].p95)
    grown = max(taken.items(), key=lambda item: item[1][large].p25 / item[1][small].p25)
    factor = grown[1][large].p25 / grown[1][small].p25
    over = [name for name, by_size in taken.items() if by_size[large].p95 > LIMIT_MS]
    growing = [name for name, by_size in taken.items() if by_size[large].p25 > GROWTH * by_size[small].p25]
    yield f"Slowest p95: {worst[1][large].p95:.1f} ms ({worst[0]}). Most growth: {factor:.2f} ({grown[0]})."
    yield f"Over {LIMIT_MS} ms: {', '.join(over) or 'none'}. Growth over {GROWTH}: {', '.join(growing) or 'none'}."
    yield ""


@contextmanager
def databases(engine: str, sizes: tuple[int, int]) -> Iterator[dict[int, str]]:
    """Two empty migrated databases, by size; removed at the end."""
    with ExitStack() as stack:
        if engine == "SQLite":
            directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            urls = {size: sqlite_url(directory / f"{size}.db") for size in sizes}
        else:
            urls = {size: stack.enter_context(own_schema()) for size in sizes}
        for url in urls.values():
            migrate(url)
        yield urls


def main(small: int = 20_000, large: int = 200_000, calls: int = 60) -> None:
    """Measure both engines, print and write the tables."""
    knowledge = load_knowledge(KNOWLEDGE)
    desk = build_desk(settings=Settings(_env_file=None, environment="test"), knowledge=knowledge)
    lines = [
        "# Queues of the help-desk",
        "",
        f"Written by `make bench-helpdesk`: {small:,} and {large:,} made-up sollicitations, milliseconds of one call through the",
        f"functions of the console ({PAGE} rows a page, {calls} calls each, the two sizes in turn, on a shared machine of two",
        "cores that others use too). Growth: that of the quickest quarter (p25), which a busy moment disturbs least.",
        f"To reach: p95 of {LIMIT_MS} ms at most, growth of {GROWTH} at most.",
        "",
    ]
    for engine in ("SQLite", "PostgreSQL"):
        typer.echo(f"{engine}…")
        try:
            with databases(engine, (small, large)) as urls:
                taken, events, seconds = asyncio.run(measure(urls, desk, calls))
        except pytest.skip.Exception as missing:
            lines += [f"## {engine}", "", f"Not measured. {missing}", ""]
            continue
        part = list(table(engine, taken, (small, large)))
        filled = ", ".join(f"{size:,} with {events[size]:,} events in {seconds[size]:.0f} s" for size in urls)
        part.insert(2, f"Filled by `make seed-helpdesk`: {filled}.\n")
        typer.echo("\n".join(part))
        lines += part
    RESULT.write_text("\n".join([*lines, *WHY]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
