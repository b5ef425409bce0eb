"""All the rules on one invoice."""

from assistant.invoices.model import Invoice, Syntax
from assistant.invoices.rules import amounts, bank, credit, dates, framework, identifiers, lengths, number, references, vat
from assistant.invoices.rules.base import Rule
from assistant.invoices.schemas import CheckOptions, Observation

RULES: tuple[Rule, ...] = (
    *number.RULES,
    *identifiers.RULES,
    *references.RULES,
    *dates.RULES,
    *amounts.RULES,
    *vat.RULES,
    *credit.RULES,
    *framework.RULES,
    *bank.RULES,
    *lengths.RULES,
)


def run_rules(invoice: Invoice, options: CheckOptions) -> tuple[list[Observation], list[str]]:
    """What the rules say, and the ids of the controls that could be judged on this invoice.

    A rule whose value was not found did not run: its ids are not in the second list. Nothing runs on what was not read (PES,
    ZUGFeRD 1).
    """
    if not invoice.structured and invoice.syntax is not Syntax.TEXTE:
        return [], []
    found: list[Observation] = []
    ran: list[str] = []
    for one in RULES:
        if one.applies(invoice, options):
            ran.extend(one.ids)
            found.extend(one.check(invoice, options))
    return found, ran
