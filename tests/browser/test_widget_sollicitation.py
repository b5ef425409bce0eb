"""From a problem to a numbered sollicitation: through the conversation, and by the plain form without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

NUMERO = re.compile(r"CHO-\d{4}-\d{6}")
SIRET = "73282932000074"
FIRST = "Le client demande un justificatif que j'ai joint au depot."
SECOND = "La facture est suspendue depuis lundi, la demande du client est vide."


def test_a_sollicitation_is_drafted_corrected_confirmed_and_copied(open_chat, service_url):
    chat = open_chat()
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=service_url)

    chat.choose("Préparer une sollicitation")
    chat.choose(re.compile("facture suspendue", re.IGNORECASE))
    assert "s'adresse" in chat.answers(), "the person learns who the request is for"
    assert "SIRET" in chat.answers()
    chat.ask("12345678901234")
    assert "SIRET" in chat.answers(), "a wrong SIRET is refused and asked again"
    assert re.search("pas valable|clé de contrôle", chat.answers())
    chat.ask(SIRET)
    assert "numéro de la facture" in chat.answers()
    chat.ask("2026-0042")
    assert re.search("décrivez", chat.answers(), re.IGNORECASE)
    chat.ask(FIRST)
    assert "adresse électronique" in chat.answers()
    chat.ask("compta@exemple.fr")

    expect(chat.last).to_have_attribute("data-kind", "recap")
    expect(chat.last).to_contain_text("À vérifier")
    for given in ("732 829 320 00074", "2026-0042", FIRST, "compta@exemple.fr"):
        expect(chat.last).to_contain_text(given)
    expect(chat.log).not_to_contain_text(NUMERO)

    chat.choose("Modifier")
    chat.choose("La description")
    chat.ask(SECOND)
    expect(chat.last).to_have_attribute("data-kind", "recap")
    expect(chat.last).to_contain_text(SECOND)
    expect(chat.last).not_to_contain_text(FIRST)

    chat.choose("Oui, enregistrer")
    done = chat.log.locator('article[data-kind="done"]')
    expect(done).to_contain_text(NUMERO)
    expect(done).to_contain_text("Enregistré")
    done.get_by_role("button", name="Copier").click()
    expect(done.get_by_role("status")).to_have_text("Copié")
    copied = chat.page.evaluate("navigator.clipboard.readText()")
    assert SECOND in copied
    assert "2026-0042" in copied
    assert "**" not in copied


def test_the_home_page_without_javascript_leads_to_the_plain_form(open_page):
    page = open_page("/", java_script_enabled=False)
    expect(page.get_by_text("L'assistant se charge")).to_be_hidden()
    expect(page.get_by_role("button")).to_have_count(0)
    page.get_by_role("main").get_by_role("link", name="remplir le formulaire").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Préparer une sollicitation")


def test_the_plain_form_works_without_javascript_and_loses_nothing_typed(open_page):
    page = open_page("/sollicitation", java_script_enabled=False)
    typed = 'Le bouton "Renvoyer" </textarea><b>ne répond pas</b>.'
    page.get_by_label("Sujet").select_option("facture_suspendue")
    page.get_by_label("SIRET").fill("123")
    page.get_by_label("Numéro de facture").fill("2026-0043")
    page.get_by_label("Description").fill(typed)
    page.get_by_role("button", name="Enregistrer ma demande").click()

    expect(page).to_have_title(re.compile("^Erreur"))
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("SIRET")
    expect(summary).to_contain_text("Adresse électronique")
    expect(page.get_by_label("SIRET")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("SIRET")).to_have_accessible_description(re.compile("14.chiffres.*Erreur"))
    expect(page.get_by_label("Sujet")).to_have_value("facture_suspendue")
    expect(page.get_by_label("SIRET")).to_have_value("123")
    expect(page.get_by_label("Numéro de facture")).to_have_value("2026-0043")
    expect(page.get_by_label("Description")).to_have_value(typed)

    page.get_by_label("SIRET").fill(SIRET)
    page.get_by_label("Votre adresse électronique").fill("compta@exemple.fr")
    page.get_by_role("button", name="Enregistrer ma demande").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre demande est enregistrée")
    expect(page.get_by_role("main")).to_contain_text(NUMERO)
    expect(page.get_by_role("textbox", name="Le texte à copier")).to_have_value(re.compile(re.escape(typed)))
