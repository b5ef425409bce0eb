"""The delivered demonstration set."""

import pytest

from assistant.knowledge.load import Knowledge
from assistant.sollicitations.siret import is_valid_siret
from tests.support.lookups import MENUISERIE, TODAY, demonstration, demonstration_set


def test_statuses_are_known_days_go_forward_and_sirets_have_right_keys(knowledge: Knowledge) -> None:
    content = demonstration_set()
    for facture in content.factures:
        days = [step.il_y_a for step in facture.historique]
        assert days == sorted(days, reverse=True), facture.numero
        assert all(step.statut in knowledge.statuts for step in facture.historique), facture.numero
        assert facture.vendeur in content.exploitant
    assert all(flux.etat in knowledge.statuts for flux in content.flux)
    sirets = {*content.exploitant, *(structure.siret for structure in content.structures)}
    assert all(is_valid_siret(siret) for siret in sirets)
    assert {facture.client for facture in content.factures} <= sirets


def test_no_siret_of_the_set_can_be_a_real_one() -> None:
    """SIREN in 000, or local bodies of a department 00: neither is given to anybody."""
    content = demonstration_set()
    roots = {siret[:4] for siret in [*content.exploitant, *(structure.siret for structure in content.structures)]}
    assert all(root.startswith("000") or root in ("2100", "2600") for root in roots)


def test_every_name_of_the_set_says_that_it_is_made_up() -> None:
    content = demonstration_set()
    assert all("(inventé" in name for name in [*content.noms.values(), *(structure.nom for structure in content.structures)])


@pytest.mark.parametrize("number", ["2026-0147", "2026/0147", "2026 0147", "0147"])
async def test_a_number_is_found_however_it_is_written(number: str) -> None:
    page = await demonstration().find_invoices(numero=number)
    assert [summary.numero for summary in page.factures] == ["2026-0147"]


@pytest.mark.parametrize("number", ["47", "", "-", "9999"])
async def test_too_little_of_a_number_finds_nothing(number: str) -> None:
    assert (await demonstration().find_invoices(numero=number)).factures == []


async def test_days_are_counted_from_today() -> None:
    [summary] = (await demonstration().find_invoices(numero="2026-0147")).factures
    invoice = await demonstration().invoice(key=summary.key)
    assert invoice is not None
    assert (TODAY - invoice.historique[-1].le).days == 12
    assert invoice.resume.vendeur_siret == MENUISERIE


async def test_a_list_by_status_holds_only_those_that_stand_there() -> None:
    page = await demonstration().find_invoices(statuts={"SUSPENDUE"})
    assert {summary.numero for summary in page.factures} == {"2026-0147", "T-88"}


async def test_what_is_not_there_is_not_found() -> None:
    assert await demonstration().invoice(key="demo-x") is None
    assert await demonstration().structure(siret="55210055400013") is None
    assert await demonstration().flux(numero="CPP9") is None
