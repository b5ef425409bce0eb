"""Counted words as vectors."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.helpdesk.triage.features import Vocabulary

TEXTS = ["facture suspendue", "facture rejetée", "compte bloqué compte"]


def split(text: str) -> list[str]:
    return text.split()


def test_rows_have_length_one_and_rare_words_weigh_more() -> None:
    vocabulary = Vocabulary.fit(TEXTS, split)
    matrix = vocabulary.matrix(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(matrix, axis=1), 1, rtol=1e-5)
    assert (vocabulary.weight("suspendue") or 0) > (vocabulary.weight("facture") or 0) > 1
    assert vocabulary.weight("inconnu") is None


def test_a_text_without_a_known_word_is_a_row_of_zeros() -> None:
    assert not Vocabulary.fit(TEXTS, split).matrix(["rien de tout cela", ""]).any()


def test_words_of_too_few_texts_are_not_kept() -> None:
    assert Vocabulary.fit(TEXTS, split, min_texts=2).terms == ["facture"]


@given(st.lists(st.text(alphabet="abc ", min_size=1), min_size=1, max_size=8), st.integers(1, 5))
def test_the_slices_put_together_are_the_whole(texts: list[str], width: int) -> None:
    vocabulary = Vocabulary.fit(texts, split)
    slices = [chunk for _, chunk in vocabulary.chunks(texts, width)]
    together = np.concatenate(slices, axis=1) if slices else np.zeros((len(texts), 0))
    np.testing.assert_array_equal(together, vocabulary.matrix(texts))
