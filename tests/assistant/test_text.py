"""Cleaning and comparing texts, and references read aloud."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.references import new_reference
from assistant.text import clean, fold, fold_words, has_words


@pytest.mark.parametrize(
    ("given_text", "cleaned"),
    [
        ("  bonjour \n", "bonjour"),
        ("a\x00b\x07c", "abc"),
        ("fac\u200bture\ufeff", "facture"),
        ("ligne 1\nligne 2\tfin", "ligne 1\nligne 2\tfin"),
        ("e\u0301te\u0301", "été"),
        ("\u202egauche", "gauche"),
    ],
)
def test_cleaning_drops_what_nobody_sees_and_keeps_the_lines(given_text: str, cleaned: str) -> None:
    assert clean(given_text) == cleaned


@given(st.text())
def test_cleaning_twice_changes_nothing_and_leaves_no_control_sign(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert not [char for char in once if unicodedata.category(char) == "Cc" and char not in "\n\r\t"]


def test_folding_makes_the_ways_to_write_a_word_one() -> None:
    assert fold("Œuvre À L’ÉTAT") == fold("oeuvre a l'etat") == "oeuvre a l'etat"
    assert fold_words("L’état d'acompte IN_REJETE, code-service !") == ["l", "etat", "d", "acompte", "in_rejete", "code-service"]


@pytest.mark.parametrize(
    ("text", "expected"), [("a", True), ("7", True), ("é", True), ("…?!", False), ("", False), ("🙂", False), ("—", False)]
)
def test_signs_and_pictures_are_no_words(text: str, expected: bool) -> None:
    assert has_words(text) is expected


def test_a_reference_has_no_sign_that_is_mistaken_for_another() -> None:
    references = {new_reference() for _ in range(500)}
    assert len(references) == 500
    assert all(re.fullmatch(r"[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}", reference) for reference in references)
