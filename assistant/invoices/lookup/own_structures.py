"""The one place where a structure that is not the operator's is kept from being shown (issue « My invoice »).

Every source, the demonstration included, is asked through this guard. Public bodies are the directory's business and may be
shown; anybody else's invoices, fluxes and structures, and those of which nobody is known, are as if they did not exist.
"""

from collections.abc import Iterable, Set

import structlog

from assistant.invoices.lookup.port import InvoiceLookup
from assistant.invoices.lookup.schemas import FluxReport, Invoice, InvoicePage, InvoiceSummary, StructureFacts

logger = structlog.get_logger()


class OwnStructuresOnly:
    """A source that shows only what the structures `sirets` sent."""

    def __init__(self, source: InvoiceLookup, sirets: Iterable[str]) -> None:
        self._source = source
        self._own = frozenset(sirets)

    @property
    def demonstration(self) -> bool:
        return self._source.demonstration

    @property
    def example(self) -> str | None:
        return self._source.example

    async def find_invoices(self, *, numero: str | None = None, statuts: Set[str] = frozenset()) -> InvoicePage:
        page = await self._source.find_invoices(numero=numero, statuts=statuts)
        own = [summary for summary in page.factures if self._shown(summary)]
        return InvoicePage(factures=own, total=max(len(own), page.total - (len(page.factures) - len(own))))

    async def invoice(self, *, key: str) -> Invoice | None:
        found = await self._source.invoice(key=key)
        return found if found is not None and self._shown(found.resume) else None

    async def structure(self, *, siret: str) -> StructureFacts | None:
        found = await self._source.structure(siret=siret)
        if found is None or found.publique or found.siret in self._own:
            return found
        logger.warning("lookup_other_structure_hidden")
        return None

    async def flux(self, *, numero: str) -> FluxReport | None:
        found = await self._source.flux(numero=numero)
        if found is None:
            return None
        # Deny by default: a flux that nobody's name stands in yet (in process, rejected as a whole) may be anybody's. Whether
        # Chorus Pro gives an account the reports of others' fluxes is not verified.
        if not found.vendeurs or any(siret not in self._own for siret in found.vendeurs):
            logger.warning("lookup_other_flux_hidden", sellers_known=bool(found.vendeurs))
            return None
        # A line about an invoice whose seller is not told may be anybody's too; one about the file is this flux's own.
        own = [error for error in found.erreurs if error.vendeur_siret in self._own or not (error.facture or error.vendeur_siret)]
        return found.model_copy(update={"erreurs": own})

    async def close(self) -> None:
        await self._source.close()

    def _shown(self, summary: InvoiceSummary) -> bool:
        shown = summary.vendeur_siret in self._own
        if not shown:
            logger.warning("lookup_other_invoice_hidden")
        return shown
