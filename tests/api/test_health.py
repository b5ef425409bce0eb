"""Alive, ready, counted."""

import re
from pathlib import Path

from tests.support.http import Service, make_settings, sqlite_url, started
from tests.support.rasa_stub import RasaStub


async def test_it_is_alive_whatever_happens_to_the_others(service_without_rasa: Service) -> None:
    response = await service_without_rasa.http.get("/health/live")
    assert (response.status_code, response.json()["ok"]) == (200, True)


async def test_ready_names_each_dependency(service: Service) -> None:
    response = await service.http.get("/health/ready")
    assert response.status_code == 200
    body = response.json()
    assert body["ok"] is True
    assert {name: part["ok"] for name, part in body["dependances"].items()} == {
        "base_de_donnees": True,
        "rasa": True,
        "connaissances": True,
    }
    assert re.fullmatch(r"\d+ fiches", body["dependances"]["connaissances"]["detail"])


async def test_with_rasa_down_it_is_not_ready_and_says_which(service_without_rasa: Service) -> None:
    response = await service_without_rasa.http.get("/health/ready")
    assert response.status_code == 503
    body = response.json()
    assert body["ok"] is False
    assert body["dependances"]["rasa"] == {"ok": False, "detail": "Rasa ne répond pas"}
    assert body["dependances"]["base_de_donnees"]["ok"] is True


async def test_with_a_database_that_was_not_migrated_it_is_not_ready_and_says_which(tmp_path: Path, rasa: RasaStub) -> None:
    async with started(make_settings(sqlite_url(tmp_path / "vide.db"), rasa_url=rasa.url)) as service:
        response = await service.http.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["dependances"]["base_de_donnees"] == {
        "ok": False,
        "detail": "la base ne répond pas ou n'est pas à jour",
    }
    assert response.json()["dependances"]["rasa"]["ok"] is True


async def test_with_a_database_that_cannot_be_reached_it_is_not_ready_and_tells_no_address(rasa: RasaStub) -> None:
    async with started(make_settings("postgresql+psycopg://qui:secret@127.0.0.1:1/rien", rasa_url=rasa.url)) as service:
        response = await service.http.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["dependances"]["base_de_donnees"]["ok"] is False
    assert "secret" not in response.text


def count(metrics: str, **labels: str) -> float:
    wanted = [f'{name}="{value}"' for name, value in labels.items()]
    return sum(
        float(line.rsplit(" ", 1)[1])
        for line in metrics.splitlines()
        if line.startswith("choriste_requests_total{") and all(label in line for label in wanted)
    )


async def test_requests_are_counted_by_route_and_not_by_what_people_type(service: Service) -> None:
    before = (await service.http.get("/metrics")).text
    await service.http.get("/api/v1/fiches/compte-creer")
    await service.http.get("/api/v1/fiches/n-existe-pas")
    await service.http.get("/adresse/inventee/4711")
    response = await service.http.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    route = {"method": "GET", "route": "/api/v1/fiches/{fiche_id}"}
    for labels in ({**route, "status": "200"}, {**route, "status": "404"}, {"method": "GET", "route": "autre", "status": "404"}):
        assert count(response.text, **labels) == count(before, **labels) + 1, labels
    assert "choriste_request_seconds_bucket" in response.text
    assert not re.search(r"inventee|4711|n-existe-pas|compte-creer", response.text)
