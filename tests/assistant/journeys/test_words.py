"""What typed words answer in a journey."""

import pytest

from assistant.journeys import words
from assistant.journeys.enums import EtatEtape

CHOICES = ["À recycler", "Suspendue", "Rejetée", "Mise en paiement"]


@pytest.mark.parametrize("text", ["fait", "C'est fait !", "ok", "voilà c'est terminé", "oui", "déja fait"])
def test_done_is_understood(text: str) -> None:
    assert words.read_step(text) is EtatEtape.FAITE


@pytest.mark.parametrize("text", ["je suis bloqué", "bloquée", "ça marche pas", "je n'y arrive pas", "coincé"])
def test_stuck_is_understood(text: str) -> None:
    assert words.read_step(text) is EtatEtape.BLOQUEE


@pytest.mark.parametrize("text", ["passer", "je passe", "étape suivante", "plus tard", "saute"])
def test_skip_is_understood(text: str) -> None:
    assert words.read_step(text) is EtatEtape.PASSEE


@pytest.mark.parametrize(
    "text", ["pas fait", "non", "bonjour", "je voudrais savoir si ma facture du mois dernier est bien faite", ""]
)
def test_what_is_not_sure_says_nothing_of_a_step(text: str) -> None:
    assert words.read_step(text) is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("2", 1),
        ("la deuxième", 1),
        ("réponse B", 1),
        ("choix n° 3", 2),
        ("la dernière", 3),
        ("a recycler", 0),
        ("A RECYCLER", 0),
        ("c'est suspendue", 1),
        ("mise en payment", 3),
        ("5", None),
        ("je ne sais pas", None),
        ("deux factures sont perdues", None),
        ("", None),
    ],
)
def test_a_choice_is_named_by_its_words_or_its_rank(text: str, place: int | None) -> None:
    assert words.read_choice(text, CHOICES) == place


def test_the_words_of_a_choice_come_before_a_rank() -> None:
    assert words.read_choice("20", ["9", "50", "20", "100"]) == 2
    assert words.read_choice("1 jour", ["15 jours", "30 jours", "1 jour", "7 jours"]) == 2


def test_going_back_is_understood() -> None:
    assert words.goes_back("étape précédente")
    assert words.goes_back("retour")
    assert not words.goes_back("c'est fait")
