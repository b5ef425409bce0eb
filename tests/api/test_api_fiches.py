"""The knowledge over HTTP."""

import pytest

from actions.base import Services
from tests.support.http import Service

FORGOTTEN = "compte-mot-de-passe-oublie"


async def test_all_fiches_are_listed_in_order_page_by_page(service: Service, services: Services) -> None:
    fiches = services.knowledge.fiches
    seen: list[str] = []
    page = 1
    while True:
        body = (await service.http.get("/api/v1/fiches", params={"limite": 50, "page": page})).json()
        assert body["total"] == len(fiches)
        if not body["fiches"]:
            break
        seen += [fiche["id"] for fiche in body["fiches"]]
        page += 1
    assert seen == [fiche.id for fiche in sorted(fiches.values(), key=lambda fiche: (fiche.domaine, fiche.id))]


async def test_a_listed_fiche_says_what_it_is_about(service: Service, services: Services) -> None:
    body = (await service.http.get("/api/v1/fiches", params={"limite": 1})).json()
    [summary] = body["fiches"]
    fiche = services.knowledge.fiches[summary["id"]]
    assert summary == {
        "id": fiche.id,
        "titre": fiche.titre,
        "domaine": fiche.domaine,
        "reponse": fiche.reponse,
        "confiance": fiche.confiance.value,
        "score": None,
    }


async def test_a_search_gives_the_best_first_with_scores(service: Service) -> None:
    body = (await service.http.get("/api/v1/fiches", params={"q": "j'ai oublié mon mot de passe", "limite": 5})).json()
    assert body["fiches"][0]["id"] == FORGOTTEN
    scores = [fiche["score"] for fiche in body["fiches"]]
    assert len(scores) == 5
    assert scores == sorted(scores, reverse=True)
    assert body["total"] >= 5


async def test_the_pages_of_a_search_follow_each_other(service: Service) -> None:
    async def ids(limite: int, page: int) -> list[str]:
        body = (await service.http.get("/api/v1/fiches", params={"q": "mot de passe", "limite": limite, "page": page})).json()
        return [fiche["id"] for fiche in body["fiches"]]

    assert await ids(2, 1) + await ids(2, 2) == await ids(4, 1)


@pytest.mark.parametrize("q", ["", "   ", "???", "xqzt wrgl bnpf", "\u200b"])
async def test_a_search_for_nothing_finds_nothing(service: Service, q: str) -> None:
    assert (await service.http.get("/api/v1/fiches", params={"q": q})).json() == {"total": 0, "fiches": []}


async def test_a_domain_narrows_a_list_and_a_search(service: Service, services: Services) -> None:
    expected = [fiche.id for fiche in services.knowledge.fiches.values() if fiche.domaine == "compte"]
    listed = (await service.http.get("/api/v1/fiches", params={"domaine": "compte", "limite": 50})).json()
    assert listed["total"] == len(expected)
    assert {fiche["domaine"] for fiche in listed["fiches"]} == {"compte"}
    searched = (await service.http.get("/api/v1/fiches", params={"domaine": "compte", "q": "facture"})).json()
    assert all(fiche["domaine"] == "compte" for fiche in searched["fiches"])
    assert (await service.http.get("/api/v1/fiches", params={"domaine": "cuisine"})).json()["total"] == 0


async def test_a_fiche_is_given_whole_with_its_sections_in_order_and_its_sources(service: Service, services: Services) -> None:
    for fiche in [*list(services.knowledge.fiches.values())[:20], services.knowledge.fiches[FORGOTTEN]]:
        body = (await service.http.get(f"/api/v1/fiches/{fiche.id}")).json()
        assert body["sections"] == [{"titre": section.value, "texte": text} for section, text in fiche.sections.items()]
        assert (body["reponse"], body["etapes"], body["questions"]) == (fiche.reponse, fiche.etapes, fiche.questions)
        assert body["sources"] == [source.model_dump() for source in fiche.sources]
        assert body["voir_aussi"] == fiche.voir_aussi
        assert "faits" not in body


@pytest.mark.parametrize("fiche_id", ["perdue", "..%2F..%2Fetc%2Fpasswd", "%00", "a" * 5000])
async def test_a_fiche_that_does_not_exist_is_404(service: Service, fiche_id: str) -> None:
    response = await service.http.get(f"/api/v1/fiches/{fiche_id}")
    assert response.status_code == 404
    assert response.json()["code"] in ("fiche_inconnue", "introuvable")
