"""The application as it really starts and stops, and its pages."""

import json
import shutil
from pathlib import Path

import pytest

from api.app import create_app
from assistant.knowledge.load import KnowledgeError
from tests.assistant.knowledge.samples import write_knowledge, write_triage
from tests.support.http import Service, make_settings, really_started, sqlite_url
from tests.support.paths import TRIAGE
from tests.support.rasa_stub import RasaStub, entry
from tests.support.trackers import action_call


@pytest.mark.usefixtures("remembered_vectors")
async def test_it_starts_with_all_that_it_builds_by_itself_answers_and_stops(
    database_url: str, rasa: RasaStub, tmp_path: Path
) -> None:
    rasa.says(entry("Oui"))
    knowledge = write_knowledge(tmp_path / "autre")
    real = Path(__file__).parents[2] / "data" / "knowledge"
    shutil.copy(real / "textes.yml", knowledge / "textes.yml")
    # What the sample leaves out: journeys, quizzes, and the texts of invoices.
    for path in real.iterdir():
        if not (knowledge / path.name).exists():
            (shutil.copytree if path.is_dir() else shutil.copy)(path, knowledge / path.name)
    settings = make_settings(database_url, rasa_url=rasa.url, knowledge_dir=knowledge, triage_dir=write_triage(tmp_path, TRIAGE))
    async with really_started(settings) as service:
        assert (await service.http.get("/health/ready")).json()["ok"] is True
        assert (await (await service.open()).say("Bonjour"))[0]["text"] == "Oui"
        found = (await service.http.get("/api/v1/fiches", params={"q": "supprimer un essai"})).json()
        assert found["fiches"][0]["id"] == "essai-supprimer"
        answer = await service.action(action_call("action_definir_terme", "c'est quoi un essai", intent="definir_terme"))
        assert answer["responses"][0]["text"] == "**Essai** : Une chose que l'on essaie."
    events = [json.loads(line) for line in service.log.splitlines()]
    assert [event["event"] for event in events if event["event"].startswith("service_")] == ["service_started", "service_stopped"]
    assert next(event for event in events if event["event"] == "service_started")["fiches"] == 2


async def test_it_refuses_to_start_with_a_knowledge_that_is_wrong_and_says_why(tmp_path: Path) -> None:
    knowledge = write_knowledge(tmp_path)
    (knowledge / "cadres.csv").unlink()
    with pytest.raises(KnowledgeError, match=r"cadres\.csv: ce fichier manque"):
        async with really_started(make_settings(sqlite_url(tmp_path / "x.db"), knowledge_dir=knowledge)):
            pass


def test_making_the_application_opens_nothing(tmp_path: Path) -> None:
    create_app(make_settings(sqlite_url(tmp_path / "x.db"), knowledge_dir=tmp_path / "rien"))
    assert list(tmp_path.iterdir()) == []


async def test_the_home_page_says_what_it_is_and_what_it_is_not(service: Service) -> None:
    response = await service.http.get("/")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert '<html lang="fr">' in response.text
    assert "indépendant de l'AIFE" in response.text
    assert '<script src="/widget.js" defer' in response.text
    assert 'href="/sollicitation"' in response.text
    assert "<noscript>" in response.text


@pytest.mark.parametrize("path", ["/", "/sollicitation", "/assistant", "/aide", "/aide/compte"])
async def test_pages_hold_no_script_or_style_of_their_own_and_nothing_from_elsewhere(service: Service, path: str) -> None:
    import re

    page = (await service.http.get(path)).text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", page)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    for address in re.findall(r'(?:src|href)="(/widget[/.][^"]+)"', page):
        assert (await service.http.get(address)).status_code == 200, address


@pytest.mark.parametrize(
    ("name", "kind"), [("widget.js", "text/javascript"), ("pages.css", "text/css"), ("icone.svg", "image/svg+xml")]
)
async def test_the_widget_is_served_with_its_right_kind(service: Service, name: str, kind: str) -> None:
    response = await service.http.get(f"/widget/{name}")
    assert response.status_code == 200
    assert response.headers["content-type"].split(";")[0] == kind
    assert len(response.content) > 100
