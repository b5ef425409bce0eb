"""Each rule broken alone is caught alone, in both syntaxes; a valid invoice raises nothing."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from assistant.invoices.rules import run_rules
from assistant.invoices.rules.run import RULES
from assistant.invoices.schemas import CheckOptions
from assistant.invoices.xml.read import read_invoice
from tests.support.invoices.mutations import MUTATIONS, Mutation
from tests.support.invoices.xml_templates import GUIDELINES, make_cii, make_ubl

OPTIONS = CheckOptions(today=date(2026, 11, 24))


def _ids(xml: bytes, said: dict[str, Any]) -> set[str]:
    return {item.id for item in run_rules(read_invoice(xml), replace(OPTIONS, **said))[0]}


@pytest.mark.parametrize("broken", MUTATIONS, ids=lambda broken: str(broken.changes)[:60])
def test_a_rule_broken_alone_is_caught_alone_in_cii(broken: Mutation) -> None:
    assert _ids(make_cii(**broken.changes), broken.said) == broken.controls


@pytest.mark.parametrize("broken", MUTATIONS, ids=lambda broken: str(broken.changes)[:60])
def test_a_rule_broken_alone_is_caught_alone_in_ubl(broken: Mutation) -> None:
    assert _ids(make_ubl(**broken.changes), broken.said) == broken.controls


@pytest.mark.parametrize("profile", list(GUIDELINES))
def test_a_valid_invoice_of_each_profile_raises_nothing(profile: str) -> None:
    assert _ids(make_cii(profile), {}) == set()


def test_every_control_of_the_rules_is_broken_by_one_mutation_at_least() -> None:
    caught = set().union(*(broken.controls for broken in MUTATIONS))
    # Tested apart: it takes a million lines.
    assert {control for rule in RULES for control in rule.ids} - caught == {"B2G-LIGNES"}


def test_a_rule_whose_value_is_absent_is_not_said_to_have_run() -> None:
    _, ran = run_rules(read_invoice(make_cii(due_date=None, bic=None)), OPTIONS)
    assert "NUM-LONG" in ran and "DAT-ECHEANCE-AVANT" not in ran and "BNQ-BIC" not in ran
