"""The help centre: every fiche has an address, search finds it, what is not there is said."""

import re

from tests.support.http import Service


async def test_every_fiche_is_reached_from_the_first_page_and_has_its_sources(service: Service) -> None:
    home = (await service.http.get("/aide")).text
    reached = 0
    for domain in re.findall(r'href="(/aide/[\w-]+)"', home):
        listed = re.findall(rf'href="({domain}/[\w-]+)"', (await service.http.get(domain)).text)
        assert listed, domain
        reached += len(listed)
        page = (await service.http.get(listed[0])).text
        assert 'id="sources"' in page
        assert re.search(r'href="https?://[^"]+" target="_blank" rel="noopener noreferrer"', page)
    assert reached == len(service.app.state.context.services.knowledge.fiches)


async def test_a_search_finds_the_fiche_and_says_when_it_finds_none(service: Service) -> None:
    found = (await service.http.get("/aide", params={"q": "mot de passe oublié"})).text
    assert 'href="/aide/compte/compte-mot-de-passe-oublie"' in found
    none = (await service.http.get("/aide", params={"q": "zzqx wrtp"})).text
    assert "Rien trouvé pour" in none
    assert 'href="/sollicitation"' in none


async def test_what_is_searched_is_shown_as_text(service: Service) -> None:
    page = (await service.http.get("/aide", params={"q": '"><script>alert(1)</script>'})).text
    assert "<script>alert" not in page


async def test_a_fiche_under_another_domain_and_unknown_ones_are_not_found(service: Service) -> None:
    for path in ("/aide/rien", "/aide/compte/rien", "/aide/depot/compte-creer"):
        assert (await service.http.get(path, headers={"Accept": "text/html"})).status_code == 404
