"""The way to a sollicitation without chat: API and a plain form that needs no JavaScript."""

import re
import secrets
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from api.dependencies import Context, ContextDep
from api.errors import Problem, french_message
from api.pages import templates
from assistant.sollicitations import service
from assistant.sollicitations.enums import Origine
from assistant.sollicitations.schemas import SollicitationCreate, SollicitationPublic

router = APIRouter(prefix="/api/v1/sollicitations", tags=["sollicitations"])
form_router = APIRouter(include_in_schema=False)

_KEY = re.compile(r"[\x21-\x7e]{8,128}")
_KEY_USED = "cle_deja_utilisee"
_FIELDS = ("categorie", "siret", "numero_facture", "description", "contact")


@router.post("", status_code=201, operation_id="sollicitations_create")
async def create_sollicitation(
    body: SollicitationCreate,
    request: Request,
    context: ContextDep,
    idempotency_key: Annotated[str | None, Header(min_length=8, max_length=128)] = None,
) -> SollicitationPublic:
    """Write a complete sollicitation. Secrets in the description are masked before it is stored."""
    _throttle(request, context)
    return await _create(body, context, Origine.API, idempotency_key)


@form_router.get("/sollicitation")
async def show_form(request: Request, context: ContextDep) -> HTMLResponse:
    """The empty form."""
    return _form(request, context, {}, {}, secrets.token_urlsafe(16))


@form_router.post("/sollicitation")
async def submit_form(request: Request, context: ContextDep) -> HTMLResponse:
    """Write what the form holds, or show it again with what is to be mended: nothing typed is lost."""
    form = await request.form()
    values = {name: str(form.get(name) or "").strip() for name in _FIELDS}
    key = str(form.get("cle_idempotence") or "")
    if not _KEY.fullmatch(key):
        key = secrets.token_urlsafe(16)
    try:
        body = SollicitationCreate.model_validate({name: value for name, value in values.items() if value})
    except ValidationError as error:
        errors = {str(item["loc"][0]): french_message(item) for item in error.errors() if item["loc"]}
        return _form(request, context, values, errors, key, status=422)
    if body.categorie not in context.services.knowledge.categories:
        return _form(request, context, values, {"categorie": "Choisissez un sujet dans la liste."}, key, status=422)
    _throttle(request, context)
    try:
        created = await _create(body, context, Origine.FORMULAIRE, key)
    except Problem as problem:
        if problem.code != _KEY_USED:
            raise
        # The person went back in the browser and changed something: that is another request, once they confirm it.
        errors = {
            "formulaire": "Une demande est déjà enregistrée depuis cette page. Enregistrez de nouveau pour en créer une autre."
        }
        return _form(request, context, values, errors, secrets.token_urlsafe(16), status=409)
    return templates.TemplateResponse(request, "sollicitation_faite.html", {"sollicitation": created})


def _form(
    request: Request, context: Context, values: dict[str, str], errors: dict[str, str], key: str, status: int = 200
) -> HTMLResponse:
    return templates.TemplateResponse(
        request,
        "sollicitation.html",
        {"categories": list(context.services.knowledge.categories.values()), "valeurs": values, "erreurs": errors, "cle": key},
        status_code=status,
    )


async def _create(body: SollicitationCreate, context: Context, origine: Origine, key: str | None) -> SollicitationPublic:
    try:
        return await service.create(
            sessions=context.services.sessions,
            knowledge=context.services.knowledge,
            request=body,
            origine=origine,
            cle_idempotence=key,
        )
    except service.UnknownCategorie as error:
        known = ", ".join(context.services.knowledge.categories)
        raise Problem(422, "categorie_inconnue", f"Cette catégorie n'existe pas. Catégories connues : {known}.") from error
    except service.IdempotencyConflict as error:
        raise Problem(409, _KEY_USED, "Cette clé d'idempotence a déjà servi pour une autre demande.") from error


def _throttle(request: Request, context: Context) -> None:
    wait = context.conversations_throttle.seconds_to_wait(request.client.host if request.client else "?")
    if wait:
        raise Problem(
            429, "trop_de_demandes", f"Trop de demandes à la suite. Attendez {wait} secondes.", {"Retry-After": str(wait)}
        )
