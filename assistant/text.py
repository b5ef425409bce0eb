"""Comparing texts: folding and similar small helpers used all over the service side."""

import re
import unicodedata

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def clean(text: str) -> str:
    """NFC without invisible or control signs, trimmed; line breaks stay."""
    text = unicodedata.normalize("NFC", text)
    return _CONTROL.sub("", _INVISIBLE.sub("", text)).strip()


def fold(text: str) -> str:
    """Lower case, no accents, œ as oe, straight apostrophes: for comparing, never for display."""
    text = text.lower().replace("œ", "oe").replace("æ", "ae").replace("’", "'").replace("‘", "'")
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


def fold_words(text: str) -> list[str]:
    """Words of the folded text, elisions cut off (« l'état » gives « l », « etat »)."""
    return re.findall(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", fold(text))


def has_words(text: str) -> bool:
    """True when there is at least one letter or digit."""
    return any(char.isalnum() for char in text)
