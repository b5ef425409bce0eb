"""`make bench-thresholds`: what each threshold of the FallbackClassifier would give on the validation messages (Rasa side).

Right, wrong: answered at once. Choices: not answered at once, a right topic among the first three. Lost: neither. Also the share
of right first topics by confidence: is 0.8 right eight times in ten?

Run: python -m bench.understanding.thresholds MODEL    (.venv/rasa; writes bench/understanding/thresholds.md)
"""

import asyncio
import itertools
import json
import sys
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent

HERE = Path(__file__).parent
THRESHOLDS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6)
MARGIN = 0.05
BINS = (0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95, 1.01)
Judged = tuple[list[tuple[str, float]], set[str]]


async def rank(model: str, messages: list[dict[str, Any]]) -> list[Judged]:
    """Topics by probability, and the accepted ones, for each message."""
    agent = Agent.load(model_path=model)
    judged = []
    for message in messages:
        parsed = await agent.parse_message(message["text"])
        ranking = [(entry["name"], entry["confidence"]) for entry in parsed["intent_ranking"] if entry["name"] != "nlu_fallback"]
        judged.append((ranking, set(message["accept"])))
    return judged


def row(judged: list[Judged], threshold: float) -> str:
    """One line of the table of thresholds."""
    counts = {"right": 0, "choices": 0, "lost": 0, "wrong": 0}
    for ranking, accept in judged:
        (name, first), (_, second) = ranking[0], ranking[1]
        if first >= threshold and first - second >= MARGIN:
            counts["right" if name in accept else "wrong"] += 1
        else:
            counts["choices" if any(other in accept for other, _ in ranking[:3]) else "lost"] += 1
    return f"| {threshold} | " + " | ".join(f"{count / len(judged):.1%}" for count in counts.values()) + " |"


def calibration(judged: list[Judged]) -> list[str]:
    """Lines of the table of confidences."""
    lines = []
    for low, high in itertools.pairwise(BINS):
        inside = [(ranking, accept) for ranking, accept in judged if low <= ranking[0][1] < high]
        if inside:
            mean = sum(ranking[0][1] for ranking, _ in inside) / len(inside)
            right = sum(ranking[0][0] in accept for ranking, accept in inside) / len(inside)
            lines.append(f"| {low:.2f}–{min(high, 1):.2f} | {len(inside)} | {mean:.2f} | {right:.2f} |")
    return lines


def main() -> None:
    """Measure, print and write."""
    messages = [json.loads(line) for line in (HERE / "validation.jsonl").read_text(encoding="utf-8").splitlines()]
    judged = asyncio.run(rank(sys.argv[1], messages))
    first = sum(ranking[0][0] in accept for ranking, accept in judged) / len(judged)
    three = sum(any(name in accept for name, _ in ranking[:3]) for ranking, accept in judged) / len(judged)
    lines = [
        "# Thresholds on the validation messages",
        "",
        f"Written by `make bench-thresholds`: {len(judged)} realistic messages, held out. First topic right {first:.1%},",
        f"right among the first three {three:.1%}. Margin between the first two: {MARGIN}.",
        "",
        "| threshold | right at once | right among the choices | lost | wrong at once |",
        "|---:|---:|---:|---:|---:|",
        *(row(judged, threshold) for threshold in THRESHOLDS),
        "",
        "| confidence | messages | mean confidence | share right |",
        "|---|---:|---:|---:|",
        *calibration(judged),
    ]
    (HERE / "thresholds.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
