"""Chorus Pro as a source of the look-ups, on the stand-in."""

import pytest

from assistant.invoices.chorus_pro import ChorusProClient
from assistant.invoices.chorus_pro.lookup import ChorusProLookup
from assistant.invoices.lookup.port import InvoiceLookup, LookupFailed
from tests.assistant.invoices.chorus_pro.conftest import Standin


@pytest.fixture
def source(client: ChorusProClient) -> InvoiceLookup:
    return ChorusProLookup(client)


async def test_an_invoice_is_found_then_told_with_its_history(source: InvoiceLookup) -> None:
    page = await source.find_invoices(numero="2026-0147")
    assert (page.total, page.factures[0].statut, source.demonstration) == (1, "SUSPENDUE", False)
    invoice = await source.invoice(key=page.factures[0].key)
    assert invoice and invoice.historique[-1].commentaire == "Bon de livraison manquant"
    assert await source.invoice(key="../1") is None


async def test_invoices_are_found_by_status(source: InvoiceLookup) -> None:
    page = await source.find_invoices(statuts=frozenset({"SUSPENDUE", "REJETEE"}))
    assert {facture.statut for facture in page.factures} == {"SUSPENDUE", "REJETEE"} and page.total == 4


async def test_a_structure_comes_with_its_services(source: InvoiceLookup) -> None:
    found = await source.structure(siret="21000002200017")
    assert found and (found.code_service, found.engagement) == (True, False)
    assert [service.code for service in found.services] == ["VOIRIE", "ANCIEN"]
    assert await source.structure(siret="99999999900000") is None


async def test_a_flux_tells_its_errors_and_its_sellers(source: InvoiceLookup) -> None:
    report = await source.flux(numero="CPP0011117000000000300165")
    assert report and report.etat == "IN_INTEGRE_PARTIEL" and len(report.erreurs) == 2
    assert report.vendeurs == ["00020001400017"]
    assert await source.flux(numero="CPP0") is None


@pytest.mark.parametrize(("status", "kind"), [(503, "injoignable"), (429, "trop"), (403, "refus")])
async def test_a_failure_is_one_that_the_follow_up_has_a_sentence_for(
    source: InvoiceLookup, standin: Standin, status: int, kind: str
) -> None:
    standin.breaks("status", status=status, times=9)
    with pytest.raises(LookupFailed) as caught:
        await source.find_invoices()
    assert caught.value.kind == kind
