"""A timeline travels from the action to the client, and is stored with its message."""

import json

from tests.support.http import Service
from tests.support.rasa_stub import RasaStub, entry
from tests.support.trackers import action_call


async def test_the_history_of_an_invoice_comes_with_the_message_and_stays_in_the_record(service: Service, rasa: RasaStub) -> None:
    call = action_call("action_suivre_facture", "où en est la facture 2026-0147", entities={"numero_facture": "2026-0147"})
    [said] = (await service.action(call))["responses"]
    rasa.answer = lambda _: (200, json.dumps(entry(said["text"], **said["custom"])).encode())
    talk = await service.open()
    [message] = await talk.say("où en est la facture 2026-0147")
    timeline = message["timeline"]
    assert timeline["titre"] == "Historique de la facture 2026-0147 (données de démonstration)"
    assert timeline["svg"].startswith("<svg ") and "Suspendue" in timeline["texte"]
    assert [step["code"] for step in timeline["etapes"]] == ["DEPOSEE", "MISE_A_DISPOSITION", "SUSPENDUE"]
    assert (await talk.read())[-1]["timeline"] == timeline
    assert "timeline" not in (await talk.read())[0]


async def test_a_timeline_that_cannot_be_read_does_not_cost_the_answer(service: Service, rasa: RasaStub) -> None:
    rasa.answer = lambda _: (200, json.dumps(entry("texte", timeline={"titre": "x", "etapes": "faux"})).encode())
    [message] = await (await service.open()).say("bonjour")
    assert message["text"] == "texte" and "timeline" not in message
