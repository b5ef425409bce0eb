"""People of the help-desk for tests: accounts that are ready, browsers that are signed in."""

import asyncio
import html
import re
from dataclasses import dataclass
from functools import cache

import httpx

from assistant.database import Sessions, now, transaction
from assistant.helpdesk import accounts, passwords
from assistant.helpdesk.accounts import SessionLimits
from assistant.helpdesk.enums import Role
from assistant.helpdesk.models import Agent
from tests.support.http import Service

PASSWORD = "quatre mots sans rapport"
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


@cache
def _hashed() -> str:
    return asyncio.run(passwords.hash_password(PASSWORD))


async def add_agent(sessions: Sessions, role: Role = Role.AGENT, *, nom: str = "", **changes: object) -> Agent:
    """An active account whose password is PASSWORD, already chosen."""
    name = nom or f"Camille {role}"
    values: dict[str, object] = {
        "identifiant": f"{name.lower().replace(' ', '.')}@exemple.fr",
        "nom": name,
        "role": role,
        "mot_de_passe_hache": await asyncio.to_thread(_hashed),
        "doit_changer": False,
        "actif": True,
        "disponible": False,
        "echecs": 0,
        "cree_le": now(),
    }
    agent = Agent(**{**values, **changes})
    async with transaction(sessions) as session:
        session.add(agent)
    return agent


@dataclass
class Browser:
    """A browser of its own (cookies), that sends forms as a page of the console does."""

    http: httpx.AsyncClient
    agent: Agent | None = None
    token: str | None = None

    async def get(self, path: str, **options: object) -> httpx.Response:
        return await self.http.get(path, **options)  # type: ignore[arg-type]

    async def csrf(self, path: str = "/helpdesk/compte") -> str:
        """The token that forms of the page carry."""
        return token_of(await self.get(path))

    async def post(self, path: str, csrf: str | None = None, **fields: object) -> httpx.Response:
        """Send a form with the session's token."""
        token = csrf if csrf is not None else self.token or await self.csrf()
        return await self.http.post(path, data={"csrf": token, **fields})

    async def log_in(self, identifiant: str, password: str = PASSWORD, suite: str = "") -> httpx.Response:
        token = token_of(await self.get("/helpdesk/connexion"))
        return await self.http.post(
            "/helpdesk/connexion",
            data={"csrf": token, "identifiant": identifiant, "mot_de_passe": password, "suite": suite},
        )


def token_of(page: httpx.Response) -> str:
    """The CSRF token in a page."""
    found = _CSRF.search(page.text)
    assert found, page.text[:500]
    return found.group(1)


def text_of(page: httpx.Response) -> str:
    """What a person reads of a page: without tags, blanks made one."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def new_browser(service: Service, **headers: str) -> Browser:
    """A browser that has never been here."""
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False, client=("192.0.2.7", 50000))
    http = httpx.AsyncClient(transport=transport, base_url="http://choriste.test", headers={"Accept": "text/html", **headers})
    return Browser(http)


async def signed_in(service: Service, agent: Agent) -> Browser:
    """A browser in which the agent has logged in (the log-in form has tests of its own)."""
    opened = await accounts.open_session(sessions=sessions_of(service), agent_id=agent.id, limits=SessionLimits())
    browser = new_browser(service)
    browser.http.cookies.set("choriste_desk", opened.token, domain="choriste.test")
    browser.agent, browser.token = agent, opened.csrf
    return browser


def sessions_of(service: Service) -> Sessions:
    """The database behind the application."""
    sessions: Sessions = service.app.state.context.services.sessions
    return sessions
