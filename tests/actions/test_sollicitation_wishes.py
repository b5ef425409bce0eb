"""A journey or a quiz is asked for in the middle of a draft: nothing is taken for the answer before it is sure."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.base import Services
from actions.journey_turns import INTERRUPTIONS
from assistant.knowledge.schemas import Categorie
from assistant.sollicitations import interruptions
from tests.support.drafts import FORM, SIRET, SKIPPED, ask, complete, fill
from tests.support.http import Service
from tests.support.trackers import action_call, button_call, slots_set

STORIES = Path(__file__).parents[2] / "data" / "stories"
WISHES = [
    ("commencer_quiz", "je veux un quiz", "faire un quiz"),
    ("commencer_parcours", "lancer le parcours guidé", "suivre le parcours guidé du compte"),
    ("commencer_depot", "lance le parcours facture", "trouver votre cadre de facturation avec des questions"),
]


@pytest.fixture(scope="module")
def rejetee(services: Services) -> Categorie:
    """A rejected invoice: needs its number, its status and the reason."""
    return services.knowledge.categories["facture_rejetee"]


def draft_at(asked: str, rejetee: Categorie) -> dict[str, Any]:
    """The slots of a draft whose next question is this one; « piece » is the reason, « pieces » those that are left."""
    before: dict[str, Any] = {"sol_categorie": rejetee.id}
    match asked:
        case "categorie":
            return {}
        case "siret":
            return before
        case "numero_facture":
            return before | {"sol_siret": SIRET}
        case "piece":
            return before | {"sol_siret": SIRET, "sol_numero_facture": "F-12"}
        case "description":
            return before | {"sol_siret": SIRET, "sol_numero_facture": "F-12", "sol_donnees": {"motif": "Pièce manquante"}}
        case "pieces":
            return complete(rejetee, sol_donnees={"motif": "Pièce manquante"}, sol_contact=None)
        case "contact":
            return complete(rejetee, sol_contact=None)
    return complete(rejetee)


CLOSED = ["categorie", "siret", "numero_facture", "contact", "champ_a_modifier", "confirmation"]
OPEN = ["piece", "description", "pieces"]


@pytest.mark.parametrize("asked", CLOSED)
async def test_where_a_number_or_a_choice_is_asked_the_form_steps_aside_and_takes_nothing(
    service: Service, rejetee: Categorie, asked: str
) -> None:
    for intent, said, _ in WISHES:
        assert await fill(service, asked, said, intent=intent, slots=draft_at(asked, rejetee)) == ({}, []), said


@pytest.mark.parametrize("asked", OPEN)
@pytest.mark.parametrize(("intent", "said", "wish"), WISHES)
async def test_where_any_words_may_be_the_answer_it_is_asked_which_is_meant(
    service: Service, rejetee: Categorie, asked: str, intent: str, said: str, wish: str
) -> None:
    slots, slot = draft_at(asked, rejetee), "piece" if asked == "pieces" else asked
    changed, sentences = await fill(service, slot, said, intent=intent, slots=slots)
    assert changed == {f"sol_{slot}": None, "requested_slot": f"sol_{slot}"}
    assert sentences == []
    [doubt] = (await service.action(action_call(f"action_ask_sol_{slot}", said, intent=intent, slots=slots)))["responses"]
    assert doubt["custom"]["kind"] == "choices"
    assert doubt["text"].startswith(f"Vous avez écrit « {said} ». Est-ce votre réponse, ou voulez-vous {wish} ?")
    mine, other = doubt["buttons"]
    assert (mine["title"], other["payload"]) == ("C'est ma réponse", f"/{intent}")

    aside = await service.action(button_call(FORM, other["payload"], slots=slots | {"requested_slot": f"sol_{slot}"}))
    assert aside == {"events": [], "responses": []}
    taken = slots_set(await service.action(button_call(FORM, mine["payload"], slots=slots | {"requested_slot": f"sol_{slot}"})))
    kept = {"piece": ("sol_donnees", {"motif": said}), "description": ("sol_description", said)}
    others = {"motif": "Pièce manquante", "precisions": said, "siret_destinataire": SKIPPED, "date": SKIPPED}
    name, value = kept.get(asked, ("sol_donnees", others | {"numero_engagement": SKIPPED}))
    assert taken[name] == value


async def test_yes_no_and_the_wish_again_answer_the_doubt_too(service: Service, rejetee: Categorie) -> None:
    slots, wanted = draft_at("piece", rejetee), "je veux un quiz"
    before = action_call("-", wanted, intent="commencer_quiz")["tracker"]["events"]

    async def then(said: str, intent: str) -> dict[str, Any]:
        changed, sentences = await fill(service, "piece", said, intent=intent, slots=slots, earlier=before)
        assert sentences == []
        return changed

    assert (await then("oui c'est ça", "affirmer"))["sol_donnees"] == {"motif": wanted}
    assert await then("non", "nier") == {"sol_piece": None, "requested_slot": "sol_piece"}, "« non » does not skip the piece"
    assert await then("un quiz je te dis", "commencer_quiz") == {}, "said twice: it is meant"
    [asked] = (await service.action(action_call("action_ask_sol_piece", "non", intent="nier", slots=slots, earlier=before)))[
        "responses"
    ]
    assert asked["text"].startswith("Quel motif votre client a-t-il indiqué")


async def test_a_long_text_and_a_number_are_answers_whatever_they_resemble(service: Service, rejetee: Categorie) -> None:
    told = "Je voulais suivre le parcours guidé de mon client mais la facture reste rejetée depuis lundi, sans motif"
    changed, _ = await fill(service, "description", told, intent="commencer_parcours", slots=draft_at("description", rejetee))
    assert changed["sol_description"] == told
    changed, _ = await fill(
        service,
        "siret",
        "quiz 73282932000074",
        intent="commencer_quiz",
        slots=draft_at("siret", rejetee),
        entities={"siret": SIRET},
    )
    assert changed["sol_siret"] == SIRET
    changed, _ = await fill(service, "contact", "quiz@exemple.fr", intent="commencer_quiz", slots=draft_at("contact", rejetee))
    assert changed["sol_contact"] == "quiz@exemple.fr"


@pytest.mark.parametrize("asked", [*CLOSED, *OPEN])
async def test_a_button_of_a_journey_leads_back_to_it(service: Service, rejetee: Categorie, asked: str) -> None:
    slot = "piece" if asked == "pieces" else asked
    payload = '/commencer_parcours{"valeur": "marquer:compte-creer:faite"}'
    slots = draft_at(asked, rejetee) | {"requested_slot": f"sol_{slot}"}
    assert await service.action(button_call(FORM, payload, slots=slots)) == {"events": [], "responses": []}


@pytest.mark.parametrize("asked", [*CLOSED, *OPEN])
async def test_help_a_stop_and_a_question_are_never_taken_for_the_answer(
    service: Service, rejetee: Categorie, asked: str
) -> None:
    slot = "piece" if asked == "pieces" else asked
    for said, intent in (
        ("aide", "demander_capacites"),
        ("annuler", "annuler"),
        ("stop", "annuler"),
        ("comment corriger une facture rejetée ?", "fiche"),
        ("c'est quoi un flux ?", "definir_terme"),
        ("où en est la facture 2026-0147 ?", "suivre_facture"),
    ):
        assert await fill(service, slot, said, intent=intent, slots=draft_at(asked, rejetee)) == ({}, []), said


@pytest.mark.parametrize("asked", [*CLOSED, *OPEN])
async def test_what_is_being_done_already_is_said_and_the_question_comes_back(
    service: Service, rejetee: Categorie, services: Services, asked: str
) -> None:
    slot = "piece" if asked == "pieces" else asked
    for said, intent in (("je veux faire une sollicitation", "preparer_sollicitation"), ("je reprends", "reprendre")):
        changed, sentences = await fill(service, slot, said, intent=intent, slots=draft_at(asked, rejetee))
        assert changed == {f"sol_{slot}": None, "requested_slot": f"sol_{slot}"}
        assert sentences == [services.knowledge.textes["sol_en_cours"]]


@pytest.mark.parametrize("asked", ["siret", "numero_facture", "contact"])
async def test_something_told_where_a_number_is_asked_is_dealt_with_by_its_rule(
    service: Service, rejetee: Categorie, asked: str
) -> None:
    slots = draft_at(asked, rejetee)
    assert await fill(service, asked, "vérifier ma facture", intent="verifier_facture", slots=slots) == ({}, [])


async def test_a_wish_in_the_middle_leaves_the_question_as_it_was(service: Service, rejetee: Categorie) -> None:
    question = await ask(service, "piece", slots=draft_at("piece", rejetee))
    assert question["text"].startswith("Quel motif votre client a-t-il indiqué")


def rules_in(form: str) -> set[str]:
    """The intents that a rule answers while the form is active."""
    found = set()
    for path in STORIES.glob("*.yml"):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            if {"active_loop": form} in rule.get("condition", []):
                found |= {step["intent"] for step in rule["steps"] if "intent" in step}
    return found


def test_every_message_for_which_a_form_steps_aside_has_its_rule() -> None:
    wishes = {intent for intent, _, _ in WISHES}
    assert interruptions.ANSWERED_BY_RULES | wishes | {"annuler", "au_revoir", "nlu_fallback"} <= rules_in("sollicitation_form")
    assert INTERRUPTIONS | {"annuler", "au_revoir", "nlu_fallback", "reprendre"} <= rules_in("parcours_form")
