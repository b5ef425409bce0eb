"""Every link of the pages of journeys and quizzes leads somewhere: each step, each outcome, each question of each quiz."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from html import unescape
from urllib.parse import urldefrag, urlsplit

import pytest

from assistant.journeys.load import Journeys
from tests.support.http import Service

HTML = {"Accept": "text/html"}
ADDRESS = re.compile(r'\s(?:href|src)="([^"]*)"')
ITEM = re.compile(r'value="repondre:(Q[A-Z]-\d\d):0"')


class Reader:
    """Reads pages and follows all their links, each once."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.journeys: Journeys = service.app.state.context.services.journeys
        self.fiches = service.app.state.context.services.knowledge.fiches
        self.followed: dict[str, str] = {}

    async def read(self, path: str) -> str:
        """The page; nothing on it may lead nowhere."""
        response = await self.service.http.get(path, headers=HTML, follow_redirects=True)
        assert response.status_code == 200, path
        page = unescape(response.text)
        for address in ADDRESS.findall(response.text):
            await self._follow(unescape(address), page, path)
        return page

    async def send(self, path: str, command: str) -> None:
        response = await self.service.http.post(path, data={"commande": command}, headers=HTML)
        assert response.status_code == 303, (path, command)

    def assert_linked(self, page: str, fiches: Iterable[str]) -> None:
        """Each fiche can be opened at its own address and asked about in the chat."""
        for name in fiches:
            fiche = self.fiches[name]
            assert f'href="/aide/{fiche.domaine}/{fiche.id}"' in page
            assert f'data-choriste-question="{fiche.questions[0]}"' in page

    async def _follow(self, address: str, page: str, path: str) -> None:
        parts = urlsplit(address)
        if parts.scheme == "mailto":
            return
        if parts.netloc:
            assert parts.scheme in ("http", "https") and "." in (parts.hostname or ""), f"{path}: {address}"
            return
        where, place = urldefrag(address)
        if where and where not in self.followed:
            found = await self.service.http.get(where, headers=HTML, follow_redirects=True)
            assert found.status_code == 200, f"{path} → {address}: {found.status_code}"
            self.followed[where] = found.text
        if place:
            assert f'id="{place}"' in (self.followed[where] if where else page), f"{path} → {address}"


@pytest.fixture
def reader(service: Service) -> Reader:
    """Reads pages of this service."""
    return Reader(service)


async def test_every_link_of_every_step_leads_somewhere(reader: Reader) -> None:
    await reader.read("/parcours")
    await reader.read("/parcours/reprendre")
    await reader.read("/parcours/compte")
    for branche in reader.journeys.compte.branches:
        await reader.send("/parcours/compte", f"situation:{branche.id}")
        for etape in branche.etapes:
            await reader.send("/parcours/compte", f"aller:{etape}")
            page = await reader.read("/parcours/compte")
            reader.assert_linked(page, reader.journeys.etapes[etape].fiches)
            await reader.send("/parcours/compte", f"marquer:{etape}:bloquee")
            await reader.read("/parcours/compte")
        await reader.send("/parcours/compte", "aller")
        await reader.read("/parcours/compte")
        await reader.read("/parcours/compte/liste")


async def test_every_link_of_every_outcome_leads_somewhere(reader: Reader) -> None:
    async def walk(name: str) -> set[str]:
        page = await reader.read("/parcours/facture")
        if name in reader.journeys.resultats:
            reader.assert_linked(page, reader.journeys.resultats[name].fiches)
            return {name}
        met = set()
        for choix in reader.journeys.questions[name].choix:
            await reader.send("/parcours/facture", f"repondre:{name}:{choix.id}")
            met |= await walk(choix.vers)
        return met

    assert await walk(reader.journeys.facture.questions[0].id) == set(reader.journeys.resultats)


async def test_every_link_of_every_question_of_a_quiz_leads_somewhere(reader: Reader) -> None:
    await reader.read("/quiz")
    met = set()
    for serie in reader.journeys.series.values():
        # Each run asks as many of every theme, those first that were asked less often: this many ask them all.
        largest = max(Counter(item.theme for item in serie.items).values())
        for _ in range(math.ceil(largest / (serie.tirage // len(serie.themes)))):
            await reader.send(f"/quiz/{serie.id}", "recommencer")
            wrong: list[str] = []
            for _ in range(serie.tirage):
                found = ITEM.search(await reader.read(f"/quiz/{serie.id}"))
                assert found is not None
                item = reader.journeys.items[found.group(1)]
                await reader.send(f"/quiz/{serie.id}", f"repondre:{item.id}:1")
                page = await reader.read(f"/quiz/{serie.id}?vu={item.id}")
                reader.assert_linked(page, item.fiches)
                wrong += item.fiches if "ce n'est pas ça" in page else []
                met.add(item.id)
            reader.assert_linked(await reader.read(f"/quiz/{serie.id}"), wrong)
        await reader.read("/quiz")
    assert met == set(reader.journeys.items)
