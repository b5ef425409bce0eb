"""What a person typed in the search field, as conditions on `texte_recherche`. Pure; the same meaning on every engine.

All words must be there, in any order; a word of three signs or more also finds those that begin with it. « F-2024-12 » finds
the three parts in a row, or the whole as one word; a SIRET typed in groups is put together first.
"""

import re
from dataclasses import dataclass

from assistant.sollicitations.search_text import words

MAX_WORDS = 8
_PREFIX_FROM = 3
_GROUPED_SIRET = re.compile(r"\b(\d{3})[ .\u00a0\u202f](\d{3})[ .\u00a0\u202f](\d{3})(?:[ .\u00a0\u202f](\d{5}))?\b")
# Words that stand in nearly every text find nothing.
_EMPTY = frozenset(
    words(
        "a au aux avec ce ces c d de des du elle en et il ils j je l la le les leur ma me mes mon n ne nos notre nous on ou par "
        "pas pour qu que qui s sa se ses son sur un une vos votre vous y"
    )
)


@dataclass(frozen=True)
class Word:
    """What was typed between two spaces: its parts of letters and digits."""

    parts: tuple[str, ...]

    @property
    def is_prefix(self) -> bool:
        """True when the last part may go on."""
        return len(self.parts[-1]) >= _PREFIX_FROM

    @property
    def needles(self) -> list[str]:
        """What to look for in « ␣text␣ »: one of them must be there."""
        end = "" if self.is_prefix else " "
        rows = [" ".join(self.parts)]
        if len(self.parts) > 1:
            rows.append("".join(self.parts))
        return [f" {row}{end}" for row in rows]

    def fts5(self, *, prefix: bool = True) -> str:
        """As a part of an SQLite FTS5 query; parts in a row are only known to be all there."""
        star = "*" if prefix and self.is_prefix else ""
        rows = " AND ".join([*(f'"{part}"' for part in self.parts[:-1]), f'"{self.parts[-1]}"{star}'])
        return f"({rows})" if len(self.parts) == 1 else f'(({rows}) OR "{"".join(self.parts)}"{star})'

    def tsquery(self) -> str:
        """The same for PostgreSQL's to_tsquery."""
        star = ":*" if self.is_prefix else ""
        rows = " & ".join([*self.parts[:-1], f"{self.parts[-1]}{star}"])
        return f"({rows})" if len(self.parts) == 1 else f"(({rows}) | {''.join(self.parts)}{star})"


def parse_search(text: str) -> list[Word]:
    """The words to look for, at most eight; none when nothing was typed that could be found."""
    text = _GROUPED_SIRET.sub(lambda match: "".join(filter(None, match.groups())), text)
    found = [Word(tuple(parts)) for parts in map(words, text.split()) if parts]
    telling = [word for word in found if not set(word.parts) <= _EMPTY]
    return list(dict.fromkeys(telling or found))[:MAX_WORDS]
