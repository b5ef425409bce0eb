import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.invoices.inspection import Inspector, make_inspector
from assistant.invoices.schemas import CheckOptions, CheckReport, FileKind, Origin, Severity, Verdict
from tests.support.invoices import containers
from tests.support.invoices.xml_templates import make_cii, make_ubl
from tests.support.paths import ROOT

OPTIONS = CheckOptions(today=datetime.date(2026, 11, 24), code_service_exige=False, engagement_exige=False)
Check = Callable[[str, bytes], CheckReport]


def inspector(**limits: float) -> Inspector:
    return make_inspector({"knowledge": str(ROOT / "data" / "knowledge"), "limits": limits})


@pytest.fixture(scope="module")
def usual() -> Inspector:
    return inspector()


@pytest.fixture
def check(usual: Inspector, tmp_path: Path) -> Check:
    def run(name: str, content: bytes) -> CheckReport:
        path = tmp_path / "recu"
        path.write_bytes(content)
        return usual.inspect(path, name=name, options=OPTIONS)

    return run


def ids(report: CheckReport, severity: Severity | None = None) -> list[str]:
    return [finding.id for finding in report.findings if severity in (None, finding.severity)]


def test_a_valid_factur_x_has_nothing_blocking_and_its_values_are_read(check: Check) -> None:
    report = check("facture.pdf", containers.make_factur_x(make_cii()))
    assert ids(report, Severity.BLOQUANT) == []
    assert (report.file.kind, report.file.profile, report.file.pages) == (FileKind.FACTUR_X, "en16931", 2)
    assert {"EN-SCHEMATRON", "XML-XSD", "PDF-PROTEGE", "FIC-NOM-LONG", "PDF-XML-PAS-A3"} <= set(report.checks)
    values = {found.name: found for found in report.fields}
    assert values["numero"].value == "2026-0147"
    assert values["numero"].origin is Origin.XML and values["numero"].where.xpath
    assert values["iban"].value.count("…") == 1 and len(values["iban"].value) < 16


@pytest.mark.parametrize(("name", "content", "kind"), [("u.xml", make_ubl(), FileKind.UBL), ("c.xml", make_cii(), FileKind.CII)])
def test_an_xml_alone_is_checked_too(check: Check, name: str, content: bytes, kind: FileKind) -> None:
    report = check(name, content)
    assert report.file.kind is kind
    assert ids(report, Severity.BLOQUANT) == []
    assert report.fields


def test_what_blocks_comes_first_and_makes_the_verdict(check: Check) -> None:
    report = check("facture é.pdf", containers.protected(containers.make_pdf(), user="secret"))
    assert ids(report) == ["PDF-PROTEGE", "FIC-NOM-SIGNES"]
    assert report.verdict is Verdict.REFUS_PROBABLE
    assert report.findings[0].anomaly == "ANO-35"
    assert report.summary == "Un point bloquant a été trouvé : corrigez-le avant le dépôt."
    assert report.unread


def test_a_scan_is_unreadable_and_says_what_was_not_checked(check: Check) -> None:
    report = check("scan.pdf", containers.make_pdf([[]]))
    assert (report.verdict, ids(report)) == (Verdict.ILLISIBLE, ["PDF-SCAN"])
    assert "n'ont pas été contrôlés" in " ".join(report.unread)
    assert report.fields == []


@pytest.mark.parametrize(
    ("name", "content", "control"),
    [
        ("vide.pdf", b"", "FIC-VIDE"),
        ("photo.pdf", b"\xff\xd8\xff\xe0", "FIC-TYPE-INCONNU"),
        ("facture.pdf", b"%PDF-1.7\nrien", "PDF-ABIME"),
        ("facture.xml", b"<Invoice", "FIC-XML-MALFORME"),
        ("facture.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "FIC-XML-INTERDIT"),
        ("lot.zip", containers.make_zip({"../a.xml": b"x"}), "LOT-CHEMIN"),
        ("lot.zip", containers.make_zip({"a.xml": make_ubl()})[:-30], "LOT-ABIME"),
    ],
)
def test_a_file_that_cannot_be_read_gets_one_clear_reason(check: Check, name: str, content: bytes, control: str) -> None:
    report = check(name, content)
    assert ids(report) == [control]
    assert report.verdict is Verdict.REFUS_PROBABLE
    assert report.unread and not report.fields


def test_a_root_that_is_no_invoice_is_refused_and_a_pes_is_recognised(check: Check) -> None:
    assert ids(check("bon.xml", b"<Order/>")) == ["XML-RACINE"]
    pes = check("pes.xml", b'<n:PES_Aller xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"/>')
    assert (pes.file.kind, pes.verdict) == (FileKind.PES, Verdict.ILLISIBLE)
    assert pes.unread


def test_an_embedded_xml_that_is_broken_is_placed_in_its_file(check: Check) -> None:
    content = containers.with_attachments(containers.make_pdf(), {"factur-x.xml": make_cii()[:900]})
    report = check("facture.pdf", content)
    broken = next(finding for finding in report.findings if finding.id == "FIC-XML-MALFORME")
    assert broken.where.file == "factur-x.xml"
    assert report.file.kind is FileKind.FACTUR_X
    assert any("XML embarqué" in sentence for sentence in report.unread)


def test_a_piece_inside_a_pdf_is_a_doubt_and_never_a_certain_refusal(check: Check) -> None:
    content = containers.with_attachments(containers.make_factur_x(make_cii()), {"p" * 60 + ".pdf": b"%PDF-1.7"})
    finding = next(one for one in check("facture.pdf", content).findings if one.id == "PJ-NOM-LONG")
    assert finding.severity is Severity.A_VERIFIER
    assert finding.where.file is not None and finding.where.file.startswith("ppp")


def test_a_lot_has_one_report_an_invoice_and_says_what_does_not_belong(check: Check) -> None:
    lot = {
        "a.xml": make_ubl(),
        "b.pdf": containers.make_factur_x(make_cii(number="2026-0148")),
        "c.pdf": containers.make_pdf(),
        "d.zip": containers.make_zip({"x.xml": b"<a/>"}),
        "e.txt": b"bonjour",
    }
    report = check("lot.zip", containers.make_zip(lot))
    assert report.file.kind is FileKind.LOT
    assert [member.file.name for member in report.members] == ["a.xml", "b.pdf", "c.pdf"]
    assert ids(report) == ["LOT-PDF-SIMPLE", "LOT-IMBRIQUE", "LOT-AUTRE"]
    assert [finding.where.file for finding in report.findings] == ["c.pdf", "d.zip", "e.txt"]
    assert report.verdict is Verdict.REFUS_PROBABLE
    assert report.summary.startswith("Le lot lui-même a un défaut bloquant. Factures contrôlées dans le lot : 3.")


def test_the_same_number_twice_in_a_lot_is_said_and_different_ones_are_not(check: Check) -> None:
    twice = check("lot.tar.gz", containers.make_tar_gz({"a.xml": make_ubl(), "b.xml": make_cii()}))
    assert "LOT-NUMERO-DOUBLON" in ids(twice)
    other = check("lot.tar.gz", containers.make_tar_gz({"a.xml": make_ubl(), "b.xml": make_cii(number="2026-0148")}))
    assert "LOT-NUMERO-DOUBLON" not in ids(other)


def test_what_is_left_of_a_lot_when_its_time_is_over_is_said(tmp_path: Path) -> None:
    path = tmp_path / "lot"
    path.write_bytes(containers.make_zip({f"{n}.xml": make_ubl() for n in range(3)}))
    report = inspector(lot_seconds=0.0).inspect(path, name="lot.zip", options=OPTIONS)
    assert "fichiers non contrôlés : 3" in " ".join(report.unread)
    assert report.verdict is not Verdict.ACCEPTABLE


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(containers.make_pdf())
    report = inspector(file_bytes=1000).inspect(path, name="facture.pdf", options=OPTIONS)
    assert (ids(report), report.verdict) == (["FIC-TAILLE"], Verdict.ILLISIBLE)


def test_the_number_of_findings_is_bounded_and_said(tmp_path: Path) -> None:
    path = tmp_path / "lot"
    path.write_bytes(containers.make_zip({f"{n}.txt": b"bonjour" for n in range(20)}))
    report = inspector(findings=5).inspect(path, name="lot.zip", options=OPTIONS)
    assert len(report.findings) == 5
    assert any("5 constats" in sentence for sentence in report.unread)
