"""Chorus Pro's values, read tolerantly: what cannot be read is None (unknown), never a guess."""

import math
import re
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator

PARIS = ZoneInfo("Europe/Paris")

_FRENCH = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_COMPACT = re.compile(r"\d{8}")
_EPOCH = re.compile(r"\d{9,13}")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([ T].*)?")
_FIRST_YEAR, _LAST_YEAR = 1900, 9999
# From 2000 to 2100: the two ranges do not meet.
_EPOCH_SECONDS = range(946_684_800, 4_102_444_800)
_EPOCH_START = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def read_moment(value: object) -> datetime | None:
    """A moment in Paris, with its zone. Accepted: ISO 8601 with or without time or zone (a blank or T), dd/mm/yyyy [hh:mm[:ss]],
    yyyymmdd, seconds or milliseconds since 1970. Without a zone, Paris is assumed (not verified).
    """
    if isinstance(value, bool):
        return None
    try:
        moment = _moment(value)
        if moment is None:
            return None
        moment = moment.replace(tzinfo=PARIS) if moment.tzinfo is None else moment.astimezone(PARIS)
    except (ValueError, OverflowError):
        return None
    return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None


def _moment(value: object) -> datetime | None:
    if isinstance(value, int | float | Decimal):
        return _from_epoch(value)
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=PARIS)
    if not isinstance(value, str):
        return None
    text = value.strip()
    if not text.isascii():
        return None
    french = _FRENCH.fullmatch(text)
    if french:
        day, month, year, hour, minute, second = (int(part) if part else 0 for part in french.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=PARIS)
    if _EPOCH.fullmatch(text):
        return _from_epoch(int(text))
    if _COMPACT.fullmatch(text) or _ISO.fullmatch(text):
        return datetime.fromisoformat(text)
    return None


def _from_epoch(value: float | Decimal) -> datetime | None:
    if not math.isfinite(value):
        return None
    if int(value) in _EPOCH_SECONDS:
        return _EPOCH_START + timedelta(seconds=int(value))
    if int(value) // 1000 in _EPOCH_SECONDS:
        return _EPOCH_START + timedelta(milliseconds=int(value))
    return None


def read_day(value: object) -> date | None:
    """The day in Paris of what `read_moment` reads: midnight in Paris is the evening before in UTC."""
    moment = read_moment(value)
    return moment.date() if moment else None


def read_amount(value: object) -> Decimal | None:
    """A finite decimal, from a JSON number or its text (comma or point)."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        amount = Decimal(str(value).strip().replace(",", "."))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def read_number(value: object) -> int | None:
    """A whole number, from a JSON number or its digits."""
    amount = read_amount(value)
    # An exponent could ask for an integer of any length.
    return int(amount) if amount is not None and abs(amount) < 10**18 and amount == amount.to_integral_value() else None


def read_flag(value: object) -> bool | None:
    """True or False; None when nothing clear was said."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.strip().lower()) if isinstance(value, str) else None


def read_text(value: object) -> str | None:
    """A text without the blanks around it; None when empty. Numbers are taken as their digits."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    return str(value).strip() or None


def read_block(value: object) -> dict[str, Any]:
    """An object; empty when it is absent or something else."""
    return value if isinstance(value, dict) else {}


def read_blocks(value: object) -> list[dict[str, Any]]:
    """The objects of a list; a single object counts as a list of one."""
    if isinstance(value, dict):
        return [value]
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


Moment = Annotated[datetime | None, BeforeValidator(read_moment)]
Day = Annotated[date | None, BeforeValidator(read_day)]
Amount = Annotated[Decimal | None, BeforeValidator(read_amount)]
Number = Annotated[int | None, BeforeValidator(read_number)]
Flag = Annotated[bool | None, BeforeValidator(read_flag)]
Text = Annotated[str | None, BeforeValidator(read_text)]
