"""The semantic invoice is the same whatever the syntax, and every leaf says where it stands."""

from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from assistant.invoices.files.refusal import Refused
from assistant.invoices.model import Found, Identifier, Invoice, Line, Syntax
from assistant.invoices.xml.cii import NAMESPACES as CII
from assistant.invoices.xml.read import read_invoice
from assistant.invoices.xml.ubl import NAMESPACES as UBL
from tests.support.invoices.samples import AllowanceSample, AttachmentSample, LineSample, PartySample
from tests.support.invoices.xml_templates import GUIDELINES, make_cii, make_ubl

FULL: dict[str, Any] = {
    "contract": "M-2026-9",
    "preceding": (("2026-0100", "2026-10-01"),),
    "payee": PartySample(name="Affactureur (démonstration)", siret="98765432400019", siren="987654324"),
    "delivery_id": "QUAI-3",
    "notes": ("Première note", "Seconde note"),
    "lines": (LineSample(description="Blanc, 80 g"), LineSample(name="Encre", quantity="3", price="12.50", rate="10")),
    "allowances": (AllowanceSample("50.00"),),
    "attachments": (AttachmentSample(content=b"12345"),),
    "totals__prepaid": "100.00",
}


def _leaves(node: Any) -> list[Found[Any]]:
    if isinstance(node, Found):
        return [node]
    if isinstance(node, tuple):
        return [leaf for item in node for leaf in _leaves(item)]
    if is_dataclass(node):
        return [leaf for field in fields(node) for leaf in _leaves(getattr(node, field.name))]
    return []


@pytest.mark.parametrize("make", [make_cii, make_ubl])
def test_every_value_of_a_full_invoice_is_read(make: Any) -> None:
    invoice: Invoice = read_invoice(make(**FULL))
    assert invoice.number and invoice.number.value == "2026-0147"
    assert invoice.type_code and invoice.type_code.value == "380" and not invoice.credit_note
    assert invoice.issue_date and invoice.issue_date.value == date(2026, 11, 2)
    assert invoice.due_date and invoice.due_date.value == date(2026, 12, 2)
    assert invoice.cadre and invoice.cadre.value == "A1" and invoice.profile == "en16931"
    assert invoice.currency and invoice.currency.value == "EUR"
    assert invoice.buyer_reference and invoice.buyer_reference.value == "SERVICE-ACHATS"
    assert invoice.purchase_order and invoice.purchase_order.value == "ENG-2026-001"
    assert invoice.contract and invoice.contract.value == "M-2026-9"
    (earlier,) = invoice.preceding
    assert earlier.number and earlier.number.value == "2026-0100"
    assert earlier.issue_date and earlier.issue_date.value == date(2026, 10, 1)
    seller, buyer, payee = invoice.seller, invoice.buyer, invoice.payee
    assert seller and seller.siret and seller.siret.value == "12345678200010"
    assert seller.siren and seller.siren.value == "123456782" and seller.vat and seller.vat.value == "FR11123456782"
    assert [item.value for item in seller.identifiers] == [Identifier("0009", "12345678200010"), Identifier("0002", "123456782")]
    assert seller.street and seller.street.value.startswith("1 rue") and seller.city and seller.city.value == "Paris"
    assert seller.country and seller.country.value == "FR" and [c.value for c in seller.contacts] == ["Alice Exemple"]
    assert buyer and buyer.siret and buyer.siret.value == "98765432400019" and buyer.siren is None
    assert payee and payee.name and payee.name.value == "Affactureur (démonstration)" and payee.siret
    assert invoice.delivery_id and invoice.delivery_id.value == "QUAI-3"
    assert invoice.payment_means and invoice.payment_means.value == "30"
    assert [account.value for account in invoice.iban] == ["FR7630006000011234567890189"]
    assert invoice.bic and invoice.bic.value == "AGRIFRPP"
    assert invoice.payment_terms and invoice.payment_terms.value == "Paiement à 30 jours"
    assert [note.value for note in invoice.notes] == ["Première note", "Seconde note"]
    first, second = invoice.lines
    assert first.description and first.description.value == "Blanc, 80 g" and first.net and first.net.value == Decimal("1000.00")
    assert second.vat_rate and second.vat_rate.value == 10 and second.price and second.price.value == Decimal("12.50")
    assert second.quantity and second.quantity.value == 3 and second.unit and second.unit.value == "C62"
    rows = {row.rate.value: row.amount.value for row in invoice.vat_breakdown if row.rate and row.amount}
    assert rows == {Decimal(20): Decimal("190.00"), Decimal(10): Decimal("3.75")}
    (allowance,) = invoice.allowances_charges
    assert not allowance.charge and allowance.amount and allowance.amount.value == 50
    read = {field.name: getattr(invoice.totals, field.name) for field in fields(invoice.totals) if field.name != "where"}
    assert {name: str(found.value) for name, found in read.items() if found} == {
        "lines": "1037.50",
        "allowances": "50.00",
        "charges": "0.00",
        "without_vat": "987.50",
        "vat": "193.75",
        "with_vat": "1181.25",
        "prepaid": "100.00",
        "due": "1081.25",
    }
    (piece,) = invoice.attachments
    assert piece.reference and piece.reference.value == "PJ-1" and piece.name and piece.name.value == "bon-de-livraison.pdf"
    assert piece.size and piece.size.value == 5 and piece.mime and piece.mime.value == "application/pdf"
    assert invoice.unreadable == ()


@pytest.mark.parametrize(("make", "namespaces"), [(make_cii, CII), (make_ubl, UBL)])
def test_every_leaf_has_an_xpath_that_leads_to_its_words(make: Any, namespaces: dict[str, str]) -> None:
    xml = make(**FULL)
    root = etree.fromstring(xml)
    local = {**namespaces, "d": etree.QName(root).namespace or ""}
    leaves = _leaves(read_invoice(xml))
    assert len(leaves) > 50
    for leaf in leaves:
        path = leaf.where.xpath
        assert path is not None
        # A UBL root has no prefix to be read by people; XPath wants one.
        query = path if path.startswith("/rsm:") else path.replace("/", "/d:", 1)
        (node,) = root.xpath(query, namespaces=local)
        shown = leaf.words or (leaf.value.value if isinstance(leaf.value, Identifier) else str(leaf.value))
        assert shown in ((node.text or "").strip(), *node.attrib.values()) or not isinstance(leaf.value, str)


@pytest.mark.parametrize("profile", list(GUIDELINES))
def test_every_factur_x_profile_is_read_and_named(profile: str) -> None:
    invoice = read_invoice(make_cii(profile))
    assert invoice.profile == profile
    assert invoice.totals.with_vat and invoice.totals.with_vat.value == 1200
    assert bool(invoice.lines) == (profile not in {"minimum", "basicwl"})
    assert invoice.seller and invoice.seller.siret


def test_a_ubl_credit_note_is_read_from_its_own_root() -> None:
    invoice = read_invoice(make_ubl(type_code="381", preceding=(("2026-0100", "2026-10-01"),)))
    assert invoice.credit_note and invoice.syntax is Syntax.UBL
    assert invoice.lines[0].quantity and invoice.lines[0].quantity.value == 10
    assert invoice.due_date and invoice.due_date.value == date(2026, 12, 2)


@pytest.mark.parametrize("words", ["NaN", "1E99999", "1,5", "1 000.00", "--1", "0x10"])
def test_what_is_not_a_plain_number_is_kept_as_unreadable(words: str) -> None:
    invoice = read_invoice(make_ubl(totals__due=words))
    assert invoice.totals.due is None
    assert [(item.term, item.words) for item in invoice.unreadable] == [("due", words)]
    assert invoice.unreadable[0].where.xpath == "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount"


def test_a_siret_under_the_scheme_of_a_siren_is_still_a_siret() -> None:
    invoice = read_invoice(make_cii("minimum"))
    assert invoice.seller and invoice.seller.siret and invoice.seller.siret.value == "12345678200010"
    assert invoice.seller.siren is None


def test_lines_that_only_group_others_are_not_counted() -> None:
    xml = make_cii("extended").replace(
        b"<ram:LineID>1</ram:LineID>", b"<ram:LineID>1</ram:LineID><ram:LineStatusReasonCode>GROUP</ram:LineStatusReasonCode>"
    )
    assert [line.counted for line in read_invoice(xml).lines] == [False]
    assert Line().counted


def test_the_rank_of_a_line_is_in_its_path_however_many_lines() -> None:
    invoice = read_invoice(make_cii(lines=(LineSample(),) * 3000))
    assert len(invoice.lines) == 3000
    where = invoice.lines[-1].where.xpath
    assert where is not None and where.endswith("ram:IncludedSupplyChainTradeLineItem[3000]")


def test_what_is_no_invoice_and_what_is_hostile_are_refused() -> None:
    with pytest.raises(ValueError, match="pas une facture"):
        read_invoice(b"<note/>")
    with pytest.raises(Refused):
        read_invoice(b'<!DOCTYPE a [<!ENTITY x "y">]><Invoice>&x;</Invoice>')
    assert read_invoice(b"<PES_Facture/>").syntax is Syntax.PES
