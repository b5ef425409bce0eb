"""Stems and letters, with the words as they were typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.helpdesk.triage.words import fold_with_origin, letters, stems, without_politeness
from assistant.text import fold


@given(st.text())
def test_folding_with_origins_folds_as_everywhere_else(text: str) -> None:
    assert fold_with_origin(text).text == fold(text)


@given(st.text(min_size=1), st.data())
def test_what_was_typed_is_a_piece_of_the_source(text: str, data: st.DataObject) -> None:
    folded = fold_with_origin(text)
    start = data.draw(st.integers(0, len(folded.text)))
    end = data.draw(st.integers(start, len(folded.text)))
    typed = folded.typed(start, end)
    assert typed in text
    assert folded.text[start:end] in fold(typed)


def test_stems_bring_together_what_is_one_word_and_keep_how_it_was_typed() -> None:
    found = {stem.typed: stem.stem for stem in stems("REJETÉES, rejeté ou Rejeter")}
    assert found["REJETÉES"] == found["rejeté"] == found["Rejeter"]
    assert "ou" not in found


def test_neighbours_are_counted_as_a_pair_over_empty_words() -> None:
    assert "code service" in {stem.typed for stem in stems("le code du service")}


def test_a_slip_of_one_letter_leaves_most_runs_of_letters() -> None:
    right, wrong = set(letters("habilitation")), set(letters("habilitatoin"))
    assert len(right & wrong) / len(right) > 0.5


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Bonjour, ma facture est suspendue. Merci d'avance. Cordialement", "ma facture est suspendue"),
        ("Bonsoir Madame, Monsieur, compte bloqué svp", "compte bloqué"),
        ("L'avance du marché n'est pas versée", "L'avance du marché n'est pas versée"),
        ("Merci de votre retour", "Merci de votre retour"),
        ("Bonjour", "Bonjour"),
    ],
)
def test_greetings_and_thanks_are_left_out_but_never_everything(text: str, bare: str) -> None:
    assert without_politeness(text) == bare


@given(st.text())
def test_a_text_with_words_keeps_words_without_its_politeness(text: str) -> None:
    bare = without_politeness(text)
    assert any(map(str.isalnum, bare)) == any(map(str.isalnum, text))
