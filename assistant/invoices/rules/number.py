"""The invoice's number (facts/factures.md: ANO-14, ANO-15, ANO-16, BR-FR-CPRO-02)."""

import re
from collections.abc import Iterator
from datetime import date

from assistant.invoices.model import Invoice
from assistant.invoices.rules.base import rule, structured
from assistant.invoices.schemas import CheckOptions, InvoiceKey, Observation

MAX_NUMBER = 20
# « 20230305 » is the refused example of the source; the other shapes are our reading of « like a date ».
_REFUSED = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DOUBTFUL = (
    re.compile(r"(?P<y>\d{4})[-/. ](?P<m>\d{1,2})[-/. ](?P<d>\d{1,2})"),
    re.compile(r"(?P<d>\d{1,2})[-/. ](?P<m>\d{1,2})[-/. ](?P<y>\d{4})"),
    re.compile(r"(?P<d>\d{2})(?P<m>\d{2})(?P<y>\d{4})"),
)


@rule("NUM-ABSENT", needs=structured)
def absent(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """An invoice has a number."""
    if invoice.number is None:
        yield Observation("NUM-ABSENT")


@rule("NUM-LONG", needs=lambda invoice, _: invoice.number)
def length(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """20 characters at most."""
    number = invoice.number
    if number is not None and len(number.value) > MAX_NUMBER:
        yield Observation("NUM-LONG", number.where, {"numero": number.value, "longueur": str(len(number.value))})


@rule("NUM-DATE", "NUM-DATE-AUTRE", needs=lambda invoice, _: invoice.number)
def like_a_date(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """A number is not a date."""
    number = invoice.number
    if number is None:
        return
    if (match := _REFUSED.fullmatch(number.value)) and _is_day(*(int(part) for part in match.groups())):
        yield Observation("NUM-DATE", number.where, {"numero": number.value})
        return
    for pattern in _DOUBTFUL:
        match = pattern.fullmatch(number.value)
        if match and _is_day(int(match["y"]), int(match["m"]), int(match["d"])):
            yield Observation("NUM-DATE-AUTRE", number.where, {"numero": number.value})
            return


def _is_day(year: int, month: int, day: int) -> bool:
    if not 1990 <= year <= 2100:
        return False
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


@rule("NUM-DOUBLON", needs=lambda invoice, options: options.already_checked and invoice.number and invoice.issue_date)
def already_used(invoice: Invoice, options: CheckOptions) -> Iterator[Observation]:
    """One issuer uses a number once a year."""
    if invoice.number is None or invoice.issue_date is None or invoice.seller is None:
        return
    sellers = [item.value for item in (invoice.seller.siret, invoice.seller.siren) if item is not None]
    year = invoice.issue_date.value.year
    if any(InvoiceKey(seller, invoice.number.value, year) in options.already_checked for seller in sellers):
        yield Observation("NUM-DOUBLON", invoice.number.where, {"numero": invoice.number.value, "annee": str(year)})


@rule("NUM-ANTERIEUR-LONG", needs=lambda invoice, _: invoice.preceding)
def preceding_length(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """The number of the invoice that this one refers to: 20 characters at most."""
    for earlier in invoice.preceding:
        if earlier.number is not None and len(earlier.number.value) > MAX_NUMBER:
            longueur = str(len(earlier.number.value))
            yield Observation("NUM-ANTERIEUR-LONG", earlier.number.where, {"numero": earlier.number.value, "longueur": longueur})


RULES = (absent, length, like_a_date, already_used, preceding_length)
