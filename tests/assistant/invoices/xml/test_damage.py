"""However an XML is damaged, it is read, judged and put in words: nothing falls."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from assistant.invoices.catalogue import load_catalogue
from assistant.invoices.rules import run_rules
from assistant.invoices.schemas import CheckOptions
from assistant.invoices.xml.conformity import check_conformity
from assistant.invoices.xml.read import read_root
from tests.assistant.invoices.xml.test_conformity import FULL
from tests.support.invoices.xml_templates import make_cii, make_ubl
from tests.support.paths import KNOWLEDGE

CATALOGUE = load_catalogue(KNOWLEDGE / "controles")
OPTIONS = CheckOptions(today=date(2026, 11, 24), siret_destinataire="12345678200010", code_service_exige=True)
ODD_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40)


def _damage(root: etree._Element, rank: int, how: str, text: str) -> None:
    nodes = list(root.iter())
    node = nodes[rank % len(nodes)]
    parent = node.getparent()
    if how == "text":
        node.text = text
    elif how == "attributes":
        node.attrib.clear()
    elif how == "empty":
        for child in list(node):
            node.remove(child)
        node.text = None
    elif parent is not None:
        if how == "remove":
            parent.remove(node)
        else:
            parent.insert(0, etree.fromstring(etree.tostring(node)))


_HOW = st.sampled_from(["text", "attributes", "empty", "remove", "double"])
_DAMAGES = st.lists(st.tuples(st.integers(0, 500), _HOW, ODD_TEXT), min_size=1, max_size=4)


@pytest.mark.parametrize("make", [make_cii, make_ubl])
@given(damages=_DAMAGES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_invoice_is_still_judged_in_whole_sentences(make: Any, damages: list[tuple[int, str, str]]) -> None:
    root = etree.fromstring(make(**FULL))
    for rank, how, text in damages:
        _damage(root, rank, how, text)
    invoice = read_root(root)
    for options in (OPTIONS, replace(OPTIONS, code_service_exige=None, siret_destinataire=None)):
        for observation in run_rules(invoice, options)[0]:
            assert CATALOGUE.finding(observation).found
    for observation in check_conformity(root)[0]:
        assert CATALOGUE.finding(observation).found
