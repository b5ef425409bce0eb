"""French text as people type it: normalise, fold, expand abbreviations. Pure functions, no Rasa."""

import json
import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Dict, List, Tuple

_APOSTROPHES = dict.fromkeys(map(ord, "’‘ʼ´`′＇"), "'")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
# Zero-width and bidirectional control signs: invisible, they would split words and hide text.
_INVISIBLE = dict.fromkeys(
    [
        0x00AD,
        0x034F,
        0x061C,
        0x180E,
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        0xFE0E,
        0xFE0F,
        0xFEFF,
    ]
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"[^\W_]+(?:[-_][^\W_]+)*", re.UNICODE)


def normalize(text: str) -> str:
    """Return `text` in NFC, with straight apostrophes, plain dashes and single spaces; the case is kept.

    >>> normalize("  L\u2019e\u0301tat  de\u00a0ma facture ")
    "L'état de ma facture"
    """
    # Invisible signs first: one of them between a letter and its accent would keep the two apart.
    text = unicodedata.normalize("NFC", text.translate(_INVISIBLE))
    text = text.translate(_APOSTROPHES).translate(_DASHES)
    text = _CONTROL.sub(" ", text)
    return _SPACES.sub(" ", text).strip()


def fold(text: str) -> str:
    """Return `text` lower-cased and without accents, œ as oe: the form in which words are compared."""
    return fold_with_offsets(text)[0]


def fold_with_offsets(text: str) -> Tuple[str, List[int]]:
    """Fold `text` and tell, for each character of the result, the index in `text` that it came from."""
    out: List[str] = []
    origin: List[int] = []
    for index, char in enumerate(text):
        lowered = char.lower().replace("œ", "oe").replace("æ", "ae")
        for base in unicodedata.normalize("NFD", lowered):
            if not unicodedata.combining(base):
                out.append(base)
                origin.append(index)
    return "".join(out), origin


def words(text: str) -> List[str]:
    """Folded words of `text`: letters and digits; elided articles (l', d', qu') stand alone."""
    return _WORD.findall(fold(text))


@lru_cache(maxsize=1)
def _abbreviations() -> Dict[str, str]:
    path = Path(__file__).with_name("abbreviations.json")
    table: Dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return table


@lru_cache(maxsize=1)
def _abbreviation_pattern() -> "re.Pattern[str]":
    keys = sorted(_abbreviations(), key=len, reverse=True)
    return re.compile(r"(?<![\w'])(" + "|".join(map(re.escape, keys)) + r")(?![\w'])", re.IGNORECASE)


def expand_abbreviations(text: str) -> str:
    """Write out what people abbreviate (« mdp » → « mot de passe »). For features and search, never for display."""
    table = _abbreviations()
    # Without regard to case, « ſ » matches an s and « ı » an i, but lower() leaves them: such words stay as they are.
    return _abbreviation_pattern().sub(lambda match: table.get(match.group(1).lower(), match.group(1)), text)
