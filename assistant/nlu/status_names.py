"""Names of statuses found in a message: exact codes, then labels and their variants with a tolerance for typos."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Sequence, Tuple

from rapidfuzz.distance import Indel

from assistant.nlu.french_text import fold, fold_with_offsets

# Similarity (0-1) from which a misspelt label still counts; below seven letters only an exact label does.
_MIN_RATIO = 0.86
_MIN_FUZZY_LETTERS = 7
_EDI = re.compile(r"\b(?:edi|code|statut)\s*(?:n°\s*)?(\d{2})\b")
_WORD = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True)
class StatusMention:
    """A status named in a text: `code` of statuts.csv, half-open [start, end), `score` 0-1."""

    code: str
    start: int
    end: int
    score: float


class StatusNames:
    """The labels of `data/knowledge/statuts.csv`, ready to be looked for."""

    def __init__(self, labels: Sequence[Tuple[str, str]], edi: Dict[str, str]) -> None:
        """`labels`: pairs (folded label, code), earlier pairs win ties; `edi`: two digits to code."""
        self.labels = list(labels)
        self.edi = dict(edi)
        self._by_length: Dict[int, List[Tuple[str, str]]] = {}
        for label, code in self.labels:
            self._by_length.setdefault(len(_WORD.findall(label)), []).append((label, code))

    @classmethod
    def from_csv(cls, path: Path) -> "StatusNames":
        """Read statuts.csv (columns code, edi, libelle, alias). Raises OSError, KeyError on another shape."""
        labels: List[Tuple[str, str]] = []
        edi: Dict[str, str] = {}
        with path.open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
        for row in rows:
            labels.append((fold(row["code"]), row["code"]))
            if row["edi"].isdigit():
                edi.setdefault(row["edi"], row["code"])
        for row in rows:
            for label in [row["libelle"], *row["alias"].split("|")]:
                words = _WORD.findall(fold(label))
                if words and (" ".join(words), row["code"]) not in labels:
                    labels.append((" ".join(words), row["code"]))
        return cls(labels, edi)

    def find(self, text: str) -> List[StatusMention]:
        """Statuses named in `text`, best first: longer labels, then better spelt ones. Overlaps are dropped."""
        folded, origin = fold_with_offsets(text)
        candidates = [
            StatusMention(self.edi[m.group(1)], origin[m.start()], origin[m.end() - 1] + 1, 1.0)
            for m in _EDI.finditer(folded)
            if m.group(1) in self.edi
        ]
        tokens = [(m.group(), m.start(), m.end()) for m in _WORD.finditer(folded)]
        for length, labels in self._by_length.items():
            for i in range(len(tokens) - length + 1):
                window = " ".join(token for token, _, _ in tokens[i : i + length])
                best = self._best(window, labels)
                if best is not None:
                    start, end = origin[tokens[i][1]], origin[tokens[i + length - 1][2] - 1] + 1
                    candidates.append(StatusMention(best[0], start, end, best[1]))
        candidates.sort(key=lambda found: (-(found.end - found.start) * found.score, found.start))
        kept: List[StatusMention] = []
        for found in candidates:
            if not any(found.start < other.end and other.start < found.end for other in kept):
                kept.append(found)
        return kept

    @staticmethod
    def _best(window: str, labels: Sequence[Tuple[str, str]]) -> "Tuple[str, float] | None":
        best = None
        for label, code in labels:
            if window == label:
                return code, 1.0
            if len(label) < _MIN_FUZZY_LETTERS or len(window) < _MIN_FUZZY_LETTERS - 1:
                continue
            ratio = Indel.normalized_similarity(window, label, score_cutoff=_MIN_RATIO)
            if ratio and (best is None or ratio > best[1]):
                best = (code, ratio)
        return best
