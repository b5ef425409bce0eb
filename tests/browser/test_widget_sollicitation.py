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
    assert "l'une de ces fiches répond déjà" in chat.answers()
    assert "SIRET" in chat.answers()
    chat.ask("12345678901234")
    assert "SIRET" in chat.answers(), "a wrong SIRET is refused and asked again"
    assert re.search("pas valable|clé de contrôle", chat.answers())
    chat.ask(SIRET)
    assert "numéro de la facture" in chat.answers()
    chat.ask("2026-0042")
    assert "Quel motif" in chat.answers()
    chat.choose("Je ne l'ai pas")
    assert re.search("décrivez", chat.answers(), re.IGNORECASE)
    chat.ask(FIRST)
    assert "en un seul message" in chat.answers()
    chat.choose("Je n'ai rien à ajouter")
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
    done.get_by_role("button", name="Copier le texte de la demande").click()
    expect(done.get_by_role("status").first).to_have_text("Copié")
    copied = chat.page.evaluate("navigator.clipboard.readText()")
    assert SECOND in copied
    assert "2026-0042" in copied
    assert "**" not in copied

    done.get_by_role("button", name="Copier le lien de suivi").click()
    expect(done.get_by_role("status").last).to_have_text("Copié")
    assert re.fullmatch(
        rf"{re.escape(service_url)}/suivi/CHO-\d{{4}}-\d{{6}}#[\w-]{{43}}", chat.page.evaluate("navigator.clipboard.readText()")
    )
    done.get_by_role("link", name="ouvrir la page de suivi").click()
    expect(chat.page.get_by_role("heading", level=1)).to_have_text(re.compile(r"Ma demande CHO-"))
    expect(chat.page).to_have_url(re.compile(r"/suivi/CHO-\d{4}-\d{6}$"))


def test_the_home_page_without_javascript_leads_to_the_plain_form(open_page):
    page = open_page("/", java_script_enabled=False)
    expect(page.get_by_text("L'assistant se charge")).to_be_hidden()
    expect(page.get_by_role("button")).to_have_count(0)
    page.get_by_role("main").get_by_role("link", name="remplir le formulaire").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Préparer une sollicitation")


def test_the_plain_form_works_without_javascript_and_loses_nothing_typed(open_page):
    page = open_page("/sollicitation", java_script_enabled=False)
    typed = 'Le bouton "Renvoyer" </textarea><b>ne répond pas</b>.'
    page.get_by_label("Votre problème en quelques mots").fill("La facture est suspendue.")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Facture suspendue")
    expect(page.get_by_role("heading", name="À qui elle s'adresse")).to_contain_text("votre client public")
    expect(page.get_by_text("Cela répond peut-être déjà à votre question")).to_be_visible()
    expect(page.get_by_label("Statut affiché")).to_have_value("Suspendue")
    page.get_by_label("SIRET de votre structure").fill("123")
    page.get_by_label("Numéro de facture").fill("2026-0043")
    page.get_by_label("Description").fill(typed)
    page.get_by_label("Description").press("Tab")
    page.get_by_role("button", name="Enregistrer ma demande").click()

    expect(page).to_have_title(re.compile("^Erreur"))
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("SIRET")
    expect(summary).to_contain_text("Adresse électronique")
    siret = page.get_by_label("SIRET de votre structure")
    expect(siret).to_have_attribute("aria-invalid", "true")
    expect(siret).to_have_accessible_description(re.compile("14.chiffres.*Erreur"))
    expect(siret).to_have_value("123")
    expect(page.get_by_label("Numéro de facture")).to_have_value("2026-0043")
    expect(page.get_by_label("Description")).to_have_value(typed)

    page.get_by_role("button", name="Changer de sujet").click()
    page.get_by_label("Sujet").select_option("retard_paiement")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Retard de paiement")
    expect(page.get_by_label("Numéro de facture")).to_have_value("2026-0043")
    expect(page.get_by_label("Description")).to_have_value(typed)

    siret.fill(SIRET)
    contact = page.get_by_label("Votre adresse électronique")
    contact.fill("compta@exemple.fr")
    contact.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre demande est enregistrée")
    expect(page.get_by_role("main")).to_contain_text(NUMERO)
    expect(page.get_by_role("textbox", name="Le texte à copier")).to_have_value(re.compile(re.escape(typed)))
