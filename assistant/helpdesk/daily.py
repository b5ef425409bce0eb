"""Figures of what is over, kept so that a year costs about as much as a week: the table `agregat_jour`.

The figures of a day are written when they are first asked for after its end, or by `keep_up` before anybody asks. Whole
months are put together from their days; of the present day the hours that are over are kept; only the present hour is
counted each time.
What changes late (a category corrected, the first answer to a sollicitation of that day, a vote…) deletes the part that it makes
wrong: triggers of the database do, so that no way of writing can forget it.
"""

import hashlib
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from itertools import groupby

from pydantic import TypeAdapter
from sqlalchemy import Text, delete, or_, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.database import Sessions, write_transaction
from assistant.helpdesk.figures import Partie, Span, Values, compute, put_together
from assistant.helpdesk.hours import OpeningHours
from assistant.helpdesk.models import AgregatJour

# Grows when figures are computed in another way.
_VERSION = 1
# Days counted at once: whoever writes anything meanwhile waits.
_AT_ONCE = 14
_HOUR = timedelta(hours=1)
# What `keep_up` looks back to.
KEPT_UP = timedelta(days=740)


class _Width(StrEnum):
    """How long a block is; the last sign of `regle`, which else begins alike."""

    HOUR = "h"
    DAY = "j"
    MONTH = "m"


@dataclass(frozen=True)
class _Block:
    """What one row tells: an hour, a day, or the days of a whole month."""

    width: _Width
    spans: tuple[Span, ...]

    @property
    def start(self) -> datetime:
        return self.spans[0][0]

    @property
    def end(self) -> datetime:
        return self.spans[-1][1]


@dataclass(frozen=True)
class Piece:
    """A stretch of a period with its values."""

    start: datetime
    end: datetime
    values: Values


_Known = dict[tuple[Partie, datetime], Values]
# A year is more than half a megabyte of JSON, which the driver's own way (json.loads) takes three times as long to read.
_VALUES = TypeAdapter(Values)
# Parts, and the blocks that are wanted of each.
_Wanted = list[tuple[set[Partie], list[_Block]]]


async def read_figures(
    *, sessions: Sessions, hours: OpeningHours, borders: Sequence[Span], moment: datetime, by_month: bool = False
) -> dict[Partie, list[Piece]]:
    """The figures of a period in pieces, oldest first. `borders`: the period's stretches in a row; no piece of the volumes
    crosses one (`by_month`: inner ones lie between months).

    What is over comes from the table when the period begins with a local day; the rest is counted now.
    """
    since, until = borders[0][0], borders[-1][1]
    days = _closed_days(since, until, hours, moment)
    lately = _closed_hours(days[-1].end if days else since, until, hours, moment)
    by_day = set() if by_month else {Partie.VOLUMES}
    wanted: _Wanted = [(by_day, days + lately), (set(Partie) - by_day, _whole_months(days, hours) + lately)]
    counted = max([since, *(block.end for block in days[-1:] + lately[-1:])])
    newest: dict[Partie, list[Piece]] = {}
    # One statement for all that is kept, and one visit to the database: a page of a year is mostly the way there and back.
    async with sessions() as session:
        known = await _stored(session, hours, wanted)
        if counted < until:
            for partie in Partie:
                whole = borders if partie is Partie.VOLUMES else [(since, until)]
                rest = [(max(start, counted), end) for start, end in whole if end > counted]
                values = await compute(session, partie, rest, hours)
                newest[partie] = [Piece(*span, one) for span, one in zip(rest, values, strict=True)]
    await _complete(sessions, hours, wanted, known)
    return {
        partie: [Piece(block.start, block.end, known[partie, block.start]) for block in blocks] + newest.get(partie, [])
        for parties, blocks in wanted
        for partie in parties
    }


async def keep_up(*, sessions: Sessions, hours: OpeningHours, moment: datetime) -> int:
    """Write what is missing of the last two years, forget other opening hours and hours of past days.

    Returns how many were missing.
    """
    today = _midnight(moment.astimezone(hours.zone).date(), hours)
    async with write_transaction(sessions) as session:
        own = [_rule(hours, width) for width in _Width]
        await session.execute(delete(AgregatJour).where(AgregatJour.regle.not_in(own)))
        past = (AgregatJour.regle == _rule(hours, _Width.HOUR)) & (AgregatJour.debut < today)
        await session.execute(delete(AgregatJour).where(past))
    first = _midnight((moment - KEPT_UP).astimezone(hours.zone).date(), hours)
    days = _closed_days(first, moment, hours, moment)
    missing = 0
    for blocks in (days, _whole_months(days, hours)):
        wanted: _Wanted = [(set(Partie), blocks)]
        async with sessions() as session:
            known = await _stored(session, hours, wanted)
        missing += len(blocks) * len(Partie) - len(known)
        await _complete(sessions, hours, wanted, known)
    return missing


# --- what is over -----------------------------------------------------------------------------------------------------


def _closed_days(since: datetime, until: datetime, hours: OpeningHours, moment: datetime) -> list[_Block]:
    """Local days from `since` on that end by `until` and are over; none when `since` is not the beginning of one."""
    day = since.astimezone(hours.zone).date()
    start = _midnight(day, hours)
    found: list[_Block] = []
    while since == start or found:
        day += timedelta(days=1)
        end = _midnight(day, hours)
        if end > min(until, moment):
            break
        found.append(_Block(_Width.DAY, ((start, end),)))
        start = end
    return found


def _closed_hours(start: datetime, until: datetime, hours: OpeningHours, moment: datetime) -> list[_Block]:
    """Hours that are over of the day that begins at `start`; none when none does."""
    start = start.astimezone(UTC)
    if start != _midnight(start.astimezone(hours.zone).date(), hours):
        return []
    end = min(until, moment)
    return [
        _Block(_Width.HOUR, ((start + number * _HOUR, start + (number + 1) * _HOUR),))
        for number in range(max((end - start) // _HOUR, 0))
    ]


def _whole_months(days: list[_Block], hours: OpeningHours) -> list[_Block]:
    """Days that make whole months as one block each, the others alone."""
    blocks: list[_Block] = []
    for (year, month), of_month in groupby(days, key=lambda day: _date(day, hours).timetuple()[:2]):
        group = list(of_month)
        if len(group) == monthrange(year, month)[1]:
            blocks.append(_Block(_Width.MONTH, tuple(day.spans[0] for day in group)))
        else:
            blocks += group
    return blocks


def _midnight(day: date, hours: OpeningHours) -> datetime:
    # In UTC: between two moments of the same zone Python would compare what clocks show.
    return datetime.combine(day, time(0), hours.zone).astimezone(UTC)


def _date(block: _Block, hours: OpeningHours) -> date:
    return block.start.astimezone(hours.zone).date()


def _runs(blocks: Iterable[_Block]) -> Iterator[list[Span]]:
    """Days or hours that follow each other, a few at once."""
    run: list[Span] = []
    for block in blocks:
        if run and (run[-1][1] != block.start or len(run) == _AT_ONCE):
            yield run
            run = []
        run.append(block.spans[0])
    if run:
        yield run


# --- reading and writing ----------------------------------------------------------------------------------------------


async def _complete(sessions: Sessions, hours: OpeningHours, wanted: _Wanted, known: _Known) -> None:
    """Count, write and add to `known` what it lacks of what is wanted."""
    for partie, blocks in ((partie, blocks) for parties, blocks in wanted for partie in parties):
        lacking = [block for block in blocks if (partie, block.start) not in known]
        for width in (_Width.DAY, _Width.HOUR):
            for run in _runs(block for block in lacking if block.width is width):
                async with write_transaction(sessions) as session:
                    await _lock(session)
                    known.update(await _count(session, hours, partie, width, run))
        for block in lacking:
            if block.width is _Width.MONTH:
                known[partie, block.start] = await _write_month(sessions, hours, partie, block)


async def _stored(session: AsyncSession, hours: OpeningHours, wanted: _Wanted) -> _Known:
    """What is kept of what is wanted. A part must not be wanted twice."""
    conditions = []
    for parties, blocks in wanted:
        for width in _Width:
            starts = [block.start for block in blocks if block.width is width]
            if starts and parties:
                # Days in a row as a range: engines and drivers are slow with hundreds of values.
                within = AgregatJour.debut.between(starts[0], starts[-1])
                if width is _Width.DAY and any(block.width is _Width.MONTH for block in blocks):
                    within = AgregatJour.debut.in_(starts)
                of_parts = AgregatJour.partie.in_(sorted(partie.value for partie in parties))
                conditions.append((AgregatJour.regle == _rule(hours, width)) & of_parts & within)
    if not conditions:
        return {}
    columns = (AgregatJour.partie, AgregatJour.debut, AgregatJour.valeurs.cast(Text))
    rows = await session.execute(select(*columns).where(or_(*conditions)))
    return {(Partie(partie), start): _VALUES.validate_json(values) for partie, start, values in rows}


async def _write_month(sessions: Sessions, hours: OpeningHours, partie: Partie, month: _Block) -> Values:
    """Put a month together from its days, those that are missing counted first."""
    days = [_Block(_Width.DAY, (span,)) for span in month.spans]
    async with write_transaction(sessions) as session:
        await _lock(session)
        known = await _stored(session, hours, [({partie}, days)])
        for run in _runs(day for day in days if (partie, day.start) not in known):
            known.update(await _count(session, hours, partie, _Width.DAY, run))
        values = put_together(partie, [known[partie, day.start] for day in days], _date(month, hours))
        await _keep(session, _rule(hours, _Width.MONTH), partie, [((month.start, month.end), values)])
    return values


async def _lock(session: AsyncSession) -> None:
    """Nobody changes anything until the block ends, so that no late change is missed."""
    if _is_postgresql(session):
        # Triggers of whoever writes take a weaker lock, until they commit: we wait for them, then they wait for us.
        await session.execute(text("LOCK TABLE agregat_jour IN EXCLUSIVE MODE"))


async def _count(session: AsyncSession, hours: OpeningHours, partie: Partie, width: _Width, spans: list[Span]) -> _Known:
    values = await compute(session, partie, spans, hours)
    await _keep(session, _rule(hours, width), partie, list(zip(spans, values, strict=True)))
    return {(partie, start): one for (start, _), one in zip(spans, values, strict=True)}


async def _keep(session: AsyncSession, rule: str, partie: Partie, given: Sequence[tuple[Span, Values]]) -> None:
    insert = postgresql.insert if _is_postgresql(session) else sqlite.insert
    rows = [
        {"regle": rule, "partie": partie.value, "debut": start, "fin": end, "valeurs": values} for (start, end), values in given
    ]
    # Another page may have been as quick.
    await session.execute(insert(AgregatJour).on_conflict_do_nothing(), rows)


def _rule(hours: OpeningHours, width: _Width) -> str:
    return _mark(hours.zone.key, repr(sorted(hours.days.items())), hours.holidays) + width


@cache
def _mark(zone: str, days: str, holidays: frozenset[date]) -> str:
    return hashlib.sha256(repr((_VERSION, zone, days, sorted(holidays))).encode()).hexdigest()[:15]


def _is_postgresql(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "postgresql"
