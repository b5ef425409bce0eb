"""A structure that is not the operator's is never shown."""

from datetime import date

import pytest

from assistant.invoices.lookup.own_structures import OwnStructuresOnly
from assistant.invoices.lookup.schemas import (
    FluxError,
    FluxReport,
    HistoryEntry,
    Invoice,
    InvoicePage,
    InvoiceSummary,
    StructureFacts,
)
from tests.support.lookups import MENUISERIE, STRANGER, TRAITEUR, Given

OWN = InvoiceSummary(key="1", numero="A-1", vendeur_siret=MENUISERIE, statut="DEPOSEE")
OTHER = InvoiceSummary(key="2", numero="A-1", vendeur_siret=STRANGER, statut="DEPOSEE")


def guarded(**given: object) -> OwnStructuresOnly:
    return OwnStructuresOnly(Given(**given), [MENUISERIE, TRAITEUR])  # type: ignore[arg-type]


async def test_other_people_s_invoices_are_left_out_of_lists_and_of_their_count() -> None:
    page = await guarded(page=InvoicePage(factures=[OTHER, OWN], total=2)).find_invoices(numero="A-1")
    assert (page.factures, page.total) == ([OWN], 1)


@pytest.mark.parametrize(("summary", "shown"), [(OWN, True), (OTHER, False)])
async def test_an_invoice_is_opened_only_when_an_own_structure_sent_it(summary: InvoiceSummary, shown: bool) -> None:
    invoice = Invoice(resume=summary, historique=[HistoryEntry(statut="DEPOSEE", le=date(2026, 11, 1))])
    assert (await guarded(invoice=invoice).invoice(key=summary.key) is not None) is shown


@pytest.mark.parametrize(
    ("siret", "public", "shown"), [(STRANGER, True, True), (MENUISERIE, False, True), (STRANGER, False, False)]
)
async def test_structures_are_shown_when_public_or_own(siret: str, public: bool, shown: bool) -> None:
    found = await guarded(structure=StructureFacts(siret=siret, publique=public)).structure(siret=siret)
    assert (found is not None) is shown


async def test_a_flux_that_holds_another_s_invoices_is_not_shown() -> None:
    assert (
        await guarded(flux=FluxReport(numero="CPP1", etat="IN_INTEGRE", vendeurs=[MENUISERIE, STRANGER])).flux(numero="CPP1")
        is None
    )


async def test_a_flux_in_which_nobody_is_known_yet_is_not_shown() -> None:
    report = FluxReport(numero="CPP1", etat="IN_REJETE", fichier="facture-d-un-tiers.xml", erreurs=[FluxError(message="x")])
    assert await guarded(flux=report).flux(numero="CPP1") is None


async def test_lines_of_a_report_about_another_or_about_nobody_known_are_left_out() -> None:
    errors = [
        FluxError(message="a", vendeur_siret=STRANGER),
        FluxError(message="b", vendeur_siret=TRAITEUR),
        FluxError(message="c"),
        FluxError(message="d", facture="F-1"),
    ]
    report = FluxReport(numero="CPP1", etat="IN_INTEGRE_PARTIEL", erreurs=errors, vendeurs=[TRAITEUR])
    found = await guarded(flux=report).flux(numero="CPP1")
    assert found is not None
    assert [error.message for error in found.erreurs] == ["b", "c"]


async def test_closing_reaches_the_source() -> None:
    source = Given()
    await OwnStructuresOnly(source, []).close()
    assert source.closed
