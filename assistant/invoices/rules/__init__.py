"""Rules on an invoice that was read: what Chorus Pro and its recipients are known to refuse."""

from assistant.invoices.rules.run import run_rules

__all__ = ["run_rules"]
