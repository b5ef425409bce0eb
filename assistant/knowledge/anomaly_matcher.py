"""Which anomaly a pasted message or a description is about."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz

from assistant.knowledge.encoder import encode
from assistant.knowledge.schemas import Anomalie
from assistant.text import fold

# Set on the messages and symptoms themselves: see tests/assistant/knowledge/test_anomaly_matcher.py.
_PASTED = 88
_MIN_PASTED_LETTERS = 18
SURE = 0.62
POSSIBLE = 0.42
# Names that only a program writes: capitals inside a word, underscores, the classes of errors of an XML parser.
_TECHNICAL = re.compile(r"\b(?:[A-Z][a-z]+(?:[A-Z]+[a-z]*){1,}|[A-Z]{2,}(?:_[A-Z0-9]+)+|cvc(?:-[a-z]+)+)\b")
# « TypeCode » stands in many messages: a name this long says which one.
_MIN_TELLING_LETTERS = 14


@dataclass(frozen=True)
class AnomalyHit:
    """An anomaly and how near it is (0-1); `pasted` when the text holds the very message."""

    anomalie: Anomalie
    score: float
    pasted: bool


class AnomalyMatcher:
    """Looks among the anomalies, by the words of their messages first, by meaning otherwise."""

    def __init__(self, anomalies: Iterable[Anomalie]) -> None:
        self._anomalies = list(anomalies)
        self._messages = [
            (plain, _letters(message), anomalie)
            for anomalie in self._anomalies
            for message in anomalie.message
            if len(plain := _plain(message)) >= _MIN_PASTED_LETTERS
        ]
        self._technical = [
            (anomalie, frozenset().union(*map(_technical_names, [*anomalie.message, *anomalie.symptomes])))
            for anomalie in self._anomalies
        ]
        phrases = [[anomalie.titre, *anomalie.symptomes] for anomalie in self._anomalies]
        self._owner = np.repeat(np.arange(len(phrases)), [len(group) for group in phrases])
        self._vectors = encode([phrase for group in phrases for phrase in group])

    def pasted(self, text: str) -> AnomalyHit | None:
        """The anomaly whose error message the text holds, give or take the changing parts; None when there is none."""
        plain = _plain(text)
        if len(plain) < _MIN_PASTED_LETTERS:
            return self._named(text)
        scored = [
            (self._message_score(plain, message), len(message), whole, anomalie) for message, whole, anomalie in self._messages
        ]
        best = max((item[:2] for item in scored), default=(0.0, 0))
        if best[0] < _PASTED:
            return self._named(text)
        # Messages may differ by what stands in their brackets only: then that decides.
        tied = [(fuzz.partial_ratio(whole, _letters(text)), anomalie) for *rank, whole, anomalie in scored if tuple(rank) == best]
        return AnomalyHit(max(tied, key=lambda item: item[0])[1], best[0] / 100, pasted=True)

    def _named(self, text: str) -> AnomalyHit | None:
        """The one anomaly whose messages hold every field or code name of the text, one of them a telling one."""
        names = _technical_names(text)
        if not any("_" in name or "-" in name or len(name) >= _MIN_TELLING_LETTERS for name in names):
            return None
        found = [anomalie for anomalie, own in self._technical if names <= own]
        return AnomalyHit(found[0], 1.0, pasted=True) if len(found) == 1 else None

    def described(self, text: str, limit: int = 3) -> list[AnomalyHit]:
        """The anomalies nearest in meaning, best first, none below `POSSIBLE`."""
        nearness = self._vectors @ encode([text])[0]
        best = np.full(len(self._anomalies), -1.0)
        np.maximum.at(best, self._owner, nearness)
        order = np.argsort(-best)[:limit]
        return [AnomalyHit(self._anomalies[i], float(best[i]), pasted=False) for i in order if best[i] >= POSSIBLE]

    @staticmethod
    def _message_score(text: str, message: str) -> float:
        # A long text may hold the message; a short one may be the beginning of it.
        if len(text) >= len(message):
            return fuzz.partial_ratio(message, text)
        return fuzz.partial_ratio(text, message) if len(text) >= 0.6 * len(message) else fuzz.ratio(text, message)


def _technical_names(text: str) -> set[str]:
    """Names that only a program writes: `SpecifiedTradeSettlementPaymentMeans`, `cvc-datatype-valid`, `ERR_XSD_001`."""
    return {name.casefold() for name in _TECHNICAL.findall(text)}


def _plain(text: str) -> str:
    """Folded, without the parts that change from one message to the next (brackets, ellipses, digits, quotes)."""
    return _letters(re.sub(r"\([^)]*\)|…|\.\.\.|[«»\"“”]", " ", text))


def _letters(text: str) -> str:
    """The words of the folded text, one space between them."""
    return " ".join(re.findall(r"[a-z']+", fold(text)))
