"""Terms of the glossary (and statuses, cadres) named in a question."""

from collections.abc import Iterator

from rapidfuzz.distance import Indel

from assistant.knowledge.load import Knowledge
from assistant.knowledge.subjects import Sujet
from assistant.text import fold_words

_MIN_RATIO = 0.87
_MIN_WORD_RATIO = 0.7
_MIN_FUZZY_LETTERS = 6
# Said before a name, they only tell its kind: « le cadre A1 », « le statut suspendue », « une facture refusée ».
_KINDS = frozenset({"Cadre de facturation", "Statut", "Facture électronique"})
# Where something is, rather than what is asked: « c'est quoi le code service dans Chorus Pro ».
THE_PLACE = ("Chorus Pro", "Portail")
# In so many questions that they seldom are what is asked, the least likely first.
TOO_WIDE = (*THE_PLACE, "Ticket")


def narrowed(found: list[Sujet], *, at_least: int = 1) -> list[Sujet]:
    """Without the terms that are in every question, as long as `at_least` remain."""
    narrow = list(found)
    for name in TOO_WIDE:
        wide = Sujet("terme", name)
        if len(narrow) > at_least and wide in narrow:
            narrow.remove(wide)
    return narrow


class TermFinder:
    """Finds what a « c'est quoi … » or « différence entre … et … » is about."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._labels: dict[int, list[tuple[str, Sujet]]] = {}
        seen: set[str] = set()
        for label, sujet in _labels(knowledge):
            words = fold_words(label)
            if words and " ".join(words) not in seen:
                seen.add(" ".join(words))
                self._labels.setdefault(len(words), []).append((" ".join(words), sujet))

    def find(self, text: str) -> list[Sujet]:
        """Subjects named in `text` in reading order; longer names win over the shorter ones inside them, a kind just before a
        name is left out."""
        words = fold_words(text)
        taken = [False] * len(words)
        found: dict[int, tuple[int, Sujet]] = {}
        # « cod service » is a slip of « code service », not « service »: a longer name with a slip wins over a shorter one.
        for length in sorted(self._labels, reverse=True):
            for exact in (True, False):
                for start in range(len(words) - length + 1):
                    if any(taken[start : start + length]):
                        continue
                    sujet = self._match(" ".join(words[start : start + length]), length, exact)
                    if sujet is not None:
                        taken[start : start + length] = [True] * length
                        found[start] = (start + length, sujet)
        named = [sujet for _, (end, sujet) in sorted(found.items()) if not (sujet.cle in _KINDS and end in found)]
        return list(dict.fromkeys(named))

    def _match(self, window: str, length: int, exact: bool) -> Sujet | None:
        if exact:
            return next((sujet for label, sujet in self._labels[length] if label in (window, window.rstrip("s"))), None)
        if len(window) < _MIN_FUZZY_LETTERS:
            return None
        best: tuple[float, Sujet] | None = None
        for label, sujet in self._labels[length]:
            if len(label) >= _MIN_FUZZY_LETTERS:
                ratio = Indel.normalized_similarity(window, label, score_cutoff=_MIN_RATIO)
                if ratio and (best is None or ratio > best[0]) and _each_word_is_near(window, label):
                    best = (ratio, sujet)
        return best[1] if best else None


def _each_word_is_near(window: str, label: str) -> bool:
    """« sur chorus pro » is near to « support chorus pro » as a whole, but its first word is another word."""
    pairs = zip(window.split(), label.split(), strict=True)
    return all(Indel.normalized_similarity(word, meant) >= _MIN_WORD_RATIO for word, meant in pairs)


def _labels(knowledge: Knowledge) -> Iterator[tuple[str, Sujet]]:
    for terme in knowledge.termes.values():
        for label in (terme.terme, *terme.alias):
            yield label, Sujet("terme", terme.terme)
    for statut in knowledge.statuts.values():
        for label in (statut.code, statut.libelle, *statut.alias):
            yield label, Sujet("statut", statut.code)
    for code in knowledge.cadres:
        yield code, Sujet("cadre", code)
