"""What a rule is, and the small readings that several rules share."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from assistant.invoices.model import Found, Invoice
from assistant.invoices.schemas import CheckOptions, Observation

Check = Callable[[Invoice, CheckOptions], Iterable[Observation]]
Needs = Callable[[Invoice, CheckOptions], object]

# Ours, not Chorus Pro's, which is not published: what rounding each amount to the cent may move.
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Rule:
    """One question asked of an invoice. `ids`: the controls it may raise. It runs when `needs` says something.

    « Missing » rules need an XML read whole; « wrong value » rules need the value, wherever it was read.
    """

    ids: tuple[str, ...]
    needs: Needs
    check: Check

    def __call__(self, invoice: Invoice, options: CheckOptions) -> list[Observation]:
        """What it says of the invoice; nothing when it does not apply."""
        return list(self.check(invoice, options)) if self.applies(invoice, options) else []

    def applies(self, invoice: Invoice, options: CheckOptions) -> bool:
        return bool(self.needs(invoice, options))


def rule(*ids: str, needs: Needs) -> Callable[[Check], Rule]:
    """Turns a function into a Rule."""
    return lambda check: Rule(ids, needs, check)


def structured(invoice: Invoice, _options: CheckOptions) -> bool:
    """For the rules on what is missing."""
    return invoice.structured


def euros(amount: Decimal) -> str:
    """« 1 234,50 »: grouped by three with a no-break space, at least two decimals."""
    decimals = max(2, -int(amount.normalize().as_tuple().exponent))
    return f"{amount:,.{min(decimals, 10)}f}".replace(",", "\u202f").replace(".", ",")


def percent(rate: Decimal) -> str:
    """« 5,5 % »."""
    return f"{rate.normalize():f}".replace(".", ",") + "\u00a0%"


def amount(item: Found[Decimal] | None) -> Decimal:
    """The amount, zero when it is not there: for what the norm lets absent (allowances, charges, prepaid, rounding)."""
    return item.value if item is not None else Decimal(0)
