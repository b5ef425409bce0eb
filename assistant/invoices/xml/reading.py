"""Dates and amounts as people write them in the text of an invoice."""

import re
from datetime import date
from decimal import Decimal

_SPACE = "[ \u00a0\u202f]"
_AMOUNT = re.compile(rf"(?<![\d.,])(\d{{1,3}}(?:[{_SPACE[1:-1]}.']\d{{3}})+|\d+)[.,](\d{{2}})(?!\d|[.,]\d)")
_DAY = re.compile(r"(?<!\d)(\d{1,2})\s?[/.\-]\s?(\d{1,2})\s?[/.\-]\s?(\d{4}|\d{2})(?!\d)")
_ISO_DAY = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_MONTHS = (
    ("janvier", "janv"),
    ("février", "fevrier", "févr", "fevr"),
    ("mars",),
    ("avril", "avr"),
    ("mai",),
    ("juin",),
    ("juillet", "juil"),
    ("août", "aout"),
    ("septembre", "sept"),
    ("octobre", "oct"),
    ("novembre", "nov"),
    ("décembre", "decembre", "déc", "dec"),
)
_MONTH_NUMBERS = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}
_WORDY_DAY = re.compile(rf"(?<!\d)(\d{{1,2}})(?:er)?\s+({'|'.join(_MONTH_NUMBERS)})\.?\s+(\d{{4}})", re.IGNORECASE)


def amounts(text: str) -> list[Decimal]:
    """Amounts with two decimals, without sign, in the text's order."""
    return [Decimal(f"{re.sub(r'[^0-9]', '', whole)}.{cents}") for whole, cents in _AMOUNT.findall(text)]


def dates(text: str) -> list[date]:
    """Days, in no order; a year of two digits is of this century."""
    found = [_day(year, month, day) for day, month, year in _DAY.findall(text)]
    found += [_day(year, month, day) for year, month, day in _ISO_DAY.findall(text)]
    found += [_day(year, str(_MONTH_NUMBERS[month.lower()]), day) for day, month, year in _WORDY_DAY.findall(text)]
    return [day for day in found if day is not None]


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None


def bare(words: str) -> str:
    """Letters and digits only, in small letters."""
    return re.sub(r"[\W_]", "", words).casefold()


def holds(text: str, words: str) -> bool:
    """True when the words stand in the text by themselves, whatever the spaces between them."""
    pattern = r"\s*".join(re.escape(part) for part in words.split())
    return bool(pattern) and re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE) is not None
