"""The service is killed in the middle of the help-desk's day: nothing acknowledged is lost, the console goes on by itself."""

import itertools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import DeskAccounts
from tests.support.desk import PASSWORD
from tests.support.live_conversations import person_who_says, person_who_waits
from tests.support.service_process import ServiceProcess

pytestmark = pytest.mark.browser


@pytest.fixture
def service(tmp_path: Path) -> Iterator[ServiceProcess]:
    """A service of this test's own, running."""
    process = ServiceProcess(tmp_path / "data")
    process.start()
    yield process
    process.kill()


@pytest.fixture
def open_console(service: ServiceProcess, browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Opens the console of that service, logged in as somebody new."""
    contexts = []

    def _open(nom: str) -> Page:
        context = browser.new_context(base_url=service.url, locale="fr-FR", reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        page.goto("/helpdesk/connexion")
        page.get_by_label("Adresse électronique").fill(DeskAccounts(service.database).add("agent", nom))
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.get_by_role("button", name="Se connecter").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("À trier")
        return page

    yield _open
    for context in contexts:
        context.close()


def _write(url: str, words: str) -> dict[str, Any]:
    body = {"categorie": "facture_suspendue", "description": words, "contact": "compta@exemple.fr"}
    answer = httpx.post(f"{url}/api/v1/sollicitations", json=body, timeout=30)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _write_until_it_dies(url: str, acknowledged: list[str], enough: threading.Event) -> None:
    """Somebody who writes without rest; each number is kept the moment it is acknowledged."""
    for turn in itertools.count():
        try:
            acknowledged.append(_write(url, f"Une demande parmi beaucoup, la {turn}.")["numero"])
        except httpx.TransportError:
            return
        if len(acknowledged) >= 3:
            enough.set()


def _talk(listed: Page, accounts: DeskAccounts) -> tuple[Locator, Callable[[str], object]]:
    """A live conversation in a tab of the same agent: its messages, and what makes the person say one thing more."""
    page = listed.context.new_page()
    page.goto("/helpdesk/direct")
    page.get_by_role("button", name="Me rendre disponible").click()
    expect(page.get_by_text("Vous êtes disponible.")).to_be_visible()
    conversation = accounts.run(person_who_waits(says="comment changer mon rib"))
    page.goto(f"/helpdesk/direct/{conversation}")
    page.get_by_role("button", name="Prendre cette conversation").click()
    expect(page.get_by_label("Votre message")).to_be_visible()
    return page.locator(".talk li"), lambda text: accounts.run(person_who_says(conversation, text))


def test_after_a_kill_all_that_was_acknowledged_is_there_and_the_console_goes_on_by_itself(
    service: ServiceProcess, open_console: Callable[[str], Page]
) -> None:
    numero = _write(service.url, "Ma facture est suspendue, le motif n'est pas clair.")["numero"]
    ana, bao = open_console("Ana Martin"), open_console("Bao Petit")
    talk, says = _talk(bao, DeskAccounts(service.database))
    says("Un mot avant.")
    expect(talk.last).to_contain_text("Un mot avant.")
    heard = talk.all_inner_texts()
    case = f"/helpdesk/sollicitations/{numero}"
    ana.goto(case)
    ana.get_by_role("button", name="Prendre").click()
    expect(ana.get_by_text("Cette demande est à vous.")).to_be_visible()
    ana.get_by_label("Pour vos collègues seulement").fill("Vu avec Sam.")
    ana.get_by_role("button", name="Ajouter la note").click()
    expect(ana.get_by_text("La note interne est ajoutée.")).to_be_visible()
    ana.get_by_label("Votre texte").fill("Ma réponse patiemment écrite.")

    acknowledged: list[str] = []
    enough = threading.Event()
    writer = threading.Thread(target=_write_until_it_dies, args=(service.url, acknowledged, enough))
    writer.start()
    assert enough.wait(60)
    service.kill()
    writer.join()
    # The answer goes nowhere: the browser says that nobody is there.
    ana.get_by_role("button", name="Envoyer comme solution").click()
    expect(ana).to_have_url("chrome-error://chromewebdata/")
    service.start()

    for number in acknowledged:
        expect(bao.get_by_role("link", name=number)).to_be_visible()
    ana.goto(case)
    expect(ana.get_by_text("Entre les mains de Ana Martin")).to_be_visible()
    expect(ana.get_by_text("Vu avec Sam.")).to_be_visible()
    expect(ana.get_by_text("Votre texte non envoyé est repris ici.")).to_be_visible()
    expect(ana.get_by_label("Votre texte")).to_have_value("Ma réponse patiemment écrite.")
    ana.get_by_role("button", name="Envoyer comme solution").click()
    expect(ana.get_by_text("La réponse est envoyée.")).to_be_visible()
    assert ana.locator(".timeline li", has_text="Ma réponse patiemment écrite.").count() == 1
    says("Un mot après.")
    expect(talk.last).to_contain_text("Un mot après.")
    # The stream began again where it was: nothing said before shows twice.
    assert talk.all_inner_texts()[:-1] == heard
    later = _write(service.url, "Une demande d'après.")["numero"]
    expect(bao.get_by_role("link", name=later)).to_be_visible()
