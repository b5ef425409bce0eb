"""Parts of an invoice that CII and UBL write alike, under other names."""

from dataclasses import dataclass

from assistant.invoices.model import AllowanceCharge, Attachment, Found
from assistant.invoices.xml.leaves import Element, Leaves, embedded_size


@dataclass(frozen=True)
class AllowanceNames:
    """Paths under an allowance or charge (BG-20, BG-21, BG-27, BG-28)."""

    indicator: str
    amount: str
    reason: str
    vat_category: str
    vat_rate: str


def read_allowance(leaves: Leaves, node: Element, names: AllowanceNames) -> AllowanceCharge:
    """An allowance, or a charge where the indicator says so."""
    indicator = leaves.text(node, names.indicator)
    return AllowanceCharge(
        charge=indicator is not None and indicator.value in ("true", "1"),
        where=leaves.place(node),
        amount=leaves.decimal(node, names.amount, "allowance"),
        reason=leaves.text(node, names.reason),
        vat_category=leaves.text(node, names.vat_category),
        vat_rate=leaves.decimal(node, names.vat_rate, "vat_rate"),
    )


def read_attachment(leaves: Leaves, node: Element, *, reference: str, content: str) -> Attachment:
    """An additional supporting document (BG-24), `reference` and `content` being paths under it."""
    embedded = leaves.first(node, content)
    where = leaves.place(node if embedded is None else embedded)
    name = None if embedded is None else embedded.get("filename")
    mime = None if embedded is None else embedded.get("mimeCode")
    size = None if embedded is None else embedded_size(embedded.text)
    return Attachment(
        where=leaves.place(node),
        reference=leaves.text(node, reference),
        name=Found(name, where) if name else None,
        mime=Found(mime, where) if mime else None,
        size=Found(size, where) if size is not None else None,
    )
