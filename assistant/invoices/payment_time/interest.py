"""Interest for late payment (R2192-31 to R2192-33): base × rate × days / 365. The 365 is usage, the article does not write it."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from assistant.invoices.payment_time.schemas import Rate

_CENT = Decimal("0.01")


def rate_for(due: date, rates: Sequence[Rate]) -> Decimal | None:
    """The rate of the half-year in which interest begins, the day after `due`; it stays the same afterwards. None: not known."""
    begins = due + timedelta(days=1)
    return next((rate.percent for rate in rates if rate.first <= begins <= rate.last), None)


def interest(base: Decimal, percent: Decimal, days: int) -> Decimal:
    """Euros, to the cent. `days` run from the day after the last day to pay to the payment, included."""
    return (base * percent * days / (100 * 365)).quantize(_CENT, ROUND_HALF_UP)
