"""What is the same for all requests."""

import uuid
from collections.abc import AsyncIterator

import pytest

from api.middleware import MAX_BODY_BYTES
from tests.support.http import ACTIONS_TOKEN, Service

PATHS = [
    "/",
    "/sollicitation",
    "/widget.js",
    "/api/v1/fiches?limite=1",
    "/api/v1/rien",
    "/health/live",
    "/metrics",
    "/openapi.json",
    "/rien",
]


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_has_the_headers_that_protect(service: Service, path: str) -> None:
    response = await service.http.get(path)
    policy = dict(part.strip().split(" ", 1) for part in response.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in response.headers["permissions-policy"]
    assert ("no-store" in response.headers.get("cache-control", "")) == path.startswith("/api/")


@pytest.mark.parametrize("given", ["abc-12345", "A" * 64, "0f3c9a7b.e2d5_4c1f"])
async def test_a_well_formed_request_id_comes_back(service: Service, given: str) -> None:
    response = await service.http.get("/health/live", headers={"X-Request-ID": given})
    assert response.headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["court", "A" * 65, "avec espace dedans", "é" * 10, '{"x": 1}-----', "abc12345\\n", ""])
async def test_another_request_id_is_replaced_by_one_of_ours(service: Service, given: str) -> None:
    response = await service.http.get("/health/live", headers={"X-Request-ID": given.encode()})
    assert response.headers["x-request-id"] != given
    uuid.UUID(response.headers["x-request-id"])


async def chunks(size: int) -> AsyncIterator[bytes]:
    """A body that does not announce its length."""
    for _ in range(size // 1024):
        yield b"x" * 1024


async def test_a_body_that_announces_too_much_is_refused_before_it_is_read(service: Service) -> None:
    response = await service.http.post("/api/v1/sollicitations", content=b"x" * (MAX_BODY_BYTES + 1))
    assert response.status_code == 413
    assert (response.json()["code"], response.json()["title"]) == ("demande_trop_grande", "Demande trop grande")
    assert "raccourcissez" in response.json()["detail"]


@pytest.mark.parametrize("path", ["/api/v1/sollicitations", "/sollicitation"])
async def test_a_body_that_grows_too_large_without_a_word_is_refused_too(service: Service, path: str) -> None:
    kind = "application/json" if path.startswith("/api") else "application/x-www-form-urlencoded"
    response = await service.http.post(path, content=chunks(2 * MAX_BODY_BYTES), headers={"Content-Type": kind})
    assert (response.status_code, response.json()["code"]) == (413, "demande_trop_grande")
    assert "content-security-policy" in response.headers


@pytest.mark.parametrize(
    "path", ["/sollicitation", "/suivi/CHO-2026-000001/complement", "/api/v1/sollicitations/CHO-2026-000001/pieces"]
)
async def test_only_forms_with_files_may_be_large(service: Service, path: str) -> None:
    multipart, large = {"Content-Type": "multipart/form-data; boundary=x"}, b"x" * (2 * MAX_BODY_BYTES)
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        assert (await service.http.post(path, content=large, headers={"Content-Type": kind})).status_code == 413
    assert (await service.http.post(path, content=large, headers=multipart)).status_code != 413
    assert (await service.http.post("/api/v1/sollicitations", content=large, headers=multipart)).status_code == 413


async def test_a_large_body_below_the_limit_is_read(service: Service) -> None:
    response = await service.http.post(
        "/api/v1/sollicitations", content=chunks(MAX_BODY_BYTES - 1024), headers={"Content-Type": "application/json"}
    )
    assert (response.status_code, response.json()["code"]) == (422, "demande_non_valable")


async def test_rasa_may_send_a_long_tracker(service: Service) -> None:
    body = b'{"next_action": "inconnue", "tracker": "' + b"x" * (2 * MAX_BODY_BYTES) + b'"}'
    response = await service.http.post("/rasa/webhook", content=body, headers={"X-Choriste-Actions-Token": ACTIONS_TOKEN})
    assert response.status_code == 404
    assert response.json()["action_name"] == "inconnue"


@pytest.mark.parametrize("length", ["abc", "-1", "1.5", "²"])
async def test_a_length_that_is_no_number_is_refused(service: Service, length: str) -> None:
    request = service.http.build_request("POST", "/api/v1/conversations")
    request.headers["content-length"] = length.encode("utf-8").decode("latin-1")
    response = await service.http.send(request)
    assert (response.status_code, response.json()["code"]) == (400, "taille_illisible")
