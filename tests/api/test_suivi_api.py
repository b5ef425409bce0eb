"""The follow-up page's twins for programs."""

from typing import Any

import httpx
import pytest

from actions.base import Services
from api.helpdesk.broadcast import DESK
from assistant.database import Sessions
from assistant.sollicitations import follow_up, lifecycle
from tests.support import files
from tests.support.http import Service
from tests.support.sollicitations import new_agent

BODY = {
    "categorie": "facture_rejetee",
    "numero_facture": "F-12",
    "description": "La facture est rejetée sans motif.",
    "contact": "compta@exemple.fr",
}


class Client:
    """A program that wrote a sollicitation and follows it."""

    def __init__(self, service: Service, numero: str, jeton: str) -> None:
        self.service = service
        self.numero = numero
        self.headers = {"Authorization": f"Bearer {jeton}"}

    @property
    def path(self) -> str:
        return f"/api/v1/sollicitations/{self.numero}"

    async def get(self, tail: str = "", **options: Any) -> httpx.Response:
        return await self.service.http.get(self.path + tail, headers=self.headers, **options)

    async def post(self, tail: str, body: Any = None, **options: Any) -> httpx.Response:
        return await self.service.http.post(self.path + tail, json=body, headers=self.headers, **options)


@pytest.fixture
async def client(service: Service) -> Client:
    created = (await service.http.post("/api/v1/sollicitations", json=BODY)).json()
    return Client(service, created["numero"], created["jeton_suivi"])


async def answer(client: Client, services: Services, texte: str = "Ajoutez le PV.") -> None:
    """An agent takes it and answers."""
    sessions: Sessions = client.service.app.state.context.services.sessions
    row = await follow_up.reread_by_number(sessions=sessions, numero=client.numero)
    common: dict[str, Any] = {"sessions": sessions, "desk": services.desk, "sollicitation_id": row.id}
    agent = await new_agent(sessions, "Camille")
    await lifecycle.add_note(**common, agent=agent, texte="Entre nous.")
    row = await follow_up.reread_by_number(sessions=sessions, numero=client.numero)
    await lifecycle.propose_solution(**common, agent=agent, version=row.version, texte=texte)


async def test_the_state_comes_with_the_timeline_and_what_can_be_done(client: Client, services: Services) -> None:
    await answer(client, services)
    response = await client.get()
    assert response.status_code == 200
    body = response.json()
    assert (body["numero"], body["etat"], body["actions"]) == (
        client.numero,
        "solution_proposee",
        ["complement", "renvoi", "cloture"],
    )
    assert [(one["type"], one["auteur"]) for one in body["evenements"]] == [
        ("soumission", "vous"),
        ("affectation", "equipe"),
        ("reponse", "equipe"),
    ]
    assert body["evenements"][-1]["texte"] == "Ajoutez le PV."
    assert [one["cle"] for one in body["champs"]] == ["categorie", "adresse", "titre", "description"]
    assert body["jeton_suivi"] is None
    assert "Entre nous" not in response.text and "Camille" not in response.text
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Bearer " + "x" * 43}, {"Authorization": "Basic eA=="}]
)
async def test_without_its_own_secret_nothing_tells_whether_it_exists(client: Client, headers: dict[str, str]) -> None:
    for method, tail in (
        ("GET", ""),
        ("POST", "/complements"),
        ("POST", "/renvoi"),
        ("POST", "/cloture"),
        ("GET", "/pieces/x"),
    ):
        answers = [
            await client.service.http.request(
                method,
                f"/api/v1/sollicitations/{numero}{tail}",
                json={"texte": "x"} if method == "POST" else None,
                headers=headers,
            )
            for numero in (client.numero, "CHO-2026-999999", "x")
        ]
        assert {one.status_code for one in answers} == {401}
        assert {one.json()["code"] for one in answers} == {"suivi_refuse"}
        assert len({one.json()["detail"] for one in answers}) == 1
        assert {one.headers["www-authenticate"] for one in answers} == {"Bearer"}


async def test_a_complement_a_return_and_a_closing(client: Client, services: Services) -> None:
    response = await client.post("/complements", {"texte": "Mon mot de passe est Toto2024"})
    assert response.status_code == 200
    assert response.json()["evenements"][-1]["texte"] == "Mon mot de passe est ••••"
    assert response.json()["masques"] == [services.knowledge.textes["secret_mot_de_passe"]]
    await answer(client, services)
    response = await client.post("/renvoi", {"texte": "Il est déjà joint."})
    assert (response.status_code, response.json()["etat"], response.json()["masques"]) == (200, "renvoyee", [])
    response = await client.post("/cloture", {})
    assert (response.status_code, response.json()["etat"], response.json()["actions"]) == (200, "cloturee", [])


async def test_what_the_state_does_not_allow_is_refused_with_the_reason(client: Client) -> None:
    response = await client.post("/renvoi", {"texte": "Non."})
    assert (response.status_code, response.json()["code"]) == (409, "changement_refuse")
    assert response.json()["detail"] == "Cette sollicitation n'est encore affectée à personne."
    response = await client.post("/complements", {"texte": "x" * 4001})
    assert response.status_code == 409
    assert "4000 caractères au plus" in response.json()["detail"]


async def test_files_go_in_and_come_out(client: Client) -> None:
    sent = [("fichiers", ("facture.pdf", files.pdf(), "x/y")), ("fichiers", ("écran.png", files.png(), "x/y"))]
    response = await client.service.http.post(f"{client.path}/pieces", files=sent, headers=client.headers)
    assert response.status_code == 201
    pieces = response.json()["pieces"]
    assert sorted((one["nom"], one["type_mime"]) for one in pieces) == [
        ("facture.pdf", "application/pdf"),
        ("écran.png", "image/png"),
    ]
    for one in pieces:
        got = await client.get(f"/pieces/{one['id']}")
        assert got.content == (files.pdf() if one["nom"] == "facture.pdf" else files.png())
        assert got.headers["content-disposition"].startswith("attachment;")
    assert (await client.get("/pieces/x")).status_code == 404


async def test_a_hostile_file_is_refused_with_a_problem_document(client: Client) -> None:
    sent = [("fichiers", ("facture.pdf", files.archive(), "application/pdf"))]
    response = await client.service.http.post(f"{client.path}/pieces", files=sent, headers=client.headers)
    assert (response.status_code, response.json()["code"]) == (422, "fichier_refuse")
    assert "ni un PDF" in response.json()["detail"]
    assert [one for one in (client.service.settings.data_dir / "pieces").rglob("*") if one.is_file()] == []


async def test_the_desk_is_called_when_the_person_does_something(client: Client) -> None:
    console = client.service.app.state.console
    with console.broadcaster.listen(DESK) as listener:
        await client.post("/complements", {"texte": "Voici."})
        assert await listener.wait(5)
