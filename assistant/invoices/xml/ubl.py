"""OASIS UBL 2.1 invoices and credit notes read as an invoice.

Paths: EN 16931-3-2, as listed at https://docs.peppol.eu/poacc/billing/3.0/syntax/ubl-invoice/tree/.
"""

from assistant.invoices.files.xml_kind import UBL_CREDIT_NOTE, profile_of
from assistant.invoices.model import (
    Found,
    Identifier,
    Invoice,
    Line,
    Party,
    Preceding,
    Syntax,
    Totals,
    VatBreakdown,
)
from assistant.invoices.xml.cii import CREDIT_NOTE_TYPES
from assistant.invoices.xml.leaves import Element, Leaves, siren_of, siret_of
from assistant.invoices.xml.parts import AllowanceNames, read_allowance, read_attachment

NAMESPACES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
# UNTDID 1001 « invoicing object identifier »: a reference, not an attachment.
_OBJECT_REFERENCE = "130"
_ALLOWANCE = AllowanceNames(
    indicator="cbc:ChargeIndicator",
    amount="cbc:Amount",
    reason="cbc:AllowanceChargeReason",
    vat_category="cac:TaxCategory/cbc:ID",
    vat_rate="cac:TaxCategory/cbc:Percent",
)


def read_ubl(root: Element) -> Invoice:
    """The invoice of a UBL root, Invoice or CreditNote."""
    leaves = Leaves(NAMESPACES)
    credit = root.tag == UBL_CREDIT_NOTE
    kind = "CreditNote" if credit else "Invoice"
    type_code = leaves.text(root, f"cbc:{kind}TypeCode")
    account = "cac:PaymentMeans/cac:PayeeFinancialAccount"
    due = "cac:PaymentMeans/cbc:PaymentDueDate" if credit else "cbc:DueDate"
    payee = leaves.first(root, "cac:PayeeParty")
    return Invoice(
        syntax=Syntax.UBL,
        profile=profile_of(root),
        guideline=leaves.text(root, "cbc:CustomizationID"),
        cadre=leaves.text(root, "cbc:ProfileID"),
        number=leaves.text(root, "cbc:ID"),
        type_code=type_code,
        credit_note=credit or (type_code is not None and type_code.value in CREDIT_NOTE_TYPES),
        issue_date=leaves.day(root, "cbc:IssueDate", "issue_date"),
        due_date=leaves.day(root, due, "due_date"),
        currency=leaves.text(root, "cbc:DocumentCurrencyCode"),
        buyer_reference=leaves.text(root, "cbc:BuyerReference"),
        purchase_order=leaves.text(root, "cac:OrderReference/cbc:ID"),
        contract=leaves.text(root, "cac:ContractDocumentReference/cbc:ID"),
        preceding=tuple(_preceding(leaves, n) for n in leaves.all(root, "cac:BillingReference/cac:InvoiceDocumentReference")),
        seller=_party(leaves, leaves.first(root, "cac:AccountingSupplierParty/cac:Party")),
        buyer=_party(leaves, leaves.first(root, "cac:AccountingCustomerParty/cac:Party")),
        payee=_party(leaves, payee),
        delivery_id=leaves.text(root, "cac:Delivery/cac:DeliveryLocation/cbc:ID"),
        payment_means=leaves.text(root, "cac:PaymentMeans/cbc:PaymentMeansCode"),
        iban=leaves.texts(root, f"{account}/cbc:ID"),
        bic=leaves.text(root, f"{account}/cac:FinancialInstitutionBranch/cbc:ID"),
        payment_terms=leaves.text(root, "cac:PaymentTerms/cbc:Note"),
        notes=leaves.texts(root, "cbc:Note"),
        lines=tuple(_line(leaves, node, credit) for node in leaves.all(root, f"cac:{kind}Line")),
        vat_breakdown=tuple(_vat(leaves, node) for node in _subtotals(leaves, root)),
        allowances_charges=tuple(read_allowance(leaves, node, _ALLOWANCE) for node in leaves.all(root, "cac:AllowanceCharge")),
        totals=_totals(leaves, root),
        attachments=tuple(
            read_attachment(leaves, node, reference="cbc:ID", content="cac:Attachment/cbc:EmbeddedDocumentBinaryObject")
            for node in leaves.all(root, "cac:AdditionalDocumentReference")
            if node.findtext("cbc:DocumentTypeCode", "", NAMESPACES).strip() != _OBJECT_REFERENCE
        ),
        unreadable=tuple(leaves.unreadable),
    )


def _party(leaves: Leaves, node: Element | None) -> Party | None:
    if node is None:
        return None
    identifiers: tuple[Found[Identifier], ...] = (
        *leaves.identifier(node, "cac:PartyIdentification/cbc:ID"),
        *leaves.identifier(node, "cac:PartyLegalEntity/cbc:CompanyID"),
    )
    trading = leaves.text(node, "cac:PartyName/cbc:Name")
    legal = leaves.text(node, "cac:PartyLegalEntity/cbc:RegistrationName")
    addresses = leaves.identifier(node, "cbc:EndpointID")
    contacts = tuple(
        name or Found("", leaves.place(contact))
        for contact in leaves.all(node, "cac:Contact")
        for name in [leaves.text(contact, "cbc:Name")]
    )
    return Party(
        where=leaves.place(node),
        # A payee has only a PartyName; there it is the name, not a trading name.
        name=legal or trading,
        trading_name=trading if legal else None,
        identifiers=identifiers,
        siret=siret_of(identifiers),
        siren=siren_of(identifiers),
        vat=_vat_number(leaves, node),
        electronic_address=addresses[0] if addresses else None,
        street=leaves.text(node, "cac:PostalAddress/cbc:StreetName"),
        postcode=leaves.text(node, "cac:PostalAddress/cbc:PostalZone"),
        city=leaves.text(node, "cac:PostalAddress/cbc:CityName"),
        country=leaves.text(node, "cac:PostalAddress/cac:Country/cbc:IdentificationCode"),
        contacts=contacts,
    )


def _vat_number(leaves: Leaves, node: Element) -> Found[str] | None:
    for scheme in leaves.all(node, "cac:PartyTaxScheme"):
        if scheme.findtext("cac:TaxScheme/cbc:ID", "", NAMESPACES).strip() == "VAT":
            return leaves.text(scheme, "cbc:CompanyID")
    return None


def _preceding(leaves: Leaves, node: Element) -> Preceding:
    return Preceding(
        where=leaves.place(node),
        number=leaves.text(node, "cbc:ID"),
        issue_date=leaves.day(node, "cbc:IssueDate", "preceding_date"),
    )


def _line(leaves: Leaves, node: Element, credit: bool) -> Line:
    quantity = leaves.first(node, "cbc:CreditedQuantity" if credit else "cbc:InvoicedQuantity")
    extras = [read_allowance(leaves, extra, _ALLOWANCE) for extra in leaves.all(node, "cac:AllowanceCharge")]
    unit = quantity.get("unitCode") if quantity is not None else None
    return Line(
        where=leaves.place(node),
        identifier=leaves.text(node, "cbc:ID"),
        name=leaves.text(node, "cac:Item/cbc:Name"),
        description=leaves.text(node, "cac:Item/cbc:Description"),
        quantity=leaves.decimal_of(quantity, "quantity"),
        unit=Found(unit, leaves.place(quantity)) if quantity is not None and unit else None,
        price=leaves.decimal(node, "cac:Price/cbc:PriceAmount", "price"),
        price_quantity=leaves.decimal(node, "cac:Price/cbc:BaseQuantity", "price_quantity"),
        allowances=sum((e.amount.value for e in extras if e.amount and not e.charge), start=Line.allowances),
        charges=sum((e.amount.value for e in extras if e.amount and e.charge), start=Line.charges),
        net=leaves.decimal(node, "cbc:LineExtensionAmount", "line_net"),
        vat_category=leaves.text(node, "cac:Item/cac:ClassifiedTaxCategory/cbc:ID"),
        vat_rate=leaves.decimal(node, "cac:Item/cac:ClassifiedTaxCategory/cbc:Percent", "vat_rate"),
    )


def _tax_total(leaves: Leaves, root: Element) -> Element | None:
    """The VAT in the invoice's currency: a second total may be in the seller's (BT-111)."""
    currency = leaves.text(root, "cbc:DocumentCurrencyCode")
    totals = leaves.all(root, "cac:TaxTotal")
    for total in totals:
        amount = total.find("cbc:TaxAmount", NAMESPACES)
        if amount is not None and currency is not None and amount.get("currencyID") == currency.value:
            return total
    return totals[0] if totals else None


def _subtotals(leaves: Leaves, root: Element) -> list[Element]:
    return leaves.all(_tax_total(leaves, root), "cac:TaxSubtotal")


def _vat(leaves: Leaves, node: Element) -> VatBreakdown:
    category = "cac:TaxCategory"
    return VatBreakdown(
        where=leaves.place(node),
        category=leaves.text(node, f"{category}/cbc:ID"),
        rate=leaves.decimal(node, f"{category}/cbc:Percent", "vat_rate"),
        base=leaves.decimal(node, "cbc:TaxableAmount", "vat_base"),
        amount=leaves.decimal(node, "cbc:TaxAmount", "vat_amount"),
        exemption=leaves.text(node, f"{category}/cbc:TaxExemptionReason")
        or leaves.text(node, f"{category}/cbc:TaxExemptionReasonCode"),
    )


def _totals(leaves: Leaves, root: Element) -> Totals:
    sums = leaves.first(root, "cac:LegalMonetaryTotal")
    tax = _tax_total(leaves, root)
    vat = leaves.decimal(tax, "cbc:TaxAmount", "vat")
    if sums is None:
        return Totals(vat=vat)
    return Totals(
        where=leaves.place(sums),
        lines=leaves.decimal(sums, "cbc:LineExtensionAmount", "total_lines"),
        allowances=leaves.decimal(sums, "cbc:AllowanceTotalAmount", "total_allowances"),
        charges=leaves.decimal(sums, "cbc:ChargeTotalAmount", "total_charges"),
        without_vat=leaves.decimal(sums, "cbc:TaxExclusiveAmount", "without_vat"),
        vat=vat,
        with_vat=leaves.decimal(sums, "cbc:TaxInclusiveAmount", "with_vat"),
        prepaid=leaves.decimal(sums, "cbc:PrepaidAmount", "prepaid"),
        rounding=leaves.decimal(sums, "cbc:PayableRoundingAmount", "rounding"),
        due=leaves.decimal(sums, "cbc:PayableAmount", "due"),
    )
