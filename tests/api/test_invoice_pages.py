"""The page that checks an invoice: needs no JavaScript, says everything, keeps nothing; the file cannot speak in its name."""

import base64
import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.invoices.schemas import FileFacts, FileKind, InvoiceKey, Place
from tests.api.test_invoices import Checker, install
from tests.support import files
from tests.support.http import Service
from tests.support.pages import Page
from tests.support.reports import finding, read, report

HTML = {"Accept": "text/html"}
PDF = ("facture.pdf", files.pdf(), "application/pdf")
EVIL = '"><script>alert(1)</script><a href="https://piege.example/">ici</a> https://piege.example/'


@pytest.fixture
def checker(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Checker]:
    folder = tmp_path / "temporaire"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield install(service, Checker(lambda: report(finding())))
    assert list(folder.rglob("*")) == []


async def submit(service: Service, file: Any = PDF, **data: str) -> httpx.Response:
    return await service.http.post("/verifier", files={"file": file} if file else None, data=data, headers=HTML)


async def test_the_form_needs_no_script_and_says_that_the_file_is_not_kept(service: Service) -> None:
    response = await service.http.get("/verifier", headers=HTML)
    page = Page(response.text)
    assert page.actions == ["/verifier"]
    assert "La facture n'est pas conservée." in page.text
    assert "Glisser" not in page.text
    assert [script for script in page.scripts if "src" not in script] == []
    assert response.headers["cache-control"] == "no-store"


async def test_the_report_says_verdict_gravity_place_remedy_and_source(service: Service, checker: Checker) -> None:
    checker.say = lambda: report(
        finding("conseil", title="Un conseil"), finding(title="Un blocage", where=Place(file="a.xml", page=2))
    )
    response = await submit(service)
    assert response.status_code == 200
    text = Page(response.text).text
    assert "Refus probable" in text and "Un point bloquant." in text
    assert text.index("Bloquant Un blocage") < text.index("Conseil Un conseil")
    assert "Où : fichier a.xml , page 2" in text or "Où : fichier a.xml, page 2" in text
    assert "Pour corriger : Raccourcissez le numéro" in text
    assert "Règle NUM-LONG. Source : Une règle (nouvelle fenêtre), 2026-01-31" in text
    assert "En savoir plus : Numéro de facture trop long" in text
    assert "La facture n'est pas conservée." in text


async def test_values_read_in_a_pdf_are_to_be_confirmed_with_their_words(service: Service, checker: Checker) -> None:
    checker.say = lambda: report(fields=[read("date", "2026-03-02", "le 2 mars 2026")])
    text = Page((await submit(service)).text).text
    assert "Valeurs lues : vérifiez" in text and "une erreur de lecture est possible" in text
    assert "02/03/2026 lu dans : « le 2 mars 2026 » page 1" in text


async def test_what_was_not_read_is_said(service: Service, checker: Checker) -> None:
    checker.say = lambda: report(verdict="a_verifier", unread=["Ce PDF est une image."])
    assert "Ce qui n'a pas pu être lu ou contrôlé Ce PDF est une image." in Page((await submit(service)).text).text


async def test_a_lot_has_one_section_an_invoice(service: Service, checker: Checker) -> None:
    members = [report(finding(), name="a.pdf"), report(name="b.pdf", verdict="acceptable")]
    checker.say = lambda: report(name="lot.zip", fields=[], members=members)
    response = await submit(service)
    text = Page(response.text).text
    assert "Les 2 factures du lot" in text
    assert "Facture 1 : a.pdf" in text and "Facture 2 : b.pdf" in text
    assert 'id="facture-2"' in response.text and "#facture-2" in Page(response.text).links


async def test_the_report_is_downloaded_from_the_page_itself(service: Service, checker: Checker) -> None:
    response = await submit(service)
    [address] = [link for link in Page(response.text).links if link.startswith("data:application/json")]
    found = json.loads(base64.b64decode(address.partition(",")[2]))
    assert found == report(finding()).model_dump(mode="json")
    assert 'download="rapport-facture.json"' in response.text


@pytest.mark.parametrize(
    "where", ["name", "summary", "found", "title", "xpath", "member", "label", "value", "words", "unread", "profile"]
)
async def test_what_the_file_says_stays_words(service: Service, checker: Checker, where: str) -> None:
    point = finding(
        found=EVIL if where == "found" else "x",
        title=EVIL if where == "title" else "x",
        where=Place(xpath=EVIL, file=EVIL) if where == "xpath" else Place(),
    )
    field = read("numero", EVIL if where == "value" else "F-1", EVIL if where == "words" else "")
    field = field.model_copy(update={"label": EVIL if where == "label" else "Numéro"})
    facts = FileFacts(
        name=EVIL if where == "name" else "f.pdf",
        size=1,
        kind=FileKind.PDF,
        sha256="a",
        profile=EVIL if where == "profile" else None,
    )
    made = report(
        point, fields=[field], file=facts, summary=EVIL if where == "summary" else "x", unread=[EVIL] if where == "unread" else []
    )
    checker.say = lambda: report(members=[made, made], fields=[]) if where == "member" else made
    if where == "member":
        made = made.model_copy(update={"file": facts.model_copy(update={"name": EVIL})})
    text = (await submit(service)).text
    assert "<script>alert" not in text
    assert 'href="https://piege.example/' not in text
    assert "&lt;script&gt;" in text


async def test_a_name_full_of_signs_gives_a_plain_name_to_the_download(service: Service, checker: Checker) -> None:
    facts = report().file.model_copy(update={"name": '"; é../../x\r\n.pdf'})
    checker.say = lambda: report(file=facts)
    [name] = re.findall(r'download="([^"]*)"', (await submit(service)).text)
    assert re.fullmatch(r"rapport-[A-Za-z0-9-]+\.json", name)


async def test_what_was_typed_comes_back_with_each_mistake(service: Service, checker: Checker) -> None:
    response = await submit(service, siret_destinataire="73282932000075", cadre="A9", code_service_exige="oui")
    assert response.status_code == 422
    page = Page(response.text)
    assert page.values["siret_destinataire"] == "73282932000075"
    assert page.invalid == {"siret_destinataire"}
    assert re.search(r'value="A9" selected', response.text) and re.search(r'value="oui" selected', response.text)
    assert "il n'a pas été gardé" in page.text


async def test_without_a_file_the_page_asks_for_it(service: Service, checker: Checker) -> None:
    response = await submit(service, None, cadre="A1")
    assert response.status_code == 422
    assert Page(response.text).invalid == {"file"} and "Choisissez le fichier" in response.text


async def test_the_way_to_a_sollicitation_is_filled_in(service: Service, checker: Checker) -> None:
    response = await submit(service, siret_destinataire="73282932000074")
    page = Page(response.text)
    assert "/sollicitation" in page.actions
    sent = {name: page.values[name] for name in ("categorie", "numero_facture", "siret_destinataire", "message_erreur", "etape")}
    following = await service.http.post("/sollicitation", data=sent, headers=HTML)
    assert following.status_code == 200
    details = Page(following.text)
    assert details.values["numero_facture"] == "F-12"
    assert details.values["message_erreur"].startswith("Numéro de facture trop long")
    assert "Erreur en déposant une facture" in details.text


async def test_an_xml_cannot_be_attached_and_the_page_says_so(service: Service, checker: Checker) -> None:
    facts = report().file.model_copy(update={"kind": FileKind.UBL})
    checker.say = lambda: report(file=facts)
    assert "ne peuvent pas y être joints" in Page((await submit(service)).text).text


async def test_a_second_check_from_the_same_page_knows_the_first(service: Service, checker: Checker) -> None:
    fields = [read("numero", "F-12"), read("siret_fournisseur", "73282932000074"), read("date", "2026-03-02")]
    checker.say = lambda: report(fields=fields)
    token = Page((await service.http.get("/verifier", headers=HTML)).text).values["verifications"]
    for content in (b"%PDF-1.4 un", b"%PDF-1.4 deux"):
        page = Page((await submit(service, ("f.pdf", content, "application/pdf"), verifications=token)).text)
        assert page.values["verifications"] == token
    key = InvoiceKey("73282932000074", "F-12", 2026)
    assert [key in options.already_checked for _, _, options in checker.seen] == [False, True]


async def test_a_token_that_is_not_one_of_ours_is_replaced(service: Service, checker: Checker) -> None:
    page = Page((await submit(service, verifications='"><b>')).text)
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", page.values["verifications"])
