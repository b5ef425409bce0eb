"""The public contract (DESIGN §4) stands in OpenAPI, and the routes keep to it."""

import re
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.http import Service

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)


async def contract(service: Service) -> dict[str, Any]:
    response = await service.http.get("/openapi.json")
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


async def test_it_holds_the_public_calls_and_no_others(service: Service) -> None:
    paths = (await contract(service))["paths"]
    calls = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    public = {
        ("POST", "/api/v1/conversations"),
        ("GET", "/api/v1/conversations/{conversation_id}"),
        ("POST", "/api/v1/conversations/{conversation_id}/messages"),
        ("POST", "/api/v1/conversations/{conversation_id}/messages/{message_id}/feedback"),
        ("POST", "/api/v1/invoices/check"),
        ("POST", "/api/v1/sollicitations"),
        ("GET", "/api/v1/sollicitations/{numero}"),
        ("POST", "/api/v1/sollicitations/{numero}/complements"),
        ("POST", "/api/v1/sollicitations/{numero}/renvoi"),
        ("POST", "/api/v1/sollicitations/{numero}/cloture"),
        ("POST", "/api/v1/sollicitations/{numero}/pieces"),
        ("GET", "/api/v1/sollicitations/{numero}/pieces/{piece_id}"),
        ("GET", "/api/v1/fiches"),
        ("GET", "/api/v1/fiches/{fiche_id}"),
        ("GET", "/health/live"),
        ("GET", "/health/ready"),
        ("GET", "/metrics"),
    }
    assert public <= calls
    assert not [path for _, path in calls if path.startswith(("/rasa", "/suivi", "/verifier")) or path in ("/", "/sollicitation")]


async def test_statuses_and_shapes_are_those_of_the_design(service: Service) -> None:
    document = await contract(service)
    paths, shapes = document["paths"], document["components"]["schemas"]

    def shape(path: str, method: str, status: str) -> dict[str, Any]:
        reference = paths[path][method]["responses"][status]["content"]["application/json"]["schema"]["$ref"]
        found: dict[str, Any] = shapes[reference.rsplit("/", 1)[1]]
        return found

    assert set(shape("/api/v1/conversations", "post", "201")["properties"]) == {"id", "token", "messages"}
    say = "/api/v1/conversations/{conversation_id}/messages"
    assert set(shape(say, "post", "200")["properties"]) == {"messages", "relais"}
    assert "204" in paths[say + "/{message_id}/feedback"]["post"]["responses"]
    assert "numero" in shape("/api/v1/sollicitations", "post", "201")["properties"]
    assert set(shapes["MessagePublic"]["properties"]) == {
        "id",
        "sender",
        "kind",
        "text",
        "buttons",
        "sources",
        "fiche",
        "confidence",
        "timeline",
        "saisie",
    }
    assert set(shapes["Sender"]["enum"]) == {"user", "bot", "agent"}
    assert {"greeting", "answer", "choices", "question", "recap", "done", "unknown", "out_of_scope", "notice", "error"} <= set(
        shapes["Kind"]["enum"]
    )
    assert set(shapes["ButtonPublic"]["properties"]) == {"id", "title"}
    assert set(shapes["Source"]["properties"]) == {"titre", "url", "date"}


async def test_errors_are_problem_documents_for_every_public_call(service: Service) -> None:
    for path, methods in (await contract(service))["paths"].items():
        for method, call in methods.items():
            content = call["responses"]["4XX"]["content"]
            assert list(content) == ["application/problem+json"], (method, path)
            assert {"type", "title", "status", "detail", "code", "request_id"} <= set(
                content["application/problem+json"]["schema"]["properties"]
            )
            assert "422" not in call["responses"], (method, path)


async def test_each_call_has_a_name_of_its_own_and_a_token_is_asked_where_one_is_needed(service: Service) -> None:
    calls = [call | {"path": path} for path, methods in (await contract(service))["paths"].items() for call in methods.values()]
    names = [call["operationId"] for call in calls]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z_]+", name) for name in names)
    for call in calls:
        needs_token = "{conversation_id}" in call["path"] or "{numero}" in call["path"]
        ways = call.get("security") or [{}]
        # An empty way in means: without a token too.
        assert ({} not in ways) == needs_token, call["path"]


async def test_no_page_of_the_service_loads_its_documentation_from_elsewhere(service: Service) -> None:
    for path in ("/docs", "/redoc"):
        assert (await service.http.get(path)).status_code == 404


# --- schemathesis ---------------------------------------------------------------------------------------------------


RIGHT, WRONG = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE


def as_request(case: Any) -> httpx.Request:
    """A generated case for httpx; schemathesis makes it for requests."""
    sent = case.as_transport_kwargs(base_url="http://choriste.test")
    body = (
        {"json": sent["json"]}
        if "json" in sent
        else {"content": sent["data"]}
        if isinstance(sent.get("data"), bytes | str)
        else {}
    )
    return httpx.Request(sent["method"], sent["url"], params=sent.get("params"), headers=dict(sent.get("headers") or {}), **body)


@pytest.mark.parametrize(
    ("path", "method", "mode", "examples", "expected"),
    [
        ("/api/v1/fiches", "GET", RIGHT, 25, 200),
        ("/api/v1/fiches", "GET", WRONG, 15, 422),
        ("/api/v1/fiches/{fiche_id}", "GET", RIGHT, 10, 404),
        ("/api/v1/sollicitations", "POST", RIGHT, 30, 422),
        ("/api/v1/sollicitations", "POST", WRONG, 30, 422),
        ("/api/v1/sollicitations/{numero}", "GET", RIGHT, 5, 401),
        ("/api/v1/sollicitations/{numero}/complements", "POST", RIGHT, 5, 401),
        ("/api/v1/sollicitations/{numero}/cloture", "POST", WRONG, 5, 401),
    ],
)
async def test_whatever_is_sent_the_answer_keeps_to_the_contract(
    service: Service, path: str, method: str, mode: schemathesis.GenerationMode, examples: int, expected: int
) -> None:
    schema = schemathesis.openapi.from_dict(await contract(service))
    cases: list[Any] = []

    # Gathered first and sent after: the examples of hypothesis are synchronous, the application is not.
    @given(case=schema[path][method].as_strategy(generation_mode=mode))
    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def gather(case: Any) -> None:
        cases.append(case)

    gather()
    statuses = []
    for case in cases:
        response = await service.http.send(as_request(case))
        case.validate_response(response, checks=list(CHECKS))
        statuses.append(response.status_code)
    assert len(statuses) >= examples // 2
    assert expected in statuses, set(statuses)


async def test_what_has_the_right_shape_is_answered_with_success_at_least_once(service: Service) -> None:
    good = {"categorie": "autre", "description": "Une description entière.", "contact": "a@exemple.fr"}
    schema = schemathesis.openapi.from_dict(await contract(service))
    case = schema["/api/v1/sollicitations"]["POST"].Case(body=good, media_type="application/json")
    response = await service.http.post("/api/v1/sollicitations", json=good)
    assert response.status_code == 201
    case.validate_response(response, checks=list(CHECKS))
    case = schema["/api/v1/fiches"]["GET"].Case(query={"q": "mot de passe"})
    response = await service.http.get("/api/v1/fiches", params={"q": "mot de passe"})
    assert response.json()["total"] > 0
    case.validate_response(response, checks=list(CHECKS))


async def test_an_invoice_check_is_a_form_with_a_file_and_its_report_has_the_shape_that_is_announced(service: Service) -> None:
    call = (await contract(service))["paths"]["/api/v1/invoices/check"]["post"]
    form = call["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert form["required"] == ["file"]
    assert {"siret_destinataire", "code_service_exige", "engagement_exige", "cadre", "conversation"} < set(form["properties"])
    shapes = (await contract(service))["components"]["schemas"]
    assert {"verdict", "summary", "file", "findings", "fields", "unread", "members", "messages"} <= set(
        shapes["InvoiceChecked"]["properties"]
    )
