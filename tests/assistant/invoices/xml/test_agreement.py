"""A difference between the XML and the PDF is told; what is not found in the text is not read, never wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from assistant.invoices.catalogue import load_catalogue
from assistant.invoices.schemas import Observation
from assistant.invoices.xml import reading
from assistant.invoices.xml.agreement import check_agreement
from assistant.invoices.xml.read import read_invoice
from tests.support.invoices.xml_templates import make_cii
from tests.support.paths import KNOWLEDGE


@dataclass(frozen=True)
class Texts:
    texts: Sequence[str]


GOOD = """Facture n° 2026-0147
Date de facture : 02/11/2026          Échéance : 2 décembre 2026
Total HT                    1 000,00 €
Total TVA 20 %                200,00 €
Total TTC                   1 200,00 €
Net à payer                 1\u202f200,00 €
"""


def _check(text: str | list[str], **changes: Any) -> list[Observation]:
    pages = Texts([text] if isinstance(text, str) else text)
    return check_agreement(read_invoice(make_cii(**changes)), pages)[0]


def test_a_pdf_that_says_the_same_raises_nothing() -> None:
    assert _check(GOOD) == []
    assert _check(["Conditions générales", GOOD]) == []


@pytest.mark.parametrize(
    ("old", "new", "control", "xml", "pdf"),
    [
        ("2026-0147", "2026-0148", "FX-NUMERO", "2026-0147", "2026-0148"),
        ("02/11/2026", "03/11/2026", "FX-DATE", "02/11/2026", "03/11/2026"),
        ("2 décembre 2026", "2 janvier 2027", "FX-DATE", "02/12/2026", "02/01/2027"),
        ("1 000,00", "1 010,00", "FX-TOTAL", "1\u202f000,00", "1\u202f010,00"),
    ],
)
def test_a_labelled_value_that_differs_is_told_with_both(old: str, new: str, control: str, xml: str, pdf: str) -> None:
    (found,) = _check(GOOD.replace(old, new))
    assert (found.id, found.values["xml"], found.values["pdf"]) == (control, xml, pdf)
    assert found.where.page == 1
    # A finding has plain spaces only.
    assert " ".join(xml.split()) in load_catalogue(KNOWLEDGE / "controles").finding(found).found


def test_what_the_text_does_not_hold_is_not_read_and_not_wrong() -> None:
    (found,) = _check("Merci de votre confiance.")
    assert found.id == "FX-NON-LU"
    assert found.values["champs"].startswith("le numéro, la date de facture")
    observations, ran = check_agreement(read_invoice(make_cii()), Texts(["rien"]))
    assert ran == ["FX-NON-LU"] and len(observations) == 1


def test_several_amounts_after_a_label_are_not_told_as_a_difference() -> None:
    assert [item.id for item in _check("Total TTC 10,00 € 20,00 €")] == ["FX-NON-LU"]


def test_the_number_of_the_corrected_invoice_is_no_difference() -> None:
    text = GOOD.replace("Facture n° 2026-0147", "Avoir 2026-0147 sur facture n° 2026-0100")
    assert _check(text, type_code="381", preceding=(("2026-0100", "2026-10-01"),)) == []


def test_a_number_inside_a_longer_one_is_not_found() -> None:
    assert not reading.holds("Commande 12026-01470", "2026-0147")
    assert reading.holds("FACTURE F 12", "f  12")


def test_dates_and_amounts_are_read_as_people_write_them() -> None:
    assert reading.dates("le 1er août 2026, 03.02.26 et 2026-11-24, pas le 31/02/2026") == [
        date(2026, 2, 3),
        date(2026, 11, 24),
        date(2026, 8, 1),
    ]
    assert reading.amounts("1 234,50 1.234,50 1234.50 12,345 IBAN 1234") == [Decimal("1234.50")] * 3
