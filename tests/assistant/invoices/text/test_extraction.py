"""Fields read in plain PDFs: right, with their words, or not proposed at all."""

from pathlib import Path

import pytest

from assistant.invoices.schemas import FoundField, Origin
from assistant.invoices.text.as_invoice import invoice_from_text
from assistant.invoices.text.fields import propose
from assistant.invoices.text.read_pdf import read_pages
from tests.support.invoices import containers, hostile
from tests.support.invoices.layouts import layouts
from tests.support.invoices.phrases import PHRASES
from tests.support.invoices.words import words_of

LAYOUTS = layouts()


def _fields(tmp_path: Path, pdf: bytes) -> list[FoundField]:
    path = tmp_path / "facture.pdf"
    path.write_bytes(pdf)
    return propose(read_pages(path), PHRASES)


def _lines(tmp_path: Path, *lines: str) -> dict[str, str]:
    return {field.name: field.value for field in _fields(tmp_path, containers.make_pdf([lines]))}


@pytest.mark.parametrize("name", list(LAYOUTS))
def test_a_layout_gives_its_values_and_no_other(tmp_path: Path, name: str) -> None:
    proposed: dict[str, set[str]] = {}
    for field in _fields(tmp_path, LAYOUTS[name].pdf):
        assert field.words and field.where.page and field.origin is Origin.TEXTE
        proposed.setdefault(field.name, set()).add(field.value)
    assert proposed == {key: value if isinstance(value, set) else {value} for key, value in LAYOUTS[name].values.items()}


def test_a_text_that_is_no_invoice_gives_nothing(tmp_path: Path) -> None:
    assert _lines(tmp_path, "Bonjour, voici 12 pommes et 3 poires.", "Rendez-vous au 4 rue des Essais à 14 h.") == {}


def test_two_numbers_with_the_same_label_are_not_chosen_between(tmp_path: Path) -> None:
    assert "numero" not in _lines(tmp_path, "Facture n° A-1", "Facture n° A-2")


def test_a_siret_with_a_wrong_key_is_not_proposed(tmp_path: Path) -> None:
    assert _lines(tmp_path, "SIRET client : 987 654 324 00018") == {}


def test_an_impossible_day_is_not_proposed(tmp_path: Path) -> None:
    assert _lines(tmp_path, "Date de facture : 31/02/2026") == {}


def test_the_number_of_a_corrected_invoice_is_not_taken(tmp_path: Path) -> None:
    assert _lines(tmp_path, "Annule et remplace la facture n° A-1") == {}


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Date de facture : 1er avril 2026", "2026-04-01"),
        ("Date d’émission : 12-03-26", "2026-03-12"),
        ("Date facture 2026-03-12", "2026-03-12"),
        ("Émise le 3 août 2026", "2026-08-03"),
        ("Facture n° 12 du 12.03.2026", "2026-03-12"),
    ],
)
def test_a_day_is_read_as_people_write_it(tmp_path: Path, line: str, day: str) -> None:
    assert _lines(tmp_path, line)["date"] == day


@pytest.mark.parametrize("amount", ["1 234,56 €", "1\u00a0234,56\u00a0€", "1.234,56 EUR", "1234.56 €", "1 234,56"])
def test_an_amount_is_read_as_people_write_it(tmp_path: Path, amount: str) -> None:
    assert _lines(tmp_path, f"Total TTC : {amount}")["montant_ttc"] == "1234.56"


def test_the_invoice_of_the_fields_holds_their_values(tmp_path: Path) -> None:
    invoice = invoice_from_text(_fields(tmp_path, containers.make_pdf([words_of()])))
    assert invoice.number is not None and invoice.number.value == "2026-0147"
    assert invoice.seller is not None and invoice.seller.siret is not None and invoice.seller.siret.value == "12345678200010"
    assert invoice.buyer is not None and invoice.buyer.siret is not None and invoice.buyer.siret.value == "98765432400019"
    assert invoice.totals.with_vat is not None and str(invoice.totals.with_vat.value) == "1200.00"
    assert not invoice.structured and not invoice.credit_note


def test_pages_without_text_are_said(tmp_path: Path) -> None:
    path = tmp_path / "f.pdf"
    path.write_bytes(containers.make_pdf([["Facture n° 1"], []]))
    pages = read_pages(path)
    assert pages.has_text and len(pages.texts) == 2
    assert pages.unread == ["Page 2 : elle ne contient pas de texte, rien n'a pu y être lu."]


def test_pages_over_the_limit_are_said(tmp_path: Path) -> None:
    path = tmp_path / "f.pdf"
    path.write_bytes(containers.make_pdf([["Facture"]] * 3))
    assert read_pages(path, max_pages=2).unread == ["Seules les 2 premières pages sur 3 ont été lues."]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"%PDF-1.7\nrien", "abîmé"),
        (b"", "abîmé"),
        (containers.protected(containers.make_pdf(), user="secret"), "mot de passe"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_french(tmp_path: Path, content: bytes, word: str) -> None:
    path = tmp_path / "f.pdf"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=word):
        read_pages(path)


def test_a_page_that_is_too_heavy_is_left_unread(tmp_path: Path) -> None:
    path = tmp_path / "f.pdf"
    path.write_bytes(hostile.pdf_many_words())
    assert read_pages(path).unread == ["Page 1 : trop chargée pour être lue."]
