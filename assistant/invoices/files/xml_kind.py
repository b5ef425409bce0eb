"""Which invoice an XML is, by its root, and its profile. Names: OASIS UBL 2.1, UN/CEFACT CII D16B and D22B, PES Aller (DGFiP)."""

from lxml import etree

from assistant.invoices.schemas import FileKind

UBL_INVOICE = "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice"
UBL_CREDIT_NOTE = "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote"
CII = "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice"
# ZUGFeRD 1: the ancestor of Factur-X.
ZUGFERD_1 = "{urn:ferd:CrossIndustryDocument:invoice:1p0}CrossIndustryDocument"

_KINDS = {UBL_INVOICE: FileKind.UBL, UBL_CREDIT_NOTE: FileKind.UBL, CII: FileKind.CII, ZUGFERD_1: FileKind.CII}
_PES_ROOTS = ("PES_Aller", "PES_Facture", "PES_FactureIndigo", "PES_DepenseAller", "PES_RecetteAller")


def kind_of(root: etree._Element) -> FileKind:
    """UBL, CII, PES, or INCONNU."""
    if found := _KINDS.get(root.tag):
        return found
    return FileKind.PES if etree.QName(root).localname in _PES_ROOTS else FileKind.INCONNU


def is_invoice_root(root: etree._Element) -> bool:
    """True for what a Factur-X may embed."""
    return root.tag in _KINDS


def profile_of(root: etree._Element) -> str | None:
    """The last words of the guideline: « minimum », « basicwl », « en16931 », « extended »…; the whole when it is another's."""
    text = _guideline(root)
    if not text:
        return None
    small = text.lower()
    for profile in ("minimum", "basicwl", "extended-ctc-fr", "extended", "basic"):
        if small.endswith(profile):
            return profile
    return "en16931" if small == "urn:cen.eu:en16931:2017" else text[:120]


def _guideline(root: etree._Element) -> str:
    """BT-24: CII writes it in the context, UBL as a child of the root."""
    for node in root.iter("{*}GuidelineSpecifiedDocumentContextParameter", "{*}CustomizationID"):
        texts = [node.text] if len(node) == 0 else [child.text for child in node if etree.QName(child).localname == "ID"]
        if found := next((text.strip() for text in texts if text and text.strip()), ""):
            return found
    return ""
