from collections import Counter
from pathlib import Path

import pytest

from assistant.invoices.model import Syntax
from assistant.invoices.schemas import FoundField, Origin
from assistant.invoices.text.as_invoice import invoice_from_text
from assistant.invoices.text.fields import propose
from assistant.invoices.text.mentions import check_mentions
from assistant.invoices.text.read_pdf import Pages, read_pages
from tests.assistant.invoices.text.layouts import IBAN, LAYOUTS, Layout
from tests.support.invoices.phrases import PHRASES

# Of two rates both are right; they are looked at in a test of their own.
SEVERAL = {"two rates": {"taux_tva": {"20", "10"}}}


def pages_of(layout: Layout, folder: Path) -> Pages:
    path = folder / "facture.pdf"
    path.write_bytes(layout.pdf())
    return read_pages(path)


def wrong(layout: Layout, fields: list[FoundField]) -> list[tuple[str, str]]:
    several = SEVERAL.get(layout.name, {})
    return [
        (item.name, item.value)
        for item in fields
        if item.value not in several.get(item.name, set()) and layout.expected.get(item.name) != item.value
    ]


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_nothing_wrong_is_proposed(layout: Layout, tmp_path: Path) -> None:
    assert wrong(layout, propose(pages_of(layout, tmp_path), PHRASES)) == []


def test_nearly_all_that_is_printed_is_found(tmp_path: Path) -> None:
    counts: Counter[str] = Counter()
    missing = []
    for layout in LAYOUTS:
        values = {item.name: item.value for item in propose(pages_of(layout, tmp_path), PHRASES)}
        for name, value in layout.expected.items():
            counts["right" if values.get(name) == value else "not found"] += 1
            if values.get(name) != value:
                missing.append((layout.name, name))
    assert counts["right"] / counts.total() >= 0.95, missing


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_each_value_has_its_words_and_page_and_the_account_stays_masked(layout: Layout, tmp_path: Path) -> None:
    for item in propose(pages_of(layout, tmp_path), PHRASES):
        assert item.words and item.label
        assert item.where.page in range(1, len(layout.pages) + 1)
        assert item.origin is Origin.TEXTE
        assert IBAN.replace(" ", "")[8:20] not in (item.value + item.words).replace(" ", "")


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_the_fields_make_an_invoice_of_syntax_texte(layout: Layout, tmp_path: Path) -> None:
    invoice = invoice_from_text(propose(pages_of(layout, tmp_path), PHRASES))
    assert invoice.syntax is Syntax.TEXTE
    assert (invoice.number.value if invoice.number else None) == layout.expected.get("numero")
    assert (f"{invoice.totals.with_vat.value:f}" if invoice.totals.with_vat else None) == layout.expected.get("montant_ttc")


def test_two_rates_are_both_proposed(tmp_path: Path) -> None:
    layout = next(one for one in LAYOUTS if one.name == "two rates")
    fields = propose(pages_of(layout, tmp_path), PHRASES)
    assert {item.value for item in fields if item.name == "taux_tva"} == {"20", "10"}


def test_a_full_invoice_lacks_neither_number_nor_sides_nor_reference(tmp_path: Path) -> None:
    pages = pages_of(LAYOUTS[0], tmp_path)
    observations, _, _ = check_mentions(pages, propose(pages, PHRASES), PHRASES)
    missing = {observation.id for observation in observations}
    assert not missing & {"MEN-NUMERO", "MEN-DATE", "MEN-COMMANDE", "MEN-CODE-SERVICE", "MEN-TVA-INTRA", "MEN-TAUX"}
    assert not missing & {"MEN-SIRET-FOURNISSEUR", "MEN-SIRET-DESTINATAIRE", "MEN-TOTAUX", "MEN-REGLEMENT"}


def test_a_franchise_owes_neither_vat_number_nor_rate(tmp_path: Path) -> None:
    pages = pages_of(next(one for one in LAYOUTS if one.name == "franchise"), tmp_path)
    missing = {observation.id for observation in check_mentions(pages, propose(pages, PHRASES), PHRASES)[0]}
    assert not missing & {"MEN-TVA-INTRA", "MEN-TAUX", "MEN-EXONERATION", "MEN-FRANCHISE-TVA"}
    assert {"MEN-SIRET-FOURNISSEUR", "MEN-SIRET-DESTINATAIRE", "MEN-COMMANDE"} <= missing
