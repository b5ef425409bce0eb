"""The queues: lists, filters, search, pages, several at once."""

import html
import re

import pytest

from assistant.helpdesk import queues
from assistant.helpdesk.enums import Role
from assistant.helpdesk.queues import File
from assistant.sollicitations.enums import Etat
from tests.api.helpdesk.conftest import Write, read_row
from tests.support.desk import Browser, add_agent, sessions_of, signed_in, text_of
from tests.support.http import Service

SIRET = "73282932000074"


@pytest.fixture
async def browser(service: Service) -> Browser:
    """An agent's browser."""
    return await signed_in(service, await add_agent(sessions_of(service), nom="Ana Martin"))


def _numbers(page: str) -> list[str]:
    return re.findall(r'data-ligne="([^"]+)"', page)


async def _choice(service: Service, numero: str) -> str:
    row = await read_row(service, numero)
    return f"{numero}:{row.id}:{row.version}"


async def test_the_console_begins_with_what_is_to_triage(browser: Browser, write: Write) -> None:
    assert (await browser.get("/helpdesk")).headers["location"] == "/helpdesk/files/a_trier"
    first, second = await write(), await write()
    page = await browser.get("/helpdesk/files/a_trier")
    assert sorted(_numbers(page.text)) == [first, second]
    assert "À trier 2" in text_of(page)


@pytest.mark.parametrize("file", list(File))
async def test_every_queue_is_a_page_even_when_it_is_empty(browser: Browser, file: File) -> None:
    page = await browser.get(f"/helpdesk/files/{file}")
    assert page.status_code == 200
    assert "Aucune demande ici" in text_of(page)
    assert f'href="/helpdesk/files/{file}" aria-current="page"' in page.text


async def test_filters_and_search_narrow_the_list_and_stay_in_the_form(browser: Browser, write: Write) -> None:
    one = await write(siret=SIRET, numero_facture="F-12", description="Le portail refuse mon dépôt de facture ce matin.")
    await write(categorie="retard_paiement", description="La mairie ne paie pas depuis trois mois.")
    for query in (
        "categorie=facture_suspendue",
        "q=refuse depot",
        f"q={one}",
        "q=F-12",
        f"siret={SIRET}",
        "siret=732 829 320 00074",
    ):
        page = await browser.get(f"/helpdesk/files/a_trier?{query}")
        assert _numbers(page.text) == [one], query
    page = await browser.get("/helpdesk/files/a_trier?categorie=facture_suspendue&q=portail&tri=recentes")
    assert '<option value="facture_suspendue" selected>' in page.text
    assert 'value="portail"' in page.text
    assert '<option value="recentes" selected>' in page.text


@pytest.mark.parametrize(
    "query",
    [
        "categorie=inventee",
        "priorite=folle",
        "agent=abc",
        "age=-4",
        "apres=n'importe quoi",
        "tri=hasard",
        "route=x",
        "q=%00",
        "q=%22*(",
    ],
)
async def test_an_address_that_means_nothing_shows_a_list_all_the_same(browser: Browser, write: Write, query: str) -> None:
    await write()
    assert (await browser.get(f"/helpdesk/files/a_trier?{query}")).status_code == 200


async def test_a_long_queue_comes_in_pages_that_keep_the_filters(
    browser: Browser, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.helpdesk.files.PAGE_SIZE", 2)
    written = [await write() for _ in range(5)]
    seen: list[str] = []
    address = "/helpdesk/files/a_trier?categorie=facture_suspendue&tri=anciennes"
    for _ in range(3):
        page = await browser.get(address)
        seen += _numbers(page.text)
        following = re.search(r'href="(\?[^"]+)" rel="next"', page.text)
        if following is None:
            break
        assert "categorie=facture_suspendue" in following.group(1)
        address = f"/helpdesk/files/a_trier{following.group(1).replace('&amp;', '&')}"
    assert seen == written
    assert "Première page" in page.text


async def test_the_search_of_the_top_goes_straight_to_a_number_and_finds_words_anywhere(browser: Browser, write: Write) -> None:
    numero = await write(description="Le bandeau orange clignote sans raison.")
    assert (await browser.get(f"/helpdesk/sollicitations?q=%20{numero.lower()}")).headers["location"].endswith(numero)
    page = await browser.get("/helpdesk/sollicitations?q=bandeau clignote")
    assert _numbers(page.text) == [numero]
    assert "Recherche : « bandeau clignote »" in text_of(page)
    assert _numbers((await browser.get("/helpdesk/sollicitations?q=introuvable")).text) == []


async def test_several_are_taken_at_once_and_those_that_cannot_be_are_told_one_by_one(
    service: Service, browser: Browser, write: Write
) -> None:
    good, taken, gone = await write(), await write(), await write()
    other = await signed_in(service, await add_agent(sessions_of(service), nom="Bao Petit"))
    seen = [await _choice(service, numero) for numero in (good, taken, gone)]
    await other.post(f"/helpdesk/sollicitations/{taken}/prendre", version=1)
    page = await browser.post("/helpdesk/lot", choix=[*seen, "CHO-2026-999999:999999:1"], geste="prendre", retour="a_trier")
    shown = text_of(page)
    assert "2 demandes traitées" in shown
    assert "2 demandes inchangées" in shown
    assert "Bao Petit" in shown
    assert "Cette sollicitation n'existe pas." in shown
    assert 'href="/helpdesk/files/a_trier"' in page.text
    assert (await read_row(service, good)).agent_id == browser.agent.id  # type: ignore[union-attr]


async def test_several_are_assigned_recategorised_and_closed(service: Service, browser: Browser, write: Write) -> None:
    other = await add_agent(sessions_of(service), nom="Bao Petit")
    numbers = [await write(), await write()]

    async def do(geste: str, **fields: str) -> str:
        chosen = [await _choice(service, numero) for numero in numbers]
        return text_of(await browser.post("/helpdesk/lot", choix=chosen, geste=geste, **fields))

    assert "2 demandes traitées" in await do("categorie", categorie="facture_rejetee")
    assert "2 demandes traitées" in await do("clore", motif="doublon")
    closed = await read_row(service, numbers[0])
    assert (closed.categorie, closed.etat) == ("facture_rejetee", Etat.CLOTUREE)
    assert "2 demandes inchangées" in await do("affecter", agent=str(other.id))
    numbers[:] = [await write()]
    assert "1 demande traitée" in await do("affecter", agent=str(other.id))
    assert (await read_row(service, numbers[0])).agent_id == other.id


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Cochez au moins une demande."),
        ({"choix": ["CHO:1"], "geste": "prendre"}, "n'est pas lisible"),
        ({"choix": ["CHO:x:y"], "geste": "prendre"}, "n'est pas lisible"),
        ({"choix": ["CHO:1:1"] * 201, "geste": "prendre"}, "200 demandes au plus"),
        ({"choix": ["CHO:1:1"], "geste": "supprimer"}, "Choisissez ce qu'il faut faire"),
        ({"choix": ["CHO:1:1"], "geste": "affecter", "agent": "x"}, "Choisissez à qui affecter"),
    ],
)
async def test_a_bulk_action_that_means_nothing_is_refused_with_the_reason(
    browser: Browser, fields: dict[str, object], words: str
) -> None:
    page = await browser.post("/helpdesk/lot", **fields)
    assert page.status_code == 422
    assert words in text_of(page)


async def test_an_agents_queue_shows_what_is_theirs(service: Service, browser: Browser, write: Write) -> None:
    mine, _ = await write(), await write()
    await browser.post(f"/helpdesk/sollicitations/{mine}/prendre", version=1)
    assert _numbers((await browser.get("/helpdesk/files/les_miennes")).text) == [mine]
    chief = await signed_in(service, await add_agent(sessions_of(service), Role.SUPERVISEUR))
    assert _numbers((await chief.get("/helpdesk/files/les_miennes")).text) == []
    assert browser.agent
    found = await chief.get(f"/helpdesk/sollicitations?agent={browser.agent.id}")
    assert _numbers(found.text) == [mine]


async def test_an_unknown_queue_is_not_found(browser: Browser) -> None:
    assert (await browser.get("/helpdesk/files/inventee")).status_code == 404


async def test_a_search_that_stopped_on_its_way_says_so_and_the_next_page_goes_on(
    browser: Browser, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "_FEW", 0)
    monkeypatch.setattr(queues, "_STEPS", (1,))
    first = await write(description="La mairie ne paie pas depuis trois mois.")
    await write()
    page = await browser.get("/helpdesk/sollicitations?q=mairie")
    assert "la recherche n'a lu qu'une partie de cette liste" in text_of(page)
    assert "Rien dans cette partie de la liste." in text_of(page)
    assert "Aucune demande ici" not in text_of(page)
    following = html.unescape(re.findall(r'href="\?([^"]+)" rel="next"', page.text)[0])
    assert _numbers((await browser.get(f"/helpdesk/sollicitations?{following}")).text) == [first]


async def test_a_search_that_saw_everything_says_nothing_of_it(browser: Browser, write: Write) -> None:
    await write()
    page = await browser.get("/helpdesk/sollicitations?q=suspendue")
    assert "n'a lu qu'une partie" not in text_of(page)
