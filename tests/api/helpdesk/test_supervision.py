"""The supervisor's figures: page, pictures, tables, export."""

import csv
import io
import re

import pytest

from assistant.helpdesk.enums import Role
from tests.api.helpdesk.conftest import Write
from tests.support.desk import Browser, add_agent, sessions_of, signed_in, text_of
from tests.support.http import Service


@pytest.fixture
async def browser(service: Service) -> Browser:
    """A supervisor's browser."""
    return await signed_in(service, await add_agent(sessions_of(service), Role.SUPERVISEUR, nom="Sam Chef"))


async def test_the_figures_of_the_last_thirty_days_are_pictures_and_tables(
    service: Service, write: Write, browser: Browser
) -> None:
    first, _ = await write(), await write(categorie="retard_paiement")
    await browser.post(f"/helpdesk/sollicitations/{first}/reponse", version=1, texte="Voici la réponse.")
    await service.open()
    page = await browser.get("/helpdesk/supervision")
    assert page.status_code == 200
    shown = text_of(page)
    assert "2 demandes reçues" in shown
    assert "1 encore sans première réponse" in shown
    for words in ("Facture suspendue 1", "Retard de paiement 1", "formulaire 2"):
        assert words in shown, words
    # Nothing was answered by a fiche, nothing proposed by triage: no picture of it.
    assert re.findall(r'role="img" aria-label="([^"]+)"', page.text) == [
        "Demandes reçues et closes",
        "Conversations avec l&#39;assistant",
        "Demandes par sujet",
    ]


async def test_an_empty_period_is_a_page_without_figures(browser: Browser) -> None:
    page = await browser.get("/helpdesk/supervision?du=2020-01-01&au=2020-01-31")
    assert page.status_code == 200
    assert "0 demande reçue" in text_of(page)
    assert 'value="2020-01-01"' in page.text


@pytest.mark.parametrize(
    "query",
    ["du=hier", "du=2026-02-30", "du=2026-03-01&au=2026-02-01", "du=0001-01-01", "au=9999-12-31", "par=siecle", "du=2000-01-01"],
)
async def test_a_period_that_means_nothing_is_the_last_thirty_days(browser: Browser, query: str) -> None:
    assert (await browser.get(f"/helpdesk/supervision?{query}")).status_code == 200


async def test_too_many_days_by_day_are_refused_with_a_way_out(browser: Browser) -> None:
    page = await browser.get("/helpdesk/supervision?du=2020-01-01&au=2026-01-01&par=jour")
    assert page.status_code == 422
    assert "choisissez des semaines ou des mois" in text_of(page)
    assert (await browser.get("/helpdesk/supervision?du=2020-01-01&au=2026-01-01")).status_code == 200


async def test_the_export_opens_in_a_french_spreadsheet(write: Write, browser: Browser) -> None:
    await write()
    answer = await browser.get("/helpdesk/supervision.csv?du=2026-01-01&au=2100-01-01&par=mois")
    assert answer.status_code in (200, 422)
    answer = await browser.get("/helpdesk/supervision.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="choriste-supervision-')
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert len({len(row) for row in rows}) == 1
    assert any("Facture suspendue" in row and "1" in row for row in rows)
