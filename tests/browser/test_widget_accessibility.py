"""Roles, names, contrast (axe), narrow screens. RGAA's automatic part; people must check the rest."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

QUESTION = "ma facture est suspendue que dois je faire"
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


def _grave_violations(page):
    found = Axe().run(page).response["violations"]
    return [
        f"{violation['id']} ({violation['impact']}): {node['html']}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def test_the_conversation_is_a_silent_log_with_a_polite_region_for_finished_messages(open_chat):
    chat = open_chat()
    expect(chat.log).to_have_attribute("aria-live", "off")
    expect(chat.announcer).to_have_attribute("aria-live", "polite")
    expect(chat.log.locator("[data-announcer]")).to_have_count(0)

    chat.ask(QUESTION)
    expect(chat.announcer).to_contain_text(re.compile("^Assistant"))
    expect(chat.announcer).not_to_contain_text("L'assistant écrit")
    expect(chat.announcer).not_to_contain_text("**")
    for message in chat.messages.all():
        expect(message).to_have_accessible_name(re.compile("Assistant|Vous"))


@SCHEMES
def test_axe_finds_nothing_grave_on_the_home_page(open_chat, scheme):
    chat = open_chat(color_scheme=scheme)
    assert _grave_violations(chat.page) == []
    chat.ask(QUESTION)
    assert _grave_violations(chat.page) == []


@SCHEMES
def test_axe_finds_nothing_grave_in_any_kind_of_message_nor_in_an_error(open_canned_chat, scheme):
    kinds = ("greeting", "answer", "choices", "question", "recap", "done", "unknown", "out_of_scope", "notice", "error")
    source = {"titre": "Une page", "url": "https://exemple.fr/", "date": "2026-01-31"}
    extras = {"buttons": [{"id": "b", "title": "Un choix"}], "sources": [source]}
    chat = open_canned_chat(*({"kind": kind, "text": "Un **texte**, [un lien](/sollicitation)."} | extras for kind in kinds))
    for label in ("Je ne sais pas", "Hors sujet", "Incident", "À vérifier", "Enregistré"):
        expect(chat.log.get_by_text(label, exact=True)).to_be_visible()
    expect(chat.log.get_by_text("(31/01/2026)").first).to_be_visible()
    chat.page.route("**/messages", lambda route: route.abort())
    chat.page.emulate_media(color_scheme=scheme)
    chat.box.fill("a" * 1990)
    chat.box.press("Enter")
    expect(chat.alert).to_be_visible()
    assert _grave_violations(chat.page) == []


@SCHEMES
def test_axe_finds_nothing_grave_on_the_form(open_page, scheme):
    page = open_page("/sollicitation", color_scheme=scheme)
    assert _grave_violations(page) == []
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert _grave_violations(page) == []


def test_axe_finds_nothing_grave_with_the_panel_open(open_host_page, chat_of):
    page = open_host_page()
    page.get_by_role("button", name="Besoin d'aide ?").click()
    chat = chat_of(page).ready()
    chat.ask(QUESTION)
    assert _grave_violations(page) == []


# 320 pixels is WCAG's reflow limit; 640 is a screen of 1280 pixels zoomed at 200 %.
@pytest.mark.parametrize("size", [(320, 640), (640, 400)])
def test_pages_need_no_horizontal_scroll_when_narrow_or_zoomed(open_chat, size):
    width, height = size
    chat = open_chat(viewport={"width": width, "height": height})
    chat.ask(QUESTION)
    chat.ask("a" * 300)
    assert chat.page.evaluate("document.documentElement.scrollWidth") <= width
    assert chat.log.evaluate("node => node.scrollWidth <= node.clientWidth")
    chat.send.scroll_into_view_if_needed()
    expect(chat.send).to_be_in_viewport(ratio=1)

    chat.page.goto("/sollicitation")
    assert chat.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_widget_stands_in_forced_colours(open_chat):
    chat = open_chat(forced_colors="active")
    chat.box.focus()
    assert chat.box.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
    assert chat.messages.first.locator(".choriste-text").evaluate("node => getComputedStyle(node).borderTopStyle") == "solid"
