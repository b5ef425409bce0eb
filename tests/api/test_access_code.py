"""The access code in front of the chat."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from pydantic import ValidationError

from assistant.access_code import AccessTokens, is_access_hash, is_right
from assistant.helpdesk.passwords import hash_password
from assistant.invoices.lookup.building import NoOperatorSource, build_follow_up
from assistant.knowledge.load import Knowledge
from assistant.settings import Settings
from tests.support.http import Service, make_settings, started
from tests.support.rasa_stub import RasaStub, entry

CODE = "porte-bleue-tasse-verte"
HASH = asyncio.run(hash_password(CODE))


@pytest_asyncio.fixture
async def locked(database_url: str, rasa: RasaStub, remembered_vectors: None) -> AsyncIterator[Service]:
    """A service whose chat asks for the code."""
    settings = make_settings(database_url, rasa_url=rasa.url, access_code_hash=HASH, access_failures_per_minute=3)
    async with started(settings) as running:
        yield running


async def test_without_the_code_no_conversation_opens_and_the_page_asks_for_it(locked: Service) -> None:
    refused = await locked.http.post("/api/v1/conversations")
    assert (refused.status_code, refused.json()["code"]) == (401, "acces_requis")
    home = await locked.http.get("/")
    assert (home.status_code, home.headers["location"]) == (303, "/acces?suite=%2F")
    page = await locked.http.get("/acces")
    assert page.status_code == 200 and "<h1>Code d'accès</h1>" in page.text


async def test_the_code_opens_the_chat_by_a_cookie(locked: Service, rasa: RasaStub) -> None:
    given = await locked.http.post("/acces", data={"code": CODE, "suite": "/"})
    assert (given.status_code, given.headers["location"]) == (303, "/")
    cookie = given.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and CODE not in cookie
    assert (await locked.http.get("/")).status_code == 200
    talk = await locked.open()
    rasa.answer = lambda call: (200, json.dumps(entry("ok")).encode())
    assert [message["text"] for message in await talk.say("bonjour")] == ["ok"]
    locked.http.cookies.clear()
    # The conversation's own token is not enough: it may be older than the lock.
    assert (await talk.post({"text": "encore"})).status_code == 401


async def test_a_program_gets_a_token_for_the_header(locked: Service) -> None:
    given = await locked.http.post("/api/v1/acces", json={"code": CODE})
    assert given.status_code == 200
    opened = await locked.http.post("/api/v1/conversations", headers={"X-Choriste-Acces": given.json()["jeton"]})
    assert opened.status_code == 201
    forged = await locked.http.post("/api/v1/conversations", headers={"X-Choriste-Acces": "v1.99999999999.x"})
    assert forged.status_code == 401


async def test_wrong_codes_are_refused_counted_and_then_not_even_tried(locked: Service) -> None:
    for _ in range(3):
        refused = await locked.http.post("/api/v1/acces", json={"code": "autre-chose-encore"})
        assert (refused.status_code, refused.json()["code"]) == (401, "code_refuse")
    late = await locked.http.post("/api/v1/acces", json={"code": CODE})
    assert late.status_code == 429 and int(late.headers["retry-after"]) > 0
    assert (await locked.http.post("/acces", data={"code": CODE})).status_code == 429
    assert "autre-chose-encore" not in locked.log


@pytest.mark.parametrize("suite", ["https://ailleurs.test", "//ailleurs.test", "/\\ailleurs", "/acces", "javascript:alert(1)"])
async def test_the_way_back_never_leads_to_another_site(locked: Service, suite: str) -> None:
    given = await locked.http.post("/acces", data={"code": CODE, "suite": suite})
    assert given.headers["location"] == "/"


async def test_without_a_setting_nothing_is_asked(service: Service) -> None:
    assert (await service.http.get("/")).status_code == 200
    assert (await service.http.post("/api/v1/conversations")).status_code == 201
    assert (await service.http.post("/api/v1/acces", json={"code": "x"})).status_code == 404


def test_a_token_ends_and_a_new_code_ends_it() -> None:
    tokens = AccessTokens(HASH, hours=1)
    token = tokens.new(moment=1000.0)
    assert tokens.is_good(token, moment=4599.0)
    assert not tokens.is_good(token, moment=4600.0)
    assert not AccessTokens(HASH + "x", hours=1).is_good(token, moment=1001.0)
    assert not any(tokens.is_good(wrong) for wrong in ("", "v1", "v1..", "v1.²." + token.split(".")[2], token + "x"))


async def test_the_code_is_recognised_by_its_hash_only() -> None:
    assert is_access_hash(HASH) and not is_access_hash(CODE)
    assert await is_right(f" {CODE} ", HASH) and not await is_right("autre", HASH)


# --- operator mode --------------------------------------------------------------------------------------------------

OPERATOR = {"lookup_mode": "operator", "access_code_hash": HASH, "operator_sirets": "000 200 014 00017"}


@pytest.mark.parametrize(
    ("absent", "sentence"),
    [
        ("access_code_hash", "de vraies factures seraient visibles de tous, le service refuse de démarrer"),
        ("operator_sirets", "dites quelles structures peuvent être montrées"),
    ],
)
def test_operator_mode_refuses_to_start_without_a_lock_and_says_why(absent: str, sentence: str) -> None:
    given = {name: value for name, value in OPERATOR.items() if name != absent}
    with pytest.raises(ValidationError, match=sentence):
        Settings(_env_file=None, **given)


def test_operator_mode_without_chorus_pro_names_what_is_missing(knowledge: Knowledge) -> None:
    settings = Settings(_env_file=None, **OPERATOR)
    assert settings.operator_sirets == {"00020001400017"}
    with pytest.raises(NoOperatorSource, match="CHORISTE_CPRO_LOGIN"):
        build_follow_up(settings=settings, knowledge=knowledge)


async def test_operator_mode_asks_chorus_pro_through_the_guard_and_off_asks_nobody(knowledge: Knowledge) -> None:
    account = dict.fromkeys(("piste_client_id", "piste_client_secret", "cpro_login", "cpro_password"), "x")
    invoices = build_follow_up(settings=Settings(_env_file=None, **OPERATOR, **account), knowledge=knowledge)
    assert type(invoices.lookup).__name__ == "OwnStructuresOnly"
    assert not invoices.replies.demonstration
    await invoices.close()
    assert build_follow_up(settings=Settings(_env_file=None, lookup_mode="off"), knowledge=knowledge).lookup is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"access_code_hash": CODE}, "pas une empreinte"), ({"operator_sirets": "12345678901234"}, "clé de contrôle est fausse")],
)
def test_settings_that_cannot_be_right_are_refused(changes: dict[str, str], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        Settings(_env_file=None, **changes)
