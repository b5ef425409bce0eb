"""Every file of the corpus through the real inspection: exactly the controls that it must raise, and in good time."""

import datetime
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.invoices.inspection import Inspector, make_inspector
from assistant.invoices.schemas import CheckOptions, CheckReport, FileKind, Severity
from tests.support.invoices.corpus import corpus
from tests.support.paths import KNOWLEDGE, ROOT

OPTIONS = CheckOptions(today=datetime.date(2026, 11, 24), code_service_exige=False, engagement_exige=False)
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "tests/data/invoices/expected.yml").read_text(encoding="utf-8"))
FILES = corpus()
# Issue 5: a hostile file gets its answer in under five seconds.
SECONDS = 5
VALID = [
    *(f"facturx-{profile}/facture.pdf" for profile in ("minimum", "basicwl", "basic", "en16931", "extended")),
    *("ubl-invoice/facture.xml", "ubl-credit-note/avoir.xml", "cii/facture.xml", "cii-credit-note/avoir.xml"),
    *("lot-zip/lot.zip", "lot-tar/lot.tar.gz", "complete-words/facture.pdf"),
]


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    made = make_inspector({"knowledge": str(KNOWLEDGE), "limits": {}})
    made.warm_up()
    return made


def _check(inspector: Inspector, tmp_path: Path, key: str) -> CheckReport:
    path = tmp_path / "recu"
    path.write_bytes(FILES[key]())
    return inspector.inspect(path, name=key.split("/", 1)[1], options=OPTIONS)


def _ids(report: CheckReport, severity: Severity | None = None) -> list[str]:
    return sorted({finding.id for finding in report.findings if severity in (None, finding.severity)})


def test_the_corpus_has_sixty_files_and_each_is_expected() -> None:
    assert len(FILES) >= 60
    assert set(FILES) == set(EXPECTED)


@pytest.mark.parametrize("key", list(FILES))
def test_a_file_raises_exactly_its_controls_in_good_time(inspector: Inspector, tmp_path: Path, key: str) -> None:
    wanted = EXPECTED[key]
    begin = time.monotonic()
    report = _check(inspector, tmp_path, key)
    assert time.monotonic() - begin < SECONDS
    assert _ids(report) == wanted["ids"]
    assert _ids(report, Severity.BLOQUANT) == wanted.get("blocking", [])
    assert {member.file.name: _ids(member) for member in report.members} == wanted.get("members", {})
    assert report.verdict == wanted["verdict"]


@pytest.mark.parametrize("key", VALID)
def test_a_valid_file_raises_nothing_blocking(key: str) -> None:
    assert "blocking" not in EXPECTED[key]


def test_what_is_read_in_a_plain_pdf_never_blocks_and_is_said_to_be_proposed(inspector: Inspector, tmp_path: Path) -> None:
    for key in (key for key in FILES if key.startswith("plain-")):
        report = _check(inspector, tmp_path, key)
        assert report.file.kind is FileKind.PDF
        assert _ids(report, Severity.BLOQUANT) == []
        assert report.unread and all(field.words for field in report.fields)
        assert "FR7630006000011234567890189" not in report.model_dump_json().replace(" ", "")


def test_the_same_file_is_built_twice_with_the_same_bytes() -> None:
    for key in ("plain-two_columns/facture.pdf", "ubl-invoice/facture.xml", "zip-slip/lot.zip"):
        assert FILES[key]() == FILES[key]()
