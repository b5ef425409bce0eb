"""The way of a document as a drawing: SVG made here, so that it needs no script. Colours come from the page's style sheet."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from assistant.journeys.schemas import Passage

# In units of the drawing; it is shown at this width on the narrowest phone (320 px), larger elsewhere.
_WIDTH = 288
_MARGIN = 12
_LINE = 18
_GAP = 30
# What surely fits at 14 units a letter, also in capitals and wide fonts.
_LETTERS = 34


@dataclass(frozen=True)
class _Box:
    lines: list[tuple[str, str]]
    dashed: bool

    @property
    def height(self) -> int:
        return 2 * _MARGIN + _LINE * len(self.lines)


def draw_path(chemin: Sequence[Passage], *, titre: str, identifiant: str) -> str:
    """An `<svg role="img">` whose description says the same as the drawing. `identifiant` makes its ids unique in the page."""
    boxes = [_box(rank, passage) for rank, passage in enumerate(chemin, start=1)]
    parts, top = [], 1
    for index, box in enumerate(boxes):
        if index:
            parts.append(_arrow(top - _GAP))
        parts.append(_rectangle(box, top))
        top += box.height + _GAP
    height = top - _GAP + 1
    name, description = f"{identifiant}-titre", f"{identifiant}-desc"
    return (
        f'<svg class="chemin" role="img" aria-labelledby="{name} {description}" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="{name}">{escape(titre)}</title><desc id="{description}">{escape(in_words(chemin))}</desc>'
        f"{''.join(parts)}</svg>"
    )


def in_words(chemin: Sequence[Passage]) -> str:
    """« 1. Vous : déposez… (15 jours). »"""
    return " ".join(
        f"{rank}. {passage.acteur} : {passage.action.rstrip('.')}{f' ({passage.delai})' if passage.delai else ''}."
        for rank, passage in enumerate(chemin, start=1)
    )


def _box(rank: int, passage: Passage) -> _Box:
    lines = [("acteur", line) for line in textwrap.wrap(f"{rank}. {passage.acteur}", _LETTERS)]
    lines += [("action", line) for line in textwrap.wrap(_bound(passage.action), _LETTERS)]
    if passage.delai:
        lines += [("delai", line) for line in textwrap.wrap(_bound(f"Délai : {passage.delai}"), _LETTERS)]
    return _Box([(kind, line.replace("\u00a0", " ")) for kind, line in lines], not passage.reglementaire)


def _bound(text: str) -> str:
    """What must not be parted stays on one line (textwrap leaves no-break spaces alone)."""
    for mark in (":", ";", "?", "!", "»"):
        text = text.replace(f" {mark}", f"\u00a0{mark}")
    return text.replace("« ", "«\u00a0")


def _rectangle(box: _Box, top: int) -> str:
    style = "boite usage" if box.dashed else "boite"
    texts = "".join(
        f'<text class="{kind}" x="{_MARGIN}" y="{top + _MARGIN + _LINE * index + 14}">{escape(line)}</text>'
        for index, (kind, line) in enumerate(box.lines)
    )
    return f'<rect class="{style}" x="1" y="{top}" width="{_WIDTH - 2}" height="{box.height}" rx="10"/>{texts}'


def _arrow(top: int) -> str:
    middle, end = _WIDTH // 2, top + _GAP - 3
    return (
        f'<line class="fleche" x1="{middle}" y1="{top + 3}" x2="{middle}" y2="{end - 6}"/>'
        f'<polygon class="pointe" points="{middle - 6},{end - 8} {middle + 6},{end - 8} {middle},{end}"/>'
    )
