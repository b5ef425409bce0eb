"""Accounts as an administrator sees and changes them."""

import re
from datetime import timedelta

import pytest

from assistant.database import now
from assistant.helpdesk import accounts
from assistant.helpdesk.enums import Role
from tests.support.desk import Browser, add_agent, new_browser, sessions_of, signed_in, text_of
from tests.support.http import Service


@pytest.fixture
async def browser(service: Service) -> Browser:
    """An administrator's browser."""
    return await signed_in(service, await add_agent(sessions_of(service), Role.ADMINISTRATEUR, nom="Ada Chef"))


async def _do(browser: Browser, agent_id: int, geste: str, **fields: str) -> int:
    answer = await browser.post(f"/helpdesk/administration/agents/{agent_id}", geste=geste, **fields)
    return answer.status_code


async def test_a_new_account_gets_a_one_time_password_shown_once(service: Service, browser: Browser) -> None:
    page = await browser.post(
        "/helpdesk/administration/agents", identifiant="neuve@exemple.fr", nom="Ana Neuve", role="superviseur"
    )
    assert page.status_code == 200
    password = re.search(r"<code>([^<]+)</code>", page.text)
    assert password
    assert password.group(1) not in (await browser.get("/helpdesk/administration")).text
    answer = await new_browser(service).log_in("neuve@exemple.fr", password.group(1))
    assert answer.headers["location"] == "/helpdesk/mot-de-passe"
    assert "Ana Neuve neuve@exemple.fr" in text_of(await browser.get("/helpdesk/administration"))
    assert password.group(1) not in service.log


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"identifiant": "x", "nom": "Ana", "role": "agent"}, "n'est pas valable"),
        ({"identifiant": "ana@exemple.fr", "nom": " ", "role": "agent"}, "nom de la personne"),
        ({"identifiant": "ana@exemple.fr", "nom": "Ana", "role": "roi"}, "Choisissez un rôle."),
        ({"identifiant": "ada.chef@exemple.fr", "nom": "Ana", "role": "agent"}, "existe déjà"),
    ],
)
async def test_an_account_that_cannot_be_keeps_what_was_typed(browser: Browser, fields: dict[str, str], words: str) -> None:
    page = await browser.post("/helpdesk/administration/agents", **fields)
    assert page.status_code == 422
    assert words in text_of(page)
    assert f'value="{fields["identifiant"]}"' in page.text


async def test_role_state_sessions_and_lock_are_changed_one_by_one(service: Service, browser: Browser) -> None:
    sessions = sessions_of(service)
    agent = await add_agent(sessions, nom="Ana Martin", bloque_jusque=now() + timedelta(minutes=9), echecs=5)
    theirs = await signed_in(service, agent)
    assert "bloqué jusqu'à" in text_of(await browser.get("/helpdesk/administration"))
    assert await _do(browser, agent.id, "debloquer") == 303
    assert (await accounts.get_agent(sessions=sessions, agent_id=agent.id)).bloque_jusque is None
    assert await _do(browser, agent.id, "sessions") == 303
    assert (await theirs.get("/helpdesk/compte")).status_code == 303
    assert await _do(browser, agent.id, "role", role="superviseur") == 303
    assert (await accounts.get_agent(sessions=sessions, agent_id=agent.id)).role == Role.SUPERVISEUR
    assert await _do(browser, agent.id, "desactiver") == 303
    assert "désactivé" in text_of(await browser.get("/helpdesk/administration"))
    assert await _do(browser, agent.id, "activer") == 303
    assert (await accounts.get_agent(sessions=sessions, agent_id=agent.id)).actif


async def test_a_password_is_given_anew(service: Service, browser: Browser) -> None:
    agent = await add_agent(sessions_of(service))
    page = await browser.post(f"/helpdesk/administration/agents/{agent.id}", geste="mot_de_passe")
    password = re.search(r"<code>([^<]+)</code>", page.text)
    assert password
    answer = await new_browser(service).log_in(agent.identifiant, password.group(1))
    assert answer.headers["location"] == "/helpdesk/mot-de-passe"


async def test_the_last_administrator_stays(browser: Browser) -> None:
    assert browser.agent
    page = await browser.post(f"/helpdesk/administration/agents/{browser.agent.id}", geste="desactiver")
    assert page.status_code == 422
    assert "C'est le dernier administrateur" in text_of(page)


@pytest.mark.parametrize(("agent_id", "geste"), [(9999, "desactiver"), (9999, "sessions")])
async def test_an_account_that_does_not_exist_is_told(browser: Browser, agent_id: int, geste: str) -> None:
    page = await browser.post(f"/helpdesk/administration/agents/{agent_id}", geste=geste)
    assert page.status_code == 422
    assert "Ce compte n'existe pas." in text_of(page)


@pytest.mark.parametrize("fields", [{"geste": "supprimer"}, {"geste": "role", "role": "roi"}, {}])
async def test_an_unknown_gesture_changes_nothing(service: Service, browser: Browser, fields: dict[str, str]) -> None:
    agent = await add_agent(sessions_of(service))
    page = await browser.post(f"/helpdesk/administration/agents/{agent.id}", **fields)
    assert page.status_code == 422
    assert (await accounts.get_agent(sessions=sessions_of(service), agent_id=agent.id)).role == Role.AGENT
