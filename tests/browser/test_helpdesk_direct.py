"""A live conversation in Chromium: the widget on one side, the console on the other."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def agent(open_desk):
    """An agent who is available, on the page of live conversations."""
    page = open_desk(nom="Ana Martin", path="/helpdesk/direct")
    page.get_by_role("button", name="Me rendre disponible").click()
    expect(page.get_by_text("Vous êtes disponible.")).to_be_visible()
    yield page
    page.goto("/helpdesk/direct")
    page.get_by_role("button", name="Ne plus être disponible").click()
    expect(page.get_by_text("Vous n'êtes pas disponible.")).to_be_visible()


def _take(agent, words):
    """The conversation comes up by itself; take it."""
    row = agent.get_by_role("row", name=re.compile(re.escape(words)))
    row.get_by_role("button", name=re.compile("^Prendre")).click()
    expect(agent.get_by_text("Cette conversation est à vous.")).to_be_visible()


def test_a_person_and_an_agent_talk_and_the_bot_comes_back(open_chat, agent):
    chat = open_chat()
    chat.ask("ma facture est suspendue que dois je faire")
    chat.ask("je veux parler à quelqu'un")
    chat.choose("Parler à un conseiller")
    bar = chat.root.locator(".choriste-relais")
    expect(bar).to_contain_text("Vous attendez un conseiller.")
    expect(chat.last).to_contain_text("Demande : ma facture est suspendue que dois je faire")

    _take(agent, "je veux parler à quelqu'un")
    expect(bar).to_contain_text("Vous parlez avec Ana Martin, du centre d'aide.")
    expect(agent.get_by_role("heading", name="Résumé")).to_be_visible()
    expect(agent.locator(".talk")).to_contain_text("ma facture est suspendue")

    chat.box.fill("Elle date du mois dernier.")
    chat.box.press("Enter")
    expect(agent.locator(".talk li.user").last).to_contain_text("Elle date du mois dernier.")
    agent.get_by_label("Votre message").fill("Quel est le motif affiché ?")
    agent.keyboard.press("Enter")
    expect(chat.last).to_contain_text("Quel est le motif affiché ?")
    expect(chat.last).to_have_accessible_name(re.compile("Conseiller"))
    expect(chat.announcer).to_contain_text("Quel est le motif affiché ?")
    expect(agent.get_by_label("Votre message")).to_have_value("")

    chat.page.reload()
    expect(bar).to_contain_text("Vous parlez avec Ana Martin, du centre d'aide.")
    agent.get_by_label("Votre message").fill("Toujours là ?")
    agent.get_by_role("button", name="Envoyer").click()
    expect(chat.last).to_contain_text("Toujours là ?")

    agent.get_by_role("button", name="Rendre la main à l'assistant").click()
    expect(chat.last).to_contain_text("Ana Martin a quitté la conversation")
    expect(bar).to_be_hidden()
    chat.ask("que veut dire le statut à recycler")
    expect(chat.last).to_have_accessible_name(re.compile("Assistant"))


def test_the_person_ends_the_wait_by_the_bar(open_chat, agent):
    chat = open_chat()
    chat.ask("je veux parler à quelqu'un")
    chat.choose("Parler à un conseiller")
    chat.root.get_by_role("button", name="Ne plus attendre").last.click()
    expect(chat.last).to_contain_text("vous n'attendez plus")
    expect(chat.root.locator(".choriste-relais")).to_be_hidden()


def test_a_negative_vote_offers_a_person_at_once(open_chat, agent):
    chat = open_chat()
    chat.ask("ma facture est suspendue que dois je faire")
    chat.root.get_by_role("button", name="Non", exact=True).last.click()
    expect(chat.last).to_contain_text("Un conseiller est en ligne")
    expect(chat.last.get_by_role("button", name="Parler à un conseiller")).to_be_enabled()


def test_two_misunderstandings_in_a_row_offer_a_person(open_chat, agent):
    chat = open_chat()
    chat.ask("zzqx wrtp lmnk")
    chat.ask("qsdf jklm wxcv bnaz")
    expect(chat.log.get_by_role("button", name="Parler à un conseiller")).to_be_enabled()


def test_when_nobody_is_there_the_bot_says_so_and_offers_a_sollicitation(open_chat):
    chat = open_chat()
    chat.ask("je veux parler à quelqu'un")
    expect(chat.last).to_contain_text("Aucun conseiller n'est en ligne")
    expect(chat.last.get_by_role("button", name="Préparer une sollicitation")).to_be_enabled()
