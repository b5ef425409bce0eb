"""Regularised least squares (kernel ridge) for many classes and few examples each. Plain numpy/scipy, no Rasa."""

from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
from scipy.sparse import csr_matrix

# Rows worked on at once.
_BLOCK = 1024
# A feature in a larger share of the examples is common: few hundreds are, and they make nine tenths of all meetings.
_COMMON = 0.05
# Inverse temperatures tried when scores are turned into probabilities.
_TEMPERATURES = np.geomspace(1.0, 60.0, 60)


def normalize_rows(matrix: csr_matrix) -> csr_matrix:
    """Rows of Euclidean length one; empty rows stay empty."""
    sizes = np.diff(matrix.indptr)
    owner = np.repeat(np.arange(matrix.shape[0]), sizes)
    lengths = np.sqrt(np.bincount(owner, weights=np.square(matrix.data, dtype=np.float64), minlength=matrix.shape[0]))
    lengths[lengths == 0] = 1
    data = (matrix.data / lengths[owner]).astype(np.float32)
    return csr_matrix((data, matrix.indices, matrix.indptr), shape=matrix.shape)


@dataclass
class LeastSquaresClassifier:
    """`linear` (d, k) half precision, `dense` (n, m) and `coefficients` (n, k) or both None, `bias` and `labels` (k),
    `temperature` of the softmax, `left_out_accuracy`: share of examples named rightly by the model trained on all the others.

    The kernel is X·Xᵀ over the sparse features plus exp(sharpness·(E·Eᵀ − 1)) over the dense ones (rows of length one): meaning
    counts much more when it is really near. `linear` is XᵀA: with it a message need not meet every example's words again.
    """

    linear: np.ndarray
    bias: np.ndarray
    labels: List[str]
    temperature: float
    left_out_accuracy: float
    dense: Optional[np.ndarray] = None
    coefficients: Optional[np.ndarray] = None
    sharpness: float = 3.0

    @classmethod
    def fit(
        cls,
        examples: csr_matrix,
        labels: Sequence[str],
        regularization: float,
        dense: Optional[np.ndarray] = None,
        sharpness: float = 3.0,
    ) -> "LeastSquaresClassifier":
        """Solve (K + λI)A = Y with Y one-hot, K = X·Xᵀ; each answer without its own example comes from the same factors.

        Left-out residual of ridge regression: A[i] / (K + λI)⁻¹[i, i] (Allen's PRESS), so the temperature is set on answers
        that the model did not learn by heart.
        """
        names = sorted(set(labels))
        column = {name: index for index, name in enumerate(names)}
        target = np.fromiter((column[label] for label in labels), dtype=np.int64, count=len(labels))
        onehot = np.zeros((len(labels), len(names)), dtype=np.float32)
        onehot[np.arange(len(labels)), target] = 1
        bias = np.full(len(names), 1 / len(names), dtype=np.float32)
        kernel = _kernel(examples, dense, sharpness)
        coefficients, diagonal = _solve(kernel, regularization, onehot - bias)
        left_out = onehot - coefficients / diagonal[:, None]
        temperature = _fit_temperature(left_out, target)
        accuracy = float((left_out.argmax(axis=1) == target).mean())
        linear = np.asarray(examples.T @ coefficients).astype(np.float16)
        kept = None if dense is None else coefficients.astype(np.float32)
        return cls(linear, bias, names, temperature, accuracy, dense, kept, sharpness)

    def scores(self, matrix: csr_matrix, dense: Optional[np.ndarray] = None) -> np.ndarray:
        """Raw scores, shape (rows, k): near 1 for the right label, near 0 for the others."""
        scores = np.tile(self.bias, (matrix.shape[0], 1))
        for index, row in enumerate(scores):
            used = slice(matrix.indptr[index], matrix.indptr[index + 1])
            row += matrix.data[used] @ self.linear[matrix.indices[used]].astype(np.float32)
        if dense is not None and self.dense is not None:
            scores += _nearness(dense, self.dense, self.sharpness) @ self.coefficients
        return scores

    def probabilities(self, matrix: csr_matrix, dense: Optional[np.ndarray] = None) -> np.ndarray:
        """Calibrated probabilities, shape (rows, k), each row adding up to 1."""
        return softmax(self.scores(matrix, dense) * self.temperature)

    def to_arrays(self) -> Tuple[Dict[str, np.ndarray], Dict[str, Any]]:
        """What safetensors and JSON keep."""
        arrays = {"linear": self.linear, "bias": self.bias}
        if self.dense is not None and self.coefficients is not None:
            arrays["dense"] = np.ascontiguousarray(self.dense)
            arrays["coefficients"] = np.ascontiguousarray(self.coefficients)
        names = {
            "labels": self.labels,
            "temperature": self.temperature,
            "left_out_accuracy": self.left_out_accuracy,
            "sharpness": self.sharpness,
        }
        return arrays, names

    @classmethod
    def from_arrays(cls, arrays: Dict[str, np.ndarray], names: Dict[str, Any]) -> "LeastSquaresClassifier":
        return cls(
            arrays["linear"],
            arrays["bias"],
            names["labels"],
            names["temperature"],
            names["left_out_accuracy"],
            arrays.get("dense"),
            arrays.get("coefficients"),
            names["sharpness"],
        )


def _kernel(examples: csr_matrix, dense: Optional[np.ndarray], sharpness: float) -> np.ndarray:
    """Similarities of all examples (n, d): shape (n, n), float32, the lower half only and the blocks on the diagonal.

    Block by block: only the result is ever whole in memory. What many examples share is multiplied as a dense matrix, which is
    several times faster than meeting each pair.
    """
    seen = np.bincount(examples.indices, minlength=examples.shape[1])
    common = seen > _COMMON * examples.shape[0]
    shared = examples[:, np.flatnonzero(common)].toarray()
    rare = examples[:, np.flatnonzero(~common)]
    kernel = np.zeros((examples.shape[0], examples.shape[0]), dtype=np.float32)
    for start in range(0, examples.shape[0], _BLOCK):
        block = slice(start, start + _BLOCK)
        kernel[start:, block] = (rare[start:] @ rare[block].T.tocsr()).toarray()
        kernel[start:, block] += shared[start:] @ shared[block].T
        if dense is not None:
            kernel[start:, block] += _nearness(dense[start:], dense[block], sharpness)
    return kernel


def _nearness(left: np.ndarray, right: np.ndarray, sharpness: float) -> np.ndarray:
    """exp(sharpness·(cosine − 1)) of the rows of `left` (n, m) and `right` (o, m), all of length one: shape (n, o)."""
    nearness = left @ right.T
    nearness -= 1
    nearness *= sharpness
    return np.asarray(np.exp(nearness, out=nearness))


def softmax(scores: np.ndarray) -> np.ndarray:
    """Row-wise softmax, safe for large scores."""
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def _solve(kernel: np.ndarray, regularization: float, target: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Solution of (kernel + λI)·A = target, shape (n, k), and the diagonal of (kernel + λI)⁻¹, shape (n,).

    `kernel`, symmetric positive, is overwritten; its lower half alone is read. Raises LinAlgError when it is not positive. By
    blocks, with products of matrices only: LAPACK's own Cholesky in the OpenBLAS that this scipy brings crashes now and then on
    so large a matrix when the machine is busy, and the whole inverse is not needed.
    """
    kernel[np.diag_indices_from(kernel)] += regularization
    blocks = [slice(start, min(start + _BLOCK, len(kernel))) for start in range(0, len(kernel), _BLOCK)]
    _factorize(kernel, blocks)
    _invert_lower(kernel, blocks)
    half = np.empty_like(target, dtype=np.float32)
    diagonal = np.zeros(len(kernel), dtype=np.float32)
    for rows in blocks:
        row = kernel[rows, : rows.stop]
        half[rows] = row @ target[: rows.stop]
        diagonal[: rows.stop] += np.einsum("ij,ij->j", row, row)
    solution = np.zeros_like(half)
    for rows in blocks:
        solution[: rows.stop] += kernel[rows, : rows.stop].T @ half[rows]
    return solution, diagonal


def _factorize(matrix: np.ndarray, blocks: Sequence[slice]) -> None:
    """The lower half of `matrix` becomes L of L·Lᵀ, but the blocks on the diagonal: they hold their own inverse."""
    for index, here in enumerate(blocks):
        inverse = np.linalg.inv(np.linalg.cholesky(matrix[here, here].astype(np.float64)))
        matrix[here, here] = np.tril(inverse)
        below = matrix[here.stop :, here] @ matrix[here, here].T
        matrix[here.stop :, here] = below
        for other in blocks[index + 1 :]:
            matrix[other.start :, other] -= (
                below[other.start - here.stop :] @ below[other.start - here.stop : other.stop - here.stop].T
            )


def _invert_lower(matrix: np.ndarray, blocks: Sequence[slice]) -> None:
    """The lower half of `matrix`, as `_factorize` leaves it, becomes L⁻¹."""
    for index in range(len(blocks) - 2, -1, -1):
        here = blocks[index]
        below = matrix[here.stop :, here] @ matrix[here, here]
        for rows in blocks[index + 1 :]:
            matrix[rows, here] = -(matrix[rows, here.stop : rows.stop] @ below[: rows.stop - here.stop])


def _fit_temperature(left_out: np.ndarray, target: np.ndarray) -> float:
    """The inverse temperature that makes the left-out probabilities likeliest."""

    def loss(temperature: float) -> float:
        chosen = softmax(left_out * temperature)[np.arange(len(target)), target]
        return float(-np.log(np.maximum(chosen, 1e-12)).mean())

    return float(min(_TEMPERATURES, key=loss))
