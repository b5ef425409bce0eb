"""Medians of many from a little of each day: sketches of sorted values that can be put together. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# A day with more is told by so many of its values, evenly placed among them: then a rank is off by half a hundredth at most.
KEPT = 100


def sketch(values: Sequence[int]) -> list[int]:
    """How many there are, then KEPT of them at most in rising order (all, when they are no more)."""
    ordered = sorted(values)
    count = len(ordered)
    if count > KEPT:
        ordered = [ordered[(2 * place + 1) * count // (2 * KEPT)] for place in range(KEPT)]
    return [count, *ordered]


def merge(sketches: Sequence[Sequence[int]]) -> list[int]:
    """One sketch of all: again KEPT values at most."""
    weighted, count = _weighted(sketches), sum(one[0] for one in sketches)
    if count <= KEPT:
        return [count, *(value for value, _ in weighted)]
    total = sum(weight for _, weight in weighted)
    kept: list[int] = []
    reached = 0
    for value, weight in weighted:
        reached += weight
        # The middle of each of KEPT equal shares.
        while len(kept) < KEPT and reached * 2 * KEPT > total * (2 * len(kept) + 1):
            kept.append(value)
    return [count, *kept]


@dataclass(frozen=True)
class Quantiles:
    """How many values there were, and the ones below which half and nine tenths lie; None without any."""

    count: int
    median: int | None
    p90: int | None


def quantiles(sketches: Iterable[Sequence[int]]) -> Quantiles:
    """Of all the values behind the sketches together, by nearest rank: values that really were."""
    given = list(sketches)
    weighted = _weighted(given)
    total = sum(weight for _, weight in weighted)
    return Quantiles(sum(one[0] for one in given), _at(weighted, total, 5), _at(weighted, total, 9))


def _weighted(sketches: Iterable[Sequence[int]]) -> list[tuple[int, int]]:
    """Values in rising order. Each stands for count / KEPT of them, one of a whole list for itself: weights in KEPT-ths."""
    return sorted((value, max(one[0], KEPT)) for one in sketches for value in one[1:])


def _at(weighted: Sequence[tuple[int, int]], total: int, tenths: int) -> int | None:
    reached = 0
    for value, weight in weighted:
        reached += weight
        if reached * 10 >= total * tenths:
            return value
    return None
