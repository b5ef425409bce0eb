"""What of a text is counted: stems and pairs of stems for the subject, letters for typos. Each comes with the words as typed."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import snowballstemmer

from assistant.knowledge.search import STOP_WORDS

_WORD = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_LETTERS = (3, 4, 5)
_SHORT_STEM = 4


@dataclass(frozen=True)
class Folded:
    """A text in lower case without accents, and for each of its characters where it came from in `source`."""

    source: str
    text: str
    origin: tuple[int, ...]

    def typed(self, start: int, end: int) -> str:
        """The words of the source that stand at [start, end) of the folded text."""
        return self.source[self.origin[start] : self.origin[end - 1] + 1] if end > start else ""


def fold_with_origin(source: str) -> Folded:
    """As assistant.text.fold, remembering where each character came from."""
    text: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(source):
        lowered = char.lower().replace("œ", "oe").replace("æ", "ae").replace("’", "'").replace("‘", "'")
        for base in unicodedata.normalize("NFD", lowered):
            if not unicodedata.combining(base):
                text.append(base)
                origin.append(index)
    return Folded(source, "".join(text), tuple(origin))


_POLITENESS = re.compile(
    r"\b(?:(?:re)?bonjour|bonsoir|salut|hello|madame|monsieur|messieurs|mesdames"
    r"|(?:je vous remercie|nous vous remercions|merci|mercis)(?: (?:bien|beaucoup))?"
    r"(?: (?:d['’ ]avance|par avance|de votre (?:aide|réponse|retour)|pour votre (?:aide|réponse|retour)))?"
    r"|s['’]il vous pla[iî]t|svp|stp"
    r"|(?:bien |très )?cordialement|bien à vous|(?:bonne|belle) (?:journée|soirée)|(?:sincères )?salutations(?: distinguées)?"
    r"|dans l['’]attente de (?:votre|vos) (?:réponse|retour)s?"
    r"|je vous prie d['’]agréer[^.\n]*)\b",
    re.IGNORECASE,
)


def without_politeness(text: str) -> str:
    """Without greetings and thanks: « merci d'avance » says nothing of an advance payment. Never empty when `text` is not."""
    bare = re.sub(r"[ \t]{2,}", " ", _POLITENESS.sub(" ", text)).strip(" ,;.!\n\t")
    return bare if any(char.isalnum() for char in bare) else text


@dataclass(frozen=True)
class Stem:
    """A stem, or two of them side by side, and how it was typed."""

    stem: str
    typed: str


def stems(source: str) -> list[Stem]:
    """Stems of the words that say something, then pairs of neighbours; in reading order."""
    folded = fold_with_origin(source)
    words = [match for match in _WORD.finditer(folded.text) if match.group() not in STOP_WORDS]
    single = [Stem(stem_of(match.group()), folded.typed(*match.span())) for match in words]
    pairs = [Stem(f"{a.stem} {b.stem}", f"{a.typed} {b.typed}") for a, b in pairwise(single)]
    return [*single, *pairs]


def letters(source: str) -> Iterator[str]:
    """Runs of three to five letters inside words, with their borders."""
    for match in _WORD.finditer(fold_with_origin(source).text):
        word = f" {match.group()} "
        for size in _LETTERS:
            for start in range(len(word) - size + 1):
                yield word[start : start + size]


@lru_cache(maxsize=20_000)
def stem_of(word: str) -> str:
    """The stem of a folded word."""
    # A stemmer keeps the word that it works on: one for each call, so that threads do not share it.
    stem = str(snowballstemmer.stemmer("french").stemWord(word))
    # Without their accents, « rejetées » and « rejeté » would not end alike.
    return stem.rstrip("e") if len(stem) > _SHORT_STEM else stem
