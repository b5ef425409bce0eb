"""Each control of an invoice broken alone is caught alone by the whole inspection: file, schema, norm, rules, words of the PDF.

Where the same fault breaks the norm too, the table says exactly which of its rules speak: no more and no fewer.
"""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from assistant.invoices.schemas import CheckOptions, CheckReport, Severity, Verdict
from tests.support.invoices import containers
from tests.support.invoices.mutations import MUTATIONS, Mutation
from tests.support.invoices.reports import TODAY, controls, inspect, rules
from tests.support.invoices.samples import sample
from tests.support.invoices.words import printed
from tests.support.invoices.xml_templates import make_cii, make_ubl

OPTIONS = CheckOptions(today=TODAY)


def _name(broken: Mutation) -> str:
    return f"{broken.changes or broken.said}"[:60]


def _check(folder: Path, name: str, content: bytes, broken: Mutation) -> CheckReport:
    return inspect(folder, name, content, replace(OPTIONS, **broken.said))


@pytest.mark.parametrize("broken", MUTATIONS, ids=_name)
def test_what_is_broken_alone_in_a_cii_is_caught_alone(tmp_path: Path, broken: Mutation) -> None:
    report = _check(tmp_path, "facture.xml", make_cii(**broken.changes), broken)
    assert (controls(report), set(rules(report))) == (broken.controls, broken.norm["cii"])


@pytest.mark.parametrize("broken", MUTATIONS, ids=_name)
def test_what_is_broken_alone_in_a_ubl_is_caught_alone(tmp_path: Path, broken: Mutation) -> None:
    report = _check(tmp_path, "facture.xml", make_ubl(**broken.changes), broken)
    assert (controls(report), set(rules(report))) == (broken.controls, broken.norm["ubl"])


@pytest.mark.parametrize("broken", MUTATIONS, ids=_name)
def test_what_is_broken_alone_in_a_factur_x_is_caught_alone(tmp_path: Path, broken: Mutation) -> None:
    page = tuple(printed(sample(**broken.changes)))
    content = containers.with_invoice(_factur_x(page), make_cii(**broken.changes))
    report = _check(tmp_path, "facture.pdf", content, broken)
    assert (controls(report), set(rules(report))) == (broken.controls, broken.norm["factur_x"])


@cache
def _factur_x(lines: tuple[str, ...]) -> bytes:
    return containers.make_factur_x(make_cii(), pages=[lines])


@pytest.mark.parametrize("make", [make_cii, make_ubl])
def test_a_cent_that_we_tolerate_and_the_norm_does_not_is_told_as_such(tmp_path: Path, make: object) -> None:
    assert callable(make)
    report = inspect(tmp_path, "facture.xml", make(totals__with_vat="1200.01", totals__due="1200.01"), OPTIONS)
    [finding] = [finding for finding in report.findings if finding.severity is Severity.BLOQUANT]
    assert report.verdict is Verdict.REFUS_PROBABLE
    assert finding.id == "EN-CENTIME"
    assert "BR-CO-15" in finding.found and "notre calcul le tolère, la norme non" in finding.found
    assert finding.where.xpath
    assert "s'oppose au dépôt" not in report.summary and "Un point bloquant" in report.summary


@pytest.mark.parametrize("make", [make_cii, make_ubl])
def test_two_cents_are_told_by_our_control_and_by_the_norm(tmp_path: Path, make: object) -> None:
    assert callable(make)
    report = inspect(tmp_path, "facture.xml", make(totals__with_vat="1200.02", totals__due="1200.02"), OPTIONS)
    assert sorted(finding.id for finding in report.findings) == ["EN-SCHEMATRON", "MNT-TTC"]
