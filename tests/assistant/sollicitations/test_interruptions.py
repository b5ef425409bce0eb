"""Inside a draft: an answer, a question in the middle, or the wish to stop."""

import pytest

from assistant.sollicitations.interruptions import is_question, named_field, stops, takes_over


@pytest.mark.parametrize(
    ("intent", "text", "expected"),
    [
        ("annuler", "annuler", True),
        ("annuler", "/annuler", True),
        ("annuler", "non, laisse tomber", True),
        ("au_revoir", "au revoir", True),
        ("annuler", "la facture que je voulais annuler a été suspendue hier", False),
        ("fiche", "annuler", False),
    ],
)
def test_only_a_short_word_stops_the_draft(intent: str, text: str, expected: bool) -> None:
    assert stops(intent, text) is expected


@pytest.mark.parametrize(
    "text",
    [
        "comment faire",
        "Où est-ce",
        "ou cliquer",
        "pourquoi ma facture",
        "c'est quoi un SIRET",
        "C’est quoi ?",
        "Qu’est-ce que c’est",
        "dois-je payer",
        "quand serai-je payé",
        "Quelles pièces joindre",
        "ma facture ?",
        "combien de temps  ",
    ],
)
def test_a_question_is_known_by_its_sign_or_its_first_word(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "ma facture est suspendue",
        "quelqu'un a rejeté la facture",
        "a@exemple.fr",
        "73282932000074",
        "Quand je dépose ma facture, une erreur s'affiche",
        "commentaire refusé par le client",
    ],
)
def test_what_is_told_is_no_question(text: str) -> None:
    assert not is_question(text)


@pytest.mark.parametrize(
    ("intent", "text", "expected"),
    [
        ("fiche", "c'est quoi un code service ?", True),
        ("definir_terme", "qu'est-ce qu'un SIRET", True),
        ("nlu_fallback", "où je trouve ça ?", True),
        ("nlu_fallback", "?", False),
        ("fiche", "ma facture est suspendue depuis trois semaines", False),
        ("saluer", "bonjour", True),
        ("saluer", "bonjour je n'arrive pas à déposer ma facture depuis hier", False),
        ("parler_humain", "est-ce que je peux parler à quelqu'un de chez vous ?", True),
        ("suite_qui", "qui", True),
        ("suite_combien_de_temps", "depuis combien de temps elle est bloquée je ne sais", False),
        ("expliquer_statut", "/expliquer_statut", True),
        ("affirmer", "/affirmer", False),
        ("affirmer", "oui", False),
    ],
)
def test_a_question_or_small_talk_is_answered_first_and_an_answer_is_not(intent: str, text: str, expected: bool) -> None:
    assert takes_over(intent, text) is expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("je me suis trompé de SIRET", "siret"),
        ("le numéro de facture est faux", "numero_facture"),
        ("changer l’adresse e-mail", "contact"),
        ("la description", "description"),
        ("le sujet n'est pas le bon", "categorie"),
        ("je me suis trompé", None),
    ],
)
def test_a_correction_names_its_field(text: str, name: str | None) -> None:
    assert named_field(text) == name
