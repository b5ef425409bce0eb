"""Broken files through the whole check, workers included: no crash, no hang, no file left. Run by `make fuzz-invoices`."""

import argparse
import asyncio
import collections
import datetime
import json
import random
import tempfile
import time
from pathlib import Path

from assistant.invoices.schemas import CheckOptions
from assistant.invoices.service import InvoiceChecker
from assistant.settings import Settings
from bench.invoices.mutations import mutate
from bench.invoices.samples import seeds

_KEPT = Path("var/fuzz-invoices")
_BAD = {"FIC-ARRET": "crash", "FIC-TROP-LOURD": "hang or memory"}


def _files() -> set[str]:
    """What lies in the places where something might be left."""
    places = (Path(tempfile.gettempdir()), Path.cwd(), Path("/dev/shm"))
    return {str(path) for place in places for path in place.glob("*") if path.is_file()}


async def _one(checker: InvoiceChecker, chance: random.Random, given: dict[str, bytes], tally: "Tally") -> None:
    name = chance.choice(sorted(given))
    content = mutate(given[name], chance)
    start = time.perf_counter()
    report = await checker.check(content, name=name, options=CheckOptions(today=datetime.date(2026, 11, 24)))
    tally.add(report.verdict.value, {finding.id for finding in report.findings}, time.perf_counter() - start, name, content)


class Tally:
    """What came out."""

    def __init__(self) -> None:
        self.checks = 0
        self.verdicts: collections.Counter[str] = collections.Counter()
        self.bad: collections.Counter[str] = collections.Counter()
        self.slowest = 0.0

    def add(self, verdict: str, ids: set[str], seconds: float, name: str, content: bytes) -> None:
        """One report; a file that did harm is kept to be looked at."""
        self.checks += 1
        self.verdicts[verdict] += 1
        self.slowest = max(self.slowest, seconds)
        for control in ids & set(_BAD):
            self.bad[_BAD[control]] += 1
            _KEPT.mkdir(parents=True, exist_ok=True)
            (_KEPT / f"{control}-{self.checks}-{name}").write_bytes(content)


async def main(seconds: float, seed: int) -> None:
    """Two checks at once until the time is over."""
    given, tally, before = seeds(), Tally(), _files()
    checker = InvoiceChecker.from_settings(Settings(invoice_workers=2))
    await checker.start()
    rest = [worker.baseline for worker in checker.pool.processes]
    end = time.monotonic() + seconds

    async def work(number: int) -> None:
        chance = random.Random(seed * 100 + number)
        while time.monotonic() < end:
            await _one(checker, chance, given, tally)

    try:
        await asyncio.gather(*(work(number) for number in range(2)))
        grown = [worker.rss() for worker in checker.pool.processes]
    finally:
        await checker.close()
    left = sorted(_files() - before)
    print(
        json.dumps(
            {
                "seconds": seconds,
                "seed": seed,
                "checks": tally.checks,
                "verdicts": dict(tally.verdicts),
                "bad": dict(tally.bad),
                "slowest_seconds": round(tally.slowest, 2),
                "rss_mb_at_start": [value // 2**20 for value in rest],
                "rss_mb_at_end": [value // 2**20 for value in grown],
                "files_left": left,
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    asyncio.run(main(arguments.seconds, arguments.seed))
