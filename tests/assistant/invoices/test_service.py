import asyncio
import datetime
import os
import signal
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from assistant.invoices.files.limits import Limits
from assistant.invoices.isolation.pool import Bounds
from assistant.invoices.memory import CheckedNumbers
from assistant.invoices.schemas import CheckOptions, CheckReport, FileKind, Severity, Verdict
from assistant.invoices.service import Busy, InvoiceChecker
from assistant.settings import Settings
from bench.invoices.hostile import HOSTILE
from tests.support.invoices import containers
from tests.support.invoices.xml_templates import make_cii, make_ubl

OPTIONS = CheckOptions(today=datetime.date(2026, 11, 24))
SETTINGS = Settings(invoice_workers=1, invoice_queue=8)

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_first_check_starts_the_workers_when_nobody_did() -> None:
    made = InvoiceChecker.from_settings(SETTINGS)
    try:
        reports = await asyncio.gather(*(made.check(make_ubl(), name="facture.xml", options=OPTIONS) for _ in range(3)))
    finally:
        await made.close()
    assert all(report.fields for report in reports)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def checker() -> AsyncIterator[InvoiceChecker]:
    """Real workers, warmed up once for the module."""
    made = InvoiceChecker.from_settings(SETTINGS)
    await made.start()
    yield made
    await made.close()


def ids(report: CheckReport) -> list[str]:
    return [finding.id for finding in report.findings]


async def test_bytes_and_a_path_get_the_same_report(checker: InvoiceChecker, tmp_path: Path) -> None:
    content = containers.make_factur_x(make_cii())
    path = tmp_path / "facture"
    path.write_bytes(content)
    reports = [await checker.check(source, name="facture.pdf", options=OPTIONS) for source in (content, path)]
    assert reports[0] == reports[1]
    assert reports[0].file.kind is FileKind.FACTUR_X
    assert "EN-SCHEMATRON" in reports[0].checks
    assert not [finding for finding in reports[0].findings if finding.severity is Severity.BLOQUANT]


async def test_a_number_met_before_is_said_without_the_worker_knowing_the_others(checker: InvoiceChecker) -> None:
    numbers = CheckedNumbers()
    first = await checker.check(make_ubl(), name="a.xml", options=OPTIONS)
    assert "NUM-DOUBLON" not in ids(first)
    numbers.remember("moi", first)
    options = replace(OPTIONS, already_checked=numbers.seen("moi", sha256="autre"))
    again = await checker.check(make_ubl(), name="b.xml", options=options)
    assert "NUM-DOUBLON" in ids(again)
    other = await checker.check(make_ubl(number="2026-0999"), name="c.xml", options=options)
    assert "NUM-DOUBLON" not in ids(other)


async def test_a_number_met_before_is_said_inside_a_lot(checker: InvoiceChecker) -> None:
    numbers = CheckedNumbers()
    numbers.remember("moi", await checker.check(make_ubl(), name="a.xml", options=OPTIONS))
    options = replace(OPTIONS, already_checked=numbers.seen("moi", sha256="autre"))
    lot = containers.make_zip({"a.xml": make_ubl(), "b.xml": make_ubl(number="2026-0999")})
    report = await checker.check(lot, name="lot.zip", options=options)
    assert ["NUM-DOUBLON" in ids(member) for member in report.members] == [True, False]


@pytest.mark.parametrize("name", sorted(HOSTILE))
async def test_a_hostile_file_gets_a_clear_answer_and_the_service_goes_on(checker: InvoiceChecker, name: str) -> None:
    content = await asyncio.to_thread(HOSTILE[name])
    report = await checker.check(content, name=name, options=OPTIONS)
    assert report.findings
    assert "FIC-ARRET" not in ids(report)
    assert report.verdict in (Verdict.REFUS_PROBABLE, Verdict.ILLISIBLE)
    assert report.unread
    assert (await checker.check(make_ubl(), name="facture.xml", options=OPTIONS)).fields


async def test_nothing_is_left_on_the_disk(checker: InvoiceChecker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = set(os.listdir("/dev/shm"))  # noqa: PTH208
    await checker.check(containers.make_factur_x(make_cii()), name="facture.pdf", options=OPTIONS)
    await checker.check(containers.make_zip({"a.pdf": containers.make_factur_x(make_cii())}), name="lot.zip", options=OPTIONS)
    assert os.listdir(tmp_path) == []  # noqa: PTH208
    assert set(os.listdir("/dev/shm")) == before  # noqa: PTH208


async def test_a_full_queue_asks_to_try_again(checker: InvoiceChecker) -> None:
    slow = containers.make_factur_x(make_cii())
    calls = [checker.check(slow, name="facture.pdf", options=OPTIONS) for _ in range(10)]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    [refused] = [answer for answer in answers if not isinstance(answer, CheckReport)]
    assert isinstance(refused, Busy)
    assert "Réessayez" in str(refused)
    assert len({answer.model_dump_json() for answer in answers if isinstance(answer, CheckReport)}) == 1


async def test_a_file_over_every_limit_is_not_even_sent_to_a_worker(tmp_path: Path) -> None:
    path = tmp_path / "enorme.zip"
    with path.open("wb") as handle:
        handle.truncate(130 * 1024 * 1024)
    idle = InvoiceChecker.from_settings(SETTINGS)
    report = await idle.check(path, name="enorme.zip", options=OPTIONS)
    assert ids(report) == ["FIC-TAILLE"]
    assert report.verdict is Verdict.ILLISIBLE


@pytest.mark.parametrize(("bounds", "resource"), [(Bounds(seconds=0.2), "temps"), (Bounds(seconds=60, memory_mb=20), "mémoire")])
async def test_a_file_over_the_time_or_the_memory_of_a_worker_is_told_as_too_heavy(bounds: Bounds, resource: str) -> None:
    made = InvoiceChecker(knowledge=SETTINGS.knowledge_dir, limits=Limits(), bounds=bounds, workers=1, queue=0, recycle_after=500)
    try:
        report = await made.check(HOSTILE["lignes.xml"](), name="facture.xml", options=OPTIONS)
    finally:
        await made.close()
    assert ids(report) == ["FIC-TROP-LOURD"]
    assert resource in report.findings[0].found
    assert report.verdict is Verdict.ILLISIBLE
    assert report.unread


async def test_a_worker_that_dies_under_a_file_is_told_and_the_next_file_is_read(checker: InvoiceChecker) -> None:
    [worker] = checker.pool.processes
    # Killed before this task yields: the pool still counts on it, and the file is given to it.
    os.kill(worker.pid, signal.SIGKILL)
    report = await checker.check(make_ubl(), name="facture.xml", options=OPTIONS)
    assert ids(report) == ["FIC-ARRET"]
    assert report.verdict is Verdict.ILLISIBLE
    assert (await checker.check(make_ubl(), name="facture.xml", options=OPTIONS)).fields


async def test_a_check_that_cannot_run_is_a_finding_with_a_reference() -> None:
    closed = InvoiceChecker.from_settings(SETTINGS)
    await closed.close()
    report = await closed.check(make_ubl(), name="facture.xml", options=OPTIONS)
    assert ids(report) == ["FIC-ARRET"]
    assert report.verdict is Verdict.ILLISIBLE
    assert report.unread
