"""Chorus Pro as a source of the look-ups, on the stand-in."""

from typing import Any

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
    assert {facture.statut for facture in page.factures} == {"SUSPENDUE", "REJETEE"} and page.total == 5


async def test_a_structure_comes_with_its_services(source: InvoiceLookup) -> None:
    found = await source.structure(siret="21000002200017")
    assert found and (found.publique, found.code_service, found.engagement) == (True, True, False)
    assert [service.code for service in found.services] == ["VOIRIE", "ANCIEN"]
    assert await source.structure(siret="99999999900000") is None


async def test_a_flux_tells_its_errors_and_its_sellers(source: InvoiceLookup) -> None:
    report = await source.flux(numero="CPP0011117000000000300165")
    assert report and report.etat == "IN_INTEGRE_PARTIEL" and len(report.erreurs) == 2
    assert report.vendeurs == ["00020001400017"]
    assert await source.flux(numero="CPP0") is None


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "status", "status": 503}, "indisponible"),
        ({"kind": "status", "status": 429}, "quota"),
        ({"kind": "status", "status": 403}, "acces_refuse"),
        ({"kind": "status", "status": 404}, "demande_refusee"),
        ({"kind": "not_json"}, "reponse_illisible"),
        ({"kind": "business"}, "metier"),
    ],
)
async def test_a_failure_keeps_its_kind(source: InvoiceLookup, standin: Standin, fault: dict[str, Any], kind: str) -> None:
    standin.breaks(**fault, times=9)
    with pytest.raises(LookupFailed) as caught:
        await source.find_invoices()
    assert caught.value.kind == kind


async def test_an_unknown_identifier_fails_with_its_service_and_its_code(source: InvoiceLookup) -> None:
    with pytest.raises(LookupFailed) as caught:
        await source.invoice(key="1")
    assert caught.value.code in {("factures/consulter/fournisseur", 20000), ("factures/consulter/historique", 20000)}


async def test_a_service_that_wants_an_engagement_by_itself_is_told_when_they_are_few(
    source: InvoiceLookup, standin: Standin
) -> None:
    found = await source.structure(siret="21000002200017")
    assert found and [(one.code, one.engagement) for one in found.services] == [("VOIRIE", True), ("ANCIEN", None)]
    many = [{"idService": n, "codeService": f"S{n}", "estActif": True, "numeroEngagement": True} for n in range(6000, 6006)]
    standin.world.data["services"][1002] = many
    calls = standin.world.calls("consulter/service")
    crowded = await source.structure(siret="21000002200017")
    assert crowded and {one.engagement for one in crowded.services} == {None}
    assert standin.world.calls("consulter/service") == calls
