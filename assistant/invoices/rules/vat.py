"""Currency and VAT rates."""

from collections.abc import Iterator
from decimal import Decimal

from assistant.invoices.model import Found, Invoice
from assistant.invoices.rules.base import percent, rule, structured
from assistant.invoices.schemas import CheckOptions, Observation, Place

# Mainland (CGI 278 to 281), overseas departments (296), Corsica (297); zero for what is exempt.
# https://www.legifrance.gouv.fr/codes/texte_lc/LEGITEXT000006069577/
_RATES_TEXT = "0 20 10 5.5 2.1 8.5 1.75 1.05 13 0.9"
FRENCH_RATES = frozenset(Decimal(rate) for rate in _RATES_TEXT.split())


@rule("MNT-DEVISE-ABSENTE", needs=structured)
def currency_absent(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """An invoice says its currency."""
    if invoice.currency is None:
        yield Observation("MNT-DEVISE-ABSENTE")


@rule("MNT-DEVISE", needs=lambda invoice, _: invoice.currency)
def currency(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """The euro is the safe one."""
    if invoice.currency is not None and invoice.currency.value != "EUR":
        yield Observation("MNT-DEVISE", invoice.currency.where, {"devise": invoice.currency.value})


def _rates(invoice: Invoice) -> Iterator[Found[Decimal]]:
    for rate in (*(row.rate for row in invoice.vat_breakdown), *(line.vat_rate for line in invoice.lines)):
        if rate is not None:
            yield rate


def _french(invoice: Invoice) -> bool:
    country = invoice.seller.country if invoice.seller else None
    return country is None or country.value in {"FR", "GP", "MQ", "RE", "GF", "YT"}


@rule("MNT-TAUX-INCONNU", needs=lambda invoice, _: _french(invoice) and any(_rates(invoice)))
def known_rates(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """A rate that no French text sets today; each rate is said once."""
    odd: dict[Decimal, Place] = {}
    for rate in _rates(invoice):
        if rate.value not in FRENCH_RATES:
            odd.setdefault(rate.value, rate.where)
    for value, where in odd.items():
        yield Observation("MNT-TAUX-INCONNU", where, {"taux": percent(value)})


RULES = (currency_absent, currency, known_rates)
