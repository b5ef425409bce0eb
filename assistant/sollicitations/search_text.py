"""What the full-text search reads of a sollicitation: plain words without accents, the same on every engine. Pure.

Numbers are kept whole too: « F-2024-12 » is found as « f202412 » however its signs were typed.
"""

import re
from collections.abc import Iterable, Mapping

from assistant.text import fold

_WORD = re.compile(r"[a-z0-9]+")
# Longer runs of signs are no words, and PostgreSQL would not index them.
_LONGEST = 64


def words(text: str) -> list[str]:
    """Runs of letters and digits of the folded text."""
    return [word for word in _WORD.findall(fold(text)) if len(word) <= _LONGEST]


def whole(value: str) -> str:
    """A number or reference as one word."""
    return "".join(words(value))


def search_text(
    *,
    numero: str,
    siret: str | None,
    numero_facture: str | None,
    description: str,
    contact: str,
    donnees: Mapping[str, str],
    said: Iterable[str] = (),
) -> str:
    """All of it as words; `said`: replies, complements and notes."""
    parts = [whole(numero), *words(numero)[-1:]]
    for value in (siret, numero_facture, contact):
        found = words(value or "")
        parts += found if len(found) == 1 else [whole(value or ""), *found]
    for text in (description, *donnees.values(), *said):
        parts += words(text)
    return " ".join(filter(None, parts))


def added(searched: str, said: Iterable[str]) -> str:
    """The search text once something more was said."""
    return " ".join([searched, *(word for text in said for word in words(text))])
