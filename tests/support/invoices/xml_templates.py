"""Invoices in XML for the tests: `make_cii(**changes)` and `make_ubl(**changes)` build a valid one, changed as asked.

Changes are those of `tests.support.invoices.samples.sample`: `make_cii(number="F-1")`, `make_ubl(seller__siret=None)`,
`make_cii(lines__0__rate="19")`. A type code 381 gives a credit note (its own root in UBL).
"""

from base64 import b64encode
from typing import Any

from lxml import etree

from tests.support.invoices.samples import InvoiceSample, PartySample, sample

CII = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}
GUIDELINES = {
    "minimum": "urn:factur-x.eu:1p0:minimum",
    "basicwl": "urn:factur-x.eu:1p0:basicwl",
    "basic": "urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic",
    "en16931": "urn:cen.eu:en16931:2017",
    "extended": "urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended",
}
UBL_CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
UBL_CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
UBL_ROOT = "urn:oasis:names:specification:ubl:schema:xsd:{}-2"

# UNTDID 5305: the categories that give a reason for the absence of VAT.
EXEMPT = {"E", "AE", "K", "G", "O"}


class Node:
    """A small element builder: a child whose text is None is not written, nor a parent that would stay empty."""

    def __init__(self, element: etree._Element, namespaces: dict[str, str]) -> None:
        self.element = element
        self.namespaces = namespaces

    def _name(self, name: str) -> str:
        prefix, local = name.split(":")
        return f"{{{self.namespaces[prefix]}}}{local}"

    def add(self, name: str) -> "Node":
        return Node(etree.SubElement(self.element, self._name(name)), self.namespaces)

    def text(self, path: str, value: str | None, **attributes: str | None) -> None:
        if value is None:
            return
        element = self.element
        for name in path.split("/"):
            element = etree.SubElement(element, self._name(name))
        element.text = value
        for name, attribute in attributes.items():
            if attribute is not None:
                element.set(name, attribute)


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _compact(iso: str | None) -> str | None:
    return None if iso is None else iso.replace("-", "")


def make_cii(profile: str = "en16931", **changes: Any) -> bytes:
    """A CII (Factur-X) invoice of the profile; what the profile has no place for is left out."""
    changes.setdefault("guideline", GUIDELINES[profile])
    return cii_of(sample(**changes), profile)


def cii_of(inv: InvoiceSample, profile: str = "en16931") -> bytes:
    small, no_lines = profile == "minimum", profile in {"minimum", "basicwl"}
    root = Node(etree.Element(f"{{{CII['rsm']}}}CrossIndustryInvoice", nsmap=CII), CII)
    context = root.add("rsm:ExchangedDocumentContext")
    context.text("ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID", inv.cadre)
    context.text("ram:GuidelineSpecifiedDocumentContextParameter/ram:ID", inv.guideline)
    document = root.add("rsm:ExchangedDocument")
    document.text("ram:ID", inv.number)
    document.text("ram:TypeCode", inv.type_code)
    document.text("ram:IssueDateTime/udt:DateTimeString", _compact(inv.issue_date), format="102")
    for note in () if small else inv.notes:
        document.text("ram:IncludedNote/ram:Content", note)
    deal = root.add("rsm:SupplyChainTradeTransaction")
    for rank, _ in enumerate(() if no_lines else inv.lines):
        _cii_line(deal.add("ram:IncludedSupplyChainTradeLineItem"), inv, rank, profile)
    agreement = deal.add("ram:ApplicableHeaderTradeAgreement")
    agreement.text("ram:BuyerReference", inv.buyer_reference)
    _cii_party(agreement.add("ram:SellerTradeParty"), inv.seller, profile, seller=True)
    _cii_party(agreement.add("ram:BuyerTradeParty"), inv.buyer, profile)
    agreement.text("ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID", inv.purchase_order)
    if not small:
        agreement.text("ram:ContractReferencedDocument/ram:IssuerAssignedID", inv.contract)
    for attachment in () if no_lines or profile == "basic" else inv.attachments:
        holder = agreement.add("ram:AdditionalReferencedDocument")
        holder.text("ram:IssuerAssignedID", attachment.reference)
        holder.text("ram:TypeCode", attachment.type_code)
        if attachment.content is not None:
            content = b64encode(attachment.content).decode()
            holder.text("ram:AttachmentBinaryObject", content, mimeCode=attachment.mime, filename=attachment.name)
    delivery = deal.add("ram:ApplicableHeaderTradeDelivery")
    if not small:
        if inv.delivery_id is not None:
            delivery.text("ram:ShipToTradeParty/ram:ID", inv.delivery_id)
        happened = "ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/udt:DateTimeString"
        delivery.text(happened, _compact(inv.delivery_date), format="102")
    _cii_settlement(deal.add("ram:ApplicableHeaderTradeSettlement"), inv, profile)
    return _bytes(root.element)


def _cii_line(node: Node, inv: InvoiceSample, rank: int, profile: str) -> None:
    line = inv.lines[rank]
    node.text("ram:AssociatedDocumentLineDocument/ram:LineID", str(rank + 1))
    product = node.add("ram:SpecifiedTradeProduct")
    product.text("ram:Name", line.name)
    if profile != "basic":
        product.text("ram:Description", line.description)
    node.text("ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount", line.price)
    node.text("ram:SpecifiedLineTradeDelivery/ram:BilledQuantity", line.quantity, unitCode="C62")
    settlement = node.add("ram:SpecifiedLineTradeSettlement")
    tax = settlement.add("ram:ApplicableTradeTax")
    tax.text("ram:TypeCode", "VAT")
    tax.text("ram:CategoryCode", line.category)
    tax.text("ram:RateApplicablePercent", line.rate)
    settlement.text("ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount", line.net_amount())


def _cii_party(node: Node, party: PartySample, profile: str, seller: bool = False) -> None:
    small = profile == "minimum"
    if not small:
        for scheme, value in party.all_identifiers():
            node.text("ram:GlobalID" if scheme else "ram:ID", value, schemeID=scheme)
    node.text("ram:Name", party.name)
    legal = (party.siret if small else None) or party.siren
    if legal or party.trading_name:
        organization = node.add("ram:SpecifiedLegalOrganization")
        organization.text("ram:ID", legal, schemeID="0002")
        if not small:
            organization.text("ram:TradingBusinessName", party.trading_name)
    for contact in () if small or profile in {"basicwl", "basic"} else party.contacts:
        node.text("ram:DefinedTradeContact/ram:PersonName", contact)
    if not small and party.country:
        address = node.add("ram:PostalTradeAddress")
        address.text("ram:PostcodeCode", party.postcode)
        address.text("ram:LineOne", party.street)
        address.text("ram:CityName", party.city)
        address.text("ram:CountryID", party.country)
    elif seller:
        node.text("ram:PostalTradeAddress/ram:CountryID", party.country)
    if seller or not small:
        node.text("ram:SpecifiedTaxRegistration/ram:ID", party.vat, schemeID="VA")


def _cii_settlement(node: Node, inv: InvoiceSample, profile: str) -> None:
    small = profile == "minimum"
    node.text("ram:InvoiceCurrencyCode", inv.currency)
    if not small:
        if inv.payee is not None:
            payee = node.add("ram:PayeeTradeParty")
            for scheme, value in inv.payee.all_identifiers():
                payee.text("ram:GlobalID" if scheme else "ram:ID", value, schemeID=scheme)
            payee.text("ram:Name", inv.payee.name)
            payee.text("ram:SpecifiedLegalOrganization/ram:ID", inv.payee.siren, schemeID="0002")
        _cii_payment(node, inv, profile)
    amounts = inv.amounts()
    sums = node.add("ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    if not small:
        sums.text("ram:LineTotalAmount", amounts["lines"])
        sums.text("ram:ChargeTotalAmount", amounts["charges"])
        sums.text("ram:AllowanceTotalAmount", amounts["allowances"])
    sums.text("ram:TaxBasisTotalAmount", amounts["without_vat"])
    sums.text("ram:TaxTotalAmount", amounts["vat"], currencyID=inv.currency)
    sums.text("ram:GrandTotalAmount", amounts["with_vat"])
    if not small:
        sums.text("ram:TotalPrepaidAmount", amounts["prepaid"])
    sums.text("ram:DuePayableAmount", amounts["due"])
    for number, day in () if small else inv.preceding:
        earlier = node.add("ram:InvoiceReferencedDocument")
        earlier.text("ram:IssuerAssignedID", number)
        earlier.text("ram:FormattedIssueDateTime/qdt:DateTimeString", _compact(day), format="102")


def _cii_payment(node: Node, inv: InvoiceSample, profile: str) -> None:
    if inv.payment_means is not None:
        means = node.add("ram:SpecifiedTradeSettlementPaymentMeans")
        means.text("ram:TypeCode", inv.payment_means)
        means.text("ram:PayeePartyCreditorFinancialAccount/ram:IBANID", inv.iban)
        if profile not in {"basicwl", "basic"}:
            means.text("ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID", inv.bic)
    for category, rate, base, amount in inv.breakdown():
        tax = node.add("ram:ApplicableTradeTax")
        tax.text("ram:CalculatedAmount", amount)
        tax.text("ram:TypeCode", "VAT")
        tax.text("ram:ExemptionReason", inv.exemption if category in EXEMPT else None)
        tax.text("ram:BasisAmount", base)
        tax.text("ram:CategoryCode", category)
        tax.text("ram:ExemptionReasonCode", inv.exemption_code if category in EXEMPT else None)
        tax.text("ram:RateApplicablePercent", rate)
    for item in inv.allowances:
        entry = node.add("ram:SpecifiedTradeAllowanceCharge")
        entry.text("ram:ChargeIndicator/udt:Indicator", "true" if item.charge else "false")
        entry.text("ram:ActualAmount", item.amount)
        entry.text("ram:Reason", item.reason)
        tax = entry.add("ram:CategoryTradeTax")
        tax.text("ram:TypeCode", "VAT")
        tax.text("ram:CategoryCode", item.category)
        tax.text("ram:RateApplicablePercent", item.rate)
    if inv.payment_terms or inv.due_date:
        terms = node.add("ram:SpecifiedTradePaymentTerms")
        terms.text("ram:Description", inv.payment_terms)
        terms.text("ram:DueDateDateTime/udt:DateTimeString", _compact(inv.due_date), format="102")


def make_ubl(**changes: Any) -> bytes:
    """A UBL 2.1 invoice, or credit note when the type code says so."""
    return ubl_of(sample(**changes))


def ubl_of(inv: InvoiceSample) -> bytes:
    kind = "CreditNote" if inv.credit_note else "Invoice"
    names = {"doc": UBL_ROOT.format(kind), "cac": UBL_CAC, "cbc": UBL_CBC}
    root = Node(etree.Element(f"{{{names['doc']}}}{kind}", nsmap={None: names["doc"], "cac": UBL_CAC, "cbc": UBL_CBC}), names)
    root.text("cbc:CustomizationID", inv.guideline)
    root.text("cbc:ProfileID", inv.cadre)
    root.text("cbc:ID", inv.number)
    root.text("cbc:IssueDate", inv.issue_date)
    if not inv.credit_note:
        root.text("cbc:DueDate", inv.due_date)
    root.text(f"cbc:{kind}TypeCode", inv.type_code)
    for note in inv.notes:
        root.text("cbc:Note", note)
    root.text("cbc:DocumentCurrencyCode", inv.currency)
    root.text("cbc:BuyerReference", inv.buyer_reference)
    root.text("cac:OrderReference/cbc:ID", inv.purchase_order)
    for number, day in inv.preceding:
        earlier = root.add("cac:BillingReference").add("cac:InvoiceDocumentReference")
        earlier.text("cbc:ID", number)
        earlier.text("cbc:IssueDate", day)
    # The schema of a credit note puts the contract before the attachments too.
    root.text("cac:ContractDocumentReference/cbc:ID", inv.contract)
    for attachment in inv.attachments:
        holder = root.add("cac:AdditionalDocumentReference")
        holder.text("cbc:ID", attachment.reference)
        if attachment.content is not None:
            content = b64encode(attachment.content).decode()
            path = "cac:Attachment/cbc:EmbeddedDocumentBinaryObject"
            holder.text(path, content, mimeCode=attachment.mime, filename=attachment.name)
    _ubl_party(root.add("cac:AccountingSupplierParty").add("cac:Party"), inv.seller)
    _ubl_party(root.add("cac:AccountingCustomerParty").add("cac:Party"), inv.buyer)
    if inv.payee is not None:
        payee = root.add("cac:PayeeParty")
        for scheme, value in inv.payee.all_identifiers():
            payee.text("cac:PartyIdentification/cbc:ID", value, schemeID=scheme)
        payee.text("cac:PartyName/cbc:Name", inv.payee.name)
        payee.text("cac:PartyLegalEntity/cbc:CompanyID", inv.payee.siren, schemeID="0002")
    _ubl_rest(root, inv, kind)
    return _bytes(root.element)


def _ubl_party(node: Node, party: PartySample) -> None:
    for scheme, value in party.all_identifiers():
        node.text("cac:PartyIdentification/cbc:ID", value, schemeID=scheme)
    node.text("cac:PartyName/cbc:Name", party.trading_name)
    address = node.add("cac:PostalAddress")
    address.text("cbc:StreetName", party.street)
    address.text("cbc:CityName", party.city)
    address.text("cbc:PostalZone", party.postcode)
    address.text("cac:Country/cbc:IdentificationCode", party.country)
    if party.vat:
        tax = node.add("cac:PartyTaxScheme")
        tax.text("cbc:CompanyID", party.vat)
        tax.text("cac:TaxScheme/cbc:ID", "VAT")
    legal = node.add("cac:PartyLegalEntity")
    legal.text("cbc:RegistrationName", party.name)
    legal.text("cbc:CompanyID", party.siren, schemeID="0002")
    for contact in party.contacts:
        node.text("cac:Contact/cbc:Name", contact)


def _ubl_tax(node: Node, name: str, category: str, rate: str, exemption: str | None = None) -> None:
    tax = node.add(name)
    tax.text("cbc:ID", category)
    tax.text("cbc:Percent", rate)
    tax.text("cbc:TaxExemptionReason", exemption)
    tax.text("cac:TaxScheme/cbc:ID", "VAT")


def _ubl_rest(root: Node, inv: InvoiceSample, kind: str) -> None:
    if inv.delivery_date or inv.delivery_id:
        delivery = root.add("cac:Delivery")
        delivery.text("cbc:ActualDeliveryDate", inv.delivery_date)
        delivery.text("cac:DeliveryLocation/cbc:ID", inv.delivery_id)
    if inv.payment_means is not None:
        means = root.add("cac:PaymentMeans")
        means.text("cbc:PaymentMeansCode", inv.payment_means)
        if inv.credit_note:
            means.text("cbc:PaymentDueDate", inv.due_date)
        if inv.iban is not None:
            account = means.add("cac:PayeeFinancialAccount")
            account.text("cbc:ID", inv.iban)
            account.text("cac:FinancialInstitutionBranch/cbc:ID", inv.bic)
    root.text("cac:PaymentTerms/cbc:Note", inv.payment_terms)
    money = {"currencyID": inv.currency or "EUR"}
    for item in inv.allowances:
        entry = root.add("cac:AllowanceCharge")
        entry.text("cbc:ChargeIndicator", "true" if item.charge else "false")
        entry.text("cbc:AllowanceChargeReason", item.reason)
        entry.text("cbc:Amount", item.amount, **money)
        _ubl_tax(entry, "cac:TaxCategory", item.category, item.rate)
    amounts = inv.amounts()
    total = root.add("cac:TaxTotal")
    total.text("cbc:TaxAmount", amounts["vat"], **money)
    for category, rate, base, amount in inv.breakdown():
        row = total.add("cac:TaxSubtotal")
        row.text("cbc:TaxableAmount", base, **money)
        row.text("cbc:TaxAmount", amount, **money)
        exempt = inv.exemption if category in EXEMPT else None
        _ubl_tax(row, "cac:TaxCategory", category, rate, exempt)
    sums = root.add("cac:LegalMonetaryTotal")
    for name, key in (
        ("LineExtensionAmount", "lines"),
        ("TaxExclusiveAmount", "without_vat"),
        ("TaxInclusiveAmount", "with_vat"),
        ("AllowanceTotalAmount", "allowances"),
        ("ChargeTotalAmount", "charges"),
        ("PrepaidAmount", "prepaid"),
        ("PayableAmount", "due"),
    ):
        sums.text(f"cbc:{name}", amounts[key], **money)
    for rank, line in enumerate(inv.lines):
        row = root.add(f"cac:{kind}Line")
        row.text("cbc:ID", str(rank + 1))
        row.text(f"cbc:{'Credited' if inv.credit_note else 'Invoiced'}Quantity", line.quantity, unitCode="C62")
        row.text("cbc:LineExtensionAmount", line.net_amount(), **money)
        product = row.add("cac:Item")
        product.text("cbc:Description", line.description)
        product.text("cbc:Name", line.name)
        _ubl_tax(product, "cac:ClassifiedTaxCategory", line.category, line.rate)
        row.text("cac:Price/cbc:PriceAmount", line.price, **money)
