"""The pages of the quizzes: question, explanation with its source, result, progress."""

import re
from html import unescape
from typing import Any

import pytest

from assistant.journeys import service as journeys_service
from assistant.journeys.enums import Genre
from assistant.journeys.load import Journeys
from assistant.journeys.state import EtatQuiz
from tests.support.http import Service

HTML = {"Accept": "text/html"}
ITEM = re.compile(r'value="repondre:(Q[A-Z]-\d\d):0"')


def journeys_of(service: Service) -> Journeys:
    journeys: Journeys = service.app.state.context.services.journeys
    return journeys


async def get(service: Service, path: str) -> str:
    response = await service.http.get(path, headers=HTML)
    assert response.status_code == 200, response.text
    return unescape(response.text).replace("\u00a0", " ")


async def send(service: Service, serie: str, command: str) -> Any:
    return await service.http.post(f"/quiz/{serie}", data={"commande": command}, headers=HTML)


async def answer(service: Service, serie: str, *, right: bool) -> str:
    """Answer the question that is shown; returns the item."""
    page = await get(service, f"/quiz/{serie}")
    found = ITEM.search(page)
    assert found is not None, page
    item = journeys_of(service).items[found.group(1)]
    labels = re.findall(r'value="repondre:[^"]+:(\d)"><span>(.*?)</span>', page)
    assert sorted(label for _, label in labels) == sorted(item.choix)
    place = next(place for place, label in labels if (label == item.bonne) is right)
    response = await send(service, serie, f"repondre:{item.id}:{place}")
    assert response.headers["location"] == f"/quiz/{serie}?vu={item.id}"
    return item.id


async def whole_run(service: Service, serie: str, right: int) -> list[str]:
    await send(service, serie, "recommencer")
    return [await answer(service, serie, right=rank < right) for rank in range(10)]


async def test_the_three_series_are_offered_in_their_order(service: Service) -> None:
    page = await get(service, "/quiz")
    places = [page.index(serie.titre) for serie in journeys_of(service).series.values()]
    assert places == sorted(places)
    assert [serie.id for serie in journeys_of(service).series.values()] == ["fondamentaux", "vocabulaire", "anomalies"]


async def test_a_quiz_that_was_not_begun_leads_to_the_series(service: Service) -> None:
    response = await service.http.get("/quiz/anomalies", headers=HTML)
    assert (response.status_code, response.headers["location"]) == (303, "/quiz")
    assert (await service.http.get("/quiz/inconnu", headers=HTML)).status_code == 404


@pytest.mark.parametrize("right", [True, False])
async def test_after_each_answer_come_the_explanation_and_its_source(service: Service, right: bool) -> None:
    await send(service, "anomalies", "recommencer")
    name = await answer(service, "anomalies", right=right)
    page = await get(service, f"/quiz/anomalies?vu={name}")
    item = journeys_of(service).items[name]
    assert ("c'est juste" in page) is right
    assert item.explication in page
    assert item.bonne in page
    assert item.source.url in page
    assert "Question suivante" in page


async def test_the_page_of_a_question_does_not_tell_which_choice_is_right(service: Service) -> None:
    await send(service, "anomalies", "recommencer")
    page = await get(service, "/quiz/anomalies")
    found = ITEM.search(page)
    assert found is not None
    assert journeys_of(service).items[found.group(1)].explication not in page
    page = await get(service, f"/quiz/anomalies?vu={found.group(1)}")
    assert journeys_of(service).items[found.group(1)].explication not in page, "not before an answer"


async def test_a_run_goes_on_where_it_was(service: Service) -> None:
    await send(service, "vocabulaire", "recommencer")
    for _ in range(3):
        await answer(service, "vocabulaire", right=True)
    assert "3 sur 10" in await get(service, "/quiz/vocabulaire")
    assert "Continuer, question 4" in await get(service, "/quiz")


async def test_the_result_tells_the_score_by_theme_and_what_to_read_again(service: Service) -> None:
    items = await whole_run(service, "fondamentaux", right=7)
    page = await get(service, "/quiz/fondamentaux")
    assert "Votre résultat : 7 sur 10" in page
    for theme in journeys_of(service).series["fondamentaux"].themes:
        assert theme.titre in page
    fiches = service.app.state.context.services.knowledge.fiches
    for item in items[7:]:
        assert fiches[journeys_of(service).items[item].fiches[0]].titre in page
    assert "Avant, après" not in page


async def test_a_second_run_is_another_one_and_is_compared_with_the_first(service: Service) -> None:
    first = await whole_run(service, "anomalies", right=4)
    second = await whole_run(service, "anomalies", right=9)
    assert first != second
    page = await get(service, "/quiz/anomalies")
    assert "Premier essai : <strong>4 sur 10</strong>. Dernier essai : <strong>9 sur 10</strong>" in page


async def test_an_answer_sent_twice_counts_once(service: Service) -> None:
    await send(service, "anomalies", "recommencer")
    name = await answer(service, "anomalies", right=False)
    for place in range(4):
        await send(service, "anomalies", f"repondre:{name}:{place}")
    context = service.app.state.context
    token = service.http.cookies["carnet"]
    carnet_id = await journeys_service.carnet_by_token(sessions=context.services.sessions, token=token)
    assert carnet_id is not None
    etat = await journeys_service.current(
        sessions=context.services.sessions, carnet_id=carnet_id, genre=Genre.QUIZ, cle="anomalies"
    )
    assert isinstance(etat, EtatQuiz)
    assert list(etat.reponses) == [name]
    assert etat.reponses[name] != 0


async def test_nothing_chosen_is_said_and_the_question_stays(service: Service) -> None:
    await send(service, "anomalies", "recommencer")
    response = await service.http.post("/quiz/anomalies", data={}, headers=HTML)
    assert response.status_code == 422
    assert "Choisissez une réponse, puis validez." in unescape(response.text)
    assert ITEM.search(response.text)
