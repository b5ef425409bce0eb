"""Pictures of figures as SVG text, made on the server: no script, no style attribute. The table beside each says the same."""

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
    parts = [_axis(top), *_labels(etiquettes), *_keys(series)]
    group = (_WIDTH - _LEFT - _RIGHT) / max(len(etiquettes), 1)
    width = max(min(group * 0.8 / max(len(series), 1), 48), 1)
    for place, one in enumerate(series):
        for index, value in enumerate(one.valeurs):
            if not value:
                continue
            x = _LEFT + group * (index + 0.5) + width * (place - len(series) / 2)
            y = _y(value, top)
            height = _HEIGHT - _BOTTOM - y
            parts.append(
                Markup(
                    '<rect class="bar-{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"><title>{} : {} – {}</title></rect>'
                ).format(place + 1, x, y, width, height, etiquettes[index], nombre(value), one.nom)
            )
    return _svg(titre, parts)


def lines(titre: str, etiquettes: Sequence[str], series: Sequence[Series]) -> Markup:
    """Lines with a mark at each figure; a gap breaks the line."""
    top = _ceiling([value for one in series for value in one.valeurs if value is not None])
    parts = [_axis(top), *_labels(etiquettes), *_keys(series)]
    group = (_WIDTH - _LEFT - _RIGHT) / max(len(etiquettes), 1)
    for place, one in enumerate(series):
        run: list[str] = []
        for index, value in enumerate([*one.valeurs, None]):
            if value is None:
                if len(run) > 1:
                    parts.append(Markup('<polyline class="line line-{}" points="{}"/>').format(place + 1, " ".join(run)))
                run = []
                continue
            x, y = _LEFT + group * (index + 0.5), _y(value, top)
            run.append(f"{x:.1f},{y:.1f}")
            parts.append(
                Markup('<circle class="bar-{}" cx="{:.1f}" cy="{:.1f}" r="4"><title>{} : {} – {}</title></circle>').format(
                    place + 1, x, y, etiquettes[index], nombre(value), one.nom
                )
            )
    return _svg(titre, parts)


def _svg(titre: str, parts: Sequence[str]) -> Markup:
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        _WIDTH, _HEIGHT, titre, Markup("").join(parts)
    )


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


def _axis(top: float) -> Markup:
    parts = []
    for line in range(_LINES + 1):
        value = top * line / _LINES
        y = _y(value, top)
        parts.append(Markup('<line class="axis" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(_LEFT, _WIDTH - _RIGHT, y, y))
        parts.append(
            Markup('<text class="key" x="{}" y="{:.1f}" text-anchor="end">{}</text>').format(_LEFT - 6, y + 4, nombre(value))
        )
    return Markup("").join(parts)


def _labels(etiquettes: Sequence[str]) -> list[Markup]:
    every = -(-len(etiquettes) // _MAX_LABELS) or 1
    group = (_WIDTH - _LEFT - _RIGHT) / max(len(etiquettes), 1)
    return [
        Markup('<text class="key" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
            _LEFT + group * (index + 0.5), _HEIGHT - _BOTTOM + 18, text
        )
        for index, text in enumerate(etiquettes)
        if index % every == 0
    ]


def _keys(series: Sequence[Series]) -> list[Markup]:
    if len(series) < 2:
        return []
    parts, x = [], _LEFT
    for place, one in enumerate(series):
        parts.append(Markup('<rect class="bar-{}" x="{}" y="8" width="12" height="12"/>').format(place + 1, x))
        parts.append(Markup('<text x="{}" y="18">{}</text>').format(x + 18, escape(one.nom)))
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
        parts.append(Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(_NAMES - 8, y + 17, _short(name)))
        parts.append(
            Markup('<rect class="bar-1" x="{}" y="{}" width="{:.1f}" height="16"><title>{} : {}</title></rect>').format(
                _NAMES, y + 4, width, name, nombre(value)
            )
        )
        parts.append(Markup('<text class="key" x="{:.1f}" y="{}">{}</text>').format(_NAMES + width + 6, y + 17, nombre(value)))
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        _WIDTH, height, titre, Markup("").join(parts)
    )


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"
