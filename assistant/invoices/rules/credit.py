"""Avoirs, and the signs of amounts (facts/factures.md §2.8, ANO-59). The sign Chorus Pro wants is not verified."""

from collections.abc import Iterator
from decimal import Decimal

from assistant.invoices.model import NOWHERE, Invoice
from assistant.invoices.rules.base import euros, rule
from assistant.invoices.schemas import CheckOptions, Observation

# A replacement invoice (UNTDID 1001, 384) refers to an earlier one as an avoir does.
_CORRECTED = "384"


@rule("B2G-AVOIR-ORIGINE", needs=lambda invoice, _: invoice.structured and invoice.profile != "minimum" and refers(invoice))
def origin_absent(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """An avoir names the invoice that it corrects."""
    if not invoice.preceding:
        yield Observation("B2G-AVOIR-ORIGINE", invoice.type_code.where if invoice.type_code else NOWHERE)


@rule("B2G-AVOIR-ORIGINE-DATE", needs=lambda invoice, _: invoice.structured and refers(invoice) and invoice.preceding)
def origin_date(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """With the date of that invoice."""
    for earlier in invoice.preceding:
        if earlier.issue_date is None:
            number = earlier.number.value if earlier.number else "?"
            yield Observation("B2G-AVOIR-ORIGINE-DATE", earlier.where, {"numero": number})


def refers(invoice: Invoice) -> bool:
    return invoice.credit_note or (invoice.type_code is not None and invoice.type_code.value == _CORRECTED)


@rule("MNT-SIGNES", needs=lambda invoice, _: invoice.totals.without_vat and invoice.totals.with_vat)
def mixed_signs(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """Total without VAT, VAT and total with VAT have one sign."""
    totals = invoice.totals
    found = [item for item in (totals.without_vat, totals.vat, totals.with_vat) if item is not None]
    signs = {item.value > 0 for item in found if item.value != Decimal(0)}
    if len(signs) > 1:
        yield Observation("MNT-SIGNES", totals.where, {"montants": " ; ".join(euros(item.value) for item in found)})


@rule("MNT-FACTURE-NEGATIVE", needs=lambda invoice, _: not invoice.credit_note and invoice.totals.with_vat)
def negative_invoice(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """What gives money back is an avoir."""
    total = invoice.totals.with_vat
    if total is not None and total.value < 0:
        yield Observation("MNT-FACTURE-NEGATIVE", total.where, {"ttc": euros(total.value)})


@rule("MNT-AVOIR-NEGATIF", needs=lambda invoice, _: invoice.credit_note and invoice.totals.with_vat)
def negative_credit_note(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """In the norm a credit note takes back a positive amount; a negative one gives it twice over."""
    total = invoice.totals.with_vat
    if total is not None and total.value < 0:
        yield Observation("MNT-AVOIR-NEGATIF", total.where, {"ttc": euros(total.value)})


RULES = (origin_absent, origin_date, mixed_signs, negative_invoice, negative_credit_note)
