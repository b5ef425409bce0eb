"""Pictures of figures as SVG text, made on the server: no script, no style attribute. The table beside each says the same.

Put together as plain text: a year by day is a thousand marks, and Markup.format takes ten times as long for each. So whatever is
not a figure goes through escape() here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from api.helpdesk.views import nombre

_WIDTH, _HEIGHT = 640, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 12, 30, 40
_MAX_LABELS = 12
_STEPS = (1, 2, 2.5, 5, 10)
_LINES = 4
# Lying bars: height of a line, room for the names, signs that fit there.
_RANK, _NAMES, _LONGEST_NAME = 26, 262, 34


@dataclass(frozen=True)
class Series:
    """One row of figures; None is a gap (nothing was measured)."""

    nom: str
    valeurs: Sequence[float | None]


def bars(titre: str, etiquettes: Sequence[str], series: Sequence[Series]) -> Markup:
    """Upright bars side by side, one group a label; at most two series, told apart by filling, not only by colour."""
    top = _ceiling([value for one in series for value in one.valeurs if value is not None])
    names = [escape(name) for name in etiquettes]
    parts = [*_axis(top), *_labels(names), *_keys(series)]
    group = (_WIDTH - _LEFT - _RIGHT) / max(len(etiquettes), 1)
    width = max(min(group * 0.8 / max(len(series), 1), 48), 1)
    for place, one in enumerate(series):
        nom = escape(one.nom)
        for index, value in enumerate(one.valeurs):
            if not value:
                continue
            x = _LEFT + group * (index + 0.5) + width * (place - len(series) / 2)
            y = _y(value, top)
            height = _HEIGHT - _BOTTOM - y
            parts.append(
                f'<rect class="bar-{place + 1}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}">'
                f"<title>{names[index]} : {nombre(value)} – {nom}</title></rect>"
            )
    return _svg(titre, _HEIGHT, parts)


def lines(titre: str, etiquettes: Sequence[str], series: Sequence[Series]) -> Markup:
    """Lines with a mark at each figure; a gap breaks the line."""
    top = _ceiling([value for one in series for value in one.valeurs if value is not None])
    names = [escape(name) for name in etiquettes]
    parts = [*_axis(top), *_labels(names), *_keys(series)]
    group = (_WIDTH - _LEFT - _RIGHT) / max(len(etiquettes), 1)
    for place, one in enumerate(series):
        nom = escape(one.nom)
        run: list[str] = []
        for index, value in enumerate([*one.valeurs, None]):
            if value is None:
                if len(run) > 1:
                    parts.append(f'<polyline class="line line-{place + 1}" points="{" ".join(run)}"/>')
                run = []
                continue
            x, y = _LEFT + group * (index + 0.5), _y(value, top)
            run.append(f"{x:.1f},{y:.1f}")
            parts.append(
                f'<circle class="bar-{place + 1}" cx="{x:.1f}" cy="{y:.1f}" r="4">'
                f"<title>{names[index]} : {nombre(value)} – {nom}</title></circle>"
            )
    return _svg(titre, _HEIGHT, parts)


def _svg(titre: str, height: int, parts: Sequence[str]) -> Markup:
    """`parts`: SVG in which all text is escaped already."""
    inside = "".join(parts)
    picture = f'<svg class="chart" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(titre)}">{inside}</svg>'
    return Markup(picture)  # noqa: S704 - figures, and names that went through escape()


def _y(value: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _BOTTOM - _TOP) * value / top


def _ceiling(values: Sequence[float]) -> float:
    """The first round number (1, 2, 2.5, 5 × a power of ten) that four equal steps need to reach above all values."""
    highest = max(values, default=0)
    if highest <= 0:
        return float(_LINES)
    scale = 1.0
    while scale * _STEPS[-1] * _LINES < highest:
        scale *= 10
    step = next(step * scale for step in _STEPS if step * scale * _LINES >= highest)
    return step * _LINES


def _axis(top: float) -> list[str]:
    parts = []
    for line in range(_LINES + 1):
        value = top * line / _LINES
        y = _y(value, top)
        parts.append(f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="key" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{nombre(value)}</text>')
    return parts


def _labels(etiquettes: Sequence[Markup]) -> list[str]:
    every = -(-len(etiquettes) // _MAX_LABELS) or 1
    group, y = (_WIDTH - _LEFT - _RIGHT) / max(len(etiquettes), 1), _HEIGHT - _BOTTOM + 18
    return [
        f'<text class="key" x="{_LEFT + group * (index + 0.5):.1f}" y="{y}" text-anchor="middle">{text}</text>'
        for index, text in enumerate(etiquettes)
        if index % every == 0
    ]


def _keys(series: Sequence[Series]) -> list[str]:
    if len(series) < 2:
        return []
    parts: list[str] = []
    x = _LEFT
    for place, one in enumerate(series):
        parts.append(f'<rect class="bar-{place + 1}" x="{x}" y="8" width="12" height="12"/>')
        parts.append(f'<text x="{x + 18}" y="18">{escape(one.nom)}</text>')
        x += 40 + 8 * len(one.nom)
    return parts


def ranks(titre: str, lignes: Sequence[tuple[str, float]]) -> Markup:
    """Lying bars, one a line with its name and figure: for names that are long. Nothing to show: nothing."""
    if not lignes:
        return Markup("")
    top = max((value for _, value in lignes), default=0) or 1
    height = _RANK * len(lignes) + 10
    parts = []
    for index, (name, value) in enumerate(lignes):
        y = 5 + _RANK * index
        width = (_WIDTH - _NAMES - 60) * value / top
        parts.append(f'<text x="{_NAMES - 8}" y="{y + 17}" text-anchor="end">{escape(_short(name))}</text>')
        parts.append(
            f'<rect class="bar-1" x="{_NAMES}" y="{y + 4}" width="{width:.1f}" height="16">'
            f"<title>{escape(name)} : {nombre(value)}</title></rect>"
        )
        parts.append(f'<text class="key" x="{_NAMES + width + 6:.1f}" y="{y + 17}">{nombre(value)}</text>')
    return _svg(titre, height, parts)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"
