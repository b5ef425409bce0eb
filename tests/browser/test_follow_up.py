"""The person follows their sollicitation: by the secret link with JavaScript, by pasting it without; files; copy buttons."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.support import files

pytestmark = pytest.mark.browser

BODY = {
    "categorie": "facture_rejetee",
    "siret": "73282932000074",
    "numero_facture": "F-12",
    "description": "La facture est rejetée sans motif.",
    "contact": "compta@exemple.fr",
    "donnees": {"motif": "Pièce manquante"},
}
Open = Callable[..., Page]


@pytest.fixture
def link(service_url: str) -> str:
    """The secret link of a new sollicitation, without the host."""
    created = httpx.post(f"{service_url}/api/v1/sollicitations", json=BODY, timeout=30).json()
    return f"/suivi/{created['numero']}#{created['jeton_suivi']}"


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "bon de commande.pdf"
    path.write_bytes(files.pdf())
    return path


def numero_of(link: str) -> str:
    return link.split("/")[2].split("#")[0]


def test_the_link_opens_the_page_and_its_secret_leaves_the_browser_at_once(open_page: Open, link: str) -> None:
    asked: list[tuple[str, str | None]] = []
    page = open_page(None)
    # What follows « # » is the browser's own: it is no part of what goes over the network.
    page.on("request", lambda request: asked.append((request.url.split("#")[0], request.headers.get("referer"))))
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Ma demande {numero_of(link)}")
    secret = link.split("#")[1]
    expect(page).to_have_url(re.compile(rf"/suivi/{numero_of(link)}$"))
    assert secret not in page.content()
    assert all(secret not in url and not referer for url, referer in asked)
    [cookie] = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    page.go_back()
    assert secret not in page.url
    page.goto(f"/suivi/{numero_of(link)}")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Ma demande {numero_of(link)}")


def test_without_javascript_the_link_is_pasted(open_page: Open, link: str, service_url: str) -> None:
    page = open_page(link, java_script_enabled=False)
    expect(page.get_by_role("heading", level=1)).to_have_text("Suivre ma demande")
    page.get_by_label("Votre lien de suivi").fill("pas un lien")
    page.get_by_role("button", name="Ouvrir ma demande").click()
    expect(page.get_by_role("alert")).to_contain_text("n'ouvre aucune demande")
    page.get_by_label("Votre lien de suivi").fill(f"{service_url}{link}")
    page.get_by_role("button", name="Ouvrir ma demande").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Ma demande {numero_of(link)}")


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_complement_with_a_file_then_the_end(
    open_page: Open, link: str, service_url: str, pdf: Path, tmp_path: Path, script: bool
) -> None:
    page = open_page(link, java_script_enabled=script)
    if not script:
        page.get_by_label("Votre lien de suivi").fill(service_url + link)
        page.get_by_role("button", name="Ouvrir ma demande").click()
    page.get_by_text("Apporter un complément").click()
    hostile = tmp_path / "facture.pdf"
    hostile.write_bytes(b"MZ\x90\x00")
    page.get_by_label("Votre complément").fill("Voici la pièce. Mon mot de passe est Toto2024")
    page.get_by_label("Fichiers").set_input_files(hostile)
    page.get_by_role("button", name="Envoyer le complément").click()
    expect(page.get_by_role("alert")).to_contain_text("ni un PDF")
    expect(page.get_by_label("Votre complément")).to_have_value(re.compile("Voici la pièce"))

    page.get_by_label("Fichiers").set_input_files(pdf)
    page.get_by_role("button", name="Envoyer le complément").click()
    told = page.get_by_role("status").first
    expect(told).to_contain_text("Votre complément est enregistré")
    expect(told).to_contain_text("J'ai masqué ce qui ressemble à un mot de passe")
    expect(page.get_by_role("list").filter(has_text="Vous avez écrit cette demande")).to_contain_text("Mon mot de passe est ••••")
    with page.expect_download() as download:
        page.get_by_role("link", name="bon de commande.pdf").first.click()
    assert download.value.suggested_filename == "bon de commande.pdf"
    assert download.value.path().read_bytes() == files.pdf()

    page.get_by_text("Clore la demande").click()
    page.get_by_role("button", name="Clore ma demande").click()
    expect(page.get_by_role("heading", name="Où elle en est : close")).to_be_visible()
    expect(page.get_by_role("button", name="Envoyer le complément")).to_have_count(0)


def test_each_field_of_the_portals_form_can_be_copied(open_page: Open, link: str, service_url: str) -> None:
    page = open_page(None)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=service_url)
    page.goto(link)
    page.get_by_text("Le formulaire, champ par champ").click()
    for label, expected in (
        ("Titre", "Facture rejetée par le client – facture F-12"),
        ("Adresse électronique", "compta@exemple.fr"),
        ("Catégorie", "Facture rejetée par le client"),
    ):
        page.get_by_role("button", name=f"Copier {label}").click()
        assert page.evaluate("navigator.clipboard.readText()") == expected
    page.get_by_role("button", name="Copier tout le texte").click()
    assert "Motif affiché : Pièce manquante" in page.evaluate("navigator.clipboard.readText()")


def test_without_javascript_no_button_promises_to_copy(open_page: Open, link: str, service_url: str) -> None:
    page = open_page(link, java_script_enabled=False)
    page.get_by_label("Votre lien de suivi").fill(service_url + link)
    page.get_by_role("button", name="Ouvrir ma demande").click()
    page.get_by_text("Le formulaire, champ par champ").click()
    expect(page.get_by_label("Titre")).to_have_value("Facture rejetée par le client – facture F-12")
    expect(page.get_by_role("button", name=re.compile("Copier"))).to_have_count(0)


def test_the_form_gives_the_link_once_with_its_copy_button_and_takes_files(open_page: Open, service_url: str, pdf: Path) -> None:
    page = open_page(None)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=service_url)
    page.goto("/sollicitation")
    page.get_by_label("Sujet").select_option("facture_rejetee")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Description").fill("La facture est rejetée sans motif.")
    page.get_by_label("Fichiers").set_input_files(pdf)
    page.get_by_label("Votre adresse électronique").fill("compta@exemple.fr")
    page.get_by_role("button", name="Enregistrer ma demande").click()
    expect(page.get_by_role("main")).to_contain_text("Fichiers joints : bon de commande.pdf")
    page.get_by_role("button", name="Copier le lien de suivi").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(rf"{re.escape(service_url)}/suivi/CHO-\d{{4}}-\d{{6}}#[\w-]{{43}}", copied)
    other = open_page(copied)
    expect(other.get_by_role("heading", level=1)).to_have_text(re.compile("Ma demande CHO-"))
    page.goto("/sollicitation")
    page.get_by_label("Sujet").select_option("facture_rejetee")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_label("Demande déjà en cours")).to_contain_text("Vous avez déjà une demande sur ce sujet")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_the_pages_are_accessible_and_fit(open_page: Open, link: str, watch: Any, scheme: str, width: int) -> None:
    page = open_page(None, color_scheme=scheme, viewport={"width": width, "height": 800})
    seen = watch(page)

    def check(name: str) -> None:
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
        assert page.evaluate("window.cspReports") == []

    page.goto("/suivi")
    check("open")
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Ma demande {numero_of(link)}")
    for summary in page.locator("summary").all():
        summary.click()
    check("state")
    page.goto("/sollicitation")
    check("first step")
    page.get_by_label("Sujet").select_option("facture_rejetee")
    page.get_by_role("button", name="Continuer").click()
    check("second step")
    page.get_by_role("button", name="Enregistrer ma demande").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check("refused")
    page.get_by_label("Description").fill("La facture est rejetée sans motif.")
    page.get_by_label("Votre adresse électronique").fill("compta@exemple.fr")
    page.get_by_role("button", name="Enregistrer ma demande").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre demande est enregistrée")
    check("written")
    assert seen == {"foreign": [], "console": [], "errors": []}
