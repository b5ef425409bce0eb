"""Subjects: what an answer is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.knowledge.subjects import Sujet


@pytest.mark.parametrize(
    "text", ["fiche:compte-creer", "statut:A_RECYCLER", "terme:Code service", "terme:a:b", "categorie:autre"]
)
def test_a_subject_is_read_as_it_was_written(text: str) -> None:
    assert str(Sujet.parse(text)) == text


@pytest.mark.parametrize("text", [None, "", "fiche", "fiche:", ":compte", "page:accueil", "FICHE:compte", " fiche:x"])
def test_what_is_no_subject_is_none(text: str | None) -> None:
    assert Sujet.parse(text) is None


@given(st.text())
def test_reading_never_fails_and_only_gives_what_was_written(text: str) -> None:
    sujet = Sujet.parse(text)
    assert sujet is None or str(sujet) == text
