"""Nothing is sent twice, nothing typed is lost, and all tabs show the same conversation."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

QUESTION = "ma facture est suspendue que dois je faire"


def test_a_message_whose_answer_was_lost_on_the_way_is_not_said_twice(open_chat):
    chat = open_chat()
    keys = []

    def lose(route):
        keys.append(route.request.headers["idempotency-key"])
        # The service hears it and answers; the browser never learns.
        assert route.fetch().status == 200
        route.abort()

    chat.page.route("**/messages", lose)
    chat.box.fill(QUESTION)
    chat.box.press("Enter")
    expect(chat.alert).to_contain_text("Le service ne répond pas.")
    chat.page.unroute("**/messages")

    chat.alert.get_by_role("button", name="Réessayer").click()
    expect(chat.log.locator('article[data-kind="answer"]').first).to_be_visible()
    expect(chat.box).to_have_value("")
    expect(chat.said).to_have_count(1)
    chat.page.reload()
    expect(chat.ready().said).to_have_count(1)
    assert len(keys) == 1


def test_what_is_typed_is_still_there_after_a_reload(open_chat):
    chat = open_chat()
    chat.box.fill("un brouillon\nsur deux lignes")
    chat.page.reload()
    expect(chat.ready().box).to_have_value("un brouillon\nsur deux lignes")


def test_a_message_that_never_left_comes_back_into_the_box_after_a_reload(open_chat):
    chat = open_chat()
    chat.page.route("**/messages", lambda route: None)
    chat.box.fill(QUESTION)
    chat.box.press("Enter")
    expect(chat.log.get_by_text("L'assistant écrit…")).to_be_visible()
    # The browser drops a request that waits when the page goes.
    chat.page.reload()
    expect(chat.ready().box).to_have_value(QUESTION)
    expect(chat.said).to_have_count(0)


def test_the_answer_can_be_stopped_and_seen_later(open_chat):
    chat = open_chat()
    held = []
    chat.page.route("**/messages", lambda route: held.append(route))
    chat.box.fill(QUESTION)
    chat.box.press("Enter")
    chat.root.get_by_role("button", name="Arrêter").click()
    expect(chat.root.get_by_text("Vous avez arrêté la réponse.").first).to_be_visible()
    expect(chat.box).to_be_focused()
    expect(chat.log).to_have_attribute("aria-busy", "false")
    expect(chat.said).to_have_count(1)


def test_another_tab_takes_up_the_conversation_and_follows_it(open_chat, chat_of):
    chat = open_chat()
    chat.ask(QUESTION)
    count = chat.messages.count()
    page = chat.page.context.new_page()
    page.goto("/")
    other = chat_of(page).ready()
    expect(other.messages).to_have_count(count)

    other.ask("que veut dire le statut à recycler")
    expect(chat.said.last).to_contain_text("que veut dire le statut à recycler")
    expect(chat.messages).to_have_count(other.messages.count())
    assert chat.messages.all_text_contents() == other.messages.all_text_contents()

    page.get_by_role("button", name="Nouvelle conversation").click()
    expect(chat.log).to_contain_text("Une nouvelle conversation a commencé dans un autre onglet.")
    expect(chat.messages).to_have_count(1)


def test_the_conversation_is_downloaded_as_text_and_erased_from_the_device(open_chat):
    chat = open_chat()
    chat.ask(QUESTION)
    chat.page.get_by_role("button", name="Plus d'actions").click()
    with chat.page.expect_download() as download:
        chat.page.get_by_role("button", name="Télécharger la conversation").click()
    assert re.fullmatch(r"choriste-\d{4}-\d\d-\d\d\.txt", download.value.suggested_filename)
    text = download.value.path().read_text(encoding="utf-8")
    assert QUESTION in text
    assert "Source" in text
    assert "**" not in text

    chat.page.get_by_role("button", name="Plus d'actions").click()
    chat.page.get_by_role("button", name="Effacer de cet appareil").click()
    expect(chat.messages).to_have_count(0)
    assert chat.page.evaluate("Object.keys(localStorage).length") == 0


def test_no_cookie_is_ever_set(open_chat):
    chat = open_chat()
    chat.ask(QUESTION)
    assert chat.page.context.cookies() == []
