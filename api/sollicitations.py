"""The way to a sollicitation without chat: the API."""

import re
from typing import Annotated

from fastapi import APIRouter, Header, Request

from actions.triage import triage_new
from api.dependencies import Context, ContextDep
from api.errors import Problem
from api.helpdesk.broadcast import DESK
from api.helpdesk.context import ConsoleDep
from assistant.sollicitations import checklist, service
from assistant.sollicitations.enums import Origine
from assistant.sollicitations.schemas import SollicitationCreate, SollicitationPublic

router = APIRouter(prefix="/api/v1/sollicitations", tags=["sollicitations"])

KEY = re.compile(r"[\x21-\x7e]{8,128}")
KEY_USED = "cle_deja_utilisee"


@router.post("", status_code=201, operation_id="sollicitations_create")
async def create_sollicitation(
    body: SollicitationCreate,
    request: Request,
    context: ContextDep,
    console: ConsoleDep,
    idempotency_key: Annotated[str | None, Header(min_length=8, max_length=128)] = None,
) -> SollicitationPublic:
    """Write a complete sollicitation. Secrets are masked before it is stored; `jeton_suivi` is given only once."""
    throttle(request, context)
    created = await create(body, context, Origine.API, idempotency_key)
    # Before the desk hears of it: whoever opens it finds its proposals.
    await triage_new(context.services, created.numero)
    console.broadcaster.publish(DESK)
    return created


async def create(body: SollicitationCreate, context: Context, origine: Origine, key: str | None) -> SollicitationPublic:
    """Check the pieces of the checklist and write. Raises Problem."""
    categorie = context.services.knowledge.categories.get(body.categorie)
    if categorie is None:
        known = ", ".join(context.services.knowledge.categories)
        raise Problem(422, "categorie_inconnue", f"Cette catégorie n'existe pas. Catégories connues : {known}.")
    try:
        donnees = checklist.check_donnees(knowledge=context.services.knowledge, categorie=categorie, donnees=body.donnees)
        return await service.create(
            sessions=context.services.sessions,
            desk=context.services.desk,
            request=body.model_copy(update={"donnees": donnees}),
            origine=origine,
            cle_idempotence=key,
        )
    except checklist.ChecklistError as error:
        fields = [{"champ": f"donnees.{cle}", "message": message} for cle, message in error.erreurs.items()]
        raise Problem(422, "demande_non_valable", str(error), extra={"erreurs": fields}) from error
    except service.IdempotencyConflict as error:
        raise Problem(409, KEY_USED, "Cette clé d'idempotence a déjà servi pour une autre demande.") from error


def throttle(request: Request, context: Context) -> None:
    """Raises Problem when too much is written from one address."""
    wait = context.conversations_throttle.seconds_to_wait(request.client.host if request.client else "?")
    if wait:
        raise Problem(
            429, "trop_de_demandes", f"Trop de demandes à la suite. Attendez {wait} secondes.", {"Retry-After": str(wait)}
        )
