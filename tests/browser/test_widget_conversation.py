"""A conversation in the page: ask, read, come back, start again. Keyboard included."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

QUESTION = "ma facture est suspendue que dois je faire"


def test_a_question_about_a_suspended_invoice_gets_an_answer_with_its_source(open_chat):
    chat = open_chat()
    chat.ask(QUESTION)

    expect(chat.said.last).to_contain_text(QUESTION)
    answer = chat.log.locator('article[data-kind="answer"]').last
    expect(answer).to_contain_text(re.compile("suspendue|suspension|pièce", re.IGNORECASE))
    expect(answer).to_contain_text("Assistant")
    source = answer.get_by_role("list", name="Sources").get_by_role("listitem").first
    expect(source).to_contain_text(re.compile(r"\(.+\)$"))
    link = source.get_by_role("link")
    expect(link).to_have_attribute("href", re.compile("^https://"))
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(link).to_have_attribute("target", "_blank")


def test_the_permanent_line_says_that_the_assistant_is_automatic_and_independent(open_chat):
    chat = open_chat()
    expect(chat.root).to_contain_text("Assistant automatique, indépendant de l'AIFE. N'écrivez ni mot de passe ni code.")


def test_the_conversation_survives_a_reload_and_is_not_read_again(open_chat):
    chat = open_chat()
    chat.ask(QUESTION)
    expect(chat.announcer).to_contain_text(re.compile("suspendue|suspension|pièce", re.IGNORECASE))
    expect(chat.announcer).not_to_contain_text(QUESTION)
    before = chat.messages.all_inner_texts()

    chat.page.reload()
    chat.ready()

    expect(chat.messages).to_have_count(len(before))
    assert chat.messages.all_inner_texts() == before
    # At once: the region empties by itself after a while.
    assert chat.announcer.text_content() == ""
    # It goes on where it was.
    chat.ask("Et si ça ne marche pas ?")
    expect(chat.messages.nth(len(before))).to_contain_text("Et si ça ne marche pas ?")


def test_a_conversation_that_is_gone_is_replaced_with_a_kind_word(open_chat):
    chat = open_chat()
    chat.page.evaluate(
        """() => { for (const key of Object.keys(localStorage))
             localStorage.setItem(key, JSON.stringify({...JSON.parse(localStorage.getItem(key)), token: "faux"})); }"""
    )

    chat.page.reload()

    expect(chat.log).to_contain_text("Votre conversation précédente n'est plus disponible. En voici une nouvelle.")
    expect(chat.ready().messages).to_have_count(1)
    # Gone in the middle of a conversation: what was typed is kept.
    chat.page.route("**/messages", lambda route: route.fulfill(status=401, json={"detail": "Jeton refusé."}))
    chat.box.fill(QUESTION)
    chat.box.press("Enter")
    expect(chat.log).to_contain_text("Votre texte est resté dans la zone de saisie.")
    expect(chat.box).to_have_value(QUESTION)


def test_a_new_conversation_can_be_started_and_left_again(open_chat):
    chat = open_chat()
    chat.ask(QUESTION)
    count = chat.messages.count()

    chat.page.get_by_role("button", name="Nouvelle conversation").click()
    expect(chat.messages).to_have_count(1)
    expect(chat.box).to_be_focused()

    chat.page.get_by_role("button", name="Revenir à la précédente").click()
    expect(chat.messages).to_have_count(count)
    chat.page.reload()
    expect(chat.ready().messages).to_have_count(count)


def test_the_keyboard_alone_is_enough(open_page, chat_of):
    page = open_page("/")
    chat = chat_of(page).ready()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")
    _tab_to(page, chat.box)

    page.keyboard.type("Bonjour,")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type(QUESTION)
    expect(chat.box).to_have_value(f"Bonjour,\n{QUESTION}")
    before = chat.messages.count()
    page.keyboard.press("Enter")
    expect(chat.messages.nth(before + 1)).to_be_visible()
    expect(chat.box).to_be_focused()
    expect(chat.box).to_have_value("")

    # Back to the choices of the answer, and on with one of them.
    expect(chat.log).to_have_attribute("aria-busy", "false")
    choice = chat.log.locator("button[data-choice]:enabled").last
    title = choice.inner_text()
    _tab_to(page, choice, key="Shift+Tab")
    before = chat.messages.count()
    page.keyboard.press("Enter")
    expect(chat.messages.nth(before)).to_contain_text(title)
    expect(chat.messages.nth(before + 1)).to_be_visible()
    expect(chat.box).to_be_focused()
    expect(choice.and_(page.locator(":disabled"))).to_have_count(0)


def test_earlier_choices_cannot_be_made_any_more(open_chat):
    chat = open_chat()
    expect(chat.messages.first.get_by_role("button").first).to_be_enabled()

    chat.ask(QUESTION)
    expect(chat.messages.first.get_by_role("button").first).to_be_disabled()
    chat.page.reload()
    expect(chat.ready().messages.first.get_by_role("button").first).to_be_disabled()


def test_a_vote_is_sent_once_and_thanked_for(open_chat):
    chat = open_chat()
    chat.ask(QUESTION)
    answer = chat.log.locator('article[data-kind="answer"]').last
    vote = answer.get_by_role("group", name="Cette réponse vous a-t-elle aidé ?")

    with chat.page.expect_response("**/feedback") as sent:
        vote.get_by_role("button", name="Non").click()
    assert sent.value.status == 204
    assert sent.value.request.post_data_json == {"useful": False}
    expect(answer.get_by_text("Merci de votre retour.")).to_be_focused()
    expect(vote).to_have_count(0)
    chat.page.reload()
    chat.ready()
    expect(vote).to_have_count(0)


def test_an_example_of_the_page_goes_into_the_box_and_keeps_what_is_typed(open_chat):
    chat = open_chat()
    chat.page.get_by_role("button", name="Ma facture est suspendue, que dois-je faire ?").click()
    expect(chat.box).to_have_value("Ma facture est suspendue, que dois-je faire ?")
    expect(chat.box).to_be_focused()
    chat.page.get_by_role("button", name="Que veut dire le statut").click()
    expect(chat.box).to_have_value("Que veut dire le statut « À recycler » ?")

    chat.box.fill("Bonjour, c'est urgent.")
    chat.page.get_by_role("button", name="Ma facture est suspendue, que dois-je faire ?").click()
    expect(chat.box).to_have_value("Bonjour, c'est urgent.\nMa facture est suspendue, que dois-je faire ?")
    expect(chat.messages).to_have_count(1)


def test_a_message_that_is_too_long_is_counted_and_not_sent(open_canned_chat):
    chat = open_canned_chat({"kind": "greeting", "text": "Bonjour"})
    chat.box.fill("a" * 1500)
    expect(chat.root.get_by_text("caractères sur 2000")).to_have_count(0)

    chat.box.fill("a" * 1900)
    expect(chat.box).to_have_accessible_description(re.compile("1900 caractères sur 2000"))
    chat.box.fill("a" * 2010)
    expect(chat.box).to_have_attribute("aria-invalid", "true")
    chat.box.press("Enter")
    expect(chat.root.locator("#choriste-counter")).to_contain_text(
        "2010 caractères sur 2000 : raccourcissez votre message de 10."
    )
    expect(chat.messages).to_have_count(1)
    expect(chat.box).to_have_value("a" * 2010)


def _tab_to(page, target, key="Tab", at_most=40):
    for _ in range(at_most):
        page.keyboard.press(key)
        if target.evaluate("node => node === node.getRootNode().activeElement"):
            outline = target.evaluate("node => getComputedStyle(node).outlineStyle")
            assert outline == "solid", "the focus must be seen"
            return
    raise AssertionError(f"{key} never reaches {target}")
