"""bench/understanding/comparison.md and its plots, made of what was kept."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.understanding.plots import draw_bars, draw_calibration
from bench.understanding.results import Answered, Result
from bench.understanding.scores import calibration_error

HERE = Path(__file__).parent

_INTRODUCTION = """\
# The choice of the pipeline, measured

Written by `make bench-pipelines` (about three hours on two cores; some methods: `python -m bench.understanding.compare --methods
ours,nearest`; tables and plots from the kept figures: `--report`). The code: [compare.py](compare.py), [methods](methods/).
"""
_DATA = """\
**Data.** {sizes} All methods but the last learn from the same seeded sample of `data/nlu` (the titles and
questions of the fiches left out: BM25 has them in its documents), retrieval intents flat as `fiche/<id>`. DIET would need hours
with all examples. BM25 learns nothing: it searches the fiches, so it can name no other topic. The last row is what is
deployed: all of `data/nlu`, its held-out fifth being one of all the data (other messages than the rows above).

**Features.** « Encoder + words + letters »: what stands before our classifier in `config.yml`, so that only the classifier
differs. Rasa's default has its own. The guard, the identifiers and the splitting of questions are part of ours. Options of ours
were set on `validation.jsonl`; the other methods keep Rasa's own defaults, untuned.
"""
_HELD_OUT = """\
## Held-out examples

Five stratified folds over the examples; « 1 of 5 »: one fifth only, because each fold takes long. Macro F1 over all topics. ECE:
expected calibration error, ten bins of as many messages each; 0 is best.
"""
_QUESTIONS = """\
## Questions

The first topic is answered when its confidence reaches the threshold, with the text that the assistant gives for it; else up to
three choices among the topics from {candidate:.2f} on, or « je ne sais pas »; `hors_sujet` first is « out of scope ». The same
policy for all, without dialogue: no search for further choices, only the first of several questions, no pasted error looked for
first. The live bot does more ([README](README.md)). Verdicts are those of [run.py](run.py): right is a floor, not a proof;
choices are wrong when none of them is right, else neither right nor wrong. Small talk ranked first counts as not understood.
Refused: off-topic questions that got neither an answer nor choices.

Each threshold is set on our own questions (most right − wrong; among equals the highest), never on the development questions,
which only judge: the table of our own questions is therefore a little rosy for all. BM25 scores and cosines become confidences
by a logistic curve (Platt) fitted on the held-out examples. ECE: confidence against the first topic being a right answer, over
both sets. The sets are small: a few questions more or less are chance.
"""
_COSTS = """\
## Costs

Training on the whole sample, features included, starting the interpreter excluded (BM25: building the index). Memory: resident,
after loading and one message, in a process that did not train (Rasa itself with TensorFlow is most of it). p50, p95: the
questions one by one. The machine is shared: read the ratios.
"""


def write_report(results: Sequence[Result], candidate: float) -> None:
    """Tables and plots, the methods in the given order. `candidate`: least confidence of a choice."""
    parts = [
        _INTRODUCTION,
        _DATA.format(sizes=_sizes(results)),
        _HELD_OUT + "\n" + _held_out_table(results),
        "![Confidence against share right](comparison_calibration.png)\n",
        _QUESTIONS.format(candidate=candidate),
        _questions_table("Development questions", results, [result.development for result in results]),
        _questions_table("Our own questions", results, [result.own for result in results]),
        "![Right minus wrong](comparison_right_minus_wrong.png)\n",
        _COSTS + "\n" + _costs_table(results),
    ]
    (HERE / "comparison.md").write_text("\n".join(parts), encoding="utf-8")
    draw_calibration(
        HERE / "comparison_calibration.png",
        {
            "held-out examples": {result.title: result.held_out.bins for result in results},
            "questions, first topic answered": {result.title: result.bins for result in results},
        },
    )
    draw_bars(
        HERE / "comparison_right_minus_wrong.png",
        "right − wrong, points of % of the questions",
        [result.title for result in results],
        {
            "development questions": [_balance(result.development) for result in results],
            "our own questions (they set the threshold)": [_balance(result.own) for result in results],
        },
    )


def _balance(answered: Answered) -> float:
    """Right − wrong in % of the questions."""
    return 100 * (answered.right - answered.wrong) / answered.questions


def _sizes(results: Sequence[Result]) -> str:
    """Sentences on how much was learned from, and a warning when rows do not belong together."""
    sampled = [result.data for result in results if not result.data.all_data]
    texts = [f"{data.examples} examples of {data.topics} topics." for data in sampled[:1]]
    if len({data.fingerprint for data in sampled}) > 1:
        texts.append("**Not all rows were measured on the same sample (see the dates): do not compare them.**")
    texts += [f"All data: {result.data.examples} examples." for result in results if result.data.all_data]
    return " ".join(texts)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown; the first column is text, the others are figures."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _held_out_table(results: Sequence[Result]) -> str:
    head = ["method", "examples", "folds", "held out", "accuracy", "macro F1", "right in first three", "ECE", "measured"]
    rows = []
    for result in results:
        held_out = result.held_out
        shares = (held_out.accuracy, held_out.macro_f1, held_out.in_three, calibration_error(held_out.bins))
        counts = [str(result.data.examples), f"{held_out.folds} of 5", str(held_out.messages)]
        rows.append([result.title, *counts, *(f"{share:.3f}" for share in shares), result.date])
    return _table(head, rows)


def _questions_table(name: str, results: Sequence[Result], answered: Sequence[Answered]) -> str:
    first = answered[0]
    title = f"### {name}: {first.questions}, {first.offtopic} of them off topic, {first.taught} word for word in `data/nlu` too\n"
    head = [
        "method",
        "threshold",
        "right",
        "choices",
        "unknown",
        "wrong",
        "right − wrong",
        "off topic refused",
        "ECE, all questions",
    ]
    rows = []
    for result, counts in zip(results, answered, strict=True):
        shares = [count / counts.questions for count in (counts.right, counts.choices, counts.unknown, counts.wrong)]
        balance = f"{counts.right - counts.wrong:+d}"
        refused = f"{counts.refused} of {counts.offtopic}"
        verdicts = [f"{share:.0%}" for share in shares]
        error = f"{calibration_error(result.bins):.3f}"
        rows.append([result.title, f"{result.threshold:.2f}", *verdicts, balance, refused, error])
    return f"{title}\n{_table(head, rows)}"


def _costs_table(results: Sequence[Result]) -> str:
    head = ["method", "training, s", "memory, MiB", "p50, ms", "p95, ms"]
    rows = []
    for result in results:
        cost = result.cost
        rows.append([result.title, f"{cost.training:.1f}", f"{cost.memory:.0f}", f"{cost.p50:.1f}", f"{cost.p95:.1f}"])
    return _table(head, rows)
