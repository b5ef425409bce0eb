"""The norm is exact to the cent; our own sums are not (assistant/invoices/rules/amounts.py).

A total off by one cent passes our control and breaks the norm's rule. Said apart, the two would contradict each other: the norm's
finding then says that our control tolerates the cent, and that the norm is what blocks.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from assistant.invoices.schemas import Observation

CONTROL = "EN-CENTIME"
# The rule of EN 16931 (BR-CO-…, and its like of an extension), and the control of ours that does the same sum.
_SAME_SUM = {"10": "MNT-LIGNES", "13": "MNT-HT", "14": "MNT-TVA-TOTAL", "15": "MNT-TTC", "16": "MNT-NET"}
_RULE = re.compile(r"BR-(?:[A-Z]+-)?CO-(\d+)")


def explain_cents(norm: Collection[Observation], ours: Collection[Observation], ran: Collection[str]) -> Iterator[Observation]:
    """The norm's observations; those that our control of the same sum ran on and let pass become EN-CENTIME.

    `ours`: what our rules say of the same file; `ran`: the ids of those that ran.
    """
    blamed = {observation.id for observation in ours}
    for observation in norm:
        match = _RULE.fullmatch(observation.values.get("regle", "")) if observation.id == "EN-SCHEMATRON" else None
        control = _SAME_SUM.get(match[1]) if match else None
        yield replace(observation, id=CONTROL) if control in ran and control not in blamed else observation
