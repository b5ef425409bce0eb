"""A period that a page asks for: two days, both included, in the desk's own time."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = (7, 30, 90, 365)
DEFAULT_DAYS = 30
MAX_DAYS = 3660


@dataclass(frozen=True)
class Period:
    """`since` (included) and `until` (excluded) as moments; `du` and `au` as the days that the form shows."""

    du: date
    au: date
    zone: ZoneInfo

    @property
    def since(self) -> datetime:
        return datetime.combine(self.du, time(0), self.zone)

    @property
    def until(self) -> datetime:
        return datetime.combine(self.au + timedelta(days=1), time(0), self.zone)

    @property
    def query(self) -> str:
        """For addresses."""
        return f"du={self.du.isoformat()}&au={self.au.isoformat()}"

    @property
    def days(self) -> int:
        return (self.au - self.du).days + 1


def read_period(du: str, au: str, moment: datetime, zone: ZoneInfo) -> Period:
    """The period asked for; what is not a day, or is the wrong way round, gives the last thirty days."""
    today = moment.astimezone(zone).date()
    end = _day(au) or today
    start = _day(du) or end - timedelta(days=DEFAULT_DAYS - 1)
    if start > end or (end - start).days >= MAX_DAYS or end.year > 9000:
        start, end = today - timedelta(days=DEFAULT_DAYS - 1), today
    return Period(start, end, zone)


def shortcuts(moment: datetime, zone: ZoneInfo) -> list[tuple[int, str]]:
    """(number of days, address) of the usual periods, up to today."""
    today = moment.astimezone(zone).date()
    return [(days, Period(today - timedelta(days=days - 1), today, zone).query) for days in DAYS]


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.year >= 2000 else None
