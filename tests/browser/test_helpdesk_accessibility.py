"""All pages of the console: axe, narrow screens, no policy broken, nothing from elsewhere."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

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


def _violations(page):
    found = Axe().run(page).response["violations"]
    return [f"{item['id']} ({item['impact']}): {node['html'][:200]}" for item in found for node in item["nodes"]]


def _pages(page, numbers):
    """Each page of the console, loaded; the last ones need sollicitations."""
    one, other = numbers
    for path in (*PAGES, f"/helpdesk/sollicitations/{one}", f"/helpdesk/sollicitations/{one}/fusion?avec={other}"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        yield path


@SCHEMES
def test_axe_finds_nothing_on_any_page(open_desk, open_page, ask_for_help, scheme):
    numbers = [ask_for_help()["numero"] for _ in range(2)]
    page = open_desk("administrateur", "Ada Admin", color_scheme=scheme)
    for path in _pages(page, numbers):
        assert _violations(page) == [], path
    page.goto(f"/helpdesk/sollicitations/{numbers[0]}")
    for closed in page.locator("details").all():
        closed.evaluate("node => { node.open = true }")
    assert _violations(page) == []
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
    outside.get_by_label("Adresse électronique").fill("x@exemple.fr")
    outside.get_by_label("Mot de passe").fill("pas le bon du tout")
    outside.get_by_role("button", name="Se connecter").click()
    expect(outside.get_by_role("alert")).to_be_visible()
    assert _violations(outside) == []


# 320 pixels is WCAG's reflow limit; tables alone may scroll, inside a region that the keyboard reaches.
def test_no_page_scrolls_sideways_on_a_narrow_screen(open_desk, ask_for_help):
    numbers = [ask_for_help()["numero"] for _ in range(2)]
    page = open_desk("administrateur", "Ada Admin", viewport={"width": 320, "height": 640})
    for path in _pages(page, numbers):
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_no_page_breaks_the_policy_or_asks_anything_elsewhere(open_desk, ask_for_help, watch):
    numbers = [ask_for_help()["numero"] for _ in range(2)]
    page = open_desk("administrateur", "Ada Admin")
    seen = watch(page)
    for path in _pages(page, numbers):
        assert page.evaluate("window.cspReports") == [], path
    assert seen == {"foreign": [], "console": [], "errors": []}
