"""The invoice check and the follow-up of an invoice in Chromium: without JavaScript, on a phone, dropped, printed, heard."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.support import files

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
DROP = """([name, bytes]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name, {type: "application/pdf"}));
  const zone = document.querySelector("[data-drop]");
  for (const kind of ["dragenter", "dragover", "drop"])
    zone.dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def invoice(tmp_path: Path) -> Path:
    """A PDF that is read as an image: it always gets a report."""
    path = tmp_path / "facture 2026.pdf"
    path.write_bytes(files.pdf())
    return path


def _grave_violations(page):
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html']}" for one in found if one["impact"] in ("serious", "critical") for node in one["nodes"]]


def _no_sideways_scroll(page):
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def _check(page, invoice):
    page.get_by_label("Facture (obligatoire)").set_input_files(invoice)
    page.get_by_role("button", name="Vérifier la facture").click()
    expect(page.get_by_role("heading", name="Rapport de vérification")).to_be_visible()


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}, PHONE], ids=["desktop", "no script", "phone"])
def test_an_invoice_is_checked_and_another_after_it(open_page, invoice, options):
    page = open_page("/verifier", **options)
    expect(page.get_by_text("La facture n'est pas conservée.")).to_be_visible()
    _check(page, invoice)
    expect(page.get_by_text("facture 2026.pdf").first).to_be_visible()
    expect(page.get_by_role("link", name="téléchargez-le en JSON")).to_have_attribute("download", "rapport-facture-2026.json")
    if options.get("java_script_enabled", True):
        assert _no_sideways_scroll(page)
    page.get_by_role("button", name="Vérifier une autre facture").click()
    expect(page.get_by_role("button", name="Vérifier la facture")).to_be_visible()


def test_the_report_downloads_as_json(open_page, invoice):
    page = open_page("/verifier")
    _check(page, invoice)
    with page.expect_download() as download:
        page.get_by_role("link", name="téléchargez-le en JSON").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert '"verdict"' in text and '"findings"' in text


def test_a_file_can_be_dropped_in_the_frame(open_page, invoice, watch):
    page = open_page(None)
    seen = watch(page)
    page.goto("/verifier")
    expect(page.get_by_text("glisser le fichier dans ce cadre")).to_be_visible()
    page.evaluate(DROP, [invoice.name, list(invoice.read_bytes())])
    expect(page.get_by_role("status")).to_have_text("Fichier choisi : facture 2026.pdf")
    page.get_by_role("button", name="Vérifier la facture").click()
    expect(page.get_by_role("heading", name="Rapport de vérification")).to_be_visible()
    assert seen == {"foreign": [], "console": [], "errors": []}
    assert page.evaluate("window.cspReports") == []


def test_a_mistake_is_told_beside_its_field_and_the_rest_stays(open_page, invoice):
    page = open_page("/verifier")
    page.get_by_label("SIRET de votre client").fill("73282932000075")
    page.get_by_label("Cadre de facturation").select_option("A9")
    page.get_by_label("Facture (obligatoire)").set_input_files(invoice)
    page.get_by_role("button", name="Vérifier la facture").click()
    expect(page.get_by_role("alert")).to_contain_text("clé de contrôle est fausse")
    expect(page.get_by_label("SIRET de votre client")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Cadre de facturation")).to_have_value("A9")


def test_the_report_leads_to_a_sollicitation(open_page, invoice):
    page = open_page("/verifier", java_script_enabled=False)
    _check(page, invoice)
    page.get_by_role("button", name="Préparer une sollicitation").click()
    expect(page.get_by_text("Étape 2 sur 2")).to_be_visible()


def test_on_paper_only_the_report_is_left(open_page, invoice):
    page = open_page("/verifier")
    _check(page, invoice)
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="Rapport de vérification")).to_be_visible()
    expect(page.get_by_role("navigation", name="Menu principal")).to_be_hidden()
    expect(page.get_by_role("button", name="Vérifier une autre facture")).to_be_hidden()


@SCHEMES
def test_axe_finds_nothing_grave_on_the_form_nor_on_the_report(open_page, invoice, scheme):
    page = open_page("/verifier", color_scheme=scheme)
    assert _grave_violations(page) == []
    _check(page, invoice)
    assert _grave_violations(page) == []


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}, PHONE], ids=["desktop", "no script", "phone"])
def test_where_an_invoice_stands(open_page, options):
    page = open_page("/suivi-facture", **options)
    expect(page.get_by_text("Données de démonstration").first).to_be_visible()
    page.get_by_label("Numéro de la facture").fill("2026-0147")
    page.get_by_role("button", name="Chercher").click()
    expect(page.get_by_role("heading", name="Son histoire")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("2026-0147|Historique"))).to_be_visible()
    expect(page.get_by_role("heading", name="Le délai de paiement (estimation)")).to_be_visible()
    if options.get("java_script_enabled", True):
        assert _no_sideways_scroll(page)


@SCHEMES
def test_axe_finds_nothing_grave_on_the_state_of_an_invoice(open_page, scheme):
    page = open_page("/suivi-facture", color_scheme=scheme)
    page.get_by_label("Numéro de la facture").fill("2026-0147")
    page.get_by_role("button", name="Chercher").click()
    expect(page.get_by_role("heading", name="Son histoire")).to_be_visible()
    assert _grave_violations(page) == []
