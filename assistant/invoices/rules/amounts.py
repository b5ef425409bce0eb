"""Sums that hold: HT + TVA = TTC, by rate and in all; lines, allowances, net to pay.

Chorus Pro's tolerance is not published. Ours: one cent a sum; for the VAT of a rate, one cent a line at that rate, since VAT may
be rounded line by line, with one euro at most.
"""

from collections.abc import Iterator
from decimal import Decimal

from assistant.invoices.model import Invoice, Line
from assistant.invoices.rules.base import CENT, amount, euros, percent, rule
from assistant.invoices.schemas import CheckOptions, Observation

_EURO = Decimal(1)
# The price of a unit is often shown rounded; the norm does not check this product.
_LINE_TOLERANCE = Decimal("0.02")
_DATE_TERMS = {"issue_date", "due_date", "preceding_date"}


def _far(one: Decimal, other: Decimal, tolerance: Decimal = CENT) -> bool:
    return abs(one - other) > tolerance


@rule("MNT-ILLISIBLE", needs=lambda invoice, _: invoice.structured or invoice.unreadable)
def unreadable(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """An amount is a number with a point."""
    for item in invoice.unreadable:
        if item.term not in _DATE_TERMS:
            yield Observation("MNT-ILLISIBLE", item.where, {"valeur": item.words})


@rule("MNT-TTC", needs=lambda i, _: i.totals.without_vat and i.totals.vat and i.totals.with_vat)
def with_vat(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """HT + TVA = TTC."""
    totals = invoice.totals
    if totals.without_vat is None or totals.vat is None or totals.with_vat is None:
        return
    if _far(totals.without_vat.value + totals.vat.value, totals.with_vat.value):
        said = {"ht": euros(totals.without_vat.value), "tva": euros(totals.vat.value), "ttc": euros(totals.with_vat.value)}
        yield Observation("MNT-TTC", totals.with_vat.where, said)


@rule("MNT-TVA-TOTAL", needs=lambda i, _: i.totals.vat and i.vat_breakdown and all(row.amount for row in i.vat_breakdown))
def vat_sum(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """The VAT of all the rates is the VAT."""
    total = invoice.totals.vat
    rates = sum((amount(row.amount) for row in invoice.vat_breakdown), Decimal(0))
    if total is not None and _far(rates, total.value):
        yield Observation("MNT-TVA-TOTAL", total.where, {"somme": euros(rates), "tva": euros(total.value)})


@rule("MNT-TVA-TAUX", needs=lambda i, _: any(row.base and row.amount and row.rate for row in i.vat_breakdown))
def vat_of_rate(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """The VAT of a rate is its base times the rate."""
    for row in invoice.vat_breakdown:
        if row.base is None or row.amount is None or row.rate is None:
            continue
        rate = row.rate.value
        lines = sum(1 for line in invoice.lines if line.vat_rate is not None and line.vat_rate.value == rate)
        expected = row.base.value * rate / 100
        # Half a cent of rounding is in each of the two: a difference of a whole cent is one that rounding does not make.
        # Some currencies have no cents; the norm allows one unit.
        euro = invoice.currency is None or invoice.currency.value == "EUR"
        if _far(expected, row.amount.value, min(_EURO, CENT * max(1, lines)) if euro else _EURO):
            said = {
                "taux": percent(rate),
                "base": euros(row.base.value),
                "tva": euros(row.amount.value),
                "attendu": euros(round(expected, 2)),
            }
            yield Observation("MNT-TVA-TAUX", row.amount.where, said)


@rule("MNT-BASES", needs=lambda i, _: i.totals.without_vat and i.vat_breakdown and all(row.base for row in i.vat_breakdown))
def bases(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """The bases of all the rates are the total without VAT."""
    total = invoice.totals.without_vat
    found = sum((amount(row.base) for row in invoice.vat_breakdown), Decimal(0))
    if total is not None and _far(found, total.value):
        yield Observation("MNT-BASES", total.where, {"somme": euros(found), "ht": euros(total.value)})


@rule("MNT-HT", needs=lambda i, _: i.totals.lines and i.totals.without_vat)
def without_vat(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """Lines - allowances + charges = HT."""
    totals = invoice.totals
    if totals.lines is None or totals.without_vat is None:
        return
    expected = totals.lines.value - amount(totals.allowances) + amount(totals.charges)
    if _far(expected, totals.without_vat.value):
        said = {"attendu": euros(expected), "ht": euros(totals.without_vat.value)}
        yield Observation("MNT-HT", totals.without_vat.where, said)


@rule("MNT-LIGNES", needs=lambda i, _: i.totals.lines and i.lines and all(line.net for line in i.lines if line.counted))
def lines_sum(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """The lines add up."""
    total = invoice.totals.lines
    found = sum((amount(line.net) for line in invoice.lines if line.counted), Decimal(0))
    if total is not None and _far(found, total.value):
        yield Observation("MNT-LIGNES", total.where, {"somme": euros(found), "total": euros(total.value)})


@rule("MNT-LIGNE", needs=lambda i, _: any(line.net and line.price and line.quantity for line in i.lines))
def line_product(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """Quantity times price is the line's amount; one finding for all the lines, at the first."""
    wrong = [line for line in invoice.lines if line.net is not None and _off(line) is not None]
    if wrong and wrong[0].net is not None:
        first, net = wrong[0], wrong[0].net
        said = {
            "ligne": first.identifier.value if first.identifier else "?",
            "attendu": euros(round(_off(first) or Decimal(0), 2)),
            "net": euros(net.value),
            "nombre": str(len(wrong)),
        }
        yield Observation("MNT-LIGNE", net.where, said)


def _off(line: Line) -> Decimal | None:
    """What the line should come to, when it comes to something else."""
    if line.net is None or line.price is None or line.quantity is None:
        return None
    extras = line.charges - line.allowances
    whole = line.quantity.value * line.price.value + extras
    units = line.price_quantity.value if line.price_quantity and line.price_quantity.value else Decimal(1)
    expected = line.quantity.value * line.price.value / units + extras
    # Programs misuse the base quantity of the price, and nothing in the norm catches it: either reading will do.
    if not _far(expected, line.net.value, _LINE_TOLERANCE) or not _far(whole, line.net.value, _LINE_TOLERANCE):
        return None
    return expected


# The profile MINIMUM has no place for what is already paid.
@rule("MNT-NET", needs=lambda i, _: i.totals.with_vat and i.totals.due and i.profile != "minimum")
def due(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """TTC - prepaid + rounding = net to pay."""
    totals = invoice.totals
    if totals.with_vat is None or totals.due is None:
        return
    # An unnamed deposit is common in the text of a PDF, where what is not read proves nothing.
    if not invoice.structured and totals.prepaid is None and totals.due.value < totals.with_vat.value:
        return
    expected = totals.with_vat.value - amount(totals.prepaid) + amount(totals.rounding)
    if _far(expected, totals.due.value):
        yield Observation("MNT-NET", totals.due.where, {"attendu": euros(expected), "net": euros(totals.due.value)})


RULES = (unreadable, with_vat, vat_sum, vat_of_rate, bases, without_vat, lines_sum, line_product, due)
