"""Every file of the corpus through the real inspection: exactly the controls that it must raise, and in good time."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.invoices.schemas import CheckOptions, CheckReport, FileKind, Severity
from tests.support.invoices.corpus import corpus, expected
from tests.support.invoices.reports import TODAY, ids, inspect, inspector, rules

OPTIONS = CheckOptions(today=TODAY, code_service_exige=False, engagement_exige=False)
EXPECTED = expected()
FILES = corpus()
# Issue 5: a hostile file gets its answer in under five seconds.
SECONDS = 5
VALID = [
    *(f"facturx-{profile}/facture.pdf" for profile in ("minimum", "basicwl", "basic", "en16931", "extended")),
    *("ubl-invoice/facture.xml", "ubl-credit-note/avoir.xml", "cii/facture.xml", "cii-credit-note/avoir.xml"),
    *("lot-zip/lot.zip", "lot-tar/lot.tar.gz", "complete-words/facture.pdf", "cii-references/facture.xml"),
]


def _check(folder: Path, key: str, content: bytes) -> CheckReport:
    wanted = EXPECTED[key]
    options = replace(OPTIONS, **wanted.get("options", {}))
    return inspect(folder, key.split("/", 1)[1], content, options, **wanted.get("limits", {}))


def test_the_corpus_has_sixty_files_and_each_is_expected() -> None:
    assert len(FILES) >= 60
    assert set(FILES) == set(EXPECTED)


@pytest.mark.parametrize("key", list(FILES))
def test_a_file_raises_exactly_its_controls_in_good_time(tmp_path: Path, key: str) -> None:
    wanted, content = EXPECTED[key], FILES[key]()
    inspector(**wanted.get("limits", {}))
    begin = time.monotonic()
    report = _check(tmp_path, key, content)
    assert time.monotonic() - begin < SECONDS
    assert ids(report) == wanted["ids"]
    assert ids(report, Severity.BLOQUANT) == wanted.get("blocking", [])
    assert rules(report) == wanted.get("rules", [])
    assert {member.file.name: ids(member) for member in report.members} == wanted.get("members", {})
    assert report.verdict == wanted["verdict"]


@pytest.mark.parametrize("key", VALID)
def test_a_valid_file_raises_nothing_blocking(key: str) -> None:
    assert "blocking" not in EXPECTED[key]


def test_what_is_read_in_a_plain_pdf_never_blocks_and_is_said_to_be_proposed(tmp_path: Path) -> None:
    for key in (key for key in FILES if key.startswith("plain-")):
        report = _check(tmp_path, key, FILES[key]())
        assert report.file.kind is FileKind.PDF
        assert ids(report, Severity.BLOQUANT) == []
        assert report.unread and all(field.words for field in report.fields)
        assert "FR7630006000011234567890189" not in report.model_dump_json().replace(" ", "")


def test_the_same_file_is_built_twice_with_the_same_bytes() -> None:
    for key in ("plain-two_columns/facture.pdf", "ubl-invoice/facture.xml", "zip-slip/lot.zip"):
        assert FILES[key]() == FILES[key]()
