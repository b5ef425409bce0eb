"""Calls of Rasa to the action server, written by hand as Rasa 3.6 sends them."""

import json
from typing import Any

SLOTS = (
    "sujet_courant",
    "siret",
    "numero_facture",
    "requested_slot",
    "sol_categorie",
    "sol_siret",
    "sol_numero_facture",
    "sol_donnees",
    "sol_piece",
    "sol_description",
    "sol_contact",
    "sol_champ_a_modifier",
    "sol_confirmation",
)


def action_call(
    action: str,
    text: str = "",
    *,
    intent: str = "nlu_fallback",
    entities: dict[str, str | list[str]] | None = None,
    ranking: list[tuple[str, float]] | None = None,
    fiche: str | None = None,
    slots: dict[str, Any] | None = None,
    events: list[dict[str, Any]] | None = None,
    earlier: list[dict[str, Any]] | None = None,
    sender: str = "usager-1",
) -> dict[str, Any]:
    """The body of one call. `ranking` holds intents with their probabilities, best first; `fiche` what the selector named."""
    found = [
        {"entity": kind, "value": value, **_place(text, value), "extractor": "IdentifierExtractor"}
        for kind, values in (entities or {}).items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    ranked = [{"name": name, "confidence": confidence} for name, confidence in ranking or []]
    selector = (
        {"fiche": {"response": {"intent_response_key": f"fiche/{fiche}", "confidence": 0.9}, "ranking": []}} if fiche else {}
    )
    message = {
        "text": text,
        "intent": {"name": intent, "confidence": ranked[0]["confidence"] if ranked else 1.0},
        "entities": found,
        "intent_ranking": ranked,
        "response_selector": selector,
        "message_id": "m-1",
        "metadata": {},
    }
    heard = [
        {"event": "action", "name": "action_listen", "timestamp": 1.0},
        {"event": "user", "text": text, "parse_data": message, "timestamp": 2.0},
    ]
    return {
        "next_action": action,
        "sender_id": sender,
        "tracker": {
            "sender_id": sender,
            "slots": dict.fromkeys(SLOTS) | {"incomprehensions": 0.0} | (slots or {}),
            "latest_message": message,
            "latest_event_time": 2.0,
            "followup_action": None,
            "paused": False,
            "events": [*(earlier or []), *heard, *(events or [])],
            "latest_input_channel": "rest",
            "active_loop": {},
            "latest_action_name": "action_listen",
        },
        "domain": {"intents": [], "slots": {}, "responses": {}, "actions": [action]},
        "version": "3.6.21",
    }


def _place(text: str, value: str) -> dict[str, int]:
    """Where the value stands in the text; its first sign when it was written otherwise."""
    start = max(text.find(value), 0)
    return {"start": start, "end": start + (len(value) if value in text else 1)}


def said(text: str, entities: dict[str, str] | None = None) -> dict[str, Any]:
    """The event of an earlier message, for `events`."""
    return action_call("-", text, entities=dict(entities or {}))["tracker"]["events"][1] | {"timestamp": 0.5}


def button_call(action: str, payload: str, **options: Any) -> dict[str, Any]:
    """The same for a button: « /intent{…} » as Rasa reads it."""
    intent, brace, rest = payload.removeprefix("/").partition("{")
    entities = json.loads(brace + rest) if brace else {}
    return action_call(action, payload, intent=intent, entities=entities, **options)


def slots_set(answer: dict[str, Any]) -> dict[str, Any]:
    """The slots that an answer of the webhook sets."""
    return {event["name"]: event["value"] for event in answer["events"] if event["event"] == "slot"}
