"""Dates that are possible."""

from collections.abc import Iterator
from datetime import timedelta

from assistant.invoices.model import Invoice
from assistant.invoices.rules.base import rule, structured
from assistant.invoices.schemas import CheckOptions, Observation

# A file made just after midnight elsewhere is not in the future.
_TOMORROW = timedelta(days=1)
# Act 68-1250 of 31 December 1968, article 1: four years from the 1st of January that follows.
_PRESCRIPTION_YEARS = 4
# The longest legal delay (public undertakings): 30, 50 or 60 days.
_LONGEST_DELAY = timedelta(days=60)
_DATE_TERMS = {"issue_date": "la date de facture", "due_date": "l'échéance", "preceding_date": "la date de la facture d'origine"}


@rule("DAT-ABSENTE", needs=structured)
def absent(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """An invoice has a date."""
    if invoice.issue_date is None and not any(item.term == "issue_date" for item in invoice.unreadable):
        yield Observation("DAT-ABSENTE")


@rule("DAT-ILLISIBLE", needs=lambda invoice, _: invoice.structured or invoice.unreadable)
def unreadable(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """A date is a day of the calendar, in the format of the syntax."""
    for item in invoice.unreadable:
        if item.term in _DATE_TERMS:
            yield Observation("DAT-ILLISIBLE", item.where, {"champ": _DATE_TERMS[item.term], "valeur": item.words})


@rule("DAT-FUTURE", needs=lambda invoice, _: invoice.issue_date)
def future(invoice: Invoice, options: CheckOptions) -> Iterator[Observation]:
    """An invoice is not issued tomorrow."""
    issued = invoice.issue_date
    if issued is not None and issued.value > options.today + _TOMORROW:
        yield Observation("DAT-FUTURE", issued.where, {"date": f"{issued.value:%d/%m/%Y}"})


@rule("DAT-ANCIENNE", needs=lambda invoice, _: invoice.issue_date)
def old(invoice: Invoice, options: CheckOptions) -> Iterator[Observation]:
    """After four full years the debt may be lost."""
    issued = invoice.issue_date
    if issued is not None and options.today.year > issued.value.year + _PRESCRIPTION_YEARS:
        yield Observation("DAT-ANCIENNE", issued.where, {"date": f"{issued.value:%d/%m/%Y}"})


@rule("DAT-ECHEANCE-AVANT", needs=lambda invoice, _: invoice.issue_date and invoice.due_date)
def due_before_issue(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """Nothing is due before it is asked."""
    issued, due = invoice.issue_date, invoice.due_date
    if issued is not None and due is not None and due.value < issued.value:
        said = {"date": f"{issued.value:%d/%m/%Y}", "echeance": f"{due.value:%d/%m/%Y}"}
        yield Observation("DAT-ECHEANCE-AVANT", due.where, said)


@rule("DAT-ECHEANCE-LOIN", needs=lambda invoice, _: invoice.issue_date and invoice.due_date)
def due_far(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """The law's delay stands, whatever the invoice says."""
    issued, due = invoice.issue_date, invoice.due_date
    # Two months are 62 days at most, and many programs count in months.
    if issued is not None and due is not None and due.value - issued.value > _LONGEST_DELAY + timedelta(days=2):
        yield Observation("DAT-ECHEANCE-LOIN", due.where, {"jours": str((due.value - issued.value).days)})


@rule("DAT-ORIGINE-APRES", needs=lambda invoice, _: invoice.issue_date and invoice.preceding)
def origin_after(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """The invoice that this one refers to came first."""
    for earlier in invoice.preceding:
        if invoice.issue_date and earlier.issue_date and earlier.issue_date.value > invoice.issue_date.value:
            said = {"date": f"{invoice.issue_date.value:%d/%m/%Y}", "origine": f"{earlier.issue_date.value:%d/%m/%Y}"}
            yield Observation("DAT-ORIGINE-APRES", earlier.issue_date.where, said)


RULES = (absent, unreadable, future, old, due_before_issue, due_far, origin_after)
