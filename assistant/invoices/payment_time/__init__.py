"""When the law wants an invoice paid: an estimate from its history (code de la commande publique, facts E-301 to E-313)."""

from assistant.invoices.payment_time.rules import estimate
from assistant.invoices.payment_time.schemas import BuyerKind, Estimate, Note, Rate, State, Step

__all__ = ["BuyerKind", "Estimate", "Note", "Rate", "State", "Step", "estimate"]
