"""Dates and amounts as French invoices print them."""

import re
from datetime import date
from decimal import Decimal

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("janvier", "janv", "jan"),
            ("fevrier", "fevr", "fev"),
            ("mars",),
            ("avril", "avr"),
            ("mai",),
            ("juin",),
            ("juillet", "juil"),
            ("aout",),
            ("septembre", "sept", "sep"),
            ("octobre", "oct"),
            ("novembre", "nov"),
            ("decembre", "dec"),
        ),
        start=1,
    )
    for name in names
}
# On flat text (lower case, no accents).
DATE = re.compile(
    r"(?<![\d/.-])(?:(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)"
    r"|(?P<day>\d{1,2})\s?[/.-]\s?(?P<month>\d{1,2})\s?[/.-]\s?(?P<year>(?:20)?\d\d)"
    rf"|(?P<wday>\d{{1,2}})(?:er)? (?P<word>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.? (?P<wyear>20\d\d))(?![\d/])"
)
# « 1 234,56 », « 1.234,56 », « 1234.56 », « 1 234 € »: cents, or the sign of the currency, else it is not an amount.
AMOUNT = re.compile(
    r"(?<![\d,.])(?P<sign>[-−–]\s?)?(?:(?P<eu>(?:€|eur)\s?))?"
    r"(?P<whole>\d{1,3}(?:[ .']\d{3})+|\d+)(?:(?P<cents>[,.]\d{2})(?![\d,.]\d|\d)|(?=\s?(?:€|eur\b|euros\b)))"
    r"(?!\s?%)(?P<unit>\s?(?:€|eur(?:os)?\b))?"
)
RATE = re.compile(r"(?<![\d,.])(\d{1,2}(?:[,.]\d{1,2})?)\s?%")


def to_date(match: re.Match[str]) -> date | None:
    """The day a match of DATE names; None when no calendar has it."""
    found = match.groupdict()
    if found["y"]:
        parts = (int(found["y"]), int(found["m"]), int(found["d"]))
    elif found["word"]:
        parts = (int(found["wyear"]), _MONTHS[found["word"]], int(found["wday"]))
    else:
        year = int(found["year"])
        parts = (year if year > 99 else 2000 + year, int(found["month"]), int(found["day"]))
    try:
        return date(*parts)
    except ValueError:
        return None


def to_amount(match: re.Match[str]) -> Decimal:
    """The amount a match of AMOUNT prints."""
    whole = re.sub(r"[ .']", "", match["whole"])
    cents = (match["cents"] or ",00")[1:]
    value = Decimal(f"{whole}.{cents}")
    return -value if match["sign"] else value


def to_rate(text: str) -> Decimal:
    """« 5,50 » as a number of percents, without useless zeros."""
    value = Decimal(text.replace(",", "."))
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
