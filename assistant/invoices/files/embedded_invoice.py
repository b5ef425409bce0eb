"""Which file inside a PDF is the invoice. Names: Factur-X 1.0 (FNFE-MPE), ZUGFeRD 1 and 2 (FeRD), XRechnung (KoSIT)."""

from dataclasses import dataclass, field

from assistant.invoices.files.detection import HEAD, Container, detect
from assistant.invoices.files.pdf import Embedded, OpenedPdf
from assistant.invoices.schemas import Observation, Place

CHECKS = ("PDF-XML-PAS-A3", "PDF-XML-MULTIPLE", "PDF-XML-NOM")

EXPECTED = "factur-x.xml"
# In the order of preference. ZUGFeRD 2 wrote « zugferd-invoice.xml » before it took Factur-X's name.
_KNOWN = (EXPECTED, "xrechnung.xml", "zugferd-invoice.xml")
# An invoice under a name of its own is known by its root, near the beginning.
_ROOTS = (b"CrossIndustryInvoice", b"CrossIndustryDocument", b":Invoice-2", b":CreditNote-2")


@dataclass(frozen=True)
class Chosen:
    """`content` is None when the PDF holds no invoice. `others` are the further files, the other invoices not among them."""

    name: str = ""
    content: bytes | None = None
    others: list[Embedded] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    checks: tuple[str, ...] = ()


def choose_invoice(opened: OpenedPdf) -> Chosen:
    """The invoice by its known name, else by its content."""
    invoices = [piece for piece in opened.embedded if _is_invoice(piece)]
    if not invoices:
        return Chosen(others=opened.embedded)
    chosen = min(invoices, key=_rank)
    observations = []
    where = Place(file=chosen.name)
    if len(invoices) > 1:
        names = ", ".join(piece.name for piece in invoices)
        observations.append(Observation("PDF-XML-MULTIPLE", where, {"noms": names, "retenu": chosen.name}))
    if chosen.name.lower() not in _KNOWN:
        observations.append(Observation("PDF-XML-NOM", where, {"nom": chosen.name}))
    if opened.pdf_a_part != 3:
        observations.append(Observation("PDF-XML-PAS-A3"))
    others = [piece for piece in opened.embedded if piece not in invoices]
    return Chosen(chosen.name, chosen.content or b"", others, observations, CHECKS)


def _is_invoice(piece: Embedded) -> bool:
    if piece.name.lower() in _KNOWN:
        return True
    head = (piece.content or b"")[:HEAD]
    return detect(head).container is Container.XML and any(root in head for root in _ROOTS)


def _rank(piece: Embedded) -> int:
    name = piece.name.lower()
    return _KNOWN.index(name) if name in _KNOWN else len(_KNOWN)
