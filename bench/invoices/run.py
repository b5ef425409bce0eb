"""A check before deposit, timed and weighed; beside `facturx-xmlcheck` on the same XML in the same run. `make bench-invoices`."""

import asyncio
import datetime
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from assistant.invoices.schemas import CheckOptions, CheckReport
from assistant.invoices.service import InvoiceChecker
from assistant.settings import Settings
from bench.invoices.hostile import HOSTILE
from bench.invoices.samples import two_page_factur_x
from tests.support.invoices.xml_templates import make_cii

_MB = 2**20
_OPTIONS = CheckOptions(today=datetime.date(2026, 11, 24))
_ALONE, _ROUNDS, _AT_ONCE = 100, 40, 8
_COMMAND = Path(sys.executable).with_name("facturx-xmlcheck")


def _percentiles(seconds: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=20, method="inclusive")
    return {"p50_ms": round(1000 * statistics.median(seconds), 1), "p95_ms": round(1000 * cuts[-1], 1), "n": len(seconds)}


async def _timed(call: Callable[[], Awaitable[CheckReport]]) -> tuple[float, CheckReport]:
    start = time.perf_counter()
    report = await call()
    return time.perf_counter() - start, report


def _rss(checker: InvoiceChecker) -> list[int]:
    return sorted(worker.rss() // _MB for worker in checker.pool.processes)


async def _alone(checker: InvoiceChecker, content: bytes) -> dict[str, Any]:
    seconds = []
    for _ in range(_ALONE):
        taken, report = await _timed(lambda: checker.check(content, name="facture.pdf", options=_OPTIONS))
        assert "EN-SCHEMATRON" in report.checks, report
        seconds.append(taken)
    return _percentiles(seconds)


async def _together(checker: InvoiceChecker, content: bytes) -> dict[str, Any]:
    """Eight at once, again and again: the memory after each tenth round."""
    seconds: list[float] = []
    memory = [_rss(checker)]
    start = time.perf_counter()
    for number in range(_ROUNDS):
        calls = [_timed(lambda: checker.check(content, name="facture.pdf", options=_OPTIONS)) for _ in range(_AT_ONCE)]
        seconds += [taken for taken, _ in await asyncio.gather(*calls)]
        if number % 10 == 9:
            memory.append(_rss(checker))
    total = time.perf_counter() - start
    return {**_percentiles(seconds), "checks_a_second": round(len(seconds) / total, 1), "rss_mb_each_80_checks": memory}


async def _hostile(checker: InvoiceChecker) -> list[dict[str, Any]]:
    """Each hostile file: what was answered, after how long, and how much a worker grew at most."""
    rows = []
    for name, make in HOSTILE.items():
        content = await asyncio.to_thread(make)
        rest = {worker.pid: worker.rss() for worker in checker.pool.processes}
        peak = 0
        task = asyncio.create_task(_timed(lambda c=content, n=name: checker.check(c, name=n, options=_OPTIONS)))  # type: ignore[misc]
        while not task.done():
            await asyncio.wait({task}, timeout=0.005)
            peak = max([peak, *(worker.rss() - rest.get(worker.pid, worker.rss()) for worker in checker.pool.processes)])
        taken, report = task.result()
        rows.append(
            {
                "file": name,
                "kb": len(content) // 1024,
                "findings": [finding.id for finding in report.findings if not finding.id.startswith("FIC-NOM")],
                "verdict": report.verdict.value,
                "seconds": round(taken, 2),
                "growth_mb": peak // _MB,
            }
        )
    return rows


def _command(xml: bytes, repeats: int = 20) -> dict[str, Any]:
    """The library's own command: a process a file, XSD, then a Saxon server if one listens on port 5000 (none does)."""
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "facture.xml"
        path.write_bytes(xml)
        for _ in range(repeats):
            start = time.perf_counter()
            done = subprocess.run([_COMMAND, path], capture_output=True, text=True, check=False)
            seconds.append(time.perf_counter() - start)
    said = [line for line in done.stderr.splitlines() if "kipp" in line or "saxon" in line.lower()]
    return {**_percentiles(seconds), "exit_code": done.returncode, "says": [line[:200] for line in said]}


async def main() -> None:
    """Print one JSON object; README.md holds the table made from it."""
    content = two_page_factur_x()
    checker = InvoiceChecker.from_settings(Settings(invoice_workers=2, invoice_recycle_after=100_000))
    start = time.perf_counter()
    await checker.start()
    result: dict[str, Any] = {"start_seconds": round(time.perf_counter() - start, 2)}
    try:
        result["worker_rss_mb_at_rest"] = _rss(checker)
        result["without_network"] = [worker.without_network for worker in checker.pool.processes]
        first, _ = await _timed(lambda: checker.check(content, name="facture.pdf", options=_OPTIONS))
        result["first_ms"] = round(1000 * first, 1)
        result["alone"] = await _alone(checker, content)
        result["facturx_xmlcheck"] = await asyncio.to_thread(_command, make_cii())
        result["eight_at_once"] = await _together(checker, content)
        result["hostile"] = await _hostile(checker)
    finally:
        await checker.close()
    print(json.dumps(result, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    asyncio.run(main())
