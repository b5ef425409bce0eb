"""Which category a request is about: regularised least squares over its meaning (sentence vector), its stems and its letters.

As assistant/nlu/least_squares on Rasa's side, in numpy only: K = wₛ·S·Sᵀ + wₗ·L·Lᵀ + wₘ·exp(σ(E·Eᵀ − 1)), (K + Λ)A = Y,
Λ diagonal. The weights were chosen by cross-validation on data/triage/exemples.yml (bench/triage).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from assistant.helpdesk.triage.features import Matrix, Vocabulary
from assistant.helpdesk.triage.words import letters, stems, without_politeness

Encode = Callable[[Sequence[str]], Matrix]

_STEMS = 1.0
_LETTERS = 0.6
_MEANING = 4.0
_SHARPNESS = 2.0
# Inverse temperature of the softmax: under it the answers on left-out requests are likeliest (bench/triage tells the best one).
TEMPERATURE = 16.0
# Beyond, nothing is gained and the time of the encoder grows.
LONGEST = 1500
# Texts of like length go through the encoder together: less padding.
_BATCH = 64
_MAX_WORDS = 4
# A word speaks for a category when it adds at least this much to its score.
_MIN_CONTRIBUTION = 0.015
# Columns of word counts that are spread out at a time: memory at start-up.
_CHUNK = 2000


@dataclass(frozen=True)
class Lesson:
    """A text that belongs to a category. `doubt` is its share of λ: the larger, the less the text weighs.

    `shown`: it is a request, that can be shown as « looks like ». `vector`: its sentence vector when somebody has it already.
    """

    text: str
    categorie: str
    doubt: float
    shown: bool = False
    vector: Matrix | None = None


@dataclass(frozen=True)
class Ranked:
    """A category, its probability, the words of the text that speak for it, and the example that is most like it."""

    categorie: str
    probability: float
    words: list[str]
    example: str | None
    example_similarity: float


@dataclass(frozen=True)
class CategoryClassifier:
    """Built once; `rank` may be called from several threads.

    `dense` (n, 512), `coefficients` (n, k), `stem_weights` (stems, k), `letter_weights` (runs of letters, k).
    """

    labels: list[str]
    examples: list[str]
    targets: Matrix
    shown: Matrix
    stem_vocabulary: Vocabulary
    letter_vocabulary: Vocabulary
    stem_weights: Matrix
    letter_weights: Matrix
    dense: Matrix
    coefficients: Matrix
    encode: Encode

    @classmethod
    def fit(cls, labels: Sequence[str], lessons: Sequence[Lesson], encode: Encode) -> Self:
        """Learn the categories `labels` from the lessons."""
        texts = [without_politeness(lesson.text) for lesson in lessons]
        targets = np.array([list(labels).index(lesson.categorie) for lesson in lessons])
        shown = np.array([lesson.shown for lesson in lessons])
        dense = _dense(texts, lessons, encode)
        kernel = _meaning(dense, dense)
        vocabularies = (Vocabulary.fit(texts, _stem_terms), Vocabulary.fit(texts, letters, min_texts=2))
        for weight, vocabulary in zip((_STEMS, _LETTERS), vocabularies, strict=True):
            for _, chunk in vocabulary.chunks(texts, _CHUNK):
                kernel += np.float32(weight) * (chunk @ chunk.T)
        kernel[np.diag_indices_from(kernel)] += np.array([lesson.doubt for lesson in lessons], dtype=np.float32)
        onehot = np.eye(len(labels), dtype=np.float32)[targets]
        coefficients = np.linalg.solve(kernel, onehot - np.float32(1 / len(labels)))
        return cls(
            labels=list(labels),
            examples=[lesson.text for lesson in lessons],
            targets=targets,
            shown=shown,
            stem_vocabulary=vocabularies[0],
            letter_vocabulary=vocabularies[1],
            stem_weights=_STEMS * _primal(vocabularies[0], texts, coefficients),
            letter_weights=_LETTERS * _primal(vocabularies[1], texts, coefficients),
            dense=dense,
            coefficients=coefficients,
            encode=encode,
        )

    def rank(self, text: str) -> list[Ranked]:
        """All categories, likeliest first."""
        text = text[:LONGEST]
        vector = self.encode([text])[0]
        meaning = _meaning(vector[None], self.dense)[0]
        stem_columns, stem_values = self.stem_vocabulary.row(text)
        letter_columns, letter_values = self.letter_vocabulary.row(text)
        by_stem = stem_values[:, None] * self.stem_weights[stem_columns]
        scores = by_stem.sum(axis=0) + letter_values @ self.letter_weights[letter_columns] + meaning @ self.coefficients
        probabilities = softmax(scores[None] * TEMPERATURE)[0]
        similarity = self.dense @ vector
        ranked = []
        for index in np.argsort(-probabilities, kind="stable"):
            words = self._words(text, stem_columns, by_stem, index)
            example, near = self._nearest(similarity, index)
            ranked.append(Ranked(self.labels[index], float(probabilities[index]), words, example, near))
        return ranked

    def _words(self, text: str, columns: Matrix, by_stem: Matrix, label: int) -> list[str]:
        """Words as typed whose stems speak more for this category than for the others."""
        contrast = by_stem[:, label] - by_stem.mean(axis=1)
        terms = {self.stem_vocabulary.terms[column]: float(value) for column, value in zip(columns, contrast, strict=True)}
        found = sorted(stems(text), key=lambda stem: -terms.get(stem.stem, 0.0))
        words: list[str] = []
        for stem in found:
            if terms.get(stem.stem, 0.0) < _MIN_CONTRIBUTION or len(words) == _MAX_WORDS:
                break
            if not any(stem.typed.lower() in word.lower() or word.lower() in stem.typed.lower() for word in words):
                words.append(stem.typed)
        return words

    def _nearest(self, similarity: Matrix, label: int) -> tuple[str | None, float]:
        """The request of this category whose meaning is nearest, and how near (-1 to 1)."""
        mine = np.flatnonzero((self.targets == label) & self.shown)
        if not len(mine):
            return None, 0.0
        best = int(mine[similarity[mine].argmax()])
        return self.examples[best], float(similarity[best])


def encode_in_batches(texts: Sequence[str], encode: Encode) -> Matrix:
    """Vectors of many texts, in their order, shape (texts, 512)."""
    cut = [text[:LONGEST] for text in texts]
    order = sorted(range(len(cut)), key=lambda index: len(cut[index]))
    out: Matrix = np.zeros((0, 0), dtype=np.float32)
    for start in range(0, len(order), _BATCH):
        rows = order[start : start + _BATCH]
        vectors = encode([cut[row] for row in rows])
        if not out.size:
            out = np.zeros((len(cut), vectors.shape[1]), dtype=np.float32)
        out[rows] = vectors
    return out


def _dense(texts: Sequence[str], lessons: Sequence[Lesson], encode: Encode) -> Matrix:
    """Sentence vectors of all lessons; those that came with one are not encoded again."""
    missing = [row for row, lesson in enumerate(lessons) if lesson.vector is None]
    encoded = iter(encode_in_batches([texts[row] for row in missing], encode))
    return np.stack([lesson.vector if lesson.vector is not None else next(encoded) for lesson in lessons])


def _primal(vocabulary: Vocabulary, texts: Sequence[str], coefficients: Matrix) -> Matrix:
    """What each term adds to each category, shape (terms, k)."""
    out = np.zeros((len(vocabulary.terms), coefficients.shape[1]), dtype=np.float32)
    for start, chunk in vocabulary.chunks(texts, _CHUNK):
        out[start : start + chunk.shape[1]] = chunk.T @ coefficients
    return out


def softmax(scores: Matrix) -> Matrix:
    """Row-wise, safe for large scores."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _stem_terms(text: str) -> list[str]:
    return [stem.stem for stem in stems(text)]


def _meaning(left: Matrix, right: Matrix) -> Matrix:
    nearness = left @ right.T
    nearness -= 1
    nearness *= _SHARPNESS
    np.exp(nearness, out=nearness)
    return np.asarray(nearness * np.float32(_MEANING))
