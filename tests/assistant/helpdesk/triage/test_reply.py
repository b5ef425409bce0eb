"""The draft reply: the fiche's words, its source, what is missing, in plain text."""

import pytest

from assistant.helpdesk.triage.data import TriageData
from assistant.helpdesk.triage.reply import draft_reply, plain
from assistant.helpdesk.triage.schemas import FicheProche, ReponseProposee
from assistant.knowledge.load import Knowledge
from assistant.knowledge.schemas import Confiance, Section
from assistant.sollicitations.changes import TEXT_MAX
from tests.assistant.helpdesk.triage.test_neighbours import Make


def draft(
    knowledge: Knowledge,
    data: TriageData,
    demande: Make,
    fiche: str,
    categorie: str,
    missing: tuple[str, ...] = (),
    **changes: str,
) -> ReponseProposee:
    return draft_reply(
        knowledge=knowledge,
        textes=data.textes,
        demande=demande(**changes),
        categorie=knowledge.categories[categorie],
        fiche=FicheProche(id=fiche, titre=knowledge.fiches[fiche].titre, score=0.8, raisons=["Même sujet."]),
        missing=[knowledge.besoins[cle] for cle in missing],
    )


def test_it_greets_says_what_it_is_about_answers_and_names_its_source(
    knowledge: Knowledge, data: TriageData, demande: Make
) -> None:
    reply = draft(knowledge, data, demande, "rejet-suspendue", "facture_suspendue", numero_facture="F-12")
    fiche = knowledge.fiches["rejet-suspendue"]
    assert reply.texte.startswith("Bonjour,\n\nVous nous avez écrit au sujet suivant : « Facture suspendue », facture F-12.\n\n")
    assert knowledge.categories["facture_suspendue"].raison_route in reply.texte
    assert plain(fiche.reponse) in reply.texte
    assert f"Source : {fiche.sources[0].titre} ({fiche.sources[0].date}), {fiche.sources[0].url}" in reply.texte
    assert reply.texte.endswith("Bien cordialement,\nL'équipe d'assistance")
    assert (reply.fiche, reply.source) == ("rejet-suspendue", fiche.sources[0])


def test_it_asks_for_what_is_missing_by_its_label(knowledge: Knowledge, data: TriageData, demande: Make) -> None:
    reply = draft(knowledge, data, demande, "compte-bloque", "connexion", missing=("adresse_connexion", "message_erreur"))
    labels = [knowledge.besoins[cle].libelle for cle in ("adresse_connexion", "message_erreur")]
    assert f"il nous manque : {labels[0][0].lower()}{labels[0][1:]}, {labels[1][0].lower()}{labels[1][1:]}." in reply.texte


def test_nothing_is_asked_when_nothing_is_missing(knowledge: Knowledge, data: TriageData, demande: Make) -> None:
    assert "il nous manque" not in draft(knowledge, data, demande, "compte-bloque", "connexion").texte


def test_a_fact_of_low_confidence_is_said_as_such(knowledge: Knowledge, data: TriageData, demande: Make) -> None:
    low = next(fiche for fiche in knowledge.fiches.values() if fiche.confiance is Confiance.BASSE)
    assert data.textes["reponse_confiance_basse"] in draft(knowledge, data, demande, low.id, "autre").texte


def test_every_fiche_makes_a_reply_that_can_be_sent(knowledge: Knowledge, data: TriageData, demande: Make) -> None:
    everything = tuple(knowledge.besoins)
    for fiche in knowledge.fiches.values():
        texte = draft(knowledge, data, demande, fiche.id, "facture_rejetee", missing=everything, numero_facture="F" * 20).texte
        assert len(texte) <= TEXT_MAX, fiche.id
        assert "**" not in texte, fiche.id
        assert "](" not in texte, fiche.id
        assert plain(fiche.reponse) in texte, fiche.id
        assert fiche.sources[0].url in texte, fiche.id


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("Le **statut** « Suspendue ».", "Le statut « Suspendue »."),
        ("Voir [la page](https://exemple.fr/a).", "Voir la page (https://exemple.fr/a)."),
        ("1. Un\n2. Deux", "1. Un\n2. Deux"),
    ],
)
def test_marks_of_markdown_are_taken_out(markdown: str, text: str) -> None:
    assert plain(markdown) == text


def test_the_section_for_a_failure_is_added_where_there_is_one(knowledge: Knowledge, data: TriageData, demande: Make) -> None:
    fiche = next(one for one in knowledge.fiches.values() if Section.SI_CA_NE_MARCHE_PAS in one.sections and len(one.texte) < 800)
    assert "Si cela ne suffit pas : " in draft(knowledge, data, demande, fiche.id, "autre").texte
