"""`make bench-helpdesk`: all pages of the console and the functions below, at 20,000 and 200,000 sollicitations, both engines.

Databases of its own: SQLite files in a temporary directory, schemas of its own in the PostgreSQL of the tests (left out with a
sentence when none answers). Pages go through the whole application (ASGI in this process), functions as the console calls them.
This machine is shared: the sizes are asked in turn, so that a busy moment slows both.

Run: python -m bench.helpdesk.run [--small 20000] [--large 200000] [--calls 60]    (writes bench/helpdesk/README.md)
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import typer
from sqlalchemy import func, select, text

from assistant.database import create_engine, create_sessions, now
from assistant.helpdesk.daily import keep_up
from assistant.helpdesk.seed import seed
from assistant.sollicitations.models import SollicitationEvent
from bench.helpdesk.calls import PAGE, Call, draw, operations
from bench.helpdesk.pages import EXPORTS, pages
from bench.helpdesk.talks import fill_talks
from tests.support.http import make_settings, sqlite_url, started
from tests.support.migrations import migrate
from tests.support.paths import ROOT
from tests.support.postgresql import own_schema
from tests.support.services import real_desk, real_knowledge

RESULT = ROOT / "bench" / "helpdesk" / "README.md"
LIMIT_MS = 150
GROWTH = 1.5
# Nothing listens here: no page of the console asks Rasa.
NO_RASA = "http://127.0.0.1:9"

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
- **Supervision adds up days.** Figures of hours, days and months that are over stand in `agregat_jour`; triggers delete the part
  of a day that a late change makes wrong, and the next page (or the service, every ten minutes) writes it again. Only the present
  hour is counted. What counts once in a period (sollicitations answered on several days) is kept by the day on which it last
  happened before; delays are kept as a hundred values of each day. `tests/assistant/helpdesk/test_daily` compares all of it
  with a plain count.
- **Learning shows what was grouped last.** Grouping thousands of questions takes seconds, whatever the size of the database: up
  to 150 are grouped at once; more are grouped beside the page, which tells how old its groups are, ten minutes at most before new
  ones are made. The first view of a period says that they are being prepared.
- **Both engines search the same words**: `texte_recherche` holds letters and figures only, numbers whole too, and each
  match is tested on the text itself, so that no difference between FTS5 and `tsvector` is seen.
""".splitlines()


@dataclass
class Times:
    """Milliseconds of one operation at one size, by the clock and by this process's processors."""

    taken: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)

    @property
    def p50(self) -> float:
        return statistics.median(self.taken)

    @property
    def p25(self) -> float:
        return statistics.quantiles(self.taken, n=4)[0]

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.taken, n=20)[18]


Taken = dict[str, dict[int, Times]]


@dataclass
class Filled:
    """What a database holds, and how long it took to put it there."""

    events: int
    messages: int
    seed_seconds: float
    days_seconds: float


@dataclass
class Measured:
    """One engine: times of pages and of functions, what was filled, the load before and after (processes that wanted to run)."""

    pages: Taken = field(default_factory=dict)
    functions: Taken = field(default_factory=dict)
    filled: dict[int, Filled] = field(default_factory=dict)
    load: list[float] = field(default_factory=list)


async def fill(url: str, size: int) -> Filled:
    """Sollicitations, as many conversations, and the figures of all days that are over."""
    engine = create_engine(url)
    sessions, desk = create_sessions(engine), real_desk()
    began = time.monotonic()
    await seed(sessions=sessions, desk=desk, count=size)
    seeded = time.monotonic()
    await fill_talks(sessions=sessions, knowledge=real_knowledge(), count=size)
    talked = time.monotonic()
    await keep_up(sessions=sessions, hours=desk.hours, moment=now())
    done = time.monotonic()
    async with sessions() as session:
        events = await session.scalar(select(func.count()).select_from(SollicitationEvent)) or 0
        messages = await session.scalar(text("SELECT count(*) FROM message")) or 0
    await engine.dispose()
    return Filled(events, messages, seeded - began, done - talked)


async def measure(urls: dict[int, str], calls: int) -> Measured:
    """Fill a database of each size, start the application on each, then ask both in turn."""
    found = Measured()
    for size, url in urls.items():
        found.filled[size] = await fill(url, size)
    found.load.append(os.getloadavg()[0])
    async with AsyncExitStack() as stack:
        whole: dict[int, dict[str, Call]] = {}
        below: dict[int, dict[str, Call]] = {}
        for size, url in urls.items():
            service = await stack.enter_async_context(started(make_settings(url, rasa_url=NO_RASA)))
            sessions = service.app.state.context.services.sessions
            sample = await draw(sessions)
            whole[size] = await pages(service, sample)
            below[size] = operations(sessions, sample)
        found.pages = await _in_turn(whole, calls)
        found.functions = await _in_turn(below, calls)
    found.load.append(os.getloadavg()[0])
    return found


async def _in_turn(asked: dict[int, dict[str, Call]], calls: int) -> Taken:
    taken: Taken = {}
    for name in next(iter(asked.values())):
        taken[name] = {size: Times() for size in asked}
        for number in range(calls + 3):
            for size, of_size in asked.items():
                clock, worked = time.perf_counter(), time.process_time()
                told = await of_size[name]()
                spent, worked = (time.perf_counter() - clock) * 1000, (time.process_time() - worked) * 1000
                if number >= 3:
                    taken[name][size].taken.append(told if isinstance(told, float) else spent)
                    taken[name][size].worked.append(worked)
    return taken


def table(title: str, taken: Taken, sizes: tuple[int, int]) -> Iterator[str]:
    """One engine's pages or functions as Markdown."""
    small, large = sizes
    yield f"### {title}"
    yield ""
    yield f"| | p50 at {small:,} | p95 at {small:,} | p50 at {large:,} | p95 at {large:,} | growth | CPU at {large:,} |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for name, by_size in taken.items():
        before, after = by_size[small], by_size[large]
        yield (
            f"| {name} | {before.p50:.1f} | {before.p95:.1f} | {after.p50:.1f} | {after.p95:.1f} "
            f"| {after.p25 / before.p25:.2f} | {statistics.median(after.worked):.1f} |"
        )
    yield ""
    judged = {name: by_size for name, by_size in taken.items() if name not in EXPORTS}
    worst = max(judged.items(), key=lambda item: item[1][large].p95)
    grown = max(judged.items(), key=lambda item: item[1][large].p25 / item[1][small].p25)
    factor = grown[1][large].p25 / grown[1][small].p25
    over = [name for name, by_size in judged.items() if by_size[large].p95 > LIMIT_MS]
    growing = [name for name, by_size in judged.items() if by_size[large].p25 > GROWTH * by_size[small].p25]
    yield f"Slowest p95: {worst[1][large].p95:.1f} ms ({worst[0]}). Most growth: {factor:.2f} ({grown[0]})."
    yield f"Over {LIMIT_MS} ms: {'; '.join(over) or 'none'}. Growth over {GROWTH}: {'; '.join(growing) or 'none'}."
    yield ""


def told(engine: str, found: Measured, sizes: tuple[int, int]) -> list[str]:
    """One engine as Markdown."""
    filled = ", ".join(
        f"{size:,} with {one.events:,} events in {one.seed_seconds:.0f} s (then {one.messages:,} messages of made-up "
        f"conversations, and the figures of past days in {one.days_seconds:.0f} s)"
        for size, one in found.filled.items()
    )
    lines = [
        f"## {engine}",
        "",
        f"Filled by `make seed-helpdesk`: {filled}. Load of the machine (processes that wanted one of the {os.cpu_count()} "
        f"cores): {found.load[0]:.1f} before, {found.load[1]:.1f} after.",
        "",
    ]
    return [*lines, *table("Pages", found.pages, sizes), *table("Functions below them", found.functions, sizes)]


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
    lines = [
        "# Speed of the help-desk",
        "",
        f"Written by `make bench-helpdesk`: {small:,} and {large:,} made-up sollicitations, milliseconds. « Pages »: the whole",
        "answer to a signed-in supervisor's browser, over ASGI in one process. « Functions »: what the console calls below",
        f"({PAGE} rows a page). {calls} calls each, the two sizes in turn, on a shared machine: others may take the processors",
        "away, so the last column tells what this process itself worked (median; PostgreSQL's own work is not in it).",
        "Growth: that of the quickest quarter (p25), which a busy moment disturbs least.",
        f"To reach: p95 of {LIMIT_MS} ms at most, growth of {GROWTH} at most. Exports (CSV, ZIP) are measured, not judged.",
        "",
    ]
    for engine in ("SQLite", "PostgreSQL"):
        typer.echo(f"{engine}…")
        try:
            with databases(engine, (small, large)) as urls:
                found = asyncio.run(measure(urls, calls))
        except pytest.skip.Exception as missing:
            lines += [f"## {engine}", "", f"Not measured. {missing}", ""]
            continue
        part = told(engine, found, (small, large))
        typer.echo("\n".join(part))
        lines += part
    RESULT.write_text("\n".join([*lines, *WHY]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
