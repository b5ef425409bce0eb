"""What a ranking of topics would answer to a question, and whether that is right.

The same policy for every method, without dialogue. `hors_sujet` first → out of scope. First topic at the threshold or above →
its answer. Else up to three choices among the likely topics that have an answer, or an honest « je ne sais pas ».
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from assistant.knowledge.anomaly_matcher import AnomalyMatcher
from assistant.knowledge.answers import Answers
from assistant.knowledge.load import load_knowledge
from assistant.knowledge.subjects import Sujet
from assistant.knowledge.term_finder import TermFinder
from assistant.knowledge.understanding import MAX_CHOICES, MIN_CANDIDATE_CONFIDENCE
from bench.understanding.methods.processes import ROOT
from bench.understanding.methods.worker import Ranking
from bench.understanding.run import holds_all, judge

Question = dict[str, Any]

OUT_OF_SCOPE = "hors_sujet"
# One above all confidences: to answer nothing can be best.
_THRESHOLDS = [round(float(value), 2) for value in np.arange(0, 1.02, 0.01)]
_FAMILIES = {"expliquer_statut": "statut", "expliquer_cadre": "cadre", "definir_terme": None}
# Named in every second question: asked about only when nothing else is.
_TOO_WIDE = frozenset({"Chorus Pro", "Facture", "Ticket", "Portail"})


@dataclass(frozen=True)
class Outcome:
    """`confidence` (0–1) of the first topic; the verdict (bench.understanding.run.VERDICTS) if it is answered, and if not."""

    confidence: float
    answered: str
    doubted: str
    offtopic: bool

    def verdict(self, threshold: float) -> str:
        """Answered at the threshold or above."""
        return self.answered if self.confidence >= threshold else self.doubted


class Judge:
    """Knows the answers."""

    def __init__(self) -> None:
        knowledge = load_knowledge(ROOT / "data" / "knowledge")
        self._answers = Answers(knowledge)
        self._terms = TermFinder(knowledge)
        self._anomalies = AnomalyMatcher(knowledge.anomalies.values())
        self.answer = lru_cache(maxsize=None)(self._answer)

    def _answer(self, topic: str, text: str) -> str | None:
        """What the assistant says about a topic when asked `text`; None for small talk, or when `text` names nothing known."""
        sujets = self._sujets(topic, text)
        if topic == "comparer_termes":
            reply = self._answers.comparison(sujets[0], sujets[1]) if len(sujets) > 1 else None
        else:
            reply = self._answers.subject(sujets[0]) if sujets else None
        return reply.text if reply else None

    def _sujets(self, topic: str, text: str) -> list[Sujet]:
        """What the text is about, by the rule of the topic."""
        if topic.startswith("fiche/"):
            return [Sujet("fiche", topic.removeprefix("fiche/"))]
        if topic == "expliquer_anomalie":
            hit = self._anomalies.pasted(text) or next(iter(self._anomalies.described(text, limit=1)), None)
            return [Sujet("anomalie", hit.anomalie.id)] if hit else []
        if topic not in _FAMILIES and topic != "comparer_termes":
            return []
        family = _FAMILIES.get(topic)
        named = [sujet for sujet in self._terms.find(text) if family in (None, sujet.famille)]
        return [sujet for sujet in named if sujet.cle not in _TOO_WIDE] or named

    def accepts(self, question: Question, topic: str) -> bool:
        """Whether this topic answers the question rightly."""
        if question["kind"] == "offtopic":
            return topic == OUT_OF_SCOPE
        answer = self.answer(topic, question["text"])
        return answer is not None and holds_all(answer, question["must_any"])

    def outcome(self, question: Question, ranking: Ranking) -> Outcome:
        """What comes of a ranking, above and below any threshold."""
        offtopic = question["kind"] == "offtopic"
        likely = [topic for topic, confidence in ranking if confidence >= MIN_CANDIDATE_CONFIDENCE]
        first, confidence = ranking[0] if ranking else ("", 0.0)
        if likely and first == OUT_OF_SCOPE:
            refused = judge(question, [_message("out_of_scope")], [])
            return Outcome(confidence, refused, refused, offtopic)
        offered = [answer for topic in likely if (answer := self.answer(topic, question["text"])) is not None][:MAX_CHOICES]
        doubted = judge(question, [_message("choices" if offered else "unknown")], offered)
        answer = self.answer(first, question["text"])
        answered = doubted if answer is None else judge(question, [_message("answer", answer)], [])
        return Outcome(confidence, answered, doubted, offtopic)


def _message(kind: str, text: str = "") -> dict[str, Any]:
    return {"kind": kind, "text": text}


def right_minus_wrong(outcomes: Sequence[Outcome], threshold: float) -> int:
    """Questions answered rightly less those answered wrongly."""
    counts = Counter(outcome.verdict(threshold) for outcome in outcomes)
    return counts["right"] - counts["wrong"]


def best_threshold(outcomes: Sequence[Outcome]) -> float:
    """The threshold with the most right − wrong; among equals the most cautious."""
    return max(_THRESHOLDS, key=lambda threshold: (right_minus_wrong(outcomes, threshold), threshold))


def read_questions(path: Path) -> list[Question]:
    """Questions in the form of the development ones."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
