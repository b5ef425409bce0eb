"""All proposals together, with reasons that a person understands."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.helpdesk.triage.engine import ROUTES, TriageEngine
from assistant.helpdesk.triage.schemas import Propositions
from assistant.knowledge.load import Knowledge
from tests.assistant.helpdesk.triage.conftest import WRITTEN
from tests.assistant.helpdesk.triage.test_neighbours import LOCKED, SIRET, SUSPENDED, SUSPENDED_AGAIN, Make
from tests.support.services import real_services


def test_a_request_gets_category_route_priority_fiches_gaps_and_a_draft(engine: TriageEngine, demande: Make) -> None:
    found = engine.propose(demande(f"Bonjour, {SUSPENDED} Il me faut le paiement avant vendredi.", numero_facture="F-12"))
    best = found.categorie[0]
    assert best.valeur == "facture_suspendue"
    assert best.titre == "Facture suspendue"
    assert any("suspendu" in reason for reason in best.raisons)
    assert any("Ressemble à une demande connue : « " in reason for reason in best.raisons)
    assert 2 <= len(found.categorie) <= 3
    assert found.route[0].valeur == "organisme_public"
    assert engine.knowledge.categories["facture_suspendue"].raison_route in found.route[0].raisons
    assert (found.priorite[0].valeur, len(found.priorite)) == ("haute", 1)
    assert len(found.fiches) == 3
    assert found.fiches[0].id in engine.knowledge.categories["facture_suspendue"].fiches
    assert {"siret", "siret_destinataire"} <= set(found.manques)
    assert "numero_facture" not in found.manques
    assert [one.fiche for one in found.reponse] == [found.fiches[0].id]


def test_what_was_given_is_not_missing(engine: TriageEngine, demande: Make) -> None:
    known = {"siret_destinataire": SIRET, "date": "depuis lundi"}
    found = engine.propose(demande(SUSPENDED, siret=SIRET, numero_facture="F1", donnees=known))
    assert not {"siret", "numero_facture", "siret_destinataire", "date"} & set(found.manques)


def test_open_ones_become_duplicates_and_solved_ones_help(engine: TriageEngine, demande: Make) -> None:
    again = demande(SUSPENDED_AGAIN, id=2)
    solved = demande(SUSPENDED_AGAIN, id=3, etat="cloturee", contact="autre@exemple.fr")
    found = engine.propose(demande(SUSPENDED), solved=[solved], open_=[again])
    assert [one.id for one in found.doublons] == [2]
    assert [one.id for one in found.resolues] == [3]


def test_the_category_that_was_chosen_counts_but_plain_words_count_more(engine: TriageEngine, demande: Make) -> None:
    vague = "Je n'y arrive pas, que faire ?"
    chosen = engine.propose(demande(vague, categorie="piste")).categorie
    assert "piste" in [one.valeur for one in chosen]
    declared = next(one for one in chosen if one.valeur == "piste")
    assert engine.data.textes["categorie_declaree"] in declared.raisons
    assert engine.propose(demande(LOCKED, categorie="piste")).categorie[0].valeur == "connexion"
    assert engine.rank(vague, "autre") == engine.rank(vague) == engine.rank(vague, "n'existe pas")


def test_answers_to_the_checklist_are_read_with_the_words(engine: TriageEngine, demande: Make) -> None:
    vague = "Je ne comprends pas ce que ma mairie attend."
    with_status = engine.propose(demande(vague, donnees={"statut": "Suspendue", "motif": "pièce justificative absente"}))
    assert with_status.categorie[0].valeur == "facture_suspendue"


def test_a_deadline_is_nearer_when_it_is_computed_later(engine: TriageEngine, demande: Make) -> None:
    one = demande("Il me faut une réponse dans trois semaines, compte bloqué.")
    assert engine.propose(one).priorite[0].valeur == "haute"
    assert engine.propose(one, moment=WRITTEN + timedelta(days=20)).priorite[0].valeur == "urgente"


def test_a_text_about_nothing_known_gets_no_draft(engine: TriageEngine, demande: Make) -> None:
    found = engine.propose(demande("zzzz qqqq wwww"))
    assert found.reponse == []
    assert len(found.categorie) >= 2


def test_proposals_survive_the_way_through_json(engine: TriageEngine, demande: Make) -> None:
    found = engine.propose(demande(SUSPENDED), open_=[demande(SUSPENDED_AGAIN, id=2)])
    assert Propositions.model_validate(found.model_dump(mode="json")) == found


def test_the_words_that_the_search_uses_are_rare_and_begin_as_in_the_text(engine: TriageEngine) -> None:
    words = engine.rare_words("Bonjour, merci d'avance : ma facture est suspendue, justificatif d'assurance absent.")
    assert any(word.startswith("suspend") for word in words)
    assert any(word.startswith("justif") for word in words)
    assert not any(word.startswith(("bonj", "merc", "avanc", "factur")) for word in words)
    assert len(engine.rare_words(" ".join(engine.knowledge.textes.values()))) <= 8


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_has_its_title(engine: TriageEngine, knowledge: Knowledge, route: str) -> None:
    assert engine.data.textes[f"route_{route}"]
    assert any(categorie.route == route for categorie in knowledge.categories.values())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=200))
def test_any_text_gets_proposals_in_order_with_reasons(text: str) -> None:
    engine = real_services().triage
    found = engine.propose(_demande(text))
    for proposals in (found.categorie, found.route, found.priorite):
        assert proposals
        assert all(one.raisons and all(one.raisons) for one in proposals)
        assert [one.score for one in proposals] == sorted((one.score for one in proposals), reverse=True)
    assert sum(engine.route_scores(engine.rank(text)).values()) == pytest.approx(1)


def _demande(text: str):  # type: ignore[no-untyped-def]
    from assistant.helpdesk.triage.schemas import Demande

    return Demande(id=1, numero="CHO-1", categorie="autre", description=text, cree_le=WRITTEN, etat="soumise")
