"""Log-in and passwords in Chromium: cookies, first password, accounts."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from tests.support.desk import PASSWORD

pytestmark = pytest.mark.browser


def test_a_first_password_is_chosen_and_opens_the_console(open_page, open_desk):
    address = f"neuve-{uuid.uuid4().hex[:8]}@exemple.fr"
    admin = open_desk("administrateur", "Ada Admin", "/helpdesk/administration")
    admin.get_by_label("Adresse électronique").fill(address)
    admin.get_by_label("Nom affiché").fill("Nina Neuve")
    admin.locator("#role").select_option("superviseur")
    admin.get_by_role("button", name="Créer le compte").click()
    password = admin.locator("code").inner_text()
    assert re.fullmatch(r"(\w{5}-){3}\w{5}", password)

    page = open_page("/helpdesk")
    expect(page).to_have_url(re.compile(r"/helpdesk/connexion\?suite="))
    page.get_by_label("Adresse électronique").fill(address)
    page.get_by_label("Mot de passe").fill("pas le bon du tout")
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("La connexion est refusée.")
    page.get_by_label("Mot de passe").fill(password)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Choisissez votre mot de passe")
    page.get_by_label("Mot de passe à usage unique").fill(password)
    page.get_by_label("Nouveau mot de passe").fill("court")
    page.get_by_label("Le même, encore une fois").fill("court")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".error")).to_contain_text("12 caractères au moins")
    page.get_by_label("Mot de passe à usage unique").fill(password)
    page.get_by_label("Nouveau mot de passe").fill("une phrase bien à elle")
    page.get_by_label("Le même, encore une fois").fill("une phrase bien à elle")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("À trier")
    expect(page.get_by_role("link", name="Supervision")).to_be_visible()
    expect(page.get_by_role("link", name="Administration")).to_have_count(0)


def test_no_script_reads_the_cookie_and_logging_out_takes_it_back(open_desk):
    page = open_desk()
    assert page.evaluate("document.cookie") == ""
    [cookie] = [one for one in page.context.cookies() if one["name"].endswith("choriste_desk")]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("status")).to_have_text("Vous êtes déconnecté.")
    page.goto("/helpdesk")
    expect(page).to_have_url(re.compile("/helpdesk/connexion"))


def test_the_log_in_works_without_javascript(open_page, desk_accounts):
    page = open_page("/helpdesk/connexion", java_script_enabled=False)
    page.get_by_label("Adresse électronique").fill(desk_accounts.add("agent", "Sans Script"))
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("À trier")


def test_what_was_typed_is_given_back_when_the_session_ended_meanwhile(open_desk, ask_for_help):
    page = open_desk()
    page.goto(f"/helpdesk/sollicitations/{ask_for_help()['numero']}")
    other = page.context.new_page()
    other.goto("/helpdesk/compte")
    other.get_by_role("button", name="Se déconnecter").click()
    expect(other.get_by_role("status")).to_have_text("Vous êtes déconnecté.")
    page.get_by_label("Votre texte").fill("Une réponse longue à écrire.")
    page.get_by_role("button", name="Envoyer comme solution").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre session est terminée")
    expect(page.get_by_label("texte")).to_have_value("Une réponse longue à écrire.")
