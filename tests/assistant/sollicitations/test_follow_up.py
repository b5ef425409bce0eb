"""What the person who asks sees of their sollicitation, and how they prove that it is theirs."""

from datetime import UTC, datetime, timedelta

import pytest

from assistant.conversations.service import open_conversation
from assistant.database import Sessions, now
from assistant.sollicitations import follow_up, lifecycle, service
from assistant.sollicitations.desk import Desk
from assistant.sollicitations.enums import Etat, Origine, TypeEvenement
from assistant.sollicitations.follow_up import ActionUsager, SuiviPublic
from assistant.sollicitations.models import Sollicitation, SollicitationEvent
from assistant.sollicitations.schemas import SollicitationCreate, SollicitationPublic
from tests.support.sollicitations import new_agent

MOMENT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
REQUEST = {
    "categorie": "facture_rejetee",
    "siret": "73282932000074",
    "numero_facture": "F-12",
    "description": "La facture est rejetée sans motif.",
    "contact": "compta@exemple.fr",
    "donnees": {"motif": "Pièce manquante"},
}


async def create(sessions: Sessions, desk: Desk, conversation_id: str | None = None, **changes: object) -> SollicitationPublic:
    return await service.create(
        sessions=sessions,
        desk=desk,
        request=SollicitationCreate.model_validate({**REQUEST, **changes}),
        origine=Origine.API,
        conversation_id=conversation_id,
    )


async def row_of(sessions: Sessions, created: SollicitationPublic) -> Sollicitation:
    return await follow_up.reread_by_number(sessions=sessions, numero=created.numero)


async def seen(sessions: Sessions, desk: Desk, created: SollicitationPublic) -> SuiviPublic:
    return follow_up.state(desk=desk, row=await row_of(sessions, created), pieces=[], moment=MOMENT)


# --- the timeline ---------------------------------------------------------------------------------------------------


async def test_a_whole_life_is_told_in_plain_words_without_the_desks_own_business(any_sessions: Sessions, desk: Desk) -> None:
    created, agent = await create(any_sessions, desk), await new_agent(any_sessions, "Camille")
    row = await row_of(any_sessions, created)
    common = {"sessions": any_sessions, "desk": desk, "sollicitation_id": row.id}
    row = await lifecycle.take(**common, agent=agent, version=row.version)
    row = await lifecycle.add_note(**common, agent=agent, texte="Client difficile, à surveiller.")
    row = await lifecycle.modify(**common, agent=agent, version=row.version, changes={"priorite": "urgente"}, raison="délai")
    row = await lifecycle.modify(**common, agent=agent, version=row.version, changes={"categorie": "facture_suspendue"})
    row = await lifecycle.ask_complement(
        **common, agent=agent, version=row.version, texte="Quel statut ?", pieces=["statut", "une capture"]
    )
    row = await lifecycle.add_complement(**common, texte="Suspendue.")
    row = await lifecycle.hand_back(**common, agent=agent, version=row.version)
    row = await lifecycle.take(**common, agent=agent, version=row.version)
    row = await lifecycle.propose_solution(**common, agent=agent, version=row.version, texte="Ajoutez le PV.")
    row = await lifecycle.send_back(**common, texte="Il est déjà joint.")
    row = await lifecycle.take(**common, agent=agent, version=row.version)
    row = await lifecycle.close(**common, agent=agent, version=row.version, motif="solution_acceptee", texte="Bonne journée.")
    told = await seen(any_sessions, desk, created)
    assert [(one.auteur, one.titre) for one in told.evenements] == [
        ("vous", "Vous avez écrit cette demande."),
        ("equipe", "L'équipe a pris votre demande en charge."),
        ("equipe", "L'équipe a changé le sujet : Facture suspendue."),
        ("equipe", "L'équipe vous demande un complément."),
        ("vous", "Vous avez apporté un complément."),
        ("equipe", "L'équipe vous répond."),
        ("vous", "Vous avez dit que la réponse ne convient pas."),
        ("equipe", "La demande est close."),
    ]
    asked = next(one for one in told.evenements if one.type == TypeEvenement.DEMANDE_COMPLEMENT)
    assert (asked.texte, asked.demandes) == ("Quel statut ?", ["Statut affiché", "une capture"])
    assert told.evenements[-1].texte.startswith("Votre problème est résolu")
    assert told.evenements[-1].texte.endswith("Bonne journée.")
    whole = told.model_dump_json()
    for hidden in ("surveiller", "urgente", "Camille", "délai", f"agent:{agent.id}"):
        assert hidden not in whole


async def test_every_kind_of_event_is_told_or_left_out_on_purpose(desk: Desk) -> None:
    detail = {
        TypeEvenement.MODIFICATION: {"changements": {"route": ["support", "organisme_public"]}},
        TypeEvenement.PIECE_JOINTE: {"id": "p-1", "nom": "a.pdf", "taille": 3},
        TypeEvenement.CLOTURE: {"motif": "solution_acceptee"},
        TypeEvenement.FUSION: {"dans": "CHO-2026-000001"},
        TypeEvenement.DEFUSION: {"de": "CHO-2026-000001"},
    }
    events = [
        SollicitationEvent(type=kind, acteur="agent:1", detail=detail.get(kind, {"texte": "Bonjour"}), cree_le=MOMENT)
        for kind in TypeEvenement
    ]
    told = follow_up.timeline(desk.knowledge, events)
    assert set(TypeEvenement) - {one.type for one in told} == {TypeEvenement.NOTE, TypeEvenement.DESAFFECTATION}
    assert all(one.titre.endswith(".") for one in told)
    assert "CHO-2026-000001" not in str(told), "the other one may be another person's"
    assert next(one for one in told if one.type == TypeEvenement.PIECE_JOINTE).piece_id == "p-1"


async def test_a_merge_tells_nothing_of_the_other_one(any_sessions: Sessions, desk: Desk) -> None:
    agent = await new_agent(any_sessions)
    kept, duplicate = await create(any_sessions, desk), await create(any_sessions, desk, contact="autre@exemple.fr")
    into, one = await row_of(any_sessions, kept), await row_of(any_sessions, duplicate)
    await lifecycle.merge(
        sessions=any_sessions, desk=desk, sollicitation_id=one.id, agent=agent, version=one.version, into_id=into.id
    )
    await lifecycle.add_complement(sessions=any_sessions, desk=desk, sollicitation_id=one.id, texte="Mot du doublon.")
    mine, other = await seen(any_sessions, desk, duplicate), await seen(any_sessions, desk, kept)
    assert mine.explication == desk.knowledge.textes["suivi_explication_fusion"]
    assert [one.titre for one in mine.evenements][1:] == [
        "L'équipe traite cette demande avec une autre sur le même sujet.",
        "Vous avez apporté un complément.",
    ]
    assert kept.numero not in mine.model_dump_json()
    assert [one.titre for one in other.evenements] == ["Vous avez écrit cette demande."]
    for hidden in (duplicate.numero, "Mot du doublon", "autre@exemple.fr"):
        assert hidden not in other.model_dump_json()
    assert mine.actions == [ActionUsager.COMPLEMENT]


# --- the state ------------------------------------------------------------------------------------------------------


async def test_the_state_tells_what_it_means_what_can_be_done_and_when_somebody_is_there(sessions: Sessions, desk: Desk) -> None:
    created = await create(sessions, desk)
    told = await seen(sessions, desk, created)
    assert (told.etat_titre, told.explication) == (
        "reçue, pas encore prise en charge",
        "L'équipe va la lire. Vous n'avez rien à faire.",
    )
    assert told.actions == [ActionUsager.COMPLEMENT, ActionUsager.CLOTURE]
    assert told.horaires.startswith("L'équipe qui gère Choriste lit les demandes du lundi au vendredi")
    assert told.donnees_libelles == [
        ("SIRET de votre structure", "732 829 320 00074"),
        ("Numéro de facture", "F-12"),
        ("Motif affiché", "Pièce manquante"),
    ]
    assert [one.libelle for one in told.champs] == ["Catégorie", "Adresse électronique", "Titre", "Description"]
    assert told.jeton_suivi is None


def test_every_state_but_the_draft_has_its_words(desk: Desk) -> None:
    for etat in set(Etat) - {Etat.BROUILLON}:
        assert desk.knowledge.textes[f"suivi_etat_{etat}"]
        assert desk.knowledge.textes[f"suivi_explication_{etat}"]


# --- twice ----------------------------------------------------------------------------------------------------------


async def test_the_same_form_sent_twice_is_recognised(any_sessions: Sessions, desk: Desk) -> None:
    created = await create(any_sessions, desk)
    row = await row_of(any_sessions, created)

    def repeats(row: Sollicitation, texte: str, action: ActionUsager = ActionUsager.COMPLEMENT) -> bool:
        return follow_up.is_repeat(row, action=action, texte=texte, given=[], present=[])

    assert not repeats(row, "Mon mot de passe est Toto2024")
    await lifecycle.add_complement(
        sessions=any_sessions, desk=desk, sollicitation_id=row.id, texte=" Mon mot de passe est Toto2024 "
    )
    row = await row_of(any_sessions, created)
    assert repeats(row, "Mon mot de passe est Toto2024")
    assert not repeats(row, "Autre chose")
    assert not repeats(row, "Mon mot de passe est Toto2024", ActionUsager.CLOTURE)
    assert not follow_up.is_repeat(
        row, action=ActionUsager.COMPLEMENT, texte="Mon mot de passe est Toto2024", given=[("a.pdf", "0" * 64)], present=[]
    ), "with a new file it is a new complement"


async def test_the_same_words_an_hour_later_are_meant(sessions: Sessions, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    created = await create(sessions, desk)
    row = await row_of(sessions, created)
    await lifecycle.add_complement(sessions=sessions, desk=desk, sollicitation_id=row.id, texte="Toujours rien.")
    monkeypatch.setattr(follow_up, "now", lambda: now() + timedelta(hours=1))
    again = await row_of(sessions, created)
    assert not follow_up.is_repeat(again, action=ActionUsager.COMPLEMENT, texte="Toujours rien.", given=[], present=[])


# --- the proof ------------------------------------------------------------------------------------------------------


async def test_only_its_own_secret_opens_a_sollicitation(any_sessions: Sessions, desk: Desk) -> None:
    created, other = await create(any_sessions, desk), await create(any_sessions, desk)
    assert created.jeton_suivi and other.jeton_suivi
    found = await service.get_by_token(sessions=any_sessions, numero=created.numero, token=created.jeton_suivi)
    assert found is not None and found.numero == created.numero
    for numero, token in (
        (created.numero, other.jeton_suivi),
        (created.numero, "compta@exemple.fr"),
        ("CHO-2026-999999", created.jeton_suivi),
        (created.numero, ""),
    ):
        assert await service.get_by_token(sessions=any_sessions, numero=numero, token=token) is None


async def test_a_conversation_renews_the_secret_of_what_it_wrote_and_of_nothing_else(any_sessions: Sessions, desk: Desk) -> None:
    mine = (await open_conversation(sessions=any_sessions)).conversation
    other = (await open_conversation(sessions=any_sessions)).conversation
    created = await create(any_sessions, desk, mine.id)
    elsewhere = await create(any_sessions, desk)
    for numero, conversation_id in ((created.numero, other.id), (elsewhere.numero, mine.id), ("CHO-2026-999999", mine.id)):
        assert await follow_up.renew_token(sessions=any_sessions, numero=numero, conversation_id=conversation_id) is None
    token = await follow_up.renew_token(sessions=any_sessions, numero=created.numero, conversation_id=mine.id)
    assert token is not None
    assert await service.get_by_token(sessions=any_sessions, numero=created.numero, token=token) is not None
    assert created.jeton_suivi
    assert await service.get_by_token(sessions=any_sessions, numero=created.numero, token=created.jeton_suivi) is None


# --- the same subject -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"categorie": "autre"}, True),
        ({"numero_facture": "F-13"}, False),
        ({"siret": "35600000000048"}, False),
        ({"siret": None}, True),
        ({"numero_facture": None}, True),
        ({"numero_facture": None, "categorie": "autre"}, False),
    ],
)
async def test_the_same_invoice_or_without_one_the_same_kind_is_the_same_subject(
    sessions: Sessions, desk: Desk, change: dict[str, str | None], expected: bool
) -> None:
    row = await row_of(sessions, await create(sessions, desk))
    asked = {"categorie": "facture_rejetee", "siret": "73282932000074", "numero_facture": "F-12", **change}
    assert follow_up.is_same_subject(row, **asked) is expected
