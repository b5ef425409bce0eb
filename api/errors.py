"""Errors as RFC 9457 problem documents: a stable code, a French sentence, the request id. Never a stack trace."""

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from api.pages import templates
from assistant.references import new_reference

logger = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"

_TITLES = {
    400: "Demande mal formée",
    401: "Accès refusé",
    403: "Accès refusé",
    404: "Introuvable",
    405: "Méthode non permise",
    409: "Conflit",
    413: "Demande trop grande",
    415: "Type de contenu non accepté",
    422: "Demande non valable",
    429: "Trop de demandes",
    500: "Incident",
    503: "Service indisponible",
}
_DETAILS = {
    404: "Cette adresse n'existe pas.",
    405: "Cette adresse n'accepte pas cette méthode.",
}
# pydantic's own messages, in French; the rest of its texts are ours already.
_FRENCH = {
    "missing": "Ce champ est obligatoire.",
    "string_too_long": "Ce texte est trop long ({max_length} caractères au plus).",
    "string_too_short": "Ce texte est trop court ({min_length} caractères au moins).",
    "extra_forbidden": "Ce champ n'est pas attendu.",
    "json_invalid": "Le corps de la demande n'est pas du JSON valable.",
    "bool_parsing": "Une valeur vraie ou fausse est attendue.",
    "bool_type": "Une valeur vraie ou fausse est attendue.",
    "string_type": "Un texte est attendu.",
    "model_attributes_type": "Un objet JSON est attendu.",
    "int_parsing": "Un nombre entier est attendu.",
    "less_than_equal": "La valeur est trop grande ({le} au plus).",
    "greater_than_equal": "La valeur est trop petite ({ge} au moins).",
}


class ProblemDocument(BaseModel):
    """What a client reads of an error."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    request_id: str | None
    erreurs: list[dict[str, str]] | None = None


# For OpenAPI: any call may be refused, or fail, with such a document.
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": description, "content": {MEDIA_TYPE: {"schema": ProblemDocument.model_json_schema()}}}
    for status, description in (("4XX", "La demande n'est pas acceptée."), ("5XX", "Un incident est survenu."))
}


class Problem(Exception):
    """An error that the client is told about. `code` never changes; `detail` is a French sentence; `extra` joins the document."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        headers: dict[str, str] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers
        self.extra = extra


def problem_response(
    request: Request,
    status: int,
    code: str,
    detail: str,
    *,
    headers: dict[str, str] | None = None,
    extra: dict[str, Any] | None = None,
) -> Response:
    """The problem document as a response; the same as a page for a person who came without the API (the plain form)."""
    if _is_for_a_person(request):
        page = {"titre": _TITLES.get(status, "Erreur"), "detail": detail}
        name = "helpdesk/erreur.html" if request.url.path.startswith("/helpdesk") else "erreur.html"
        return templates.TemplateResponse(request, name, page, status_code=status, headers=headers)
    body = {
        "type": f"urn:choriste:probleme:{code}",
        "title": _TITLES.get(status, "Erreur"),
        "status": status,
        "detail": detail,
        "code": code,
        "instance": request.url.path,
        "request_id": getattr(request.state, "request_id", None),
        **(extra or {}),
    }
    return JSONResponse(jsonable_encoder(body), status_code=status, media_type=MEDIA_TYPE, headers=headers)


def _is_for_a_person(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(("/api/", "/rasa/"))


def incident(request: Request, error: Exception) -> Response:
    """What the client reads of an error that nobody foresaw: a reference, which the log has too, and nothing of the error."""
    reference = new_reference()
    logger.error("unexpected_error", reference=reference, path=request.url.path, exc_info=error)
    detail = f"Un incident est survenu, pardon. Réessayez plus tard. Référence de l'incident : {reference}."
    return problem_response(request, 500, "incident", detail)


def install(app: FastAPI) -> None:
    """Turn every error that a route raises on purpose into a problem document; the others are the middleware's."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, error: Problem) -> Response:
        return problem_response(request, error.status, error.code, error.detail, headers=error.headers, extra=error.extra)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        fields = [
            {"champ": ".".join(str(part) for part in item["loc"][1:]), "message": french_message(item)} for item in error.errors()
        ]
        detail = " ".join(dict.fromkeys(field["message"] for field in fields)) or "La demande n'est pas valable."
        return problem_response(request, 422, "demande_non_valable", detail, extra={"erreurs": fields})

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        detail = _DETAILS.get(error.status_code, "La demande n'a pas pu être traitée.")
        code = {404: "introuvable", 405: "methode_non_permise"}.get(error.status_code, f"http_{error.status_code}")
        return problem_response(request, error.status_code, code, detail, headers=dict(error.headers or {}))


def french_message(error: Any) -> str:
    """One French sentence for one error of pydantic."""
    kind = error["type"]
    if kind == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    template = _FRENCH.get(kind)
    return template.format(**error.get("ctx", {})) if template else "Cette valeur n'est pas valable."
