"""The widget on a page without a place for it: a button that opens a panel."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_panel_opens_and_escape_closes_it_with_the_focus_back_on_its_button(open_host_page, chat_of):
    page = open_host_page()
    chat = chat_of(page)
    launcher = page.get_by_role("button", name="Besoin d'aide ?")
    expect(launcher).to_have_attribute("aria-expanded", "false")
    expect(chat.root).to_be_hidden()

    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(launcher).to_be_focused()
    page.keyboard.press("Enter")
    expect(launcher).to_have_attribute("aria-expanded", "true")
    expect(chat.box).to_be_focused()
    chat.ready()

    page.keyboard.type("un brouillon")
    page.keyboard.press("Escape")
    expect(chat.root).to_be_hidden()
    expect(launcher).to_be_focused()
    expect(launcher).to_have_attribute("aria-expanded", "false")

    page.keyboard.press("Enter")
    expect(chat.box).to_have_value("un brouillon")
    expect(chat.messages).to_have_count(1)
    page.get_by_role("button", name="Fermer").click()
    expect(chat.root).to_be_hidden()
    expect(launcher).to_be_focused()


def test_nothing_is_asked_from_the_service_before_the_panel_is_opened(open_host_page):
    page = open_host_page()
    expect(page.get_by_role("button", name="Besoin d'aide ?")).to_be_visible()
    assert page.evaluate("performance.getEntriesByType('resource').filter((entry) => entry.name.includes('/api/')).length") == 0


def test_the_open_panel_fits_a_screen_of_320_pixels(open_host_page, chat_of):
    page = open_host_page(viewport={"width": 320, "height": 560})
    page.get_by_role("button", name="Besoin d'aide ?").click()
    chat = chat_of(page).ready()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for part in (chat.log, chat.box, chat.send, page.get_by_role("button", name="Fermer")):
        expect(part).to_be_in_viewport(ratio=1)
