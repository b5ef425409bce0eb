"""assistant.nlu.questions: what a message asks."""

from typing import List

import pytest
from conftest import NAUGHTY, short
from hypothesis import given
from hypothesis import strategies as st

from assistant.nlu.questions import MOST_QUESTIONS, is_question, split_questions


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        (
            "Comment créer un compte ? Et combien de jours pour être payé par une mairie ?",
            ["Comment créer un compte ?", "Et combien de jours pour être payé par une mairie ?"],
        ),
        ("comment créer un compte et comment déposer une facture", ["comment créer un compte ?", "comment déposer une facture"]),
        (
            "Bonjour, c'est quoi le code service ? et le numéro d'engagement c'est obligatoire ?",
            ["Bonjour, c'est quoi le code service ?", "et le numéro d'engagement c'est obligatoire ?"],
        ),
        # Circumstances go with the question that follows, thanks with the last one.
        (
            "Ma facture est rejetée. Comment la corriger ? Et comment ajouter un RIB sur le portail ? Merci.",
            ["Ma facture est rejetée. Comment la corriger ?", "Et comment ajouter un RIB sur le portail ? Merci."],
        ),
    ],
)
def test_each_question_stands_alone_with_its_circumstances(text: str, questions: List[str]) -> None:
    assert split_questions(text) == questions


@pytest.mark.parametrize(
    "text",
    [
        "mdp oublié",
        "Ma facture est rejetée. Que faire ?",
        "mdp oublié, comment faire ? merci",
        # A question without a subject belongs to the one before.
        "Comment déposer une facture PDF ? Et combien de temps ?",
        "Ma facture 2026-12 est suspendue. Pourquoi ? Que dois-je faire ?",
        # Two verbs of one question.
        "Comment créer et activer un compte ?",
        "Le titulaire et le mandataire doivent-ils valider ma facture ?",
        "Je veux ajouter un collègue et retirer un ancien salarié",
        "",
        "?",
        "???",
    ],
)
def test_what_asks_one_thing_or_none_stays_whole(text: str) -> None:
    assert split_questions(text) == [text]


def test_there_are_three_questions_at_most_and_nothing_is_lost() -> None:
    text = "Comment créer un compte ? Comment déposer une facture ? Qui paie la facture publique ? Où lire le guide officiel ?"
    questions = split_questions(text)
    assert len(questions) == MOST_QUESTIONS
    assert " ".join(questions) == text


@pytest.mark.parametrize("text", NAUGHTY, ids=short)
def test_no_text_is_lost_whatever_it_is_made_of(text: str) -> None:
    joined = "".join("".join(split_questions(text)).split()).replace("?", "")
    assert joined == "".join(text.split()).replace("?", "") or len(split_questions(text)) > 1


@given(st.text(alphabet="abc éà?.!; etcomment", max_size=120))
def test_every_word_of_the_message_is_kept_in_order(text: str) -> None:
    kept = " ".join(split_questions(text)).replace("?", " ").split()
    remaining = iter(text.replace("?", " ").split())
    assert all(word in remaining for word in kept)


def test_a_question_mark_or_an_opening_makes_a_question() -> None:
    assert is_question("ça va ?")
    assert is_question("comment faire")
    assert is_question("et combien ça coûte")
    assert not is_question("ma facture est rejetée")
