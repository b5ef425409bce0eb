"""On another site, before a service that asks for the access code: the widget says so, takes the code, and goes on. No cookie."""

import asyncio
import os
import subprocess
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from playwright.sync_api import expect

from assistant.helpdesk.passwords import hash_password
from tests.live import ROOT, free_port
from tests.support.http import sqlite_url
from tests.support.migrations import migrate

pytestmark = pytest.mark.browser

CODE = "porte-bleue-tasse-verte"
# At import, as sync Playwright's loop runs later.
HASH = asyncio.run(hash_password(CODE))
PAGE = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Un intranet</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>Un intranet</h1></main><script src="{service}/widget.js" async></script></body></html>"""
READY_SECONDS = 120


@contextmanager
def serve_site(port, body):
    """A site of somebody's own, served for real: a browser holds pages that no server gave to other rules on other origins."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            """Nothing to say."""

    with ThreadingHTTPServer(("localhost", port), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


def wait_until_it_answers(process, address, log):
    """Connections are tried again by the transport, a tenth of a second apart at first; fails with the log."""
    end = time.monotonic() + READY_SECONDS
    with httpx.Client(transport=httpx.HTTPTransport(retries=5), trust_env=False) as http:
        while process.poll() is None and time.monotonic() < end:
            try:
                if http.get(f"{address}/health/live").is_success:
                    return
            except httpx.TransportError:
                continue
    pytest.fail(f"the service did not start:\n{log.read_text(errors='replace')[-3000:]}")


@pytest.fixture(scope="module")
def locked(chromium_path, tmp_path_factory):
    """A real service behind the code (127.0.0.1), and the one site that may show its widget (localhost: another origin)."""
    folder, port, site_port = tmp_path_factory.mktemp("code"), free_port(), free_port()
    url = sqlite_url(folder / "choriste.db")
    migrate(url)
    site = f"http://localhost:{site_port}"
    service = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "CHORISTE_DATA_DIR": str(folder),
        "CHORISTE_DATABASE_URL": url,
        "CHORISTE_ACCESS_CODE_HASH": HASH,
        "CHORISTE_WIDGET_ORIGINS": site,
        "CHORISTE_ENVIRONMENT": "test",
        # All tests come from one address.
        "CHORISTE_ACCESS_FAILURES_PER_MINUTE": "1000",
    }
    log = folder / "service.log"
    command = [str(ROOT / ".venv/service/bin/uvicorn"), "--factory", "api.app:create_app", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        wait_until_it_answers(process, service, log)
        with serve_site(site_port, PAGE.format(service=service).encode()):
            yield site
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture
def open_site(open_page, locked):
    """Opens the page of the other site."""

    def _open(**options):
        page = open_page(None, **options)
        page.goto(f"{locked}/intranet")
        return page

    return _open


def test_the_code_is_asked_for_refused_when_wrong_and_opens_the_assistant(open_site, chat_of, screen, sound):
    page = open_site(**screen)
    page.get_by_role("button", name="Besoin d'aide ?").click()
    chat = chat_of(page)
    form = chat.root.get_by_role("form", name="Code d'accès")
    expect(form.get_by_role("heading")).to_be_focused()
    expect(form).to_contain_text("réservé aux personnes de l'organisme")
    # Nothing can be said yet: no box that leads nowhere.
    expect(chat.box).to_be_hidden()
    code = form.get_by_label("Le code d'accès de votre organisme")
    sound(page, "code")
    code.press("Enter")
    expect(form.get_by_role("alert")).to_have_text("Écrivez d'abord le code d'accès.")
    code.fill("un mauvais code")
    code.press("Enter")
    expect(form.get_by_role("alert")).to_have_text("Ce code d'accès n'est pas le bon.")
    expect(code).to_be_focused()
    sound(page, "code-refuse")
    code.fill(CODE)
    form.get_by_role("button", name="Ouvrir l'assistant").click()
    chat.ready()
    expect(form).to_be_hidden()
    expect(chat.box).to_be_focused()
    # It holds in this tab, a reload included; nothing that the browser would send by itself.
    page.reload()
    page.get_by_role("button", name="Besoin d'aide ?").click()
    chat.ready()
    assert page.context.cookies() == []
    kept = page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    assert CODE not in kept


def test_when_the_access_has_ended_the_code_is_asked_for_again_and_nothing_typed_is_lost(open_site, chat_of):
    page = open_site()
    page.get_by_role("button", name="Besoin d'aide ?").click()
    chat = chat_of(page)
    page.get_by_label("Le code d'accès de votre organisme").fill(CODE)
    page.get_by_role("button", name="Ouvrir l'assistant").click()
    chat.ready()
    page.evaluate("sessionStorage.setItem(Object.keys(sessionStorage).find((key) => key.endsWith(':acces')), '\"v1.1.fini\"')")
    chat.box.fill("ma facture est suspendue")
    chat.box.press("Enter")
    page.get_by_label("Le code d'accès de votre organisme").fill(CODE)
    with page.expect_request("**/messages") as again:
        page.get_by_role("button", name="Ouvrir l'assistant").click()
    assert again.value.post_data_json == {"text": "ma facture est suspendue"}
    expect(chat.said).to_have_text(["Vousma facture est suspendue"])
