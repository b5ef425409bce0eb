"""Where Rasa calls the actions: guarded, never a 5xx, never silence."""

import asyncio
import json
import re
import zlib

import pytest
from rasa_sdk.interfaces import ActionExecutionRejection

from api import rasa_webhook
from tests.support.http import ACTIONS_TOKEN, Service
from tests.support.trackers import action_call

HEADERS = {"X-Choriste-Actions-Token": ACTIONS_TOKEN}
CALL = action_call("action_continuer_sujet", "qui ?", intent="suite_qui")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Choriste-Actions-Token": ""},
        {"X-Choriste-Actions-Token": "faux"},
        {"X-Choriste-Actions-Token": ACTIONS_TOKEN + "x"},
        {"X-Choriste-Actions-Token": "é"},
        {"Authorization": f"Bearer {ACTIONS_TOKEN}"},
    ],
)
async def test_without_the_right_secret_nothing_is_run(service: Service, headers: dict[str, str]) -> None:
    raw = {name: value.encode() for name, value in headers.items()}
    response = await service.http.post("/rasa/webhook", json=CALL, headers=raw)
    assert response.status_code == 403
    assert response.json()["code"] == "jeton_actions_refuse"
    assert "responses" not in response.json()


async def test_the_right_secret_runs_the_action(service: Service) -> None:
    response = await service.http.post("/rasa/webhook", json=CALL, headers=HEADERS)
    assert response.status_code == 200
    body = response.json()
    assert set(body) == {"events", "responses"}
    [said] = body["responses"]
    assert said["text"].startswith("De quoi parlons-nous ?")
    assert said["custom"]["kind"] == "question"


async def test_a_deflated_body_is_read(service: Service) -> None:
    body = zlib.compress(json.dumps(CALL).encode())
    response = await service.http.post("/rasa/webhook", content=body, headers={**HEADERS, "Content-Encoding": "deflate"})
    assert response.status_code == 200
    assert response.json()["responses"][0]["text"].startswith("De quoi parlons-nous ?")


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"", ""),
        (b"{", ""),
        (b"[]", ""),
        (b"5", ""),
        (b"\xff\xfe", ""),
        (b"not deflated", "deflate"),
        (zlib.compress(b'{"next_action": "x"}')[:-8], "deflate"),
    ],
)
async def test_a_call_that_cannot_be_read_is_refused(service: Service, body: bytes, encoding: str) -> None:
    response = await service.http.post("/rasa/webhook", content=body, headers={**HEADERS, "Content-Encoding": encoding})
    assert (response.status_code, response.json()["code"]) == (422, "appel_illisible")


async def test_an_unknown_action_is_404_and_names_it(service: Service) -> None:
    response = await service.http.post("/rasa/webhook", json=action_call("action_inconnue"), headers=HEADERS)
    assert (response.status_code, response.json()["action_name"]) == (404, "action_inconnue")
    assert "unknown_action" in service.log


async def test_an_action_that_steps_aside_is_400_and_names_it(service: Service) -> None:
    async def refuse(dispatcher: object, tracker: object, domain: object) -> None:
        raise ActionExecutionRejection("action_refuse")

    service.app.state.executor.register_function("action_refuse", refuse)
    response = await service.http.post("/rasa/webhook", json=action_call("action_refuse"), headers=HEADERS)
    assert (response.status_code, response.json()["action_name"]) == (400, "action_refuse")


async def check_polite(service: Service, name: str) -> None:
    response = await service.http.post("/rasa/webhook", json=action_call(name, "un texte à moi"), headers=HEADERS)
    assert response.status_code == 200
    [said] = response.json()["responses"]
    assert response.json()["events"] == []
    assert said["custom"] == {"kind": "error"}
    assert said["text"].startswith("Je n'ai pas pu préparer cette réponse, pardon.")
    assert "[formulaire](/sollicitation)" in said["text"]
    [reference] = re.findall(r"[A-Z2-9]{4}-[A-Z2-9]{4}", said["text"])
    [line] = [json.loads(line) for line in service.log.splitlines() if reference in line]
    assert (line["event"], line["action"]) == ("action_failed", name)
    assert "exception" in line
    assert "un texte à moi" not in service.log


async def test_a_failing_action_says_so_politely_with_a_reference_that_the_log_has(service: Service) -> None:
    async def fail(dispatcher: object, tracker: object, domain: object) -> None:
        raise RuntimeError("boom")

    service.app.state.executor.register_function("action_echoue", fail)
    await check_polite(service, "action_echoue")


async def test_an_action_that_never_ends_is_stopped_and_says_so_politely(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = asyncio.Event()

    async def hang(dispatcher: object, tracker: object, domain: object) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    service.app.state.executor.register_function("action_sans_fin", hang)
    monkeypatch.setattr(rasa_webhook, "ACTION_TIMEOUT_SECONDS", 0.1)
    await check_polite(service, "action_sans_fin")
    assert stopped.is_set()


async def test_an_action_may_take_seconds_but_less_than_the_chat_waits_for_rasa(service: Service) -> None:
    assert 1 <= rasa_webhook.ACTION_TIMEOUT_SECONDS < type(service.settings).model_fields["rasa_timeout_seconds"].default


async def test_a_call_without_a_tracker_is_polite_too(service: Service) -> None:
    response = await service.http.post("/rasa/webhook", json={"next_action": "action_continuer_sujet"}, headers=HEADERS)
    assert response.status_code == 200
    assert response.json()["responses"][0]["custom"] == {"kind": "error"}


async def test_every_action_that_the_domain_names_can_be_run(service: Service) -> None:
    import yaml

    from tests.support.paths import ROOT

    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    assert set(domain["actions"]) == set(service.app.state.executor.actions)
