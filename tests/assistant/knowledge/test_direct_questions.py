"""Definitions and comparisons told by the form of the question."""

from pathlib import Path

import pytest

from assistant.knowledge.direct_questions import read
from assistant.knowledge.load import load_knowledge
from assistant.knowledge.term_finder import TermFinder


@pytest.fixture(scope="module")
def terms() -> TermFinder:
    return TermFinder(load_knowledge(Path("data/knowledge")))


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("c'est quoi le code service ?", ["Code service"]),
        ("Qu'est-ce qu'un valideur", ["Valideur"]),
        ("bonjour, c'est quoi un siren au juste ?", ["SIREN"]),
        ("code service c'est quoi", ["Code service"]),
        ("définition MOE", ["MOE"]),
        ("différence entre code service et numéro d'engagement", ["Code service", "Numéro d'engagement"]),
        ("différence entre ticket et sollicitation sur chorus pro", ["Ticket", "Sollicitation"]),
        ("le code service et le numéro d'engagement, c'est la même chose ?", ["Code service", "Numéro d'engagement"]),
    ],
)
def test_the_form_of_the_question_names_what_is_asked(terms: TermFinder, text: str, keys: list[str]) -> None:
    direct = read(text, terms)
    assert direct is not None
    assert [sujet.cle for sujet in direct.sujets] == keys


@pytest.mark.parametrize(
    "text",
    [
        "c'est quoi la procédure pour un rejet",
        "comment trouver le code service",
        "c'est quoi ce truc",
        "j'ai mis le code service et le numéro d'engagement, c'est bon ?",
        "la différence de montant",
        "le code service de la commande, c'est la même chose dans Chorus Pro ?",
        "",
    ],
)
def test_other_questions_are_left_to_the_classifier(terms: TermFinder, text: str) -> None:
    assert read(text, terms) is None
