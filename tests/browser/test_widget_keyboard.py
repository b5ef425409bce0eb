"""The keyboard that comes up for what a question waits for: as the service says, never guessed from its words."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("saisie", "inputmode", "autocomplete", "hint"),
    [
        ("siret", "numeric", "off", "14 chiffres, avec ou sans espaces."),
        ("courriel", "email", "email", "Par exemple : nom@exemple.fr."),
        ("date", "text", "off", "Par exemple : 31/01/2026."),
        ("numero_facture", "text", "off", "Entrée pour envoyer, Maj + Entrée pour aller à la ligne."),
        ("texte_long", "text", "off", "Entrée pour envoyer, Maj + Entrée pour aller à la ligne."),
    ],
)
def test_the_box_has_the_keyboard_that_the_question_asks_for(open_canned_chat, saisie, inputmode, autocomplete, hint):
    chat = open_canned_chat({"kind": "question", "text": "Dites-le-moi.", "saisie": saisie})
    expect(chat.box).to_have_attribute("inputmode", inputmode)
    expect(chat.box).to_have_attribute("autocomplete", autocomplete)
    expect(chat.box).to_have_accessible_description(hint)


def test_the_words_of_a_question_decide_nothing(open_canned_chat):
    chat = open_canned_chat({"kind": "question", "text": "Quel est le SIRET ? Quelle est votre adresse électronique ?"})
    expect(chat.box).to_have_attribute("inputmode", "text")


def test_the_draft_of_a_request_asks_for_its_siret_with_the_keyboard_of_numbers(open_chat):
    chat = open_chat()
    chat.choose("Préparer une sollicitation")
    chat.choose(re.compile("facture suspendue", re.IGNORECASE))
    expect(chat.last).to_have_attribute("data-kind", "question")
    expect(chat.last).to_contain_text("SIRET")
    expect(chat.box).to_have_attribute("inputmode", "numeric")
    # After a reload too.
    chat.page.reload()
    chat.ready()
    expect(chat.box).to_have_attribute("inputmode", "numeric")
    chat.page.get_by_role("button", name="Nouvelle conversation").click()
    expect(chat.messages).to_have_count(1)
    expect(chat.box).to_have_attribute("inputmode", "text")
