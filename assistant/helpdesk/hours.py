"""When the help-desk is open, and how long it was open between two moments. Pure: no clock is read here.

All sums are made on moments in UTC, so that the nights when the clocks change count as they lasted.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Self
from zoneinfo import ZoneInfo

DAYS = ("lun", "mar", "mer", "jeu", "ven", "sam", "dim")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = 1_000_000
# A desk that does not open within three years is never open.
_YEARS_AHEAD = 3
_YEARS = range(2000, 2100)
_MIDNIGHT = time(0)

_PART = re.compile(r"(?P<first>[a-z]{3})(?:\s*-\s*(?P<last>[a-z]{3}))?\s+(?P<times>[\d:,\s-]+)")
_TIMES = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


@dataclass(frozen=True)
class _Year:
    """Open intervals of one year in microseconds since 1970, apart and in order; `before[i]` is what lies before interval i."""

    starts: list[int]
    ends: list[int]
    before: list[int]
    total: int

    def until(self, moment: int) -> int:
        """Microseconds open from the start of the year to `moment`."""
        index = bisect_right(self.starts, moment) - 1
        return self.before[index] + min(moment, self.ends[index]) - self.starts[index] if index >= 0 else 0

    def reached(self, amount: int) -> int:
        """The first moment at which `amount` (1 to total) has been open."""
        index = bisect_left(self.before, amount) - 1
        return self.starts[index] + amount - self.before[index]

    def left(self, amount: int) -> int:
        """The last moment at which only `amount` (0 to total - 1) has been open."""
        index = bisect_right(self.before, amount) - 1
        return self.starts[index] + amount - self.before[index]


@dataclass(frozen=True)
class OpeningHours:
    """Opening hours of a week, by day (0 is Monday); an end at 00:00 is midnight at the end of the day. Closed on `holidays`."""

    days: dict[int, list[tuple[time, time]]]
    holidays: frozenset[date]
    zone: ZoneInfo
    _years: dict[int, _Year] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def parse(cls, text: str, zone: ZoneInfo) -> Self:
        """From « lun-jeu 09:00-12:30,14:00-17:30; ven 09:00-12:00 », closed on French public holidays.

        Raises ValueError with a French sentence that names the part which is wrong.
        """
        days: dict[int, list[tuple[time, time]]] = {}
        for part in filter(None, (piece.strip().lower() for piece in text.split(";"))):
            match = _PART.fullmatch(part)
            if match is None:
                raise ValueError(f"« {part} » : des jours puis des heures sont attendus, par exemple « lun-ven 09:00-12:30 ».")
            for day in _days(match["first"], match["last"] or match["first"], part):
                if day in days:
                    raise ValueError(f"« {part} » : le jour « {DAYS[day]} » est donné deux fois.")
                days[day] = _times(match["times"], part)
        if not days:
            raise ValueError("Les heures d'ouverture sont vides : donnez au moins un jour.")
        return cls(days, frozenset(day for year in _YEARS for day in french_holidays(year)), zone)

    def is_open(self, moment: datetime) -> bool:
        """True from the opening on, and until just before the closing."""
        year = self._year_of(moment)
        at = _count(moment)
        index = bisect_right(year.starts, at) - 1
        return index >= 0 and at < year.ends[index]

    def next_opening(self, moment: datetime) -> datetime | None:
        """`moment` itself when it is open, else when it opens next (UTC); None when it does not within three years."""
        if self.is_open(moment):
            return moment
        at = _count(moment)
        first = moment.astimezone(self.zone).year
        for number in range(first, first + _YEARS_AHEAD + 1):
            starts = self._year(number).starts
            index = bisect_left(starts, at)
            if index < len(starts):
                return _moment(starts[index])
        return None

    def add_seconds(self, start: datetime, seconds: int) -> datetime:
        """The first moment (UTC) with so many seconds of opening since `start`; when negative, the last one before it.

        Raises ValueError when the desk is never open.
        """
        if seconds == 0:
            return start.astimezone(UTC)
        number = start.astimezone(self.zone).year
        amount = self._year(number).until(_count(start)) + seconds * _SECOND
        step = 1 if seconds > 0 else -1
        empty = 0
        while not self._holds(number, amount, step):
            total = self._year(number if step > 0 else number - 1).total
            amount -= step * total
            number += step
            empty = 0 if total else empty + 1
            if empty > _YEARS_AHEAD:
                raise ValueError("Le service n'est jamais ouvert.")
        year = self._year(number)
        return _moment(year.reached(amount) if step > 0 else year.left(amount))

    def seconds_between(self, start: datetime, end: datetime) -> int:
        """Whole seconds of opening from `start` to `end`, rounded towards zero; negative when `end` is before `start`."""
        if end < start:
            return -self.seconds_between(end, start)
        first, last = start.astimezone(self.zone).year, end.astimezone(self.zone).year
        whole = sum(self._year(number).total for number in range(first, last))
        return (whole + self._year(last).until(_count(end)) - self._year(first).until(_count(start))) // _SECOND

    def _holds(self, number: int, amount: int, step: int) -> bool:
        total = self._year(number).total
        return 0 < amount <= total if step > 0 else 0 <= amount < total

    def _year_of(self, moment: datetime) -> _Year:
        return self._year(moment.astimezone(self.zone).year)

    def _year(self, number: int) -> _Year:
        found = self._years.get(number)
        if found is None:
            found = self._years[number] = self._intervals(number)
        return found

    def _intervals(self, number: int) -> _Year:
        spans: list[tuple[int, int]] = []
        day = date(number, 1, 1)
        while day.year == number:
            if day not in self.holidays:
                spans.extend(self._span(day, opening, closing) for opening, closing in self.days.get(day.weekday(), ()))
            day += timedelta(days=1)
        starts: list[int] = []
        ends: list[int] = []
        for start, end in sorted(span for span in spans if span[0] < span[1]):
            # When the clocks go forward, two intervals of the same night may meet.
            if ends and start <= ends[-1]:
                ends[-1] = max(ends[-1], end)
            else:
                starts.append(start)
                ends.append(end)
        before = [0]
        for start, end in zip(starts, ends, strict=True):
            before.append(before[-1] + end - start)
        return _Year(starts, ends, before[:-1], before[-1])

    def _span(self, day: date, opening: time, closing: time) -> tuple[int, int]:
        last = day + timedelta(days=1) if closing == _MIDNIGHT else day
        return self._local(day, opening), self._local(last, closing)

    def _local(self, day: date, at: time) -> int:
        return _count(datetime.combine(day, at, self.zone))


def _count(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def _moment(count: int) -> datetime:
    return _EPOCH + timedelta(microseconds=count)


def _days(first: str, last: str, part: str) -> Iterable[int]:
    for name in (first, last):
        if name not in DAYS:
            raise ValueError(f"« {part} » : « {name} » n'est pas un jour ({', '.join(DAYS)}).")
    start, end = DAYS.index(first), DAYS.index(last)
    if start > end:
        raise ValueError(f"« {part} » : les jours vont de « {first} » à « {last} », dans l'ordre de la semaine.")
    return range(start, end + 1)


def _times(text: str, part: str) -> list[tuple[time, time]]:
    found: list[tuple[time, time]] = []
    for piece in text.split(","):
        match = _TIMES.fullmatch(piece.strip())
        if match is None:
            raise ValueError(f"« {part} » : « {piece.strip()} » n'est pas de la forme 09:00-12:30.")
        opening = _minutes(match[1], match[2], part)
        closing = _minutes(match[3], match[4], part)
        if opening >= closing:
            raise ValueError(f"« {part} » : la fermeture vient après l'ouverture.")
        if found and opening < (found[-1][1].hour * 60 + found[-1][1].minute or 24 * 60):
            raise ValueError(f"« {part} » : les heures d'un jour se suivent sans se recouvrir.")
        found.append((time(opening // 60, opening % 60), time(closing // 60 % 24, closing % 60)))
    return found


def _minutes(hours: str, minutes: str, part: str) -> int:
    total = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or total > 24 * 60:
        raise ValueError(f"« {part} » : {hours}:{minutes} n'est pas une heure.")
    return total


@cache
def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (anonymous algorithm published in Nature, 1876)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


@cache
def french_holidays(year: int) -> frozenset[date]:
    """The eleven public holidays of France (Code du travail, L3133-1), without those of Alsace-Moselle and overseas."""
    sunday = easter(year)
    moving = {sunday + timedelta(days=days) for days in (1, 39, 50)}
    fixed = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
    return frozenset(moving | {date(year, month, day) for month, day in fixed})
