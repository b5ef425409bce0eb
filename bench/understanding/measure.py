"""Measure one method: held-out examples first, then the questions."""

import datetime
import statistics
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.understanding import sample
from bench.understanding.judging import Judge, Outcome, Question, best_threshold, read_questions
from bench.understanding.methods.catalogue import FOLDS, Method
from bench.understanding.methods.processes import ask, train
from bench.understanding.methods.worker import Asked, Example, Ranking
from bench.understanding.results import Answered, Cost, Data, HeldOut, Result
from bench.understanding.scores import Platt, calibration_bins, macro_f1

OWN = Path(__file__).with_name("questions.jsonl")

Confidence = Callable[[float], float]


@dataclass(frozen=True)
class Ranked:
    """Held-out examples and what they were ranked as, in the same order."""

    examples: list[Example]
    rankings: list[Ranking]

    @property
    def firsts(self) -> list[str]:
        """The topic ranked first, empty when there is none."""
        return [ranking[0][0] if ranking else "" for ranking in self.rankings]

    @property
    def confidences(self) -> list[float]:
        """Of the topic ranked first (a bare score where the method gives no better)."""
        return [ranking[0][1] if ranking else 0.0 for ranking in self.rankings]

    @property
    def right(self) -> list[bool]:
        """Whether the topic ranked first is the example's."""
        return [topic == first for (_, topic), first in zip(self.examples, self.firsts, strict=True)]


def measure(method: Method, examples: Sequence[Example], development: Path, judge: Judge) -> Result:
    """Everything about one method that learns from `examples`."""
    ranked = _hold_out(method, examples)
    confidence: Confidence = float if method.confident else Platt.fit(ranked.confidences, ranked.right)
    training, asked = _learn_and_ask(method, list(examples), [development, OWN])
    rankings = [_with_confidence(ranking, confidence) for ranking in asked["rankings"]]
    questions, own_questions = read_questions(development), read_questions(OWN)
    outcomes = _outcomes(judge, questions, rankings[: len(questions)])
    own_outcomes = _outcomes(judge, own_questions, rankings[len(questions) :])
    threshold = best_threshold(own_outcomes)
    every = [*outcomes, *own_outcomes]
    return Result(
        title=method.title,
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        data=_describe(examples, method.all_data),
        held_out=_held_out(method, ranked, confidence),
        threshold=threshold,
        development=_answered(development, outcomes, threshold),
        own=_answered(OWN, own_outcomes, threshold),
        bins=calibration_bins([outcome.confidence for outcome in every], [outcome.answered == "right" for outcome in every]),
        cost=_cost(training, asked),
    )


def _learn_and_ask(method: Method, examples: list[Example], files: list[Path]) -> tuple[float, Asked]:
    """Seconds of training on `examples`, and what the model then says of the files' messages, in a process of its own."""
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        model = folder / ("model.tar.gz" if method.side == "rasa" else "model")
        seconds = train(method.side, method.options, model, sample.write(examples, folder / "examples.jsonl"))
        return seconds, ask(method.side, method.options, model, files)


def _hold_out(method: Method, examples: Sequence[Example]) -> Ranked:
    """Each of the method's folds, ranked by what was learned from all the others."""
    parts = sample.split(list(examples), FOLDS)
    tried: list[Example] = []
    rankings: list[Ranking] = []
    with tempfile.TemporaryDirectory() as directory:
        for index, part in enumerate(parts[: method.folds]):
            others = [example for other, rest in enumerate(parts) if other != index for example in rest]
            _, asked = _learn_and_ask(method, others, [sample.write(part, Path(directory) / "held_out.jsonl")])
            tried += part
            rankings += asked["rankings"]
    return Ranked(tried, rankings)


def _with_confidence(ranking: Ranking, confidence: Confidence) -> Ranking:
    return [(topic, confidence(score)) for topic, score in ranking]


def _outcomes(judge: Judge, questions: Sequence[Question], rankings: Sequence[Ranking]) -> list[Outcome]:
    return [judge.outcome(question, ranking) for question, ranking in zip(questions, rankings, strict=True)]


def _describe(examples: Sequence[Example], all_data: bool) -> Data:
    topics = {topic for _, topic in examples}
    fingerprint = sample.fingerprint(list(examples))
    return Data(topics=len(topics), examples=len(examples), fingerprint=fingerprint, all_data=all_data)


def _held_out(method: Method, ranked: Ranked, confidence: Confidence) -> HeldOut:
    truth = [topic for _, topic in ranked.examples]
    in_three = [topic in [name for name, _ in ranking[:3]] for topic, ranking in zip(truth, ranked.rankings, strict=True)]
    return HeldOut(
        folds=method.folds,
        messages=len(truth),
        accuracy=statistics.mean(ranked.right),
        macro_f1=macro_f1(truth, ranked.firsts),
        in_three=statistics.mean(in_three),
        bins=calibration_bins([confidence(score) for score in ranked.confidences], ranked.right),
    )


def _answered(file: Path, outcomes: Sequence[Outcome], threshold: float) -> Answered:
    verdicts = Counter(outcome.verdict(threshold) for outcome in outcomes)
    offtopic = [outcome.verdict(threshold) for outcome in outcomes if outcome.offtopic]
    return Answered(
        questions=len(outcomes),
        taught=sample.taught(file),
        right=verdicts["right"],
        choices=verdicts["choices"],
        unknown=verdicts["unknown"],
        wrong=verdicts["wrong"],
        offtopic=len(offtopic),
        refused=sum(verdict in ("right", "unknown") for verdict in offtopic),
    )


def _cost(training: float, asked: Asked) -> Cost:
    times = asked["milliseconds"]
    return Cost(
        training=training, memory=asked["memory_mib"], p50=statistics.median(times), p95=statistics.quantiles(times, n=20)[18]
    )
