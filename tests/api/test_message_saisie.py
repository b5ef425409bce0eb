"""What a question waits for travels from the action to the client, and is stored with its message."""

import json

import pytest

from tests.support.http import Service
from tests.support.rasa_stub import RasaStub, entry
from tests.support.trackers import action_call


@pytest.mark.parametrize(
    ("action", "slots", "saisie"),
    [
        ("action_ask_sol_siret", {}, "siret"),
        ("action_ask_sol_numero_facture", {}, "numero_facture"),
        ("action_ask_sol_contact", {}, "courriel"),
        ("action_ask_sol_description", {}, "texte_long"),
    ],
)
async def test_a_question_of_the_draft_says_what_it_waits_for(
    service: Service, rasa: RasaStub, action: str, slots: dict[str, str], saisie: str
) -> None:
    call = action_call(action, "bonjour", slots={"sol_categorie": "facture_rejetee", **slots})
    [said] = (await service.action(call))["responses"]
    rasa.answer = lambda _: (200, json.dumps(entry(said["text"], **said["custom"])).encode())
    talk = await service.open()
    [message] = await talk.say("bonjour")
    assert (message["kind"], message["saisie"]) == ("question", saisie)
    assert (await talk.read())[-1]["saisie"] == saisie
    assert "saisie" not in (await talk.read())[0], "the greeting waits for any words"


async def test_a_saisie_that_nobody_knows_does_not_cost_the_question(service: Service, rasa: RasaStub) -> None:
    rasa.answer = lambda _: (200, json.dumps(entry("Quand ?", kind="question", saisie="lune")).encode())
    [message] = await (await service.open()).say("bonjour")
    assert message["text"] == "Quand ?" and "saisie" not in message
