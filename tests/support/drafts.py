"""The draft of a sollicitation as Rasa's form drives it: one message, what it fills, what is said."""

from typing import Any

from assistant.knowledge.schemas import Categorie
from tests.support.http import Service
from tests.support.trackers import action_call, slots_set

FORM = "validate_sollicitation_form"
SIRET = "73282932000074"
OTHER_SIRET = "35600000000048"
NONE = {"title": "Je ne l'ai pas", "payload": "/nier"}
NOTHING_TO_ADD = {"title": "Je n'ai rien à ajouter", "payload": "/nier"}
SKIPPED = "sans"


def complete(categorie: Categorie, **changes: Any) -> dict[str, Any]:
    """Slots of a complete draft: all that the category asks is given or left out."""
    others = {cle: SKIPPED for cle in categorie.besoins if cle not in ("siret", "numero_facture", "description", "contact")}
    slots: dict[str, Any] = {
        "sol_categorie": categorie.id,
        "sol_siret": SIRET,
        "sol_numero_facture": "F-12",
        "sol_donnees": {cle: value for cle, value in others.items() if cle not in categorie.deduits} or None,
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


async def ask(service: Service, slot: str, *, slots: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """The question of one slot."""
    [said] = (await service.action(action_call(f"action_ask_sol_{slot}", slots=slots, **options)))["responses"]
    found: dict[str, Any] = said
    return found
