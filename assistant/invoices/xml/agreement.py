"""Do the XML of a Factur-X and the words of its PDF say the same number, dates and totals?

A PDF's words come out in an order of their own: what is not found proves nothing, and is told as not read. A difference is told
only when a label says what the other value is.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol, TypeVar

from assistant.invoices.model import Invoice
from assistant.invoices.rules.base import euros
from assistant.invoices.schemas import Observation, Place
from assistant.invoices.xml import reading

T = TypeVar("T", date, Decimal)

_NUMBER_LABEL = r"(?:{kind})\s*(?:n\s*[°ºo]|num[ée]ro|num\b|#)\s*\.?\s*:?\s*([A-Za-z0-9][\w/.\-]*)"
_DATE_LABELS = {
    "issue_date": r"(?:date\s+(?:de\s+(?:la\s+)?facture|d['’]\s*[ée]mission|de\s+facturation)|factur[ée]e?\s+(?:du|le))\s*:?\s*",
    "due_date": r"(?:date\s+d['’]\s*)?[ée]ch[ée]ance\s*(?:le|au)?\s*:?\s*",
}
_TOTAL_LABELS = {
    "without_vat": r"(?:total|montant)\s+(?:g[ée]n[ée]ral\s+)?(?:h\.?\s?t\b\.?|hors\s+taxes?)",
    "vat": r"(?:total|montant)\s+(?:de\s+(?:la\s+)?)?t\.?v\.?a\b\.?",
    "with_vat": r"(?:total|montant)\s+(?:g[ée]n[ée]ral\s+)?(?:t\.?\s?t\.?\s?c\b\.?|toutes\s+taxes\s+comprises)",
    "due": r"(?:net|reste)\s+[àa]\s+payer",
}
# The longest: « 22 septembre 2026 ».
_DATE_SIGNS = 18
_NAMES = {
    "number": "le numéro",
    "issue_date": "la date de facture",
    "due_date": "l'échéance",
    "without_vat": "le total hors taxes",
    "vat": "la TVA",
    "with_vat": "le total TTC",
    "due": "le net à payer",
}


class PagesOfText(Protocol):
    """The text of each page, in order."""

    @property
    def texts(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class _Comparison:
    """`difference` when a label says otherwise; neither `same` nor `difference`: not read."""

    term: str
    same: bool
    difference: Observation | None = None


def check_agreement(invoice: Invoice, pages: PagesOfText) -> tuple[list[Observation], list[str]]:
    """Differences, then what could not be compared (FX-NON-LU); and the ids of the controls that could be judged."""
    done = list(_compare(invoice, pages.texts))
    found = [item.difference for item in done if item.difference is not None]
    unread = [_NAMES[item.term] for item in done if not item.same and item.difference is None]
    if unread:
        found.append(Observation("FX-NON-LU", values={"champs": ", ".join(unread)}))
    judged = [_control(item.term) for item in done if item.same or item.difference is not None]
    return found, [*dict.fromkeys(judged), "FX-NON-LU"]


def _control(term: str) -> str:
    if term == "number":
        return "FX-NUMERO"
    return "FX-DATE" if term in _DATE_LABELS else "FX-TOTAL"


def _compare(invoice: Invoice, texts: Sequence[str]) -> Iterator[_Comparison]:
    if invoice.number is not None:
        yield _number(invoice, invoice.number.value, texts)
    for term in _DATE_LABELS:
        found = getattr(invoice, term)
        if found is not None:
            yield _value(term, found.value, texts, _DATE_LABELS[term], reading.dates, lambda day: f"{day:%d/%m/%Y}")
    for term in _TOTAL_LABELS:
        total = getattr(invoice.totals, term)
        if total is not None:
            yield _value(term, abs(total.value), texts, _TOTAL_LABELS[term], reading.amounts, euros)


def _number(invoice: Invoice, number: str, texts: Sequence[str]) -> _Comparison:
    if any(reading.holds(text, number) for text in texts):
        return _Comparison("number", same=True)
    kind = "avoir" if invoice.credit_note else "facture"
    label = re.compile(_NUMBER_LABEL.format(kind=kind), re.IGNORECASE)
    # An invoice names others: those it corrects are no difference.
    others = {reading.bare(earlier.number.value) for earlier in invoice.preceding if earlier.number}
    for page, text in enumerate(texts, start=1):
        for match in label.finditer(text):
            said = match[1].rstrip(".-/")
            if re.search(r"\d", said) and reading.bare(said) not in others:
                if reading.bare(said) == reading.bare(number):
                    return _Comparison("number", same=True)
                values = {"xml": number, "pdf": said}
                return _Comparison("number", same=False, difference=Observation("FX-NUMERO", Place(page=page), values))
    return _Comparison("number", same=False)


def _value(
    term: str,
    value: T,
    texts: Sequence[str],
    label: str,
    read: Callable[[str], list[T]],
    written: Callable[[T], str],
) -> _Comparison:
    if any(value in read(text) for text in texts):
        return _Comparison(term, same=True)
    for page, text in enumerate(texts, start=1):
        for match in re.finditer(rf"{label}([^\n]*)", text, re.IGNORECASE):
            # A date follows its label at once, an amount may stand at the end of the line.
            rest = read(match[1][:_DATE_SIGNS] if term in _DATE_LABELS else match[1])
            # Several values on the line: nothing says which is the one of the label.
            if len(rest) == 1:
                values = {"champ": _NAMES[term].capitalize(), "xml": written(value), "pdf": written(rest[0])}
                if term in _DATE_LABELS:
                    values.pop("champ")
                return _Comparison(term, same=False, difference=Observation(_control(term), Place(page=page), values))
    return _Comparison(term, same=False)
