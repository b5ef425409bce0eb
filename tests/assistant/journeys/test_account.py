"""The account journey: steps of a situation, what is said of them, going back and forth."""

import pytest

from assistant.journeys import account
from assistant.journeys.enums import EtatEtape
from assistant.journeys.load import Journeys
from assistant.journeys.state import Commande, EtatCompte, Refused


def after(journeys: Journeys, *commands: str, begun: EtatCompte | None = None) -> EtatCompte:
    etat = begun or EtatCompte()
    for command in commands:
        etat = account.advance(journeys, etat, Commande.parse(command))
    return etat


def test_before_a_situation_is_chosen_there_is_nothing_to_do(journeys: Journeys) -> None:
    vu = account.view(journeys, EtatCompte())
    assert (vu.branche, vu.etapes, vu.courante, vu.terminee) == (None, [], None, False)


def test_the_eight_situations_of_the_issue_are_there(journeys: Journeys) -> None:
    assert set(journeys.branches) == {
        "auto-entrepreneur",
        "entreprise",
        "plusieurs-siret",
        "association",
        "etrangere",
        "organisme-public",
        "sous-traitant",
        "gestionnaire-parti",
    }


@pytest.mark.parametrize(
    ("branche", "expected"),
    [
        ("auto-entrepreneur", "structure-micro"),
        ("plusieurs-siret", "structure-plusieurs"),
        ("association", "association-siret"),
        ("etrangere", "identifiant-etranger"),
        ("organisme-public", "pigp-entrer"),
        ("sous-traitant", "sous-traitant-valideur"),
        ("gestionnaire-parti", "gestionnaire-remplacer"),
    ],
)
def test_each_situation_has_the_step_that_is_its_own(journeys: Journeys, branche: str, expected: str) -> None:
    assert expected in journeys.branches[branche].etapes
    assert expected not in journeys.branches["entreprise"].etapes


def test_a_public_agent_never_signs_up_as_a_supplier(journeys: Journeys) -> None:
    assert not {"compte-creer", "structure-creer", "premier-depot"} & set(journeys.branches["organisme-public"].etapes)


@pytest.mark.parametrize("branche", ["auto-entrepreneur", "entreprise", "plusieurs-siret", "association", "etrangere"])
def test_a_supplier_goes_from_the_account_to_the_first_deposit(journeys: Journeys, branche: str) -> None:
    etapes = journeys.branches[branche].etapes
    expected = ["compte-creer", "compte-activer", "second-facteur", "habilitations", "banque", "premier-depot"]
    assert [etape for etape in etapes if etape in expected] == expected


def test_doing_all_steps_ends_the_journey(journeys: Journeys) -> None:
    etat = after(journeys, "situation:association")
    for rank, etape in enumerate(journeys.branches["association"].etapes, start=1):
        vu = account.view(journeys, etat)
        assert vu.courante is not None
        assert (vu.courante.numero, vu.courante.etape.id, vu.dites) == (rank, etape, rank - 1)
        etat = after(journeys, f"marquer:{etape}:faite", begun=etat)
    vu = account.view(journeys, etat)
    assert vu.courante is None
    assert vu.terminee


def test_who_is_stuck_stays_at_the_step_until_they_go_on(journeys: Journeys) -> None:
    etat = after(journeys, "situation:association", "marquer:association-siret:bloquee")
    vu = account.view(journeys, etat)
    assert vu.courante is not None
    assert (vu.courante.etape.id, vu.courante.etat) == ("association-siret", EtatEtape.BLOQUEE)
    vu = account.view(journeys, after(journeys, "aller", begun=etat))
    assert vu.courante is not None
    assert vu.courante.etape.id == "compte-creer"


def test_a_stuck_step_keeps_the_journey_open_at_its_end(journeys: Journeys) -> None:
    etapes = journeys.branches["organisme-public"].etapes
    commands = [f"marquer:{etape}:{'bloquee' if etape == 'habilitations' else 'passee'}" for etape in etapes]
    vu = account.view(journeys, after(journeys, "situation:organisme-public", *commands, "aller"))
    assert vu.courante is None
    assert not vu.terminee
    assert [vue.etape.id for vue in vu.selon(EtatEtape.BLOQUEE)] == ["habilitations"]


def test_what_was_done_stays_done_in_another_situation(journeys: Journeys) -> None:
    etat = after(journeys, "situation:entreprise", "marquer:compte-creer:faite", "situation:association")
    vu = account.view(journeys, etat)
    assert vu.dites == 1
    assert vu.courante is not None
    assert vu.courante.etape.id == "association-siret"


def test_going_back_leads_to_the_step_before_and_changes_nothing_that_was_said(journeys: Journeys) -> None:
    etat = after(journeys, "situation:entreprise", "marquer:compte-creer:faite", "marquer:compte-activer:passee", "retour")
    vu = account.view(journeys, etat)
    assert vu.courante is not None
    assert (vu.courante.etape.id, vu.courante.etat) == ("compte-activer", EtatEtape.PASSEE)
    assert vu.dites == 2
    assert account.view(journeys, after(journeys, "retour", "retour", "retour", begun=etat)).courante is not None


@pytest.mark.parametrize(
    "command", ["situation:inconnue", "marquer:pigp-entrer:faite", "marquer:compte-creer:oubliee", "aller:a9", "repondre:role:x"]
)
def test_what_does_not_fit_is_refused_with_a_sentence(journeys: Journeys, command: str) -> None:
    etat = after(journeys, "situation:entreprise")
    with pytest.raises(Refused, match=r"\w+ .*\."):
        after(journeys, command, begun=etat)


def test_steps_that_the_knowledge_no_longer_holds_are_left_out(journeys: Journeys) -> None:
    etat = EtatCompte(branche="entreprise", etapes={"disparue": EtatEtape.FAITE}, courante="disparue")
    vu = account.view(journeys, etat)
    assert vu.dites == 0
    assert vu.courante is not None
    assert vu.courante.numero == 1
