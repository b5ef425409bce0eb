"""Questions whose form alone tells what is asked: a definition, or two things to tell apart."""

import re
from dataclasses import dataclass

from assistant.knowledge.subjects import Sujet
from assistant.knowledge.term_finder import THE_PLACE, TermFinder, narrowed
from assistant.text import fold

_DEFINITION_FIRST = re.compile(
    r"^(?:bonjour|bonsoir|svp|alors|dites|au fait)?\W*"
    r"(?:c'?est quoi|c koi|c'?est koi|"
    r"qu'?est[- ]ce qu(?:e c'?est|'une?|e)|"
    r"que (?:veut dire|signifie)|qu'?entend[- ]on par|definition|definir|ca veut dire quoi)\b\W*(?P<rest>.*)$"
)
_DEFINITION_LAST = re.compile(r"^(?P<rest>.*?)\W*\b(?:c'?est quoi|ca veut dire quoi|definition|veut dire quoi)\s*\W*$")
_COMPARISON = re.compile(
    r"\bdifferences?\b|\bmeme chose\b|\bpareils?\b|\bsynonymes?\b|\bconfond|\bdistingu|\bidentiques?\b"
    r"|\bequivalents?\b|\bou bien\b"
)
# The term stands right after « c'est quoi », or is all that stands before it: « c'est quoi la procédure pour un rejet »
# asks for no definition.
_WORDS_AFTER = 4
_WORDS_BEFORE = 4
_LONGEST_COMPARISON = 25


@dataclass(frozen=True)
class DirectQuestion:
    """One subject to define, or two to tell apart."""

    sujets: tuple[Sujet, ...]


def read(text: str, terms: TermFinder) -> DirectQuestion | None:
    """What the form of the question asks for, None when it is no such question or names no known term."""
    folded = fold(text).strip()
    if _COMPARISON.search(folded) and len(folded.split()) <= _LONGEST_COMPARISON:
        named = narrowed(terms.find(text), at_least=2)
        if len(named) != 2 or any(sujet.cle in THE_PLACE for sujet in named):
            return None
        return DirectQuestion((named[0], named[1]))
    first, last = _DEFINITION_FIRST.match(folded), _DEFINITION_LAST.match(folded)
    if first:
        named = terms.find(" ".join(first.group("rest").split()[:_WORDS_AFTER]))
    elif last and len(last.group("rest").split()) <= _WORDS_BEFORE:
        named = terms.find(last.group("rest"))
    else:
        return None
    narrow = narrowed(named)
    return DirectQuestion((narrow[0],)) if len(narrow) == 1 else None
