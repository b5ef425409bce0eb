"""The pages of journeys and quizzes: axe in every state, narrow and large, without JavaScript, by keyboard, on another device."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
SIZES = pytest.mark.parametrize("size", [(320, 640), (390, 844), (820, 1180), (1440, 900)])


def check(page: Page) -> None:
    """What must hold on every page: one heading, no violation, nothing beyond the edge, no policy broken."""
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    for closed in page.locator("details").all():
        closed.evaluate("node => { node.open = true }")
    found = Axe().run(page).response["violations"]
    assert [f"{item['id']} ({item['impact']}): {node['html'][:200]}" for item in found for node in item["nodes"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate("window.cspReports") == []


def choose(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name).check()
    page.get_by_role("button", name="Continuer", exact=True).click()


def answer(page: Page, place: int) -> None:
    page.get_by_role("radio").nth(place).check()
    page.get_by_role("button", name="Valider ma réponse").click()


@SCHEMES
@SIZES
def test_every_state_of_every_page_is_in_order(open_page, scheme, size):
    width, height = size
    page = open_page("/parcours", color_scheme=scheme, viewport={"width": width, "height": height})
    check(page)
    page.goto("/parcours/reprendre")
    check(page)
    page.goto("/parcours/compte")
    check(page)
    page.get_by_role("button", name="Continuer", exact=True).click()
    expect(page.get_by_role("alert")).to_be_focused()
    check(page)
    choose(page, "Je facture pour une association")
    check(page)
    page.get_by_role("button", name="Je suis bloqué").click()
    expect(page.get_by_role("heading", name="Vous êtes bloqué à cette étape")).to_be_visible()
    check(page)
    page.goto("/parcours/compte/liste")
    check(page)
    page.goto("/parcours/facture")
    check(page)
    for name in ("Une pièce d'un marché de travaux", "L'entreprise titulaire", "Réceptionné"):
        choose(page, name)
    expect(page.get_by_role("img", name=re.compile("Le chemin de votre document"))).to_be_visible()
    check(page)
    page.goto("/quiz")
    check(page)
    page.get_by_role("button", name="Commencer").first.click()
    check(page)
    answer(page, 0)
    check(page)
    page.get_by_role("link", name="Question suivante").click()
    for _ in range(9):
        answer(page, 1)
        page.locator(".actions a.button").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Votre résultat")
    check(page)


@SIZES
def test_every_page_fits_on_paper(open_page, size):
    width, height = size
    page = open_page("/parcours/compte", viewport={"width": width, "height": height})
    choose(page, "Je facture pour une association")
    page.goto("/parcours/facture")
    for name in ("Une pièce d'un marché de travaux", "L'entreprise titulaire", "Réceptionné"):
        choose(page, name)
    page.emulate_media(media="print")
    for path in ("/parcours/compte", "/parcours/compte/liste", "/parcours/facture"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("navigation")).to_be_hidden()
        expect(page.get_by_role("button", name="Aide", exact=True)).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_fiche_leads_to_the_help_centre_and_to_the_assistant(open_page):
    page = open_page("/parcours/compte")
    choose(page, "Je facture pour une association")
    page.locator("summary", has_text="Association : RNA ou SIRET").click()
    page.get_by_role("button", name="Demander à l'assistant").first.click()
    expect(page.get_by_role("textbox", name="Votre message")).not_to_have_value("")
    page.goto("/parcours/compte")
    page.locator("summary", has_text="Association : RNA ou SIRET").click()
    page.get_by_role("link", name="Ouvrir cette fiche").first.click()
    expect(page).to_have_url(re.compile("/aide/structure/"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Association")


def test_all_works_without_javascript(open_page):
    page = open_page("/parcours/compte", java_script_enabled=False)
    choose(page, "Je suis auto-entrepreneur")
    for _ in range(11):
        page.get_by_role("button", name="C'est fait").click()
    expect(page.get_by_role("heading", name="Bravo, votre parcours est terminé")).to_be_visible()
    page.goto("/quiz")
    page.get_by_role("button", name="Commencer").first.click()
    answer(page, 2)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Question 1")
    link = page.locator("#lien-prive").input_value()
    page.get_by_text("Continuer plus tard").click()
    page.get_by_role("button", name="Refermer sur cet appareil").click()
    page.goto("/parcours/reprendre")
    page.get_by_label("Votre lien privé").fill(link)
    page.get_by_role("button", name="Ouvrir mes parcours").click()
    page.goto("/quiz")
    expect(page.get_by_role("link", name=re.compile("Continuer, question 2"))).to_be_visible()


def test_the_private_link_goes_on_on_another_device(open_page):
    first = open_page("/parcours/compte")
    choose(first, "Mon entreprise a plusieurs SIRET")
    first.get_by_role("button", name="C'est fait").click()
    link = first.locator("#lien-prive").input_value()
    second = open_page(link)
    expect(second).to_have_url(re.compile("/parcours$"))
    expect(second.get_by_text("Plusieurs SIRET, 1 étape sur")).to_be_visible()
    second.goto("/parcours/compte")
    second.get_by_role("button", name="C'est fait").click()
    first.reload()
    expect(first.get_by_role("heading", level=1)).to_contain_text("Étape 3")


def test_a_quiz_is_answered_with_the_keyboard_alone(open_page):
    page = open_page("/quiz")
    page.get_by_role("button", name="Commencer").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio").first).to_be_visible()
    page.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Question 1")


def test_the_checklist_prints_on_paper_without_the_menu(open_page):
    page = open_page("/parcours/compte/liste?situation=sous-traitant")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation")).to_be_hidden()
    expect(page.get_by_role("heading", name="Déposer votre demande de paiement")).to_be_visible()
