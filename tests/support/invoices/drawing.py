"""A4 pages drawn by coordinates, as invoicing software prints them. Données de démonstration."""

import io
from collections.abc import Sequence

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

HEIGHT = 842


class Sheet:
    """Text at (x, y), y from the top of the page, in points."""

    def __init__(self, font: str = "Helvetica", size: float = 10) -> None:
        self._target = io.BytesIO()
        self._canvas = Canvas(self._target, pagesize=A4, invariant=1)
        self._font, self._size = font, size

    def at(self, x: float, y: float, words: str, *, size: float | None = None, bold: bool = False) -> None:
        self._canvas.setFont(self._font + ("-Bold" if bold else ""), size or self._size)
        self._canvas.drawString(x, HEIGHT - y, words)

    def ends_at(self, x: float, y: float, words: str) -> None:
        self._canvas.setFont(self._font, self._size)
        self._canvas.drawRightString(x, HEIGHT - y, words)

    def block(self, x: float, y: float, lines: Sequence[str], *, step: float = 13) -> None:
        for number, line in enumerate(lines):
            self.at(x, y + step * number, line)

    def row(self, xs: Sequence[float], y: float, cells: Sequence[str]) -> None:
        for x, cell in zip(xs, cells, strict=True):
            self.at(x, y, cell)

    def new_page(self) -> None:
        self._canvas.showPage()

    def pdf(self) -> bytes:
        self._canvas.save()
        return self._target.getvalue()
