"""A timeline as SVG: own small renderer, no script, no style attribute (a strict Content-Security-Policy suits).

Colours are `currentColor`, so the picture follows the light or dark page that holds it; the classes `choriste-frise-…` let a
style sheet colour the marks by CSS variables. Shapes tell the marks apart, never the colour alone.
"""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from assistant.invoices.timeline.schemas import Mark, TimelineStep
from assistant.invoices.timeline.text import MARK_WORDS, line

WIDTH = 640
_LEFT, _TEXT, _TOP = 24, 52, 28
_ROW, _LINE = 30, 18
# At 14 px a line of the picture holds about that many signs.
_SIGNS = 78
_MAX_COMMENT_LINES = 3


def render_timeline_svg(steps: Sequence[TimelineStep], title: str = "Historique de la facture", ident: str = "frise") -> str:
    """The picture as an <svg> element, `ident` making its ids unique in a page. A `title` and the whole text as `desc` are for
    screen readers. Raises ValueError without steps."""
    if not steps:
        raise ValueError("Une frise a au moins une étape.")
    rows, top = [], _TOP
    tops = []
    for step in steps:
        lines = _lines(step)
        tops.append(top)
        rows.append(_row(step, lines, top))
        top += _ROW + _LINE * (len(lines) - 1)
    height = top
    line_of_marks = f'd="M{_LEFT} {tops[0]}V{tops[-1]}" stroke="currentColor" stroke-opacity="0.4" stroke-width="2"'
    spine = f'<path class="choriste-frise-fil" {line_of_marks}/>'
    described = " ".join(f"{line(step)}." for step in steps)
    name, text = quoteattr(f"{ident}-titre"), quoteattr(f"{ident}-texte")
    labelled = quoteattr(f"{ident}-titre {ident}-texte")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="choriste-frise" role="img" aria-labelledby={labelled} '
        f'viewBox="0 0 {WIDTH} {height}" width="100%" font-family="inherit" font-size="14" fill="currentColor">'
        f"<title id={name}>{_safe(title)}</title><desc id={text}>{_safe(described)}</desc>{spine}{''.join(rows)}</svg>"
    )


def _row(step: TimelineStep, lines: Sequence[str], top: int) -> str:
    first, *others = lines
    weight = "" if step.marque is Mark.PASSE else ' font-weight="700"'
    head = f'<text x="{_TEXT}" y="{top + 5}"{weight}>{_safe(first)}</text>'
    rest = "".join(
        f'<text x="{_TEXT}" y="{top + 5 + _LINE * (index + 1)}" font-size="13">{_safe(other)}</text>'
        for index, other in enumerate(others)
    )
    return f'<g class="choriste-frise-etape choriste-frise-{step.marque.value}">{_shape(step.marque, top)}{head}{rest}</g>'


def _shape(mark: Mark, top: int) -> str:
    """Disc behind, ring where it stands, triangle when something is to be done, square at the end."""
    match mark:
        case Mark.EN_COURS:
            return f'<circle cx="{_LEFT}" cy="{top}" r="8" fill="none" stroke="currentColor" stroke-width="3"/>' + (
                f'<circle cx="{_LEFT}" cy="{top}" r="3"/>'
            )
        case Mark.A_FAIRE:
            return f'<path d="M{_LEFT} {top - 10}L{_LEFT + 10} {top + 8}H{_LEFT - 10}Z"/>'
        case Mark.TERMINE:
            return f'<rect x="{_LEFT - 8}" y="{top - 8}" width="16" height="16" rx="2"/>'
    return f'<circle cx="{_LEFT}" cy="{top}" r="5"/>'


def _lines(step: TimelineStep) -> list[str]:
    """The status with its day, who took it, then the comment, cut where it would grow too long (the text has it whole)."""
    head = f"{step.le:%d/%m/%Y} · {step.libelle}"
    if MARK_WORDS[step.marque]:
        head += f" ({MARK_WORDS[step.marque]})"
    lines = [*_wrap(head)]
    if step.par:
        lines += _wrap(step.par[:1].upper() + step.par[1:])
    if step.commentaire:
        said = _wrap(f"« {step.commentaire} »")
        if len(said) > _MAX_COMMENT_LINES:
            said = [*said[: _MAX_COMMENT_LINES - 1], said[_MAX_COMMENT_LINES - 1][: _SIGNS - 3] + "… »"]
        lines += said
    return lines


def _wrap(text: str) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        for piece in (word[at : at + _SIGNS] for at in range(0, max(len(word), 1), _SIGNS)):
            if len(lines[-1]) + len(piece) + 1 > _SIGNS and lines[-1]:
                lines.append(piece)
            else:
                lines[-1] = f"{lines[-1]} {piece}".strip()
    return lines


def _safe(text: str) -> str:
    # XML knows no control signs at all, escaped or not.
    return escape("".join(char for char in text if char.isprintable()))
