"""All routes of the console × all roles, against a table of what is allowed. A new route without an entry here fails."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from api.helpdesk.permissions import LEAST_ROLE, PUBLIC
from assistant.helpdesk.enums import Role
from tests.support.desk import Browser, add_agent, new_browser, sessions_of, signed_in
from tests.support.http import Service
from tests.support.streams import streaming

# What each route is for: « all » without an account, else the least role.
ALL, AGENT, CHIEF, ADMIN = "all", Role.AGENT, Role.SUPERVISEUR, Role.ADMINISTRATEUR
ALLOWED: dict[tuple[str, str], str] = {
    ("GET", "/helpdesk/connexion"): ALL,
    ("POST", "/helpdesk/connexion"): ALL,
    ("GET", "/helpdesk/oidc/depart"): ALL,
    ("GET", "/helpdesk/oidc/retour"): ALL,
    ("MOUNT", "/helpdesk/static"): ALL,
    ("POST", "/helpdesk/deconnexion"): AGENT,
    ("GET", "/helpdesk/mot-de-passe"): AGENT,
    ("POST", "/helpdesk/mot-de-passe"): AGENT,
    ("GET", "/helpdesk/compte"): AGENT,
    ("POST", "/helpdesk/compte/sessions"): AGENT,
    ("GET", "/helpdesk/raccourcis"): AGENT,
    ("GET", "/helpdesk"): AGENT,
    ("GET", "/helpdesk/files/{file}"): AGENT,
    ("POST", "/helpdesk/lot"): AGENT,
    ("GET", "/helpdesk/sollicitations"): AGENT,
    ("GET", "/helpdesk/sollicitations/{numero}"): AGENT,
    ("GET", "/helpdesk/sollicitations/{numero}/pieces/{piece_id}"): AGENT,
    ("GET", "/helpdesk/sollicitations/{numero}/fusion"): AGENT,
    ("POST", "/helpdesk/sollicitations/{numero}/fusion"): AGENT,
    ("POST", "/helpdesk/sollicitations/{numero}/defusion"): AGENT,
    ("POST", "/helpdesk/sollicitations/{numero}/presence"): AGENT,
    ("POST", "/helpdesk/sollicitations/{numero}/triage"): AGENT,
    ("POST", "/helpdesk/sollicitations/{numero}/{geste}"): AGENT,
    ("GET", "/helpdesk/flux"): AGENT,
    ("GET", "/helpdesk/direct"): AGENT,
    ("POST", "/helpdesk/direct/disponibilite"): AGENT,
    ("POST", "/helpdesk/direct/signe"): AGENT,
    ("GET", "/helpdesk/direct/{conversation_id}"): AGENT,
    ("GET", "/helpdesk/direct/{conversation_id}/flux"): AGENT,
    ("POST", "/helpdesk/direct/{conversation_id}/prendre"): AGENT,
    ("POST", "/helpdesk/direct/{conversation_id}/messages"): AGENT,
    ("POST", "/helpdesk/direct/{conversation_id}/rendre"): AGENT,
    ("GET", "/helpdesk/supervision"): CHIEF,
    ("GET", "/helpdesk/supervision.csv"): CHIEF,
    ("GET", "/helpdesk/apprentissage"): CHIEF,
    ("POST", "/helpdesk/apprentissage/propositions"): CHIEF,
    ("GET", "/helpdesk/apprentissage/revue"): CHIEF,
    ("POST", "/helpdesk/apprentissage/revue/{revue_id}"): CHIEF,
    ("GET", "/helpdesk/apprentissage/export"): CHIEF,
    ("GET", "/helpdesk/administration"): ADMIN,
    ("POST", "/helpdesk/administration/agents"): ADMIN,
    ("POST", "/helpdesk/administration/agents/{agent_id}"): ADMIN,
}
ORDER = [AGENT, CHIEF, ADMIN]
SAMPLES = {
    "{file}": "a_trier",
    "{numero}": "CHO-2026-000001",
    "{piece_id}": "piece",
    "{geste}": "prendre",
    "{conversation_id}": "conversation",
    "{revue_id}": "1",
    "{agent_id}": "999",
}
STREAMS = {"/helpdesk/flux"}


def _routes(app: FastAPI) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for route in iter_route_contexts(app.routes):
        path = route.path or ""
        if path == "/helpdesk" or path.startswith("/helpdesk/"):
            methods = route.methods
            found |= {(method, path) for method in methods - {"HEAD"}} if methods else {("MOUNT", path)}
    return found


def _filled(path: str) -> str:
    for name, value in SAMPLES.items():
        path = path.replace(name, value)
    assert "{" not in path, path
    return path


async def _ask(browser: Browser, method: str, path: str, csrf: str) -> httpx.Response:
    if method == "GET":
        return await browser.get(_filled(path), headers={"Accept": "application/json"})
    return await browser.http.post(_filled(path), data={"csrf": csrf}, headers={"Accept": "application/json"})


def test_the_tables_know_every_route_and_no_other(service: Service) -> None:
    routes = _routes(service.app)
    assert routes == set(ALLOWED)
    assert {key for key in routes if key[0] != "MOUNT"} == set(LEAST_ROLE) | PUBLIC
    assert not set(LEAST_ROLE) & PUBLIC


async def test_without_an_account_only_the_log_in_answers(service: Service) -> None:
    for method, path in sorted(_routes(service.app)):
        if method == "MOUNT":
            continue
        answer = await _ask(new_browser(service), method, path, "x" * 43)
        if ALLOWED[method, path] == ALL:
            assert answer.status_code in (200, 303, 403, 404), path
            assert answer.status_code != 401
        else:
            assert (answer.status_code, answer.json()["code"]) == (401, "session_absente"), (method, path)
        as_page = await new_browser(service).get(_filled(path)) if method == "GET" else None
        if as_page is not None and ALLOWED[method, path] != ALL:
            assert as_page.status_code == 303, path
            assert as_page.headers["location"].startswith("/helpdesk/connexion?suite="), path


@pytest.mark.parametrize("role", ORDER)
async def test_each_role_reaches_what_the_table_says_and_nothing_more(service: Service, role: Role) -> None:
    sessions = sessions_of(service)
    agent = await add_agent(sessions, role)
    if role is not ADMIN:
        await add_agent(sessions, ADMIN)
    for method, path in sorted(_routes(service.app)):
        if method == "MOUNT" or ALLOWED[method, path] == ALL:
            continue
        # Each in a browser of its own: some of these routes end the session.
        browser = await signed_in(service, agent)
        csrf = browser.token or ""
        allowed = ORDER.index(role) >= ORDER.index(Role(ALLOWED[method, path]))
        if path in STREAMS:
            cookies = "; ".join(f"{name}={value}" for name, value in browser.http.cookies.items())
            async with streaming(service.app, path, {"Cookie": cookies}) as stream:
                assert stream.status == (200 if allowed else 403), path
            continue
        answer = await _ask(browser, method, path, csrf)
        if allowed:
            assert answer.status_code not in (401, 403, 405, 500), (method, path, answer.text)
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "role_insuffisant"), (method, path)


async def test_nothing_changes_without_the_sessions_own_token(service: Service) -> None:
    sessions = sessions_of(service)
    admin, other = await add_agent(sessions, ADMIN), await add_agent(sessions, ADMIN, nom="Autre")
    browser, others = await signed_in(service, admin), await (await signed_in(service, other)).csrf()
    own = await browser.csrf()
    for method, path in sorted(_routes(service.app)):
        if method != "POST" or ALLOWED[method, path] == ALL:
            continue
        cases: list[dict[str, Any]] = [
            {"data": {}},
            {"data": {"csrf": others}},
            {"data": {"csrf": ""}},
            {"data": {}, "headers": {"X-CSRF-Token": others}},
            {"data": {"csrf": own}, "headers": {"Sec-Fetch-Site": "cross-site"}},
            {"data": {"csrf": own}, "headers": {"Origin": "https://ailleurs.test"}},
        ]
        for case in cases:
            headers = {"Accept": "application/json", **case.pop("headers", {})}
            answer = await browser.http.post(_filled(path), headers=headers, **case)
            assert (answer.status_code, answer.json()["code"]) == (403, "jeton_csrf_refuse"), (path, case, headers)
    assert (await browser.get("/helpdesk/compte")).status_code == 200


async def test_the_token_may_come_in_a_header(service: Service) -> None:
    browser = await signed_in(service, await add_agent(sessions_of(service)))
    token = await browser.csrf()
    answer = await browser.http.post("/helpdesk/direct/signe", headers={"X-CSRF-Token": token})
    assert answer.json() == {"disponible": False}


async def test_a_route_that_the_table_forgets_is_closed_to_everybody(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = await signed_in(service, await add_agent(sessions_of(service), ADMIN))
    monkeypatch.delitem(LEAST_ROLE, ("GET", "/helpdesk/administration"))
    answer = await browser.get("/helpdesk/administration")
    assert answer.status_code == 403
    assert "Votre rôle ne donne pas accès à cette page." in answer.text


async def test_pages_show_only_the_ways_that_are_open(service: Service) -> None:
    sessions = sessions_of(service)
    for role, shown in ((AGENT, 0), (CHIEF, 2), (ADMIN, 3)):
        page = await (await signed_in(service, await add_agent(sessions, role))).get("/helpdesk/files/a_trier")
        links = [
            word for word in ("/helpdesk/supervision", "/helpdesk/apprentissage", "/helpdesk/administration") if word in page.text
        ]
        assert len(links) == shown, role
