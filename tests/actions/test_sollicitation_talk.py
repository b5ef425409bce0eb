"""A sollicitation in the conversation: begin, what comes before, put aside, take up, write."""

import pytest
from sqlalchemy import select, text

from actions.base import Services
from assistant.knowledge.schemas import Categorie
from assistant.sollicitations import lifecycle
from assistant.sollicitations.enums import Origine
from assistant.sollicitations.models import Sollicitation
from tests.support.drafts import SIRET, complete
from tests.support.http import Service
from tests.support.trackers import action_call, button_call, slots_set


@pytest.fixture(scope="module")
def rejetee(services: Services) -> Categorie:
    """A rejected invoice: needs its number, its status and the reason."""
    return services.knowledge.categories["facture_rejetee"]


async def rows(service: Service) -> list[Sollicitation]:
    async with service.app.state.context.services.sessions() as session:
        return list(await session.scalars(select(Sollicitation)))


async def sender_of(service: Service) -> str:
    """The name under which Rasa knows the only conversation."""
    async with service.app.state.context.services.sessions() as session:
        return str((await session.execute(text("SELECT rasa_sender FROM conversation"))).scalar())


# --- begin ----------------------------------------------------------------------------------------------------------


async def test_it_starts_with_an_introduction_and_an_empty_draft(service: Service) -> None:
    answer = await service.action(
        button_call("action_preparer_sollicitation", "/preparer_sollicitation", slots={"sol_siret": SIRET})
    )
    [said] = answer["responses"]
    assert said["custom"]["kind"] == "notice"
    assert said["text"].startswith("Préparons votre demande.")
    assert set(slots_set(answer).values()) == {None}
    assert {"sol_siret", "sol_donnees"} <= set(slots_set(answer))


async def test_the_category_is_guessed_from_the_words_and_told_with_who_it_is_for(service: Service, services: Services) -> None:
    said = "je veux ouvrir un ticket, ma facture est suspendue"
    answer = await service.action(action_call("action_preparer_sollicitation", said, intent="preparer_sollicitation"))
    assert slots_set(answer)["sol_categorie"] == "facture_suspendue"
    found = services.knowledge.categories["facture_suspendue"]
    assert f"Sujet retenu : **{found.titre}**." in answer["responses"][0]["text"]
    assert "votre client public" in answer["responses"][0]["text"]
    assert found.raison_route in answer["responses"][0]["text"]


async def test_what_the_first_words_give_is_taken_and_told(service: Service) -> None:
    said = "prépare un ticket, ma facture 2026-118 est rejetée, siret 73282932000074"
    answer = await service.action(
        action_call(
            "action_preparer_sollicitation",
            said,
            intent="preparer_sollicitation",
            entities={"numero_facture": "2026-118", "siret": SIRET},
        )
    )
    assert slots_set(answer)["sol_numero_facture"] == "2026-118"
    assert slots_set(answer)["sol_siret"] is None, "a SIRET may be the client's: it is offered, not taken"
    assert "J'ai déjà noté : **Numéro de facture** : 2026-118." in answer["responses"][0]["text"]


async def test_the_category_is_guessed_from_the_current_subject(service: Service, services: Services) -> None:
    categories = services.knowledge.categories.values()
    fiche, expected = next(
        (fiche, one.id)
        for one in categories
        for fiche in one.fiches
        if len([other for other in categories if fiche in other.fiches]) == 1
    )
    for payload, slots in (
        ("/preparer_sollicitation", {"sujet_courant": f"fiche:{fiche}"}),
        (f'/preparer_sollicitation{{"sujet": "fiche:{fiche}"}}', {}),
    ):
        answer = await service.action(button_call("action_preparer_sollicitation", payload, slots=slots))
        assert slots_set(answer)["sol_categorie"] == expected


# --- before anything is written -------------------------------------------------------------------------------------


async def test_up_to_three_fiches_that_may_already_solve_it_are_shown(service: Service, services: Services) -> None:
    said = "prépare un ticket, ma facture est rejetée et je ne comprends pas le motif"
    answer = await service.action(action_call("action_preparer_sollicitation", said, intent="preparer_sollicitation"))
    [_, notice] = answer["responses"]
    assert notice["text"] == services.knowledge.textes["sol_fiches"]
    shown = [one["payload"] for one in notice["buttons"]]
    assert 1 <= len(shown) <= 3
    assert all(payload.startswith('/fiche{"sujet": "fiche:') for payload in shown)
    assert '/fiche{"sujet": "fiche:rejet-motif"}' in shown


async def test_a_fiche_that_was_just_read_is_not_shown_again(service: Service) -> None:
    said = "prépare un ticket, ma facture est rejetée et je ne comprends pas le motif"
    answer = await service.action(
        action_call(
            "action_preparer_sollicitation", said, intent="preparer_sollicitation", slots={"sujet_courant": "fiche:rejet-motif"}
        )
    )
    assert "rejet-motif" not in str(answer["responses"][1]["buttons"])


async def test_an_open_sollicitation_on_the_same_subject_is_told_in_its_own_conversation_only(
    service: Service, rejetee: Categorie, services: Services
) -> None:
    await service.open()
    sender = await sender_of(service)
    write = action_call("action_deposer_sollicitation", "oui", slots=complete(rejetee, sol_confirmation="oui"), sender=sender)
    await service.action(write)
    [row] = await rows(service)

    async def notices(who: str, said: str = "prépare un ticket, ma facture est rejetée") -> list[str]:
        call = action_call("action_preparer_sollicitation", said, intent="preparer_sollicitation", sender=who)
        return [one["text"] for one in (await service.action(call))["responses"] if row.numero in one["text"]]

    [told] = await notices(sender)
    assert told.startswith(f"Vous avez déjà une demande sur ce sujet : **{row.numero}** (reçue, pas encore prise en charge).")
    assert await notices("usager-2") == []
    assert await notices(sender, "prépare un ticket, mon compte est bloqué") == [], "another subject"
    await lifecycle.close_by_person(
        sessions=service.app.state.context.services.sessions, desk=services.desk, sollicitation_id=row.id
    )
    assert await notices(sender) == [], "closed"


# --- aside, back, written -------------------------------------------------------------------------------------------


async def test_a_draft_put_aside_is_kept_and_can_be_taken_up(service: Service, rejetee: Categorie) -> None:
    slots = {"sol_categorie": rejetee.id, "sol_siret": SIRET, "sol_confirmation": "oui"}
    answer = await service.action(action_call("action_suspendre_sollicitation", "annuler", slots=slots))
    assert "Votre brouillon est gardé" in answer["responses"][0]["text"]
    assert slots_set(answer) == {"sol_confirmation": None, "sol_champ_a_modifier": None}
    answer = await service.action(action_call("action_reprendre_sollicitation", "je reprends", slots=slots))
    assert answer["responses"][0]["text"] == "Reprenons votre demande."
    assert [event["name"] for event in answer["events"] if event["event"] == "followup"] == ["sollicitation_form"]


async def test_nothing_begun_is_nothing_to_keep_and_nothing_to_take_up(service: Service) -> None:
    answer = await service.action(action_call("action_suspendre_sollicitation", "annuler"))
    assert "abandonnée" in answer["responses"][0]["text"]
    answer = await service.action(action_call("action_reprendre_sollicitation", "je reprends"))
    assert answer["responses"][0]["text"].startswith("Aucune demande n'est en attente.")
    assert answer["events"] == []


async def test_a_confirmed_draft_is_written_once_and_linked_to_its_conversation(service: Service, rejetee: Categorie) -> None:
    talk = await service.open()
    given = complete(rejetee, sol_donnees={"motif": "Pièce manquante", "siret_destinataire": "sans"}, sol_confirmation="oui")
    given["sol_donnees"] |= {"date": "sans", "numero_engagement": "sans"}
    call = action_call("action_deposer_sollicitation", "oui", slots=given, sender=await sender_of(service))
    answer, again = await service.action(call), await service.action(call)
    [row] = await rows(service)
    assert (row.origine, row.conversation_id, row.categorie, row.siret) == (Origine.CONVERSATION, talk.id, rejetee.id, SIRET)
    assert row.donnees == {"statut": "Rejetée", "motif": "Pièce manquante"}
    [said] = answer["responses"]
    assert said["custom"]["kind"] == "done"
    assert f"**{row.numero}**" in said["text"]
    assert rejetee.ou_ecrire in said["text"]
    assert again["responses"][0]["text"] == said["text"]
    assert set(slots_set(answer).values()) == {None}


async def test_what_is_written_comes_back_field_by_field_and_as_a_text_to_copy(service: Service, rejetee: Categorie) -> None:
    given = complete(rejetee, sol_confirmation="oui")
    given["sol_donnees"] |= {"motif": "Pièce manquante"}
    [said] = (await service.action(action_call("action_deposer_sollicitation", slots=given)))["responses"]
    fields, _, texte = said["text"].partition("Voici le texte à copier :")
    assert f"- **Catégorie** : {rejetee.titre} (Ce libellé est celui de Choriste." in fields
    assert f"- **Titre** : {rejetee.titre} – facture F-12" in fields
    assert "- **Adresse électronique** : compta@exemple.fr" in fields
    assert "L'équipe qui gère Choriste lit les demandes du lundi au vendredi" in fields
    assert texte.strip().splitlines()[:5] == [
        f"Objet : {rejetee.titre} – facture F-12",
        "SIRET de ma structure : 732 829 320 00074",
        "Numéro de facture : F-12",
        "Statut affiché : Rejetée",
        "Motif affiché : Pièce manquante",
    ]


async def test_rasa_never_gets_the_secret_of_the_follow_up_link(service: Service, rejetee: Categorie) -> None:
    answer = await service.action(action_call("action_deposer_sollicitation", slots=complete(rejetee, sol_confirmation="oui")))
    [row] = await rows(service)
    assert f"(/suivi/{row.numero})" in answer["responses"][0]["text"]
    assert row.jeton_hache is not None
    assert "#" not in answer["responses"][0]["text"]


@pytest.mark.parametrize("confirmation", [None, "non"])
async def test_without_a_yes_nothing_is_written(service: Service, rejetee: Categorie, confirmation: str | None) -> None:
    answer = await service.action(
        action_call("action_deposer_sollicitation", slots=complete(rejetee, sol_confirmation=confirmation))
    )
    assert answer == {"events": [], "responses": []}
    assert await rows(service) == []


async def test_a_write_that_fails_keeps_the_draft_and_gives_a_reference(service: Service, rejetee: Categorie) -> None:
    async with service.app.state.context.services.sessions() as session, session.begin():
        await session.execute(text("DROP TABLE sollicitation_event"))
    answer = await service.action(action_call("action_deposer_sollicitation", slots=complete(rejetee, sol_confirmation="oui")))
    [said] = answer["responses"]
    assert said["custom"]["kind"] == "error"
    assert "dites « je reprends »" in said["text"]
    reference = said["text"].rstrip(".\n").rsplit(" ", 1)[1]
    assert reference in service.log
    assert slots_set(answer) == {"sol_confirmation": None}
    assert await rows(service) == []
    assert "compta@exemple.fr" not in service.log
