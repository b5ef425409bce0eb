"""The talk that drafts a sollicitation, action by action, as Rasa's form drives it."""

from typing import Any

import pytest
from sqlalchemy import select, text

from actions.base import Services
from assistant.knowledge.schemas import Categorie
from assistant.sollicitations.enums import Origine
from assistant.sollicitations.models import Sollicitation
from tests.support.http import Service
from tests.support.trackers import action_call, button_call, slots_set

SIRET = "73282932000074"
FORM = "validate_sollicitation_form"
NONE = {"title": "Je ne l'ai pas", "payload": "/nier"}


@pytest.fixture(scope="module")
def categorie(services: Services) -> Categorie:
    """A category that asks for everything."""
    return next(one for one in services.knowledge.categories.values() if {"siret", "numero_facture"} <= set(one.besoins))


def draft(categorie: Categorie, **changes: str | None) -> dict[str, str | None]:
    """Slots of a complete draft."""
    slots: dict[str, str | None] = {
        "sol_categorie": categorie.id,
        "sol_siret": SIRET,
        "sol_numero_facture": "F-12",
        "sol_description": "La facture est suspendue depuis lundi.",
        "sol_contact": "compta@exemple.fr",
    }
    return slots | changes


async def fill(
    service: Service, asked: str, said: str, *, slots: dict[str, Any] | None = None, intent: str = "nlu_fallback", **options: Any
) -> tuple[dict[str, Any], list[str]]:
    """What the form makes of one message: the slots it sets, the sentences it says."""
    call = action_call(FORM, said, intent=intent, slots={**(slots or {}), "requested_slot": f"sol_{asked}"}, **options)
    answer = await service.action(call)
    return slots_set(answer), [response["text"] for response in answer["responses"]]


# --- opening --------------------------------------------------------------------------------------------------------


async def test_it_starts_with_an_introduction_and_an_empty_draft(service: Service) -> None:
    answer = await service.action(
        button_call("action_preparer_sollicitation", "/preparer_sollicitation", slots={"sol_siret": SIRET})
    )
    [said] = answer["responses"]
    assert said["custom"]["kind"] == "notice"
    assert said["text"].startswith("Préparons votre demande.")
    assert set(slots_set(answer).values()) == {None}
    assert "sol_siret" in slots_set(answer)


async def test_the_category_is_guessed_from_the_words_and_told_with_who_it_is_for(service: Service, services: Services) -> None:
    answer = await service.action(
        action_call(
            "action_preparer_sollicitation", "je veux ouvrir un ticket, ma facture est suspendue", intent="preparer_sollicitation"
        )
    )
    assert slots_set(answer)["sol_categorie"] == "facture_suspendue"
    found = services.knowledge.categories["facture_suspendue"]
    assert f"Sujet retenu : **{found.titre}**." in answer["responses"][0]["text"]
    assert found.raison_route in answer["responses"][0]["text"]


async def test_the_category_is_guessed_from_the_current_subject(service: Service, services: Services) -> None:
    fiche = next(
        fiche
        for fiche in services.knowledge.fiches
        if len([one for one in services.knowledge.categories.values() if fiche in one.fiches]) == 1
    )
    expected = next(one.id for one in services.knowledge.categories.values() if fiche in one.fiches)
    answer = await service.action(
        button_call("action_preparer_sollicitation", "/preparer_sollicitation", slots={"sujet_courant": f"fiche:{fiche}"})
    )
    assert slots_set(answer)["sol_categorie"] == expected
    answer = await service.action(
        button_call("action_preparer_sollicitation", f'/preparer_sollicitation{{"sujet": "fiche:{fiche}"}}')
    )
    assert slots_set(answer)["sol_categorie"] == expected


# --- questions ------------------------------------------------------------------------------------------------------


async def test_the_subject_is_asked_with_all_categories_as_buttons(service: Service, services: Services) -> None:
    [said] = (await service.action(action_call("action_ask_sol_categorie")))["responses"]
    assert said["custom"]["kind"] == "question"
    assert [button["title"] for button in said["buttons"]] == [one.titre for one in services.knowledge.categories.values()]


@pytest.mark.parametrize(
    ("slot", "beginning"),
    [("siret", "Quel est le SIRET"), ("numero_facture", "Quel est le numéro de la facture"), ("contact", "À quelle adresse")],
)
async def test_each_thing_is_asked_in_its_own_words(service: Service, categorie: Categorie, slot: str, beginning: str) -> None:
    [said] = (await service.action(action_call(f"action_ask_sol_{slot}", slots={"sol_categorie": categorie.id})))["responses"]
    assert (said["custom"]["kind"], said["text"].startswith(beginning)) == ("question", True)
    assert said["buttons"] == ([] if slot == "contact" else [NONE])


async def test_what_was_said_earlier_is_offered(service: Service) -> None:
    [said] = (await service.action(action_call("action_ask_sol_siret", slots={"siret": SIRET})))["responses"]
    assert said["buttons"] == [{"title": "Utiliser 732 829 320 00074", "payload": f'/affirmer{{"siret": "{SIRET}"}}'}, NONE]
    [said] = (await service.action(action_call("action_ask_sol_siret", slots={"siret": "73282932000075"})))["responses"]
    assert said["buttons"] == [NONE]
    [said] = (await service.action(action_call("action_ask_sol_numero_facture", slots={"numero_facture": "F-12"})))["responses"]
    assert said["buttons"] == [{"title": "Utiliser F-12", "payload": '/affirmer{"numero_facture": "F-12"}'}, NONE]


async def test_the_description_is_asked_with_what_this_kind_of_request_needs(service: Service, categorie: Categorie) -> None:
    [said] = (await service.action(action_call("action_ask_sol_description", slots={"sol_categorie": categorie.id})))["responses"]
    assert said["text"].startswith("Décrivez le problème")
    assert all(f"- {hint}" in said["text"] for hint in categorie.complements[:2])


async def test_the_recap_shows_everything_before_anything_is_written(
    service: Service, categorie: Categorie, services: Services
) -> None:
    [said] = (
        await service.action(action_call("action_ask_sol_confirmation", slots=draft(categorie, sol_numero_facture="sans")))
    )["responses"]
    assert said["custom"]["kind"] == "recap"
    assert said["text"].splitlines() == [
        "Voici votre demande. Est-ce exact ?",
        "",
        f"- **Sujet** : {categorie.titre}",
        f"- **Destinataire** : {services.knowledge.textes['sol_destinataire_' + categorie.route]}",
        "- **SIRET** : 732 829 320 00074",
        "- **Numéro de facture** : non indiqué",
        "- **Description** : La facture est suspendue depuis lundi.",
        "- **Adresse électronique** : compta@exemple.fr",
        "",
        "Rien n'est encore enregistré.",
    ]
    assert [button["payload"] for button in said["buttons"]] == ["/affirmer", "/corriger", "/annuler"]


async def test_a_recap_without_optional_fields_has_no_hole(service: Service, services: Services) -> None:
    plain = next(one for one in services.knowledge.categories.values() if not {"siret", "numero_facture"} & set(one.besoins))
    [said] = (await service.action(action_call("action_ask_sol_confirmation", slots=draft(plain))))["responses"]
    assert "SIRET" not in said["text"] and "facture**" not in said["text"]
    assert "\n\n- **Description**" not in said["text"]


# --- answers --------------------------------------------------------------------------------------------------------


async def test_each_answer_fills_its_slot_and_the_next_question_follows(service: Service, categorie: Categorie) -> None:
    slots: dict[str, Any] = {"sol_categorie": categorie.id}
    for asked, said, kept, following in (
        ("siret", "732 829 320 00074", SIRET, "numero_facture"),
        ("numero_facture", "c'est le F-12", "F-12", "description"),
        ("description", "La facture est suspendue, mon mdp : Toto2024", "La facture est suspendue, mon mdp : ••••", "contact"),
        ("contact", "écrivez-moi à compta@exemple.fr.", "compta@exemple.fr", "confirmation"),
    ):
        changed, sentences = await fill(service, asked, said, slots=slots)
        assert changed[f"sol_{asked}"] == kept
        assert changed["requested_slot"] == f"sol_{following}"
        assert sentences == []
        slots |= changed


async def test_the_identifier_in_the_message_is_taken_and_not_its_words(service: Service, categorie: Categorie) -> None:
    changed, _ = await fill(
        service,
        "siret",
        "notre siret est le 732 829 320 00074 je crois",
        slots={"sol_categorie": categorie.id},
        entities={"siret": SIRET},
    )
    assert changed["sol_siret"] == SIRET


@pytest.mark.parametrize(("intent", "said"), [("nlu_fallback", "je ne sais pas"), ("nier", "/nier"), ("nier", "non")])
async def test_i_have_none_skips_what_is_optional(service: Service, categorie: Categorie, intent: str, said: str) -> None:
    changed, sentences = await fill(service, "siret", said, intent=intent, slots={"sol_categorie": categorie.id})
    assert (changed["sol_siret"], changed["requested_slot"], sentences) == ("sans", "sol_numero_facture", [])


async def test_an_offered_value_is_taken_by_its_button(service: Service, categorie: Categorie) -> None:
    call = button_call(
        FORM, f'/affirmer{{"siret": "{SIRET}"}}', slots={"sol_categorie": categorie.id, "requested_slot": "sol_siret"}
    )
    assert slots_set(await service.action(call))["sol_siret"] == SIRET


@pytest.mark.parametrize(
    ("asked", "said", "reason"),
    [
        ("siret", "732829320", "Ces 9 chiffres sont un SIREN"),
        ("numero_facture", "F-" + "1" * 30, "20 caractères au plus"),
        ("description", "bof", "Décrivez le problème"),
        ("contact", "par téléphone", "Cette adresse électronique n'est pas valable"),
    ],
)
async def test_an_answer_that_does_not_fit_is_refused_in_french_and_asked_again(
    service: Service, categorie: Categorie, asked: str, said: str, reason: str
) -> None:
    changed, sentences = await fill(service, asked, said, slots={"sol_categorie": categorie.id})
    assert changed == {f"sol_{asked}": None, "requested_slot": f"sol_{asked}"}
    [sentence] = sentences
    assert reason in sentence


async def test_a_category_is_chosen_by_button_or_by_words(service: Service, services: Services, categorie: Categorie) -> None:
    call = button_call(
        FORM, f'/preparer_sollicitation{{"sujet": "categorie:{categorie.id}"}}', slots={"requested_slot": "sol_categorie"}
    )
    answer = await service.action(call)
    assert slots_set(answer)["sol_categorie"] == categorie.id
    assert categorie.raison_route in answer["responses"][0]["text"]
    changed, _ = await fill(service, "categorie", "ma facture est suspendue")
    assert changed["sol_categorie"] == "facture_suspendue"
    changed, sentences = await fill(service, "categorie", "blabla")
    assert changed["sol_categorie"] is None
    assert sentences == [services.knowledge.textes["sol_categorie_inconnue"]]


@pytest.mark.parametrize(
    ("asked", "intent", "said"),
    [
        ("siret", "definir_terme", "c'est quoi un SIRET ?"),
        ("contact", "fiche", "comment créer un compte ?"),
        ("description", "fiche", "où trouver le code service ?"),
        ("siret", "annuler", "annuler"),
        ("description", "au_revoir", "au revoir"),
        ("confirmation", "fiche", "combien de temps ça prend ?"),
    ],
)
async def test_a_question_or_a_stop_fills_nothing_and_says_nothing(
    service: Service, categorie: Categorie, asked: str, intent: str, said: str
) -> None:
    changed, sentences = await fill(service, asked, said, intent=intent, slots={"sol_categorie": categorie.id})
    assert (changed, sentences) == ({}, [])


async def test_a_description_that_begins_like_a_question_is_a_description(service: Service, categorie: Categorie) -> None:
    told = "Quand je dépose ma facture, un message d'erreur s'affiche depuis lundi"
    changed, _ = await fill(service, "description", told, intent="fiche", slots={"sol_categorie": categorie.id})
    assert changed["sol_description"] == told


async def test_after_another_rule_has_answered_the_form_only_asks_again(service: Service, categorie: Categorie) -> None:
    events = [{"event": "action", "name": "action_definir_terme", "timestamp": 3.0}]
    changed, sentences = await fill(
        service, "siret", "c'est quoi un SIRET ?", intent="definir_terme", slots={"sol_categorie": categorie.id}, events=events
    )
    assert (changed, sentences) == ({"requested_slot": "sol_siret"}, [])


async def test_a_button_of_an_earlier_question_is_not_taken_for_an_answer(
    service: Service, categorie: Categorie, services: Services
) -> None:
    for asked in ("description", "contact"):
        for intent in ("affirmer", "nier"):
            changed, sentences = await fill(service, asked, f"/{intent}", intent=intent, slots={"sol_categorie": categorie.id})
            assert changed == {f"sol_{asked}": None, "requested_slot": f"sol_{asked}"}
            assert sentences == [services.knowledge.textes["sol_bouton_ancien"]]


# --- corrections and confirmation -----------------------------------------------------------------------------------


async def test_yes_confirms_no_asks_what_to_change_and_anything_else_is_asked_again(
    service: Service, categorie: Categorie
) -> None:
    slots = draft(categorie)
    changed, _ = await fill(service, "confirmation", "oui", intent="affirmer", slots=slots)
    assert changed == {"sol_confirmation": "oui", "requested_slot": None}
    changed, _ = await fill(service, "confirmation", "non", intent="nier", slots=slots)
    assert changed == {"sol_confirmation": None, "requested_slot": "sol_champ_a_modifier"}
    changed, sentences = await fill(service, "confirmation", "peut-être bien", slots=slots)
    assert changed == {"sol_confirmation": None, "requested_slot": "sol_confirmation"}
    assert sentences[0].startswith("Répondez « oui »")


async def test_a_correction_empties_the_field_it_names_or_takes_the_value_it_brings(
    service: Service, categorie: Categorie
) -> None:
    slots = draft(categorie)
    changed, _ = await fill(service, "confirmation", "je me suis trompé d'adresse mail", intent="corriger", slots=slots)
    assert (changed["sol_contact"], changed["requested_slot"]) == (None, "sol_contact")
    changed, _ = await fill(
        service,
        "confirmation",
        "le numéro de facture est F-13",
        intent="corriger",
        slots=slots,
        entities={"numero_facture": "F-13"},
    )
    assert (changed["sol_numero_facture"], changed["requested_slot"]) == ("F-13", "sol_confirmation")
    changed, sentences = await fill(
        service,
        "confirmation",
        "le siret est 73282932000075",
        intent="corriger",
        slots=slots,
        entities={"siret": "73282932000075"},
    )
    assert (changed["sol_siret"], changed["requested_slot"]) == (None, "sol_siret")
    assert "clé de contrôle est fausse" in sentences[0]
    changed, _ = await fill(service, "confirmation", "je me suis trompé", intent="corriger", slots=slots)
    assert changed["requested_slot"] == "sol_champ_a_modifier"


async def test_what_to_change_is_asked_with_the_fields_that_are_filled(service: Service, categorie: Categorie) -> None:
    [said] = (await service.action(action_call("action_ask_sol_champ_a_modifier", slots=draft(categorie, sol_contact=None))))[
        "responses"
    ]
    assert [button["title"] for button in said["buttons"]] == [
        "Le sujet",
        "Le SIRET",
        "Le numéro de facture",
        "La description",
        "Non, annuler",
    ]


# --- aside, back, written -------------------------------------------------------------------------------------------


async def test_a_draft_put_aside_is_kept_and_can_be_taken_up(service: Service, categorie: Categorie) -> None:
    slots = {"sol_categorie": categorie.id, "sol_siret": SIRET, "sol_confirmation": "oui"}
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


async def rows(service: Service) -> list[Sollicitation]:
    async with service.app.state.context.services.sessions() as session:
        return list(await session.scalars(select(Sollicitation)))


async def test_a_confirmed_draft_is_written_once_and_linked_to_its_conversation(service: Service, categorie: Categorie) -> None:
    talk = await service.open()
    async with service.app.state.context.services.sessions() as session:
        sender = (await session.execute(text("SELECT rasa_sender FROM conversation"))).scalar()
    call = action_call("action_deposer_sollicitation", "oui", slots=draft(categorie, sol_confirmation="oui"), sender=sender)
    answer, again = await service.action(call), await service.action(call)
    [row] = await rows(service)
    assert (row.origine, row.conversation_id, row.categorie, row.siret) == (Origine.CONVERSATION, talk.id, categorie.id, SIRET)
    [said] = answer["responses"]
    assert said["custom"]["kind"] == "done"
    assert f"**{row.numero}**" in said["text"]
    assert categorie.ou_ecrire in said["text"]
    assert "Objet : " in said["text"] and "La facture est suspendue depuis lundi." in said["text"]
    assert again["responses"][0]["text"] == said["text"]
    assert set(slots_set(answer).values()) == {None}


@pytest.mark.parametrize("confirmation", [None, "non"])
async def test_without_a_yes_nothing_is_written(service: Service, categorie: Categorie, confirmation: str | None) -> None:
    answer = await service.action(
        action_call("action_deposer_sollicitation", slots=draft(categorie, sol_confirmation=confirmation))
    )
    assert answer == {"events": [], "responses": []}
    assert await rows(service) == []


async def test_a_write_that_fails_keeps_the_draft_and_gives_a_reference(service: Service, categorie: Categorie) -> None:
    async with service.app.state.context.services.sessions() as session, session.begin():
        await session.execute(text("DROP TABLE sollicitation_event"))
    answer = await service.action(action_call("action_deposer_sollicitation", slots=draft(categorie, sol_confirmation="oui")))
    [said] = answer["responses"]
    assert said["custom"]["kind"] == "error"
    assert "dites « je reprends »" in said["text"]
    reference = said["text"].rstrip(".\n").rsplit(" ", 1)[1]
    assert reference in service.log
    assert slots_set(answer) == {"sol_confirmation": None}
    assert await rows(service) == []
    assert "compta@exemple.fr" not in service.log
