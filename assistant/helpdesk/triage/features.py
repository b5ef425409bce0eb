"""Counted words as vectors (tf-idf), for a few thousand texts and labels: numpy only."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Self

import numpy as np

Matrix = np.ndarray[Any, Any]
Extract = Callable[[str], Iterable[str]]


class Vocabulary:
    """The terms of a set of texts, with their weights. Rows have Euclidean length one (or zero when no term is known)."""

    def __init__(self, extract: Extract, weights: dict[str, float]) -> None:
        self._extract = extract
        self.terms = list(weights)
        self._column = {term: index for index, term in enumerate(self.terms)}
        self._weight = np.fromiter(weights.values(), dtype=np.float32, count=len(weights))

    @classmethod
    def fit(cls, texts: Sequence[str], extract: Extract, *, min_texts: int = 1) -> Self:
        """Terms that stand in `min_texts` texts at least; weight: 1 + ln(texts / texts with the term)."""
        found = Counter(term for text in texts for term in set(extract(text)))
        weights = {term: 1 + math.log(len(texts) / count) for term, count in sorted(found.items()) if count >= min_texts}
        return cls(extract, weights)

    def matrix(self, texts: Sequence[str]) -> Matrix:
        """Shape (texts, terms), float32."""
        out = np.zeros((len(texts), len(self.terms)), dtype=np.float32)
        for row, text in enumerate(texts):
            columns, values = self.row(text)
            out[row, columns] = values
        return out

    def chunks(self, texts: Sequence[str], width: int) -> Iterator[tuple[int, Matrix]]:
        """The matrix of `texts` by slices of `width` columns: the first column of each, and the slice."""
        rows = [self.row(text) for text in texts]
        for start in range(0, len(self.terms), width):
            chunk = np.zeros((len(texts), min(width, len(self.terms) - start)), dtype=np.float32)
            for number, (columns, values) in enumerate(rows):
                inside = (columns >= start) & (columns < start + width)
                chunk[number, columns[inside] - start] = values[inside]
            yield start, chunk

    def row(self, text: str) -> tuple[Matrix, Matrix]:
        """The columns that one text fills, and their values."""
        counts = Counter(column for term in self._extract(text) if (column := self._column.get(term)) is not None)
        columns = np.fromiter(counts, dtype=np.int64, count=len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))) * self._weight[columns]
        length = float(np.linalg.norm(values))
        return columns, values / length if length else values

    def weight(self, term: str) -> float | None:
        """How rare a term is (from 1 up), None when it is not known."""
        column = self._column.get(term)
        return None if column is None else float(self._weight[column])
