"""Errors are problem documents (RFC 9457) in French; for a person without the API they are pages."""

import json
import re

import pytest

from api.errors import french_message
from tests.support.http import Service
from tests.support.rasa_stub import RasaStub, entry

FIELDS = {"type", "title", "status", "detail", "code", "instance", "request_id"}


@pytest.mark.parametrize(
    ("method", "path", "status", "title", "code", "detail"),
    [
        ("GET", "/api/v1/rien", 404, "Introuvable", "introuvable", "Cette adresse n'existe pas."),
        ("GET", "/widget/rien.js", 404, "Introuvable", "introuvable", "Cette adresse n'existe pas."),
        ("GET", "/widget/../api/app.py", 404, "Introuvable", "introuvable", "Cette adresse n'existe pas."),
        (
            "DELETE",
            "/api/v1/fiches",
            405,
            "Méthode non permise",
            "methode_non_permise",
            "Cette adresse n'accepte pas cette méthode.",
        ),
        ("GET", "/api/v1/fiches/perdue", 404, "Introuvable", "fiche_inconnue", "Cette fiche n'existe pas."),
        (
            "GET",
            "/api/v1/fiches?limite=0",
            422,
            "Demande non valable",
            "demande_non_valable",
            "La valeur est trop petite (1 au moins).",
        ),
        ("GET", "/api/v1/fiches?limite=x", 422, "Demande non valable", "demande_non_valable", "Un nombre entier est attendu."),
        (
            "GET",
            f"/api/v1/fiches?q={'x' * 301}",
            422,
            "Demande non valable",
            "demande_non_valable",
            "Ce texte est trop long (300 caractères au plus).",
        ),
        ("POST", "/rasa/webhook", 403, "Accès refusé", "jeton_actions_refuse", "Le jeton des actions est absent ou faux."),
    ],
)
async def test_an_error_is_a_problem_document(
    service: Service, method: str, path: str, status: int, title: str, code: str, detail: str
) -> None:
    response = await service.http.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert set(body) >= FIELDS
    assert (body["type"], body["title"], body["status"]) == (f"urn:choriste:probleme:{code}", title, status)
    assert (body["code"], body["detail"], body["instance"]) == (code, detail, response.request.url.path)
    assert body["request_id"] == response.headers["x-request-id"]


async def test_a_wrong_method_says_which_are_right(service: Service) -> None:
    response = await service.http.delete("/api/v1/fiches")
    assert response.headers["allow"] == "GET"


async def test_a_body_that_is_not_json_is_told_in_french(service: Service) -> None:
    response = await service.http.post("/api/v1/sollicitations", content=b"{", headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert response.json()["detail"] == "Le corps de la demande n'est pas du JSON valable."


async def test_each_wrong_field_is_named_with_its_own_sentence(service: Service) -> None:
    response = await service.http.post(
        "/api/v1/sollicitations", json={"categorie": "autre", "siret": "123", "description": "bof", "contact": "a"}
    )
    body = response.json()
    assert {error["champ"] for error in body["erreurs"]} == {"siret", "description", "contact"}
    assert all(error["message"] in body["detail"] for error in body["erreurs"])


async def broken(service: Service) -> None:
    """Take a table away: whatever needs it fails as nobody foresaw."""
    from sqlalchemy import text

    async with service.app.state.context.services.sessions() as session, session.begin():
        await session.execute(text("ALTER TABLE message RENAME TO message_perdu"))


async def test_an_unexpected_error_tells_a_reference_and_nothing_else(service: Service, rasa: RasaStub) -> None:
    rasa.says(entry("Oui"))
    talk = await service.open()
    await broken(service)
    response = await talk.post({"text": "Une phrase bien à moi"})
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert (body["code"], body["title"], body["status"]) == ("incident", "Incident", 500)
    [reference] = re.findall(r"[A-Z2-9]{4}-[A-Z2-9]{4}", body["detail"])
    assert body["detail"] == f"Un incident est survenu, pardon. Réessayez plus tard. Référence de l'incident : {reference}."
    assert not re.search(r"Traceback|sqlalchemy|sqlite|message_perdu|\.py", response.text, re.IGNORECASE)
    assert response.headers["x-request-id"] == body["request_id"]
    assert "default-src 'none'" in response.headers["content-security-policy"]
    [line] = [json.loads(line) for line in service.log.splitlines() if reference in line]
    assert (line["event"], line["request_id"]) == ("unexpected_error", body["request_id"])
    assert "no such table" in line["exception"]
    assert "Une phrase bien à moi" not in service.log


async def test_a_person_reads_a_page_and_not_a_document(service: Service) -> None:
    response = await service.http.get("/rien", headers={"Accept": "text/html,*/*;q=0.8"})
    assert response.status_code == 404
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>Introuvable</h1>" in response.text
    assert "Cette adresse n&#39;existe pas." in response.text or "Cette adresse n'existe pas." in response.text
    assert 'href="/sollicitation"' in response.text


async def test_the_api_answers_a_browser_with_a_document_too(service: Service) -> None:
    response = await service.http.get("/api/v1/rien", headers={"Accept": "text/html"})
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ({"type": "value_error", "msg": "Value error, Une phrase."}, "Une phrase."),
        ({"type": "missing", "msg": "Field required"}, "Ce champ est obligatoire."),
        ({"type": "string_too_short", "msg": "x", "ctx": {"min_length": 8}}, "Ce texte est trop court (8 caractères au moins)."),
        ({"type": "less_than_equal", "msg": "x", "ctx": {"le": 50}}, "La valeur est trop grande (50 au plus)."),
        ({"type": "dataclass_exact_type", "msg": "Something in English"}, "Cette valeur n'est pas valable."),
    ],
)
def test_errors_of_pydantic_are_said_in_french(error: dict[str, object], sentence: str) -> None:
    assert french_message(error) == sentence
