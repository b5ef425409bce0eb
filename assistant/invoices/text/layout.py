"""A page of text as cells: what stands beside a label, and what stands under it."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.invoices.text.read_pdf import Page, Pages

_CELL = re.compile(r"\S+(?: \S+)*")
# A header and its values are at most this many printed lines apart.
_BELOW = 2


def flat(text: str) -> str:
    """Lower case without accents, same length as `text`: offsets found in one hold in the other."""
    return "".join(_flat_char(char) for char in text)


def _flat_char(char: str) -> str:
    if char in "’‘`´":
        return "'"
    base = unicodedata.normalize("NFD", char)[0].lower()
    return base if len(base) == 1 else char


@dataclass(frozen=True)
class Cell:
    """Words that stand together: columns [start, end) of a line of a page. `words` as printed, `flat` for rules."""

    page: int
    line: int
    start: int
    end: int
    words: str
    flat: str = field(repr=False)


@dataclass(frozen=True)
class Sheet:
    """One page cut into cells, line by line."""

    number: int
    rows: tuple[tuple[Cell, ...], ...]

    def cells(self) -> Iterator[Cell]:
        """Every cell in reading order."""
        for row in self.rows:
            yield from row

    def right_of(self, cell: Cell) -> Cell | None:
        """The next cell of the same line."""
        return next((other for other in self.rows[cell.line] if other.start >= cell.end), None)

    def left_of(self, cell: Cell) -> Cell | None:
        """The cell before on the same line."""
        return next((other for other in reversed(self.rows[cell.line]) if other.end <= cell.start), None)

    def below(self, cell: Cell, lines: int = _BELOW) -> Iterator[Cell]:
        """Cells under this one, nearest first, that share some of its columns."""
        for row in self.rows[cell.line + 1 : cell.line + 1 + lines]:
            yield from (other for other in row if other.start < cell.end + 3 and other.end > cell.start - 3)

    def above(self, cell: Cell, lines: int) -> Iterator[Cell]:
        """Cells over this one, nearest first, that share some of its columns."""
        for row in reversed(self.rows[max(0, cell.line - lines) : cell.line]):
            yield from (other for other in row if other.start < cell.end and other.end > cell.start)

    def row_flat(self, line: int) -> str:
        """A whole line for rules, cells two spaces apart."""
        return "  ".join(cell.flat for cell in self.rows[line])


def sheets(pages: Pages) -> list[Sheet]:
    """The pages that have text, as cells."""
    return [_sheet(page) for page in pages.pages if page.has_text]


def _sheet(page: Page) -> Sheet:
    rows = tuple(
        tuple(
            Cell(page.number, number, match.start(), match.end(), match.group(), flat(match.group()))
            for match in _CELL.finditer(line)
        )
        for number, line in enumerate(page.lines)
    )
    return Sheet(page.number, rows)
