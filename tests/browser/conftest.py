"""Chromium against a live service. Sync Playwright; everything waits by itself, nothing sleeps."""

import asyncio
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from assistant.database import create_engine, create_sessions
from assistant.helpdesk.enums import Role
from tests.live import ROOT
from tests.support.desk import PASSWORD, add_agent
from tests.support.http import sqlite_url

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TIMEOUT_MS = 30_000
REPORT_CSP = """
window.cspReports = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.cspReports.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""
# A page of somebody's own, with the widget as one script tag: no target, so a button at the bottom right.
HOST_PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Un site</title><script src="/widget.js" defer></script></head>
<body><main><h1>Un site</h1><p><a href="#haut">Un lien</a></p></main></body></html>"""


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is. Without it the tests are skipped, except in CI, where they must run."""
    found = shutil.which("chromium")
    if found is None:
        with sync_playwright() as playwright:
            own = playwright.chromium.executable_path
        found = own if Path(own).exists() else None
    if found is None:
        reason = "Chromium is not installed: install the package chromium, or run « playwright install chromium »."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def service_url(chromium_path: str, request: pytest.FixtureRequest) -> str:
    """Base address of a live service: CHORISTE_TEST_URL when set, else the one that tests/conftest.py starts."""
    address = os.environ.get("CHORISTE_TEST_URL") or request.getfixturevalue("live_service_url")
    return str(address).rstrip("/")


# A module at a time: while sync Playwright runs, its event loop would be in the way of asynchronous tests.
@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """A Chromium for the tests of one module."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=ARGS)
        expect.set_options(timeout=TIMEOUT_MS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, service_url: str) -> Iterator[Callable[..., Page]]:
    """Opens a page in a context of its own; options are those of Playwright's new_context."""
    contexts: list[BrowserContext] = []

    def _open(path: str | None = "/", **options: Any) -> Page:
        context = browser.new_context(**{"base_url": service_url, "locale": "fr-FR", "reduced_motion": "reduce", **options})
        contexts.append(context)
        context.set_default_timeout(TIMEOUT_MS)
        context.add_init_script(REPORT_CSP)
        page = context.new_page()
        if path is not None:
            page.goto(path)
        return page

    yield _open
    for context in contexts:
        context.close()


class Chat:
    """The widget as a person meets it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.get_by_role("region", name="Choriste")
        self.log = page.get_by_role("log", name="Conversation")
        self.messages = self.log.get_by_role("article")
        self.box = page.get_by_role("textbox", name="Votre message")
        self.send = page.get_by_role("button", name="Envoyer")
        self.alert = self.root.get_by_role("alert")
        self.announcer = page.locator("[data-announcer]")

    def ready(self) -> "Chat":
        """Wait for the greeting (or the history)."""
        expect(self.messages.first).to_be_visible()
        expect(self.log).to_have_attribute("aria-busy", "false")
        return self

    def ask(self, text: str) -> None:
        """Type, send, wait for the answer."""
        self.box.fill(text)
        self._answered(lambda: self.box.press("Enter"))

    def choose(self, title: str | re.Pattern[str]) -> None:
        """Press the button that still can be pressed, wait for the answer."""
        button = self.log.get_by_role("button", name=title, disabled=False)
        self._answered(lambda: button.last.click())

    def _answered(self, act: Callable[[], None]) -> None:
        self.ready()
        before = self.messages.count()
        act()
        expect(self.messages.nth(before + 1)).to_be_visible()
        expect(self.log).to_have_attribute("aria-busy", "false")

    @property
    def said(self) -> Locator:
        """What the person said."""
        return self.log.locator("article.choriste-user")

    @property
    def last(self) -> Locator:
        """The last message."""
        return self.messages.last

    def answers(self) -> str:
        """All that the bot answered to the last thing said."""
        texts = self.said.last.locator("xpath=following-sibling::article").all_inner_texts()
        return re.sub(r"\s+", " ", " ".join(texts))


@pytest.fixture
def open_chat(open_page: Callable[..., Page]) -> Callable[..., Chat]:
    """Opens the home page and waits for the greeting; options are those of Playwright's new_context."""

    def _open(**options: Any) -> Chat:
        return Chat(open_page("/", **options)).ready()

    return _open


@pytest.fixture
def open_host_page(open_page: Callable[..., Page], service_url: str) -> Callable[..., Page]:
    """Opens a page that only has the widget's script tag, served as if it were the service's own."""

    def _open(**options: Any) -> Page:
        page = open_page(None, **options)
        page.route("**/page-d-un-site", lambda route: route.fulfill(body=HOST_PAGE, content_type="text/html; charset=utf-8"))
        page.goto("/page-d-un-site")
        return page

    return _open


@pytest.fixture
def chat_of() -> Callable[[Page], Chat]:
    """The widget in a page."""
    return Chat


@pytest.fixture
def open_canned_chat(open_page: Callable[..., Page]) -> Callable[..., Chat]:
    """Opens the home page with an API that says what the test wants: for what the widget does with it."""

    def _open(*messages: dict[str, Any], **options: Any) -> Chat:
        page = open_page(None, **options)
        full = [
            {
                "id": f"m{number}",
                "sender": "bot",
                "kind": "notice",
                "buttons": [],
                "sources": [],
                "fiche": None,
                "confidence": None,
            }
            | message
            for number, message in enumerate(messages)
        ]
        body = {"id": "conversation", "token": "jeton", "messages": full}
        page.route("**/api/v1/conversations", lambda route: route.fulfill(status=201, json=body))
        page.goto("/")
        return Chat(page).ready()

    return _open


SCREENS = {"etroit": (320, 640), "telephone": (390, 844), "tablette": (820, 1180), "bureau": (1440, 900)}
IMAGES = ROOT / "var" / "images" / "widget"


@pytest.fixture(params=SCREENS, ids=list(SCREENS))
def screen(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Options of a page on each screen: a narrow phone, a phone, a tablet, a desktop."""
    width, height = SCREENS[request.param]
    hand: dict[str, Any] = {"has_touch": True, "is_mobile": True} if width < 1000 else {}
    return {"viewport": {"width": width, "height": height}, **hand}


@pytest.fixture
def sound(screen: dict[str, Any]) -> Callable[..., None]:
    """Keeps a picture in light and in dark (var/images), and checks the look: nothing overflows, nothing is too small to be
    pressed, axe is silent in both."""
    width = screen["viewport"]["width"]
    name_of_screen = next(name for name, size in SCREENS.items() if size[0] == width)

    def _sound(page: Page, name: str) -> None:
        IMAGES.mkdir(parents=True, exist_ok=True)
        widget = page.locator("choriste-widget")
        widget.evaluate("node => node.scrollIntoView({ block: 'start' })")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=IMAGES / f"{name}-{name_of_screen}-{scheme}.png")
            assert violations(page) == [], scheme
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert widget.evaluate(OVERFLOWING) == []
        assert widget.evaluate(TOO_SMALL) == []

    return _sound


# Each part of the widget that is drawn and is wider inside than outside.
OVERFLOWING = """host => [...host.shadowRoot.querySelectorAll("*")].filter((node) =>
  node.clientWidth > 2 && getComputedStyle(node).display !== "inline" && node.scrollWidth > node.clientWidth + 1
).map((node) => `${node.className} ${node.scrollWidth} > ${node.clientWidth}`)"""
# WCAG 2.2, 2.5.8: 24 pixels at least.
TOO_SMALL = """host => [...host.shadowRoot.querySelectorAll("button, input, textarea, summary")].filter((node) => {
  const box = node.getBoundingClientRect();
  return box.width > 0 && (box.width < 24 || box.height < 24);
}).map((node) => node.outerHTML.slice(0, 160))"""


def violations(page: Page) -> list[str]:
    """What axe finds, whatever its gravity."""
    found = Axe().run(page).response["violations"]
    return [f"{item['id']} ({item['impact']}): {node['html'][:160]}" for item in found for node in item["nodes"]]


def is_foreign(address: str, service_url: str) -> bool:
    """True for a request that leaves the service."""
    parts = urlsplit(address)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != urlsplit(service_url).netloc


@pytest.fixture
def watch(service_url: str) -> Callable[[Page], dict[str, list[str]]]:
    """Notes what a page asks from other hosts, and what the console says of the CSP or of broken scripts."""

    def _watch(page: Page) -> dict[str, list[str]]:
        seen: dict[str, list[str]] = {"foreign": [], "console": [], "errors": []}
        page.on("request", lambda request: seen["foreign"].append(request.url) if is_foreign(request.url, service_url) else None)
        page.on(
            "console", lambda message: seen["console"].append(message.text) if "Content Security Policy" in message.text else None
        )
        page.on("pageerror", lambda error: seen["errors"].append(str(error)))
        return seen

    return _watch


# --- the console of the help-desk ---


@pytest.fixture(scope="session")
def desk_database(service_url: str, request: pytest.FixtureRequest) -> str:
    """The database behind the service: CHORISTE_TEST_DATABASE_URL beside CHORISTE_TEST_URL, else that of the live one."""
    if "CHORISTE_TEST_URL" in os.environ:
        return os.environ["CHORISTE_TEST_DATABASE_URL"]
    return sqlite_url(request.getfixturevalue("live_choriste").data_dir / "choriste.db")


class DeskAccounts:
    """Accounts of the help-desk, made in the database: the administration page has tests of its own."""

    def __init__(self, database: str) -> None:
        self._database = database

    def add(self, role: str, nom: str, **changes: Any) -> str:
        """An account whose password is `tests.support.desk.PASSWORD`; returns its identifier, never used before."""
        identifiant = f"{role}-{uuid.uuid4().hex[:10]}@exemple.fr"

        async def _add(sessions: Any) -> None:
            await add_agent(sessions, Role(role), nom=nom, identifiant=identifiant, **changes)

        self.run(_add)
        return identifiant

    def run(self, work: Callable[[Any], Any]) -> Any:
        """Do something in the database, in a thread of its own: sync Playwright has an event loop in this one."""

        async def _run() -> Any:
            engine = create_engine(self._database)
            try:
                return await work(create_sessions(engine))
            finally:
                await engine.dispose()

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, _run()).result()


@pytest.fixture(scope="session")
def desk_accounts(desk_database: str) -> DeskAccounts:
    """Makes accounts."""
    return DeskAccounts(desk_database)


@pytest.fixture
def open_desk(open_page: Callable[..., Page], desk_accounts: DeskAccounts) -> Callable[..., Page]:
    """Opens the console, logged in as somebody new; options are those of Playwright's new_context."""

    def _open(role: str = "agent", nom: str = "Ana Martin", path: str = "/helpdesk/files/a_trier", **options: Any) -> Page:
        page = open_page(f"/helpdesk/connexion?suite={quote(path)}", **options)
        page.get_by_label("Adresse électronique").fill(desk_accounts.add(role, nom))
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.get_by_role("button", name="Se connecter").click()
        page.wait_for_url(f"**{path}")
        return page

    return _open


@pytest.fixture
def ask_for_help(service_url: str) -> Callable[..., dict[str, str]]:
    """Writes a sollicitation by the API; `numero` and `jeton_suivi` come back."""

    def _ask(**changes: str) -> dict[str, str]:
        body = {
            "categorie": "facture_suspendue",
            "description": f"Ma facture est suspendue et je ne sais pas pourquoi. {uuid.uuid4().hex}",
            "contact": "compta@exemple.fr",
            **changes,
        }
        answer = httpx.post(f"{service_url}/api/v1/sollicitations", json=body, timeout=30)
        assert answer.status_code == 201, answer.text
        found: dict[str, str] = answer.json()
        return found

    return _ask
