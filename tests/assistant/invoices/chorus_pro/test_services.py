"""Each service, asked of the stand-in."""

import asyncio
from datetime import date, datetime
from decimal import Decimal

import pytest

from assistant.invoices.chorus_pro import ChorusProClient, RechercheFactures
from assistant.invoices.chorus_pro.errors import (
    ChorusProBusinessError,
    ChorusProFluxNotFound,
    ChorusProTooManyResults,
)
from assistant.invoices.chorus_pro.services import Service
from assistant.invoices.chorus_pro.values import PARIS
from tests.assistant.invoices.chorus_pro.conftest import Standin


async def test_an_invoice_is_found_by_its_number(client: ChorusProClient) -> None:
    found = await client.factures(RechercheFactures(numero="2026-0147"))
    assert found.complete and found.total == 1
    (facture,) = found.items
    assert facture.statut and (facture.statut.code, facture.statut.connu) == ("SUSPENDUE", "SUSPENDUE")
    assert facture.montant_ttc == Decimal("1200.12")
    assert facture.date_depot == date(2026, 9, 28)
    assert facture.statut_depuis == datetime(2026, 9, 30, 9, 12, tzinfo=PARIS)
    assert facture.commentaire == "Bon de livraison manquant"
    assert "IBAN" not in repr(facture) and "FR76" not in repr(facture)


async def test_dates_written_otherwise_are_read(client: ChorusProClient) -> None:
    (facture,) = (await client.factures(RechercheFactures(numero="2026-0150"))).items
    assert (facture.date_facture, facture.date_depot) == (date(2026, 9, 27), date(2026, 9, 28))


@pytest.mark.parametrize("page_facts", [True, False])
async def test_all_pages_are_read_whatever_the_server_says_of_them(
    client: ChorusProClient, standin: Standin, page_facts: bool
) -> None:
    standin.world.page_facts = page_facts
    found = await client.factures(RechercheFactures())
    assert found.complete and len(found.items) == len(standin.world.factures) > 50


async def test_a_list_cut_at_its_bound_says_that_it_is_a_part(client: ChorusProClient) -> None:
    found = await client.factures(RechercheFactures(), max_results=7)
    assert len(found.items) == 7 and not found.complete and found.total and found.total > 7
    with pytest.raises(ChorusProTooManyResults):
        async for _ in client.iter_factures(RechercheFactures(), max_results=7):
            pass


async def test_every_status_of_the_api_is_known_and_a_new_one_is_kept(client: ChorusProClient) -> None:
    found = [facture.statut async for facture in client.iter_factures(RechercheFactures())]
    assert {statut.code for statut in found if statut and statut.connu is None} == {"STATUT_NOUVEAU"}


@pytest.mark.parametrize("as_code", [True, False])
async def test_nothing_found_is_an_empty_list(client: ChorusProClient, standin: Standin, as_code: bool) -> None:
    standin.world.empty_as_code = as_code
    found = await client.factures(RechercheFactures(numero="RIEN"))
    assert found.items == () and found.complete


async def test_the_code_of_nothing_found_with_other_words_is_an_error(client: ChorusProClient, standin: Standin) -> None:
    standin.breaks("business", code=20000, libelle="GDP_MSG_11.005")
    with pytest.raises(ChorusProBusinessError):
        await client.factures(RechercheFactures())


async def test_an_invoice_comes_with_its_history_and_the_reason(client: ChorusProClient) -> None:
    detail, history = await client.facture_et_historique(700001)
    assert (detail.numero, detail.cadre_facturation) == ("2026-0147", "A1_FACTURE_FOURNISSEUR")
    assert history.motif == "Bon de livraison manquant" and history.complet
    assert [passage.statut.code for passage in history.passages if passage.statut] == [
        "SUSPENDUE",
        "MISE_A_DISPOSITION",
        "EN_COURS_ACHEMINEMENT",
        "DEPOSEE",
    ]
    assert "Personne-inventée" not in repr(history)


async def test_a_long_history_is_read_to_its_end(client: ChorusProClient, standin: Standin) -> None:
    standin.world.factures[0] = {
        **standin.world.factures[0],
        "historique": [["SUSPENDUE", f"2026-09-{day:02}", "x"] for day in range(30, 0, -1)] * 4,
    }
    history = await client.historique(700001)
    assert len(history.passages) == 120 and history.complet


async def test_an_unknown_invoice_is_a_business_error_with_its_service(client: ChorusProClient) -> None:
    with pytest.raises(ChorusProBusinessError) as caught:
        await client.historique(1)
    assert (caught.value.service, caught.value.code, caught.value.libelle) == (
        Service.FACTURES_HISTORIQUE,
        20000,
        "GDP_MSG_11.008",
    )


@pytest.mark.parametrize(
    ("siret", "asked"),
    [
        ("21000001400014", (False, False, False)),
        ("21000002200017", (True, False, False)),
        ("21000003000010", (False, True, False)),
        ("21000004800012", (True, True, False)),
        ("21000005500017", (None, None, True)),
        ("21000006300011", (None, None, None)),
    ],
)
async def test_a_structure_says_what_it_demands(client: ChorusProClient, siret: str, asked: tuple[bool | None, ...]) -> None:
    structure = await client.structure_de(siret)
    assert structure and structure.siret == siret
    demandes = structure.demandes
    assert (demandes.code_service, demandes.engagement, demandes.l_un_ou_l_autre) == asked


async def test_a_structure_that_nobody_has_is_none(client: ChorusProClient) -> None:
    assert await client.structure_de("99999999900000") is None


async def test_services_say_who_is_closed_and_who_is_not_for_suppliers(client: ChorusProClient) -> None:
    services = {service.code: service for service in (await client.services(1002)).items}
    assert [services[code].actif for code in ("VOIRIE", "ANCIEN")] == [True, False]
    assert services["FACTURES_PUBLIQUES"].entre_organismes_publics
    assert services["ANCIEN"].fin == date(2024, 12, 31)
    assert (await client.service(1002, 5001)).engagement_exige is True
    assert (await client.services(1001)).items == ()


async def test_a_flux_goes_on_from_received_to_integrated(client: ChorusProClient) -> None:
    states = [(await client.compte_rendu_detaille("CPP0011117000000000300164")).etat for _ in range(5)]
    assert [state.connu for state in states if state] == [
        "IN_RECU",
        "IN_TRAITE_SE_CPP",
        "IN_EN_COURS_TRAITEMENT_CPP",
        "IN_INTEGRE",
        "IN_INTEGRE",
    ]


async def test_a_flux_reports_its_errors(client: ChorusProClient) -> None:
    partial = await client.compte_rendu_detaille("CPP0011117000000000300165")
    assert partial.erreurs_factures[0].libelles == ("identifiant fournisseur non référencé", "le code service est obli")
    rejected = await client.compte_rendu_detaille("CPP0011117000000000300166")
    assert rejected.erreurs_techniques[0].code == "ERR_XSD_001"


async def test_an_unknown_flux_is_its_own_error(client: ChorusProClient) -> None:
    with pytest.raises(ChorusProFluxNotFound):
        await client.compte_rendu_detaille("CPP0")


async def test_the_report_comes_with_its_pdf(client: ChorusProClient) -> None:
    report = await client.compte_rendu("CPP0011117000000000300163")
    assert report.pdf and report.pdf.startswith(b"%PDF") and "PDF-1.4" not in repr(report)


async def test_health_is_told_and_never_raised(client: ChorusProClient, standin: Standin) -> None:
    assert (await client.sante()).disponible
    standin.breaks("status", times=9)
    down = await client.sante()
    assert (down.disponible, down.cause) == (False, "indisponible")


async def test_many_calls_at_once_are_answered_each_with_its_own(client: ChorusProClient, standin: Standin) -> None:
    identifiers = [facture["identifiantFactureCPP"] for facture in standin.world.factures][:40]
    answers = await asyncio.gather(*(client.facture(identifier) for identifier in identifiers))
    assert [answer.identifiant for answer in answers] == identifiers


def test_the_closed_list_of_services_only_reads() -> None:
    verbs = ("rechercher", "consulter", "health-check")
    assert all(any(verb in service.path.split("/v1/")[1] for verb in verbs) for service in Service)
