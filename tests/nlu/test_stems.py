"""Stems: what the word features count."""

import pytest
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.training_data.message import Message

from assistant.nlu.stems import FrenchStems


@pytest.mark.parametrize("text", ["rejetées", "rejetees", "Rejetée", "REJETEE"])
def test_inflected_and_unaccented_words_share_a_stem(text: str) -> None:
    assert FrenchStems().stem(text) == FrenchStems().stem("rejetée")


def test_empty_words_give_nothing() -> None:
    assert FrenchStems().stem("de la") == ""


def test_abbreviations_are_written_out() -> None:
    assert FrenchStems().stem("mdp") == FrenchStems().stem("mot passe")


def test_a_token_keeps_its_text_and_offsets_and_gets_the_stem_of_its_lemma() -> None:
    token = Token("factures", 4, lemma="facture")
    message = Message(data={"text": "les factures", "text_tokens": [Token("les", 0, lemma="le"), token]})
    FrenchStems().process([message])
    assert (token.text, token.start, token.end) == ("factures", 4, 12)
    assert token.lemma == FrenchStems().stem("facture")
    assert message.get("text_tokens")[0].lemma == ""


def test_a_message_without_tokens_is_left_alone() -> None:
    message = Message(data={"text": "bonjour"})
    assert FrenchStems().process([message]) == [message]
