"""A slow network: it is said, nothing is lost, and it mends by itself."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# Above what the widget waits before it speaks (8 seconds).
LATENCY_MS = 9_000
QUESTION = "ma facture est suspendue que dois je faire"


def slow_down(page, latency):
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1},
    )


def test_a_slow_answer_is_said_to_be_slow_and_then_shown(open_chat):
    chat = open_chat()
    slow_down(chat.page, LATENCY_MS)
    chat.box.fill(QUESTION)
    chat.box.press("Enter")
    expect(chat.log.get_by_text("L'assistant écrit…")).to_be_visible()
    expect(chat.log.get_by_text("La réponse prend plus de temps que d'habitude.")).to_be_in_viewport(ratio=1)
    expect(chat.root.get_by_role("status").filter(has_text="La réponse prend plus de temps")).to_have_count(1)
    expect(chat.messages).to_have_count(3)
    expect(chat.log.get_by_text("La réponse prend plus de temps que d'habitude.")).to_have_count(0)
    expect(chat.alert).to_be_empty()


def test_a_conversation_that_is_slow_to_open_is_said_to_be_coming(open_host_page, chat_of):
    page = open_host_page()
    slow_down(page, LATENCY_MS)
    page.get_by_role("button", name="Besoin d'aide ?").click()
    chat = chat_of(page)
    expect(chat.log.get_by_text("La conversation arrive…")).to_be_visible()
    chat.box.fill("un brouillon")
    expect(chat.log.get_by_text("La connexion est lente.")).to_be_visible()
    chat.ready()
    expect(chat.log.get_by_text("La connexion est lente.")).to_have_count(0)
    expect(chat.box).to_have_value("un brouillon")
