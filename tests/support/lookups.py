"""Sources of invoices for tests: a set of one's own, and one that fails."""

from collections.abc import Set
from datetime import date
from typing import Any

from assistant.invoices.lookup.demonstration import DemonstrationLookup, DemonstrationSet, load_demonstration
from assistant.invoices.lookup.follow_up import MAX_SECONDS, InvoiceFollowUp
from assistant.invoices.lookup.own_structures import OwnStructuresOnly
from assistant.invoices.lookup.port import InvoiceLookup, LookupFailed
from assistant.invoices.lookup.schemas import FluxReport, Invoice, InvoicePage, StructureFacts
from assistant.invoices.lookup.texts import load_texts
from tests.support.paths import KNOWLEDGE
from tests.support.services import real_knowledge

DEMONSTRATION = KNOWLEDGE.parent / "demonstration" / "factures.yml"
TODAY = date(2026, 11, 24)
MENUISERIE = "00020001400017"
TRAITEUR = "00020002200010"
STRANGER = "00030001200010"


def demonstration_set() -> DemonstrationSet:
    """The set that is delivered."""
    return load_demonstration(DEMONSTRATION)


def demonstration() -> DemonstrationLookup:
    """The delivered set, as if today were TODAY."""
    return DemonstrationLookup(demonstration_set(), lambda: TODAY)


def follow_up(lookup: InvoiceLookup | None, max_seconds: float = MAX_SECONDS) -> InvoiceFollowUp:
    """A follow-up over a source, as if today were TODAY."""
    return InvoiceFollowUp(lookup, real_knowledge(), load_texts(KNOWLEDGE), lambda: TODAY, max_seconds)


def guarded_demonstration() -> OwnStructuresOnly:
    """What the demo mode asks."""
    return OwnStructuresOnly(demonstration(), demonstration_set().exploitant)


class Given:
    """A source that brings back what the test gives, whoever asks; not a demonstration."""

    demonstration = False
    example = None

    def __init__(self, *, page: InvoicePage | None = None, invoice: Invoice | None = None, **more: Any) -> None:
        self._page, self._invoice, self._more = page or InvoicePage(), invoice, more
        self.closed = False

    async def find_invoices(self, *, numero: str | None = None, statuts: Set[str] = frozenset()) -> InvoicePage:
        return self._page

    async def invoice(self, *, key: str) -> Invoice | None:
        return self._invoice

    async def structure(self, *, siret: str) -> StructureFacts | None:
        return self._more.get("structure")

    async def flux(self, *, numero: str) -> FluxReport | None:
        return self._more.get("flux")

    async def close(self) -> None:
        self.closed = True


class Failing(Given):
    """A source that cannot answer."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind

    async def find_invoices(self, *, numero: str | None = None, statuts: Set[str] = frozenset()) -> InvoicePage:
        raise LookupFailed(self._kind, "secret detail")

    async def invoice(self, *, key: str) -> Invoice | None:
        raise LookupFailed(self._kind)

    async def structure(self, *, siret: str) -> StructureFacts | None:
        raise LookupFailed(self._kind)

    async def flux(self, *, numero: str) -> FluxReport | None:
        raise LookupFailed(self._kind)
