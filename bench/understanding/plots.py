"""The plots of this folder (PNG, each well below 60 kB)."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from PIL import Image

mpl.use("Agg")

import matplotlib.pyplot as plt  # the backend is chosen first
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.understanding.scores import Bin

_DPI = 90
_COLOURS = 64  # in a palette: a third of the size
_HALF_BAR = 0.4


def _save(figure: Figure, path: Path) -> None:
    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=_DPI)
    plt.close(figure)
    Image.open(drawn).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def _draw_calibration(axes: Axes, title: str, lines: Mapping[str, Sequence[Bin]]) -> None:
    axes.plot([0, 1], [0, 1], color="lightgray", linewidth=1)
    for name, bins in lines.items():
        axes.plot([mean for _, mean, _ in bins], [share for _, _, share in bins], marker=".", linewidth=1, label=name)
    axes.set(title=title, xlabel="confidence", xlim=(0, 1), ylim=(0, 1))


def draw_calibration(path: Path, panels: Mapping[str, Mapping[str, Sequence[Bin]]]) -> None:
    """A panel for each key, in it a line for each name: share right by confidence; the diagonal would be perfect."""
    figure, row = plt.subplots(1, len(panels), figsize=(4.5 * len(panels), 4.8), sharey=True, squeeze=False, layout="constrained")
    for axes, (title, lines) in zip(row[0], panels.items(), strict=True):
        _draw_calibration(axes, title, lines)
    row[0][0].set_ylabel("share right")
    handles, names = row[0][0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=2, fontsize="small", frameon=False)
    _save(figure, path)


def draw_bars(path: Path, label: str, names: Sequence[str], groups: Mapping[str, Sequence[float]]) -> None:
    """Horizontal bars: for each name one of each group, the first name on top."""
    figure, axes = plt.subplots(figsize=(8, 1 + 0.55 * len(names)), layout="constrained")
    height = 2 * _HALF_BAR / len(groups)
    for index, (group, values) in enumerate(groups.items()):
        places = [place - _HALF_BAR + (index + 0.5) * height for place in range(len(names))]
        axes.bar_label(axes.barh(places, values, height, label=group), fmt="%.0f", fontsize="small", padding=2)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.axvline(0, color="gray", linewidth=1)
    axes.margins(x=0.1)
    axes.set_xlabel(label)
    figure.legend(loc="outside lower center", ncols=2, fontsize="small", frameon=False)
    _save(figure, path)
