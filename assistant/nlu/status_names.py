"""Names of statuses found in a message: codes, then labels and their variants, with a tolerance for typos word by word."""

import csv
import re
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, FrozenSet, Iterable, Iterator, List, Optional, Sequence, Tuple

from rapidfuzz import process
from rapidfuzz.distance import Indel

from assistant.nlu.french_text import fold, fold_with_offsets

# Similarity (0-1) from which a misspelt label still counts as a whole, and from which each of its words does. A label of one
# word must have seven letters to be recognised misspelt; a word of a longer label, four (MOE and MOA, 1 and 2 never).
_MIN_RATIO = 0.86
_MIN_WORD_RATIO = 0.84
_MIN_FUZZY_LETTERS = 7
_MIN_FUZZY_LETTERS_IN_LABEL = 4
_EDI = re.compile(r"\b(?:edi|code|statut)(?:\s|:|n°|nº|_|-)*([0-9]{2})\b(?![/.,]?[0-9]|\s*(?:jours?|mois|factures?|%|€))")
_WORD = re.compile(r"[a-z0-9]+")
# fmt: off
# Words of the same trade that look like a status and are none.
_OTHER_WORDS = frozenset({
    "comptabilite", "comptable", "comptables", "complexe", "complexes", "complexite", "incomplet", "incomplets", "incomplete",
    "incompletes", "incident", "incidents", "interprete", "interpretes", "redevable", "redevables", "suppression", "valideur",
    "valideurs",
})
_FLOW_NOUNS = frozenset({"flux", "fichier", "fichiers", "lot", "lots"})
# « incidenté » is said of nothing else.
_FLOW_TOPICS = _FLOW_NOUNS | {"edi", "integration", "integrations", "api", "sftp", "pes", "oftp", "incidente", "incidentes"}
_INVOICE_NOUNS = frozenset({
    "facture", "factures", "fact", "facts", "elle", "elles", "demande", "demandes", "avoirs", "decompte", "decomptes", "piece",
    "pieces",
})
_COMPLEMENT = frozenset({"de", "du", "des", "d", "par", "en", "dans", "via", "avec", "sur"})
_DETERMINERS = frozenset({
    "le", "la", "l", "les", "un", "une", "mon", "ma", "mes", "ce", "cette", "ces", "notre", "nos", "votre", "vos", "leur",
    "leurs",
})
# fmt: on
# Before « reçu » or « traité », what tells a status from a verb (« j'ai reçu un mail »).
_STATE_BEFORE = frozenset({"est", "sont", "ete", "statut", "etat", "affiche", "indique", "reste", "restes", "comme"})


@dataclass(frozen=True)
class StatusMention:
    """A status named in a text: `code` of statuts.csv, half-open [start, end), `score` 0-1."""

    code: str
    start: int
    end: int
    score: float


@dataclass(frozen=True)
class _Label:
    """Folded words of a label. `flow_only`: one word that names the status of a flow only where a flow is spoken of;
    `verb`: such a word that is an everyday verb as well."""

    words: Tuple[str, ...]
    code: str
    flow_only: bool = False
    verb: bool = False


@dataclass(frozen=True)
class _Candidate:
    mention: StatusMention
    label: _Label
    index: int


class StatusNames:
    """The labels of `data/knowledge/statuts.csv`, ready to be looked for."""

    def __init__(self, labels: Sequence[Tuple[str, str]], edi: Dict[str, str], flux: Iterable[str] = ()) -> None:
        """`labels`: pairs (folded label, code), earlier pairs win ties; `edi`: two digits to code; `flux`: codes of flows."""
        self.labels = [(label, code) for label, code in labels]
        self.edi = dict(edi)
        self.flux: FrozenSet[str] = frozenset(flux)
        self._labels = list(dict.fromkeys(self._prepared()))
        self._by_first_word: Dict[str, List[int]] = {}
        for position, label in enumerate(self._labels):
            self._by_first_word.setdefault(label.words[0], []).append(position)
        self._words = frozenset(word for label in self._labels for word in label.words)
        # The plurals made here count as they are only: other words come too near to them (« comptes », « complètes »).
        of_table = {word for words, _ in self._split() for word in words}
        self._long_words = sorted(
            word for word in self._words if _may_be_misspelt(word) and (word in of_table or not word.endswith("s"))
        )

    @classmethod
    def from_csv(cls, path: Path) -> "StatusNames":
        """Read statuts.csv (columns code, edi, libelle, alias, domaine). Raises OSError, KeyError on another shape."""
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
        return cls(labels, edi, [row["code"] for row in rows if row["domaine"] == "flux"])

    def _prepared(self) -> Iterator[_Label]:
        """The labels as they are looked for: genders and numbers of a single word, and « rejeté » of « flux rejeté »."""
        single = {(words[0], code) for words, code in self._split() if len(words) == 1}
        for words, code in self._split():
            if len(words) > 1:
                yield _Label(words, code)
            else:
                for form in _forms(words[0]):
                    yield _Label((form,), code, flow_only=code in self.flux)
        taken = {label for label, code in single if code not in self.flux}
        for words, code in self._split():
            word = _without_flow(words) if code in self.flux else None
            if word is not None and (word, code) not in single:
                for form in _forms(word):
                    yield _Label((form,), code, flow_only=True, verb=word not in taken)

    def _split(self) -> Iterator[Tuple[Tuple[str, ...], str]]:
        for label, code in self.labels:
            words = tuple(_WORD.findall(label))
            if words:
                yield words, code

    def find(self, text: str) -> List[StatusMention]:
        """Statuses named in `text`, best first: longer labels, then better spelt ones. Overlaps are dropped.

        A one-word label of a flow (« intégré », « irrecevable ») counts only where the message speaks of a flow; a word that
        names a status of the invoice and one of the flow (« rejeté ») is the flow's when the flow is what it is said of.
        """
        folded, origin = fold_with_offsets(text)
        tokens = [(m.group(), origin[m.start()], origin[m.end() - 1] + 1) for m in _WORD.finditer(folded)]
        mentions = [
            StatusMention(self.edi[m.group(1)], origin[m.start()], origin[m.end() - 1] + 1, 1.0)
            for m in _EDI.finditer(folded)
            if m.group(1) in self.edi
        ]
        mentions += [candidate.mention for candidate in self._said_of_the_right_thing(text, tokens)]
        mentions.sort(key=lambda found: (-(found.end - found.start) * found.score, found.start))
        kept: List[StatusMention] = []
        taken = bytearray(len(text))
        for found in mentions:
            if not any(taken[found.start : found.end]):
                taken[found.start : found.end] = b"\x01" * (found.end - found.start)
                kept.append(found)
        return kept

    def _candidates(self, tokens: Sequence[Tuple[str, int, int]]) -> Iterator[_Candidate]:
        near = {word: self._near(word) for word in {word for word, _, _ in tokens}}
        for index, (word, start, _) in enumerate(tokens):
            positions = sorted(position for known in near[word] for position in self._by_first_word.get(known, ()))
            for label in (self._labels[position] for position in positions):
                window = tokens[index : index + len(label.words)]
                score = _score([token for token, _, _ in window], label.words, near)
                if score:
                    yield _Candidate(StatusMention(label.code, start, window[-1][2], score), label, index)

    def _near(self, word: str) -> Dict[str, float]:
        """Words of the labels that `word` may stand for, with their similarity."""
        found = {word: 1.0} if word in self._words else {}
        if _may_be_misspelt(word) and word not in _OTHER_WORDS:
            similar = process.extract(
                word, self._long_words, scorer=Indel.normalized_similarity, score_cutoff=_MIN_WORD_RATIO, limit=None
            )
            found.update({known: ratio for known, ratio, _ in similar})
        return found

    def _said_of_the_right_thing(self, text: str, tokens: Sequence[Tuple[str, int, int]]) -> List[_Candidate]:
        words = [word for word, _, _ in tokens]
        flow_topic = any(_is_flow(word) or word in _FLOW_TOPICS for word in words)
        nouns = _Nouns(words)
        by_span: Dict[Tuple[int, int], List[_Candidate]] = {}
        for candidate in self._candidates(tokens):
            if flow_topic or not candidate.label.flow_only:
                by_span.setdefault((candidate.mention.start, candidate.mention.end), []).append(candidate)
        kept: List[_Candidate] = []
        for (start, end), candidates in by_span.items():
            of_flow = [candidate for candidate in candidates if candidate.label.flow_only]
            others = [candidate for candidate in candidates if not candidate.label.flow_only]
            if of_flow and others:
                as_a_code = any(text[start:end] == candidate.mention.code for candidate in others)
                candidates = of_flow if not as_a_code and nouns.flow_is_subject(of_flow[0].index) else others
            elif of_flow and of_flow[0].label.verb:
                index = of_flow[0].index
                is_state = index > 0 and words[index - 1] in _STATE_BEFORE
                candidates = of_flow if is_state and nouns.flow_is_subject(index) else []
            kept.extend(candidates)
        return kept


def _without_flow(words: Sequence[str]) -> Optional[str]:
    """« rejeté » of « flux rejeté », « rejet » of « rejet de flux »; None for labels of another shape."""
    if len(words) == 2 and words[0] in _FLOW_NOUNS:
        return words[1]
    if len(words) == 3 and words[1] in {"de", "du"} and words[2] in _FLOW_NOUNS:
        return words[0]
    return None


def _may_be_misspelt(word: str) -> bool:
    return len(word) >= _MIN_FUZZY_LETTERS_IN_LABEL and not any(char.isdigit() for char in word)


def _forms(word: str) -> List[str]:
    """Genders and numbers of a label of one word: « suspendue », « suspendu », « suspendus », « suspendues »."""
    base = word[:-1] if word.endswith(("ee", "ue")) else word
    if base.endswith(("e", "u")) and not base.endswith(("able", "age")):
        forms = [word, base, base + "e", base + "s", base + "es"]
    else:
        forms = [word, word + "s"]
    return [form for form in dict.fromkeys(forms) if form not in _OTHER_WORDS]


def _score(window: Sequence[str], label: Sequence[str], near: Dict[str, Dict[str, float]]) -> Optional[float]:
    """Similarity of the words of a text to those of a label, weighted by their length; None when it is another label."""
    if len(window) < len(label):
        return None
    if len(label) == 1 and window[0] != label[0] and min(len(window[0]), len(label[0])) < _MIN_FUZZY_LETTERS:
        return None
    total = 0.0
    for word, known in zip(window, label, strict=True):
        ratio = near[word].get(known)
        if ratio is None:
            return None
        total += ratio * len(known)
    score = total / sum(map(len, label))
    return score if score >= _MIN_RATIO else None


def _is_flow(word: str) -> bool:
    return word in _FLOW_NOUNS or re.match(r"(?:fso|cpp)[0-9]", word) is not None


class _Nouns:
    """Where a message speaks of a flow and where of an invoice."""

    def __init__(self, words: Sequence[str]) -> None:
        self._at = [i for i, word in enumerate(words) if _is_flow(word) or word in _INVOICE_NOUNS]
        self._flow = [_is_flow(words[i]) for i in self._at]
        # For each noun, the last one up to it that is not a complement (« facture du lot 2 »).
        self._subject: List[Optional[int]] = []
        for position, i in enumerate(self._at):
            before = self._subject[-1] if self._subject else None
            self._subject.append(before if _is_complement(words, i) else position)

    def flow_is_subject(self, index: int) -> bool:
        """Whether the word at `index` is said of a flow: by the nearest noun before it that is not a complement, else by the
        nearest noun after it, else by the nearest complement before it."""
        position = bisect_left(self._at, index)
        subject = self._subject[position - 1] if position else None
        if subject is not None:
            return self._flow[subject]
        if position < len(self._at):
            return self._flow[position]
        return self._flow[-1] if self._flow else False


def _is_complement(words: Sequence[str], index: int) -> bool:
    index -= 1
    while index >= 0 and words[index] in _DETERMINERS:
        index -= 1
    return index >= 0 and words[index] in _COMPLEMENT
