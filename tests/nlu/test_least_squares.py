"""assistant.nlu.least_squares."""

import json
from typing import List, Optional, Tuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.sparse import csr_matrix

from assistant.nlu.least_squares import LeastSquaresClassifier, _solve, normalize_rows, softmax


def small_data(seed: int = 3, count: int = 18, classes: int = 3, dimension: int = 7) -> Tuple[csr_matrix, List[str]]:
    """Noisy points around one centre a class."""
    random = np.random.default_rng(seed)
    labels = [f"fiche/{'abcdefgh'[i % classes]}" for i in range(count)]
    centres = random.normal(size=(classes, dimension))
    points = np.array([centres[i % classes] for i in range(count)]) + random.normal(scale=0.8, size=(count, dimension))
    # Some features are in few examples.
    points[:, 4:][np.abs(points[:, 4:]) < 0.9] = 0
    return normalize_rows(csr_matrix(points.astype(np.float32))), labels


def kernel_of(examples: csr_matrix, dense: Optional[np.ndarray], sharpness: float) -> np.ndarray:
    """The documented kernel of all examples, in double precision."""
    points = examples.toarray().astype(np.float64)
    kernel = points @ points.T
    if dense is not None:
        kernel = kernel + np.exp(sharpness * (dense.astype(np.float64) @ dense.astype(np.float64).T - 1))
    return kernel


def retrained_without(kernel: np.ndarray, labels: List[str], index: int, regularization: float) -> np.ndarray:
    """Scores of one example by plain ridge regression on all the others."""
    names = sorted(set(labels))
    others = [i for i in range(len(labels)) if i != index]
    onehot = np.array([[float(labels[i] == name) for name in names] for i in others])
    inner = kernel[np.ix_(others, others)] + regularization * np.eye(len(others))
    return kernel[index, others] @ np.linalg.solve(inner, onehot - 1 / len(names)) + 1 / len(names)


def dense_data(count: int = 18) -> np.ndarray:
    rows = np.random.default_rng(11).normal(size=(count, 5)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("common", [0.05, 0.7, 1.0])
@pytest.mark.parametrize("block", [1, 4, 6, 18, 1024])
@pytest.mark.parametrize("dense", [None, dense_data()], ids=["sparse", "sparse and dense"])
@pytest.mark.parametrize("regularization", [0.05, 0.3, 2.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_left_out_answers_are_those_of_really_retraining_without_each_example(
    monkeypatch: pytest.MonkeyPatch, seed: int, regularization: float, dense: Optional[np.ndarray], block: int, common: float
) -> None:
    seen = {}
    monkeypatch.setattr("assistant.nlu.least_squares._COMMON", common)
    monkeypatch.setattr("assistant.nlu.least_squares._BLOCK", block)
    monkeypatch.setattr(
        "assistant.nlu.least_squares._fit_temperature", lambda left_out, target: seen.update(left_out=left_out) or 1.0
    )
    examples, labels = small_data(seed)
    model = LeastSquaresClassifier.fit(examples, labels, regularization, dense, 3.0)
    kernel = kernel_of(examples, dense, 3.0)
    really = np.array([retrained_without(kernel, labels, i, regularization) for i in range(len(labels))])
    assert seen["left_out"] == pytest.approx(really, abs=5e-4)
    right = [model.labels[row.argmax()] == label for row, label in zip(really, labels, strict=True)]
    assert model.left_out_accuracy == pytest.approx(np.mean(right))


def test_a_kernel_that_is_not_positive_is_refused() -> None:
    with pytest.raises(np.linalg.LinAlgError):
        _solve(np.array([[1, 3], [3, 1]], dtype=np.float32), 0.1, np.ones((2, 1), dtype=np.float32))


def test_the_only_example_of_a_class_is_left_out_too() -> None:
    examples, labels = small_data(count=9)
    labels[0] = "seul"
    model = LeastSquaresClassifier.fit(examples, labels, 0.3)
    assert "seul" in model.labels
    assert model.left_out_accuracy < 1.0


@pytest.mark.parametrize("dense", [None, dense_data()], ids=["sparse", "sparse and dense"])
def test_scores_are_those_of_ridge_regression(dense: Optional[np.ndarray]) -> None:
    examples, labels = small_data()
    model = LeastSquaresClassifier.fit(examples, labels, 0.3, dense, 3.0)
    kernel = kernel_of(examples, dense, 3.0)
    onehot = np.array([[float(label == name) for name in model.labels] for label in labels])
    expected = kernel @ np.linalg.solve(kernel + 0.3 * np.eye(len(labels)), onehot - 1 / 3) + 1 / 3
    assert model.scores(examples, dense) == pytest.approx(expected, abs=2e-4)


def test_separable_examples_are_all_named_rightly() -> None:
    examples = csr_matrix(np.repeat(np.eye(4, dtype=np.float32), 3, axis=0))
    labels = [name for name in "abcd" for _ in range(3)]
    model = LeastSquaresClassifier.fit(examples, labels, 0.3)
    assert [model.labels[i] for i in model.probabilities(examples).argmax(axis=1)] == labels
    assert model.left_out_accuracy == 1.0


def test_the_model_learns_on_its_labels_whatever_their_order() -> None:
    examples, labels = small_data()
    model = LeastSquaresClassifier.fit(examples, labels, 0.3)
    assert model.labels == sorted(set(labels))
    order = np.random.default_rng(0).permutation(len(labels))
    shuffled = LeastSquaresClassifier.fit(examples[order], [labels[i] for i in order], 0.3)
    assert shuffled.labels == model.labels
    assert shuffled.scores(examples) == pytest.approx(model.scores(examples), abs=1e-4)


def test_training_twice_gives_exactly_the_same_model() -> None:
    examples, labels = small_data()
    one, other = (LeastSquaresClassifier.fit(examples, labels, 0.3).to_arrays() for _ in range(2))
    assert one[1] == other[1]
    assert all(np.array_equal(one[0][key], other[0][key]) for key in one[0])


def test_training_does_not_change_the_examples_given() -> None:
    examples, labels = small_data()
    before = examples.toarray().copy()
    LeastSquaresClassifier.fit(examples, labels, 0.3)
    assert np.array_equal(examples.toarray(), before)


@pytest.mark.parametrize("seed", range(6))
def test_the_temperature_is_finite_and_positive(seed: int) -> None:
    examples, labels = small_data(seed, count=12)
    model = LeastSquaresClassifier.fit(examples, labels, 0.3)
    assert np.isfinite(model.temperature)
    assert 1.0 <= model.temperature <= 60.0


@pytest.mark.parametrize("labels", [["a", "b"] * 4, ["a"] * 4 + ["b"] * 4])
def test_the_temperature_is_finite_when_nothing_can_be_learnt(labels: List[str]) -> None:
    same = csr_matrix(np.ones((8, 3), dtype=np.float32))
    model = LeastSquaresClassifier.fit(same, labels, 0.3)
    assert np.isfinite(model.temperature)
    assert model.probabilities(same) == pytest.approx(np.full((8, 2), 0.5), abs=1e-3)


def test_probabilities_are_between_0_and_1_and_add_up_to_1() -> None:
    examples, labels = small_data()
    probabilities = LeastSquaresClassifier.fit(examples, labels, 0.3).probabilities(examples)
    assert probabilities.shape == (18, 3)
    assert (probabilities >= 0).all()
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(18), abs=1e-5)


def test_an_empty_row_gets_even_probabilities() -> None:
    examples, labels = small_data()
    model = LeastSquaresClassifier.fit(examples, labels, 0.3)
    assert model.probabilities(csr_matrix((1, 7), dtype=np.float32)) == pytest.approx(np.full((1, 3), 1 / 3), abs=1e-5)


def test_twin_examples_without_regularization_are_refused() -> None:
    twins = csr_matrix(np.ones((4, 2), dtype=np.float32))
    with pytest.raises(np.linalg.LinAlgError):
        LeastSquaresClassifier.fit(twins, ["a", "a", "b", "b"], 0.0)


@pytest.mark.parametrize("dense", [None, dense_data()], ids=["sparse", "sparse and dense"])
def test_arrays_and_names_give_the_same_model_back(dense: Optional[np.ndarray]) -> None:
    examples, labels = small_data()
    model = LeastSquaresClassifier.fit(examples, labels, 0.3, dense, 2.0)
    arrays, names = model.to_arrays()
    again = LeastSquaresClassifier.from_arrays(arrays, json.loads(json.dumps(names)))
    assert np.array_equal(again.probabilities(examples, dense), model.probabilities(examples, dense))
    assert (again.labels, again.temperature, again.left_out_accuracy, again.sharpness) == (
        model.labels,
        model.temperature,
        model.left_out_accuracy,
        2.0,
    )


def test_rows_are_brought_to_length_one_and_empty_ones_stay_empty() -> None:
    scaled = normalize_rows(csr_matrix(np.array([[3, 4, 0], [0, 0, 0], [0, -2, 0]], dtype=np.float32)))
    assert scaled.dtype == np.float32
    assert scaled.toarray() == pytest.approx(np.array([[0.6, 0.8, 0], [0, 0, 0], [0, -1, 0]]))


ROWS = hnp.arrays(np.float32, hnp.array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.floats(-1e3, 1e3, width=32))


@settings(max_examples=60)
@given(ROWS)
def test_softmax_rows_add_up_to_1_even_for_large_scores(scores: np.ndarray) -> None:
    probabilities = softmax(scores)
    assert np.isfinite(probabilities).all()
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(len(scores)), abs=1e-4)


@settings(max_examples=60)
@given(ROWS)
def test_normalized_rows_have_length_one_or_nought(rows: np.ndarray) -> None:
    lengths = np.linalg.norm(normalize_rows(csr_matrix(rows)).toarray().astype(np.float64), axis=1)
    # Squares below the smallest number of single precision are lost.
    for length, row in zip(lengths, rows, strict=True):
        if np.abs(row).max() > 1e-15 or not row.any():
            assert length == pytest.approx(1 if row.any() else 0, abs=1e-3)
