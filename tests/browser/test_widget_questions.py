"""The questions that suppliers ask first, in the page: right by the facts, sourced, in their kind."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("ma facture est suspendue que dois je faire", ["pièce", "renvoy", "numéro"]),
        ("C koi le statut a recycler", ["SIRET", "code service", "engagement", "même numéro"]),
        ("comment rattacher mon entreprise a mon compte", ["rattach", "gestionnaire"]),
        (
            "Vous avez déjà déposé une demande de paiement avec ce numéro de facture pour cette structure",
            ["unique|doublon", "numéro"],
        ),
        ("mdp oublié", ["adresse de connexion"]),
        ("je suis sous traitant, quel cadre choisir", ["A9"]),
        ("mon titulaire ne valide pas depuis 3 semaines", ["15 jours"]),
        ("qui dois-je contacter pour un retard de paiement de la mairie", ["client public|service destinataire"]),
    ],
)
def test_a_suppliers_question_is_answered_in_the_page_with_sources(open_chat, question, words):
    chat = open_chat()
    chat.ask(question)
    answer = chat.log.locator('article[data-kind="answer"]').last
    for word in words:
        expect(answer).to_contain_text(re.compile(word, re.IGNORECASE))
    link = answer.get_by_role("list", name="Sources").get_by_role("link").first
    expect(link).to_have_attribute("href", re.compile("^https?://"))


def test_a_question_about_the_weather_is_said_to_be_out_of_scope_in_the_page(open_chat):
    chat = open_chat()
    chat.ask("il fait beau à Lyon ?")
    expect(chat.last).to_have_attribute("data-kind", "out_of_scope")
    expect(chat.last).to_contain_text("hors de mon périmètre")
