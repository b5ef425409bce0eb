"""When the service does not answer: a French sentence, a way to try again, nothing typed is lost."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

QUESTION = "ma facture est suspendue que dois je faire"


def test_an_unreachable_service_is_told_in_french_and_the_text_is_kept(open_chat):
    chat = open_chat()
    chat.page.route("**/messages", lambda route: route.abort())
    chat.box.fill(QUESTION)
    chat.box.press("Enter")

    expect(chat.alert).to_contain_text("Le service ne répond pas. Vérifiez votre connexion, puis réessayez.")
    expect(chat.box).to_have_value(QUESTION)
    expect(chat.box).to_be_focused()
    expect(chat.said).to_have_count(0)
    expect(chat.messages.first.get_by_role("button").first).to_be_enabled()

    chat.page.unroute("**/messages")
    chat.alert.get_by_role("button", name="Réessayer").click()
    expect(chat.said).to_have_count(1)
    expect(chat.log.locator('article[data-kind="answer"]')).to_be_visible()
    expect(chat.alert).to_be_empty()
    expect(chat.box).to_have_value("")
    expect(chat.box).to_be_focused()


def test_what_is_typed_while_waiting_stays_with_what_could_not_be_sent(open_canned_chat):
    chat = open_canned_chat({"kind": "greeting", "text": "Bonjour"})
    waiting = []
    chat.page.route("**/messages", lambda route: waiting.append(route))
    chat.box.fill("première question")
    chat.box.press("Enter")
    expect(chat.log.get_by_text("L'assistant écrit…")).to_be_visible()
    chat.box.fill("deuxième question")
    chat.box.press("Enter")
    expect(chat.root.get_by_text("L'assistant prépare une réponse. Attendez un instant.")).to_be_visible()
    waiting[0].abort()

    expect(chat.box).to_have_value("première question\ndeuxième question")
    expect(chat.log.get_by_text("L'assistant écrit…")).to_have_count(0)


def test_a_problem_document_is_shown_with_its_detail_and_reference(open_canned_chat):
    chat = open_canned_chat({"kind": "greeting", "text": "Bonjour", "buttons": [{"id": "b1", "title": "Comprendre un statut"}]})
    problem = {
        "title": "Service indisponible",
        "status": 503,
        "detail": "L'assistant redémarre. Réessayez dans une minute.",
        "code": "indisponible",
        "request_id": "abcd-1234",
    }
    chat.page.route("**/messages", lambda route: route.fulfill(status=503, json=problem, content_type="application/problem+json"))
    button = chat.log.get_by_role("button", name="Comprendre un statut")
    button.click()

    expect(chat.alert).to_contain_text("L'assistant redémarre. Réessayez dans une minute.")
    expect(chat.alert).to_contain_text("Référence : abcd-1234")
    expect(button).to_be_enabled()
    with chat.page.expect_request("**/messages") as again:
        chat.alert.get_by_role("button", name="Réessayer").click()
    assert again.value.post_data_json == {"button": "b1"}
    assert again.value.headers["authorization"] == "Bearer jeton"


def test_a_service_that_is_down_at_first_can_be_tried_again(open_page, chat_of):
    page = open_page(None)
    page.route("**/api/v1/**", lambda route: route.abort())
    page.goto("/")
    chat = chat_of(page)
    expect(chat.alert).to_contain_text("Le service ne répond pas.")
    chat.box.fill(QUESTION)

    page.unroute("**/api/v1/**")
    chat.alert.get_by_role("button", name="Réessayer").click()
    chat.ready()
    expect(chat.box).to_have_value(QUESTION)
    chat.ask(QUESTION)
    expect(chat.log.locator('article[data-kind="answer"]')).to_be_visible()
