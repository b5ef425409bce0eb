"""The port: what a source of invoices must answer."""

from collections.abc import Set
from typing import Protocol

from assistant.invoices.lookup.schemas import FluxReport, Invoice, InvoicePage, StructureFacts


class LookupFailed(Exception):
    """The source did not answer as it should. `kind` and `code` (service, codeRetour) name the sentence for the person
    (data/knowledge/chorus_pro.yml); the message is for the log."""

    def __init__(self, kind: str, message: str = "", code: tuple[str, int] | None = None) -> None:
        super().__init__(message or kind)
        self.kind = kind
        self.code = code


class InvoiceLookup(Protocol):
    """A source. Every method may raise LookupFailed; nothing found is an empty page or None, not an error."""

    @property
    def demonstration(self) -> bool:
        """True when what it brings back is made up."""

    @property
    def example(self) -> str | None:
        """A number that finds an invoice, for people to try; None where invoices are real."""

    async def find_invoices(self, *, numero: str | None = None, statuts: Set[str] = frozenset()) -> InvoicePage:
        """Invoices that the operator's structures sent, by number and by status codes; no criterion: the latest ones."""

    async def invoice(self, *, key: str) -> Invoice | None:
        """One invoice with its history."""

    async def structure(self, *, siret: str) -> StructureFacts | None:
        """A structure with what it demands, and its services."""

    async def flux(self, *, numero: str) -> FluxReport | None:
        """What became of a flux."""

    async def close(self) -> None:
        """Close what is open."""
