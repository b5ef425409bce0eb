"""An XML of any kind read as an invoice."""

from assistant.invoices.files.limits import Limits
from assistant.invoices.files.safe_xml import parse_xml
from assistant.invoices.files.xml_kind import ZUGFERD_1 as ZUGFERD_1_ROOT
from assistant.invoices.files.xml_kind import kind_of
from assistant.invoices.model import ZUGFERD_1, Invoice, Syntax
from assistant.invoices.schemas import FileKind
from assistant.invoices.xml.cii import read_cii
from assistant.invoices.xml.leaves import Element
from assistant.invoices.xml.ubl import read_ubl


def read_invoice(xml: bytes, limits: Limits | None = None) -> Invoice:
    """The invoice in the XML. Raises Refused when the XML is unsafe or malformed, ValueError when it is no invoice."""
    return read_root(parse_xml(xml, limits or Limits()))


def read_root(root: Element) -> Invoice:
    """The same from a parsed root. A PES and a ZUGFeRD 1 are named, not read: no public reference says what they hold."""
    kind = kind_of(root)
    if root.tag == ZUGFERD_1_ROOT:
        return Invoice(Syntax.CII, profile=ZUGFERD_1)
    if kind is FileKind.CII:
        return read_cii(root)
    if kind is FileKind.UBL:
        return read_ubl(root)
    if kind is FileKind.PES:
        return Invoice(Syntax.PES)
    raise ValueError("Cet XML n'est pas une facture connue.")
