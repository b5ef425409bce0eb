"""All pages of the console: axe, narrow screens, no policy broken, nothing from elsewhere."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.support.desk import PASSWORD
from tests.support.live_conversations import person_who_waits

pytestmark = pytest.mark.browser

SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
PAGES = (
    "/helpdesk/files/a_trier",
    "/helpdesk/files/closes?categorie=autre&tri=priorite",
    "/helpdesk/sollicitations?q=facture",
    "/helpdesk/direct",
    "/helpdesk/compte",
    "/helpdesk/mot-de-passe",
    "/helpdesk/raccourcis",
    "/helpdesk/supervision",
    "/helpdesk/apprentissage",
    "/helpdesk/apprentissage/revue",
    "/helpdesk/administration",
    "/helpdesk/files/inconnue",
)


@pytest.fixture(scope="module")
def live_conversation(desk_accounts):
    """Makes the page of a conversation that waits for somebody."""
    waits = person_who_waits(says="comment changer mon rib")
    return lambda: f"/helpdesk/direct/{desk_accounts.run(waits)}"


def _violations(page):
    found = Axe().run(page).response["violations"]
    return [f"{item['id']} ({item['impact']}): {node['html'][:200]}" for item in found for node in item["nodes"]]


def _pages(page, ask_for_help, live_conversation):
    """Each page of the console with all that folds open; the last ones need sollicitations, somebody who waits, a form sent."""
    one, other = (ask_for_help()["numero"] for _ in range(2))
    page.goto("/helpdesk/direct")
    page.get_by_role("button", name="Me rendre disponible").click()
    expect(page.get_by_text("Vous êtes disponible.")).to_be_visible()
    waiting = live_conversation()
    paths = (
        f"/helpdesk/sollicitations/{one}",
        f"/helpdesk/sollicitations/{one}?modele=facture_suspendue",
        f"/helpdesk/sollicitations/{one}/fusion?avec={other}",
        f"/helpdesk/sollicitations/{one}/fusion?avec=CHO-2000-000001",
        waiting,
    )
    for path in (*PAGES, *paths):
        page.goto(path)
        yield _opened(page, path)
    page.get_by_role("button", name="Prendre cette conversation").click()
    expect(page.get_by_label("Votre message")).to_be_visible()
    yield _opened(page, "a conversation of one's own")
    page.get_by_role("button", name="Rendre la main").click()
    page.get_by_role("button", name="Ne plus être disponible").click()
    expect(page.get_by_text("Vous n'êtes pas disponible.")).to_be_visible()

    page.goto(f"/helpdesk/sollicitations/{one}")
    tab = page.context.new_page()
    tab.goto(f"/helpdesk/sollicitations/{one}")
    tab.get_by_role("button", name="Prendre").click()
    expect(tab.get_by_text("Cette demande est à vous.")).to_be_visible()
    page.get_by_label("Votre texte").fill("Trop tard.")
    page.get_by_role("button", name="Envoyer comme solution").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("a changé entre-temps")
    yield _opened(page, "changed meanwhile")
    page.get_by_role("link", name="Relire la demande").click()
    expect(page.get_by_text("Votre texte non envoyé est repris ici.")).to_be_visible()
    yield _opened(page, "a text taken up again")
    tab.close()
    page.goto("/helpdesk/files/a_trier?tri=recentes")
    page.get_by_label(f"Choisir {other}").check()
    yield _opened(page, "a ticked row")
    page.get_by_role("button", name="Faire").click()
    yield _opened(page, "several at once")
    page.goto("/helpdesk/administration")
    page.get_by_role("button", name="Nouveau mot de passe").last.click()
    expect(page.get_by_text("Il n'est affiché que maintenant.")).to_be_visible()
    yield _opened(page, "a password shown once")


def _opened(page, name):
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for closed in page.locator("details").all():
        closed.evaluate("node => { node.open = true }")
    return name


@SCHEMES
def test_axe_finds_nothing_on_any_page(open_desk, open_page, ask_for_help, live_conversation, desk_accounts, scheme):
    page = open_desk("administrateur", "Ada Admin", color_scheme=scheme)
    for path in _pages(page, ask_for_help, live_conversation):
        assert _violations(page) == [], path
    page.goto(f"/helpdesk/sollicitations/{ask_for_help()['numero']}")
    page.get_by_role("button", name="Envoyer comme solution").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert _violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert _violations(page) == []

    outside = open_page("/helpdesk/connexion", color_scheme=scheme)
    assert _violations(outside) == []
    outside.get_by_label("Adresse électronique").fill(desk_accounts.add("agent", "Nouvelle venue", doit_changer=True))
    outside.get_by_label("Mot de passe").fill("pas le bon du tout")
    outside.get_by_role("button", name="Se connecter").click()
    expect(outside.get_by_role("alert")).to_be_visible()
    assert _violations(outside) == []
    outside.get_by_label("Mot de passe").fill(PASSWORD)
    outside.get_by_role("button", name="Se connecter").click()
    expect(outside.get_by_role("heading", level=1)).to_have_text("Choisissez votre mot de passe")
    assert _violations(outside) == []


# 320 pixels is WCAG's reflow limit, 390 a phone of today; tables alone may scroll, inside a region that the keyboard reaches.
@pytest.mark.parametrize("width", [320, 390])
def test_no_page_scrolls_sideways_on_a_narrow_screen(open_desk, ask_for_help, live_conversation, width):
    page = open_desk("administrateur", "Ada Admin", viewport={"width": width, "height": 640})
    for path in _pages(page, ask_for_help, live_conversation):
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


# A list is read without scrolling sideways at all: each row is laid out as a card, and still is a row for assistive tools.
@pytest.mark.parametrize("width", [390, 820])
def test_rows_are_cards_where_a_table_has_no_room(open_desk, ask_for_help, width):
    numero = ask_for_help()["numero"]
    page = open_desk(viewport={"width": width, "height": 800})
    page.goto("/helpdesk/files/a_trier?tri=recentes")
    region = page.get_by_role("region", name="Demandes de cette liste")
    assert region.evaluate("node => node.scrollWidth <= node.clientWidth")
    row = region.get_by_role("row", name=re.compile(numero))
    expect(row.get_by_role("rowheader")).to_contain_text(numero)
    expect(row.get_by_role("cell")).to_have_count(7)


def test_no_page_breaks_the_policy_or_asks_anything_elsewhere(open_desk, ask_for_help, live_conversation, watch):
    page = open_desk("administrateur", "Ada Admin")
    seen = watch(page)
    for path in _pages(page, ask_for_help, live_conversation):
        assert page.evaluate("window.cspReports") == [], path
    assert seen == {"foreign": [], "console": [], "errors": []}
