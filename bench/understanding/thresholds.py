"""`make bench-thresholds`: what each threshold of the FallbackClassifier would give on the validation messages and on our own
questions.

Right, wrong: answered at once. Choices: not answered at once, a right topic among the first three. Lost: neither. Also the share
of right first topics by confidence: is 0.8 right eight times in ten?

Run: python -m bench.understanding.thresholds MODEL    (.venv/service; writes thresholds.md and calibration.png beside this file)
"""

import itertools
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.understanding import sample
from bench.understanding.judging import Judge
from bench.understanding.methods.processes import ask
from bench.understanding.methods.worker import Ranking
from bench.understanding.plots import draw_calibration
from bench.understanding.scores import calibration_bins

HERE = Path(__file__).parent
THRESHOLDS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6)
MARGIN = 0.05
BINS = (0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95, 1.01)
# Topics by probability, and the right ones among them.
Judged = tuple[Ranking, set[str]]


def row(judged: Sequence[Judged], threshold: float) -> str:
    """One line of the table of thresholds."""
    counts = {"right": 0, "choices": 0, "lost": 0, "wrong": 0}
    for ranking, accept in judged:
        (name, first), (_, second) = ranking[0], ranking[1]
        if first >= threshold and first - second >= MARGIN:
            counts["right" if name in accept else "wrong"] += 1
        else:
            counts["choices" if any(other in accept for other, _ in ranking[:3]) else "lost"] += 1
    return f"| {threshold} | " + " | ".join(f"{count / len(judged):.1%}" for count in counts.values()) + " |"


def calibration(judged: Sequence[Judged]) -> list[str]:
    """Lines of the table of confidences."""
    lines = []
    for low, high in itertools.pairwise(BINS):
        inside = [(ranking, accept) for ranking, accept in judged if low <= ranking[0][1] < high]
        if inside:
            mean = sum(ranking[0][1] for ranking, _ in inside) / len(inside)
            right = sum(ranking[0][0] in accept for ranking, accept in inside) / len(inside)
            lines.append(f"| {low:.2f}–{min(high, 1):.2f} | {len(inside)} | {mean:.2f} | {right:.2f} |")
    return lines


def section(title: str, file: Path, judged: Sequence[Judged]) -> list[str]:
    """Both tables of one set."""
    first = sum(ranking[0][0] in accept for ranking, accept in judged) / len(judged)
    three = sum(any(name in accept for name, _ in ranking[:3]) for ranking, accept in judged) / len(judged)
    return [
        f"## {title}",
        "",
        f"`{file.name}`: {len(judged)} messages, {sample.taught(file)} of them word for word in the training data too.",
        f"First topic right {first:.1%}, right among the first three {three:.1%}.",
        "",
        "| threshold | right at once | right among the choices | lost | wrong at once |",
        "|---:|---:|---:|---:|---:|",
        *(row(judged, threshold) for threshold in THRESHOLDS),
        "",
        "| confidence | messages | mean confidence | share right |",
        "|---|---:|---:|---:|",
        *calibration(judged),
        "",
    ]


def rank(model: Path, file: Path, accepted: Callable[[dict[str, Any], Ranking], set[str]]) -> list[Judged]:
    """Topics by probability, and the right ones, for each message of a JSONL file."""
    rankings = ask("rasa", {}, model, [file])["rankings"]
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [(ranking, accepted(line, ranking)) for line, ranking in zip(lines, rankings, strict=True)]


def main() -> None:
    """Measure, print and write."""
    model, judge = Path(sys.argv[1]).resolve(), Judge()
    sets: dict[str, tuple[Path, Callable[[dict[str, Any], Ranking], set[str]]]] = {
        "Validation messages": (HERE / "validation.jsonl", lambda line, _: set(line["accept"])),
        "Our own questions": (
            HERE / "questions.jsonl",
            lambda line, ranking: {topic for topic, _ in ranking if judge.accepts(line, topic)},
        ),
    }
    judged = {title: rank(model, file, accepted) for title, (file, accepted) in sets.items()}
    lines = [
        "# Thresholds on held-out messages",
        "",
        "Written by `make bench-thresholds` with the deployed model. A topic is right for a validation message when it is one of",
        "those noted with it, for a question when its answer holds the key facts (a floor, not a proof).",
        f"Margin between the first two: {MARGIN}.",
        "",
        *(line for title, (file, _) in sets.items() for line in section(title, file, judged[title])),
        "![Confidence against share right](calibration.png)",
    ]
    bins = {
        title: calibration_bins([ranking[0][1] for ranking, _ in some], [ranking[0][0] in accept for ranking, accept in some])
        for title, some in judged.items()
    }
    draw_calibration(HERE / "calibration.png", {"deployed model": bins})
    (HERE / "thresholds.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
