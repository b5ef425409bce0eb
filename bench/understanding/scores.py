"""Figures made of confidences and of being right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

BINS = 10
_NEWTON_STEPS = 30
_RIDGE = 1e-6

Array = np.ndarray[Any, Any]
# Of one bin: messages, their mean confidence, the share that is right (0–1).
Bin = tuple[int, float, float]


def macro_f1(truth: Sequence[str], said: Sequence[str]) -> float:
    """Mean F1 (0–1) over the topics of `truth`."""
    topics, indices = np.unique([*truth, *said], return_inverse=True)
    true, named = indices[: len(truth)], indices[len(truth) :]
    right = np.bincount(true[true == named], minlength=len(topics))
    both = np.bincount(true, minlength=len(topics)) + np.bincount(named, minlength=len(topics))
    return float((2 * right / both)[np.unique(true)].mean())


def calibration_bins(confidence: Sequence[float], right: Sequence[bool]) -> list[Bin]:
    """BINS bins with as many messages each as can be, by growing confidence."""
    order = np.argsort(confidence, kind="stable")
    parts = zip(np.array_split(np.asarray(confidence)[order], BINS), np.array_split(np.asarray(right)[order], BINS), strict=True)
    return [(len(values), float(values.mean()), float(hits.mean())) for values, hits in parts if len(values)]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error (0–1): mean distance between confidence and share right, weighted by messages."""
    return sum(count * abs(mean - share) for count, mean, share in bins) / sum(count for count, _, _ in bins)


@dataclass(frozen=True)
class Platt:
    """Turns a score into the probability of being right, 1 / (1 + exp(−slope · score − offset)) (Platt, 1999)."""

    slope: float
    offset: float

    @classmethod
    def fit(cls, scores: Sequence[float], right: Sequence[bool]) -> "Platt":
        """The likeliest curve for scores and whether each was right, by Newton's method, with Platt's softened targets."""
        mean, spread = float(np.mean(scores)), float(np.std(scores)) or 1.0
        inputs = np.column_stack([(np.asarray(scores) - mean) / spread, np.ones(len(scores))])
        hits = int(np.sum(right))
        target = np.where(right, (hits + 1) / (hits + 2), 1 / (len(scores) - hits + 2))
        weights = np.zeros(2)
        for _ in range(_NEWTON_STEPS):
            probability = _sigmoid(inputs @ weights)
            curvature = (inputs.T * (probability * (1 - probability))) @ inputs + _RIDGE * np.eye(2)
            weights += np.linalg.solve(curvature, inputs.T @ (target - probability))
        slope = float(weights[0]) / spread
        return cls(slope, float(weights[1]) - slope * mean)

    def __call__(self, score: float) -> float:
        return float(_sigmoid(np.asarray(self.slope * score + self.offset)))


def _sigmoid(values: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))))
