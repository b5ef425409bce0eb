"""`make bench-search`: milliseconds of a search over 500 fiches, for questions as people type them.

The fiches of the project, some of them twice to make 500; the queries are the held-out questions of bench/understanding.

Run: python -m bench.search.run    (.venv/service; writes bench/search/README.md)
"""

import json
import statistics
import time
from itertools import cycle, islice
from pathlib import Path

from assistant.knowledge.load import load_knowledge
from assistant.knowledge.search import SearchIndex

RESULT = Path(__file__).with_name("README.md")
QUESTIONS = Path("bench/understanding/questions.jsonl")
FICHES = 500


def main() -> None:
    """Measure, print and write."""
    known = list(load_knowledge(Path("data/knowledge")).fiches.values())
    started = time.perf_counter()
    index = SearchIndex(list(islice(cycle(known), FICHES)))
    built = time.perf_counter() - started
    queries = [json.loads(line)["text"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    index.search(queries[0])
    times = []
    for query in queries:
        started = time.perf_counter()
        index.search(query)
        times.append((time.perf_counter() - started) * 1000)
    lines = [
        "# Search over 500 fiches",
        "",
        f"Written by `make bench-search`: {len(queries)} questions, one after the other, on a shared two-core machine.",
        "Target: under 50 ms.",
        "",
        "| p50, ms | p95, ms | longest, ms | index built in, s |",
        "|---:|---:|---:|---:|",
        f"| {statistics.median(times):.1f} | {statistics.quantiles(times, n=20)[18]:.1f} | {max(times):.1f} | {built:.1f} |",
    ]
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
