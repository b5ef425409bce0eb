"""The pages around the widget: help centre, the assistant alone, the declaration; and what is told while the panel is closed."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PATHS = ("/aide", "/aide?q=mot+de+passe", "/aide/compte", "/aide/compte/compte-creer", "/accessibilite", "/assistant")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_and_320_pixels_are_enough(open_page, chat_of, scheme):
    page = open_page(None, color_scheme=scheme, viewport={"width": 320, "height": 640})
    for path in PATHS:
        page.goto(path)
        if path == "/assistant":
            chat_of(page).ready()
        found = Axe().run(page).response["violations"]
        assert [f"{item['id']}: {node['html'][:160]}" for item in found for node in item["nodes"]] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        assert page.evaluate("window.cspReports") == [], path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 640])
def test_the_menu_is_one_line_on_a_phone_and_opens_by_keyboard_without_a_script(open_page, width, scheme):
    page = open_page("/aide", color_scheme=scheme, viewport={"width": width, "height": 640}, java_script_enabled=False)
    navigation = page.get_by_role("navigation", name="Menu principal")
    button, entries = navigation.get_by_role("button", name="Menu"), navigation.get_by_role("link")
    # One line: the button, 44 pixels high, and what is around it.
    assert page.get_by_role("banner").bounding_box()["height"] < 64
    expect(entries).to_have_count(0)
    button.press("Enter")
    expect(entries).to_have_count(7)
    expect(navigation.get_by_role("link", name="Centre d'aide")).to_have_attribute("aria-current", "page")
    for box in (entry.bounding_box() for entry in entries.all()):
        assert box["height"] >= 24 and box["x"] >= 0 and box["x"] + box["width"] <= width
    button.press("Tab")
    expect(entries.first).to_be_focused()
    entries.first.press("Escape")
    expect(entries).to_have_count(0)
    expect(button).to_be_focused()
    button.click()
    navigation.get_by_role("link", name="Pas à pas").click()
    expect(page).to_have_url("/parcours")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_open_menu_and_nothing_overflows(open_page, scheme):
    page = open_page("/aide", color_scheme=scheme, viewport={"width": 320, "height": 640})
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(page.get_by_role("navigation", name="Menu principal").get_by_role("link")).to_have_count(7)
    found = Axe().run(page).response["violations"]
    assert [f"{item['id']}: {node['html'][:160]}" for item in found for node in item["nodes"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate("window.cspReports") == []


def test_the_menu_is_one_row_where_there_is_room(open_page):
    page = open_page("/aide", viewport={"width": 1280, "height": 800})
    expect(page.get_by_role("button", name="Menu", exact=True)).to_be_hidden()
    entries = page.get_by_role("navigation", name="Menu principal").get_by_role("link").all()
    assert len(entries) == 7
    assert len({entry.bounding_box()["y"] for entry in entries}) == 1
    assert all(entry.bounding_box()["height"] >= 24 for entry in entries)


def test_the_assistant_alone_has_the_whole_screen_of_a_phone(open_page, chat_of):
    page = open_page("/assistant", viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    chat = chat_of(page).ready()
    for part in (chat.log, chat.box, chat.send):
        expect(part).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollHeight") <= 740


def test_the_help_centre_is_searched_read_darkened_and_asked(open_page, chat_of):
    page = open_page("/aide")
    page.get_by_label("Votre question").fill("mot de passe oublié")
    page.get_by_label("Votre question").press("Enter")
    page.get_by_role("link", name="Mot de passe oublié").first.click()
    expect(page).to_have_url("/aide/compte/compte-mot-de-passe-oublie")
    page.get_by_role("button", name="Thème sombre").click()
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    page.get_by_role("button", name="Poser une question à l'assistant").click()
    expect(chat_of(page).ready().box).not_to_have_value("")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for part in (page.get_by_role("navigation", name="Menu principal"), page.get_by_role("button", name="Thème clair")):
        expect(part).to_be_hidden()
    expect(page.get_by_role("button", name="Besoin d'aide ?")).to_be_hidden()


def test_an_address_written_in_a_fiche_can_be_pressed(open_page):
    page = open_page("/aide/compte/compte-creer")
    portal = page.get_by_role("article").get_by_role("link", name="https://portail.chorus-pro.gouv.fr/").first
    expect(portal).to_have_attribute("href", "https://portail.chorus-pro.gouv.fr/")


def test_what_an_agent_says_while_the_panel_is_closed_is_counted(open_page, chat_of):
    page = open_page(None)
    message = {"sender": "agent", "kind": "message", "text": "Êtes-vous là ?", "buttons": [], "sources": []}
    events = "".join(f"event: message\ndata: {json.dumps(message | {'id': f'a{number}'})}\n\n" for number in range(2))
    page.route("**/conversations/c", lambda route: route.fulfill(json={"messages": [], "relais": "agent"}))
    page.route("**/flux**", lambda route: route.fulfill(body=events, content_type="text/event-stream"))
    page.goto("/aide")
    page.evaluate(
        """() => localStorage.setItem(`choriste:${location.origin}/api/v1`,
             JSON.stringify({ id: "c", token: "t", votes: [], relais: "agent", at: Date.now() }))"""
    )
    page.reload()
    launcher = page.get_by_role("button", name="Besoin d'aide ? 2 messages non lus")
    launcher.click()
    expect(chat_of(page).messages).to_have_count(2)
    expect(page.get_by_role("button", name="Besoin d'aide ?", exact=True)).to_be_visible()
