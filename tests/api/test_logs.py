"""Logs: one JSON object a line, with the request id, without words and secrets of people."""

import json
import logging

import pytest
import structlog

from api.logs import configure_logging
from tests.support.http import ACTIONS_TOKEN, Service
from tests.support.rasa_stub import RasaStub, entry
from tests.support.trackers import action_call

SENTENCE = "ma phrase reconnaissable entre toutes"


def lines(service: Service) -> list[dict[str, object]]:
    return [json.loads(line) for line in service.log.splitlines()]


async def test_a_request_has_one_line_with_its_id_route_and_status(service: Service) -> None:
    await service.http.get("/api/v1/fiches/compte-creer?x=1", headers={"X-Request-ID": "essai-des-journaux"})
    [line] = [line for line in lines(service) if line.get("request_id") == "essai-des-journaux"]
    assert (line["event"], line["method"], line["route"], line["status"]) == ("request", "GET", "/api/v1/fiches/{fiche_id}", 200)
    assert (line["level"], str(line["timestamp"])[-1]) == ("info", "Z")
    assert float(str(line["milliseconds"])) >= 0


async def test_no_line_holds_the_text_the_token_or_a_secret(service: Service, rasa: RasaStub) -> None:
    rasa.says(entry("Oui"))
    talk = await service.open()
    await talk.say(
        f"{SENTENCE}, mot de passe : Toto2024, code 482913, carte 4111 1111 1111 1111, IBAN FR7630006000011234567890189"
    )
    await service.http.get(f"/api/v1/fiches?q={SENTENCE}")
    await service.http.post(
        "/api/v1/sollicitations",
        json={"categorie": "autre", "description": SENTENCE, "contact": "personne.privee@exemple.fr"},
        headers={"Idempotency-Key": "cle-de-la-personne"},
    )
    await service.action(action_call("action_definir_terme", SENTENCE))
    await service.http.post("/rasa/webhook", json={}, headers={"X-Choriste-Actions-Token": "un-mauvais-jeton"})
    rasa.says_raw(500, b"boom")
    await talk.say(SENTENCE)
    assert len(lines(service)) >= 8
    for secret in (
        SENTENCE,
        talk.token,
        "Toto2024",
        "482913",
        "4111 1111",
        "41111111",
        "30006000",
        "personne.privee",
        "cle-de-la",
        ACTIONS_TOKEN,
        "un-mauvais-jeton",
    ):
        assert secret not in service.log, secret


async def test_a_failing_database_does_not_put_the_words_into_the_log(service: Service, rasa: RasaStub) -> None:
    from sqlalchemy import text

    rasa.says(entry("Oui"))
    talk = await service.open()
    async with service.app.state.context.services.sessions() as session, session.begin():
        for table in ("sollicitation", "message"):
            await session.execute(
                text(f"CREATE TRIGGER refus_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'panne'); END")
            )
    assert (await talk.post({"text": SENTENCE})).status_code == 500
    body = {"categorie": "autre", "description": SENTENCE, "contact": "personne.privee@exemple.fr"}
    assert (await service.http.post("/api/v1/sollicitations", json=body)).status_code == 500
    assert service.log.count("unexpected_error") == 2
    assert "Traceback" in service.log
    assert "panne" in service.log
    assert SENTENCE not in service.log
    assert "personne.privee" not in service.log


@pytest.fixture
def own_logging() -> object:
    """Gives the root logger back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level


@pytest.mark.usefixtures("own_logging")
def test_secrets_in_a_line_are_masked_whoever_writes_it(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO")
    structlog.get_logger().info("essai", token="abc", Authorization="Bearer x", detail="mot de passe : Toto2024", nombre=3)
    logging.getLogger("ailleurs").warning("carte %s", "4111 1111 1111 1111")
    try:
        int("IBAN FR7630006000011234567890189")
    except ValueError:
        logging.getLogger("ailleurs").exception("raté")
    written = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in written] == ["essai", "carte •••• 1111", "raté"]
    assert (written[0]["token"], written[0]["Authorization"]) == ("••••", "••••")
    assert (written[0]["detail"], written[0]["nombre"]) == ("mot de passe : ••••", 3)
    assert "FR••••0189" in written[2]["exception"]
    assert "30006000" not in json.dumps(written)


@pytest.mark.usefixtures("own_logging")
def test_the_level_of_the_settings_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("WARNING")
    structlog.get_logger("un").info("tu")
    structlog.get_logger("deux").warning("dit")
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["dit"]
