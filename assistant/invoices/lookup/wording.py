"""Days, amounts and other people's words as they are shown in French."""

import re
from datetime import date
from decimal import Decimal

from assistant.masking import mask_secrets
from assistant.text import clean

MAX_QUOTED = 400
# What would be markup in the widget, in words that we did not write.
_MARKUP = re.compile(r"[*\[\]`<>#]")
_SYMBOLS = {"EUR": "€"}


def day(value: date) -> str:
    """« 03/11/2026 »."""
    return f"{value:%d/%m/%Y}"


def days(count: int) -> str:
    """« 1 jour », « 12 jours »."""
    return f"{count} jour{'s' if count > 1 else ''}"


def amount(value: Decimal, currency: str = "EUR") -> str:
    """« 1 290,50 € », with no-break spaces."""
    whole, _, cents = f"{value:,.2f}".partition(".")
    grouped = whole.replace(",", "\u202f")
    return f"{grouped},{cents}\u00a0{_SYMBOLS.get(currency, currency)}"


def percent(value: Decimal) -> str:
    """« 10,40 % »."""
    return f"{value:.2f}".replace(".", ",") + "\u00a0%"


def quoted(text: str) -> str:
    """The public body's or the source's own words on one line: secrets masked, without markup, cut where they grow too long."""
    line = " ".join(_MARKUP.sub(" ", mask_secrets(clean(text)).text).split())
    line = line.replace("«", "“").replace("»", "”")
    return line if len(line) <= MAX_QUOTED else line[: MAX_QUOTED - 1].rstrip() + "…"
