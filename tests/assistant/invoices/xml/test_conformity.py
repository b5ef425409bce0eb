"""Schema and rules of EN 16931: what is right passes, what is broken is named, in French, at its place."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from lxml import etree

from assistant.invoices.catalogue import load_catalogue
from assistant.invoices.files.limits import Limits
from assistant.invoices.files.safe_xml import parse_xml
from assistant.invoices.schemas import Observation
from assistant.invoices.xml import saxon
from assistant.invoices.xml.conformity import check_conformity, warm_up
from assistant.invoices.xml.standards import FOLDER, standard_of, usual_standards
from assistant.invoices.xml.wording import rule_in_words, schema_in_words
from tests.support.invoices.corpus import BEYOND_FACTUR_X
from tests.support.invoices.samples import AllowanceSample, AttachmentSample, LineSample, PartySample
from tests.support.invoices.xml_templates import GUIDELINES, make_cii, make_ubl
from tests.support.paths import KNOWLEDGE, ROOT

FULL: dict[str, Any] = {
    "contract": "M-2026-9",
    "preceding": (("2026-0100", "2026-10-01"),),
    "payee": PartySample(name="Affactureur (démonstration)", siret="98765432400019", siren="987654324"),
    "lines": (LineSample(description="Blanc"), LineSample(rate="5.5"), LineSample(rate="0", category="E")),
    "allowances": (AllowanceSample("50.00"), AllowanceSample("10.00", charge=True)),
    "attachments": (AttachmentSample(),),
    "totals__prepaid": "100.00",
}


def _check(xml: bytes) -> list[Observation]:
    return check_conformity(parse_xml(xml, Limits()))[0]


def _rules(xml: bytes) -> list[tuple[str, str]]:
    return [(item.id, item.values.get("regle", "")) for item in _check(xml)]


@pytest.mark.parametrize("profile", ["basic", "en16931", "extended"])
def test_a_valid_cii_of_a_full_profile_obeys_everything(profile: str) -> None:
    assert _check(make_cii(profile)) == []
    # EXTENDED warns of an exempt line whose reason is not repeated on the line.
    lines = FULL["lines"][:2] if profile == "extended" else FULL["lines"]
    assert _check(make_cii(profile, **{**FULL, "lines": lines, "attachments": ()})) == []


def test_a_valid_ubl_invoice_and_credit_note_obey_everything() -> None:
    assert _check(make_ubl()) == []
    assert _check(make_ubl(**FULL)) == []
    assert _check(make_ubl(type_code="381", **FULL)) == []


@pytest.mark.parametrize("profile", ["minimum", "basicwl"])
def test_a_profile_without_lines_is_told_and_not_refused(profile: str) -> None:
    (found,) = _check(make_cii(profile))
    assert found.id == "XML-PROFIL-SANS-LIGNES"
    assert load_catalogue(KNOWLEDGE / "controles").finding(found).severity.value == "a_verifier"


@pytest.mark.parametrize(
    ("changes", "cii", "ubl"),
    [
        ({"totals__with_vat": "1300.00", "totals__due": "1300.00"}, {"BR-CO-15"}, {"BR-CO-15"}),
        ({"totals__due": "1.00"}, {"BR-CO-16"}, {"BR-CO-16"}),
        ({"seller__vat": None}, {"BR-S-02"}, {"BR-S-02"}),
        ({"totals__vat": "201.00"}, {"BR-CO-14"}, {"BR-CO-14"}),
    ],
)
def test_a_broken_rule_of_the_norm_is_named(changes: dict[str, Any], cii: set[str], ubl: set[str]) -> None:
    assert {rule for _, rule in _rules(make_cii(**changes))} == cii
    assert {rule for _, rule in _rules(make_ubl(**changes))} == ubl


def test_a_broken_schema_is_told_with_its_line_and_place() -> None:
    found = [item for item in _check(make_ubl(issue_date="2026-13-45")) if item.id == "XML-XSD"]
    assert [item.values["message"] for item in found] == ["dans « IssueDate », la valeur « 2026-13-45 » n'a pas la bonne forme"]
    assert found[0].where.xpath == "/Invoice/cbc:IssueDate" and found[0].values["ligne"] == "6"


def test_one_wrong_code_in_twelve_places_is_one_finding() -> None:
    found = [item for item in _check(make_ubl(currency="EURO")) if item.values.get("regle") == "BR-CL-03"]
    assert len(found) == 1
    assert found[0].values["endroits"] == "12 endroits"


@pytest.mark.parametrize("make", [make_cii, make_ubl])
@pytest.mark.parametrize("guideline", [None, "urn:example.org:autre"])
def test_an_unknown_profile_is_told_and_the_rules_are_not_said_to_have_run(make: Any, guideline: str | None) -> None:
    observations, ran = check_conformity(parse_xml(make(guideline=guideline), Limits()))
    assert [item.id for item in observations if item.id != "XML-XSD"] == ["XML-PROFIL"]
    assert "EN-SCHEMATRON" not in ran


def test_a_national_version_of_the_norm_is_judged_by_the_norm() -> None:
    xml = make_ubl(guideline="urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0", totals__due="1.00")
    assert _rules(xml) == [("EN-SCHEMATRON", "BR-CO-16")]


def _said(xml: bytes, *, in_pdf: bool) -> set[str]:
    return {item.values["regle"] for item in check_conformity(parse_xml(xml, Limits()), in_pdf=in_pdf)[0]}


def test_a_cii_alone_is_judged_by_the_norm_and_in_a_pdf_by_the_profile() -> None:
    xml = make_cii(**BEYOND_FACTUR_X)
    assert _said(xml, in_pdf=False) == set()
    assert _said(xml, in_pdf=True) == {"sans numéro", "FX-SCH-A-000589"}


def test_a_national_version_of_the_norm_in_a_pdf_is_no_profile_of_factur_x() -> None:
    xml = make_cii(guideline="urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0", **BEYOND_FACTUR_X)
    assert _said(xml, in_pdf=True) == set()


def test_a_cii_alone_that_claims_a_profile_of_factur_x_is_judged_by_it() -> None:
    xml = make_cii("basic", payment_means="999")
    assert _said(xml, in_pdf=False) == _said(xml, in_pdf=True) == {"FX-SCH-A-000023"}


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"currency": "EURO"}, {"BR-CL-03", "BR-CL-04"}),
        ({"payment_means": "999"}, {"BR-CL-16"}),
        ({"type_code": "999"}, {"BR-CL-01"}),
        ({"seller__country": "XX"}, {"BR-CL-14"}),
        ({"lines__0__category": "Q"}, {"BR-CL-18"}),
        ({"seller__siret_scheme": "ABCD"}, {"BR-FREXT-CL-10"}),
        ({"seller__contacts": ("Alice", "Bernard")}, {"CII-SR-455"}),
        ({"totals__without_vat": "1000.001"}, {"BR-CO-13", "BR-DEC-12"}),
    ],
)
def test_codes_syntax_and_sums_of_a_cii_alone_are_judged(changes: dict[str, Any], rules: set[str]) -> None:
    assert _said(make_cii(**changes), in_pdf=False) == rules


def _asserts(stylesheet: str) -> Iterator[tuple[str, bool, str]]:
    """(number, warning, text) of each rule of a compiled Schematron."""
    svrl, xsl = "{http://purl.oclc.org/dsdl/svrl}", "{http://www.w3.org/1999/XSL/Transform}"
    for node in etree.parse(FOLDER / stylesheet).iter(f"{svrl}failed-assert"):
        said = {item.get("name"): item.text or "" for item in node.findall(f"{xsl}attribute")}
        text = node.find(f"{svrl}text")
        assert text is not None
        yield said.get("id", ""), said.get("flag") == "warning", " ".join("".join(text.itertext()).split())


def test_the_two_sets_that_make_up_the_norm_share_no_rule_and_hold_the_sums_codes_and_syntax() -> None:
    standard = standard_of(parse_xml(make_cii(), Limits()))
    assert standard is not None
    kept = [
        {number for number, warning, _ in _asserts(one.stylesheet) if one.keeps(number, warning=warning)}
        for one in standard.rules
    ]
    assert kept[0] & kept[1] == set()
    both = kept[0] | kept[1]
    assert {f"BR-CO-{number}" for number in (10, 11, 12, 13, 14, 15, 16, 17)} <= both
    assert {"BR-01", "BR-S-08", "BR-CL-01", "BR-CL-23", "BR-DEC-12", "CII-SR-470", "CII-DT-097"} <= both
    assert not {number for number in both if number.startswith(("FX-", "PEPPOL")) or not number}


def test_codes_and_syntax_of_a_cii_are_told_in_french() -> None:
    standard = standard_of(parse_xml(make_cii(), Limits()))
    assert standard is not None
    english = [
        (number, text)
        for one in standard.rules
        for number, warning, text in _asserts(one.stylesheet)
        if one.keeps(number, warning=warning) and ("-CL-" in number or number.startswith("CII-"))
        if rule_in_words(number, text) in text
    ]
    assert english == []


def test_what_is_not_read_is_said() -> None:
    assert [item.id for item in _check(b"<PES_Facture/>")] == ["XML-PES"]
    assert [item.id for item in _check(b'<a:CrossIndustryDocument xmlns:a="urn:ferd:CrossIndustryDocument:invoice:1p0"/>')] == [
        "XML-ZUGFERD1"
    ]
    assert [item.id for item in _check(b"<note/>")] == ["XML-RACINE"]


def test_every_observation_finds_its_words() -> None:
    catalogue = load_catalogue(KNOWLEDGE / "controles")
    for make in (make_cii, make_ubl):
        for changes in ({"number": None}, {"currency": "EURO"}, {"guideline": None}, {"payment_means": "999"}):
            for observation in _check(make(**changes)):
                finding = catalogue.finding(observation)
                assert "{" not in finding.found and finding.where.xpath


def test_a_rule_without_french_words_keeps_its_own() -> None:
    assert rule_in_words("BR-CO-15", "[BR-CO-15]-Invoice total…").startswith("le total TTC")
    assert rule_in_words("BR-XX-99", "[BR-XX-99]-Something odd.") == "Something odd."
    assert rule_in_words("FX-SCH-A-000580", "Value of 'ram:CountryID' is not allowed.").startswith("un code pays")
    assert schema_in_words("Element '{urn:x}A': nothing known.") == "Element 'A': nothing known."


def test_a_call_from_another_thread_is_an_exception_and_not_the_end_of_the_process() -> None:
    assert _check(make_cii()) == []
    caught: list[BaseException] = []

    def elsewhere() -> None:
        try:
            _check(make_cii())
        except saxon.WrongPlace as error:
            caught.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert len(caught) == 1


def test_a_forked_process_is_told_and_does_not_die_in_saxon() -> None:
    code = (
        "import os\n"
        "from pathlib import Path\n"
        "from assistant.invoices.xml import saxon\n"
        "from assistant.invoices.xml.standards import FOLDER, usual_standards\n"
        "rules = FOLDER / usual_standards()[1].rules[0].stylesheet\n"
        "saxon.compile_rules(rules)\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    try:\n"
        "        saxon.compile_rules(rules)\n"
        "    except saxon.WrongPlace:\n"
        "        os._exit(42)\n"
        "    os._exit(1)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "42"


def test_the_files_of_the_library_are_where_we_look() -> None:
    warm_up()
    for standard in usual_standards():
        assert (FOLDER / standard.schema).is_file()
        assert standard.rules and all((FOLDER / rules.stylesheet).is_file() for rules in standard.rules)
    assert set(GUIDELINES) == {"minimum", "basicwl", "basic", "en16931", "extended"}


def test_an_invoice_of_thousands_of_lines_is_not_put_through_the_rules_and_says_so() -> None:
    observations, ran = check_conformity(parse_xml(make_cii(lines=(LineSample(),) * 2500), Limits()))
    assert [item.id for item in observations] == ["EN-TROP-LONG"]
    assert "XML-XSD" in ran and "EN-SCHEMATRON" not in ran
