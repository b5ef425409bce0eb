"""The follow-up page's twins for programs: the same, with `Authorization: Bearer <jeton_suivi>`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, UploadFile
from fastapi.responses import Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field

from api import follow_up as person
from api.dependencies import Context, ContextDep
from api.errors import Problem
from api.helpdesk.context import Console, ConsoleDep
from api.pieces import piece_response
from assistant.masking import Secret
from assistant.sollicitations import attachments, follow_up, lifecycle
from assistant.sollicitations.attachments import Upload
from assistant.sollicitations.follow_up import ActionUsager, SuiviPublic
from assistant.sollicitations.models import Sollicitation

router = APIRouter(prefix="/api/v1/sollicitations/{numero}", tags=["sollicitations"])

_bearer = HTTPBearer(
    auto_error=False, scheme_name="JetonSuivi", description="Le `jeton_suivi` rendu à la création de la sollicitation."
)


class TexteIn(BaseModel):
    """Words for the help-desk; secrets in them are masked before they are stored."""

    model_config = ConfigDict(extra="forbid")

    texte: str = Field(max_length=20_000)


class ClotureIn(BaseModel):
    """A last word, or none."""

    model_config = ConfigDict(extra="forbid")

    texte: str | None = Field(default=None, max_length=20_000)


async def get_sollicitation(
    numero: str,
    request: Request,
    context: ContextDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Sollicitation:
    """The sollicitation of the path, only with its own secret. The answer does not tell whether the number exists."""
    row = await person.prove(request, context, numero, credentials.credentials if credentials else "")
    if row is None:
        detail = "Cette sollicitation n'existe pas, ou ce jeton de suivi n'est pas le sien."
        raise Problem(401, "suivi_refuse", detail, {"WWW-Authenticate": "Bearer"})
    return row


SollicitationDep = Annotated[Sollicitation, Depends(get_sollicitation)]


@router.get("", operation_id="sollicitations_read")
async def read_sollicitation(row: SollicitationDep, context: ContextDep) -> SuiviPublic:
    """Its state, what happened, what may be done now. Notes of the help-desk are not in it."""
    return await person.read(context, row)


@router.post("/complements", operation_id="sollicitations_complete")
async def complete_sollicitation(body: TexteIn, row: SollicitationDep, context: ContextDep, console: ConsoleDep) -> SuiviPublic:
    """Add something that was asked for, or remembered."""
    return await _act(context, console, row, ActionUsager.COMPLEMENT, body.texte)


@router.post("/renvoi", operation_id="sollicitations_return")
async def return_sollicitation(body: TexteIn, row: SollicitationDep, context: ContextDep, console: ConsoleDep) -> SuiviPublic:
    """« La réponse ne convient pas », and why."""
    return await _act(context, console, row, ActionUsager.RENVOI, body.texte)


@router.post("/cloture", operation_id="sollicitations_close")
async def close_sollicitation(body: ClotureIn, row: SollicitationDep, context: ContextDep, console: ConsoleDep) -> SuiviPublic:
    """No answer is needed any more."""
    return await _act(context, console, row, ActionUsager.CLOTURE, body.texte or "")


@router.post("/pieces", operation_id="sollicitations_attach", status_code=201)
async def attach_to_sollicitation(
    fichiers: list[UploadFile], row: SollicitationDep, context: ContextDep, console: ConsoleDep
) -> SuiviPublic:
    """Give files: PDF, PNG, JPEG, TXT; 10 Mo each, 5 at once, names of 50 characters at most."""
    return await _act(context, console, row, ActionUsager.COMPLEMENT, "", fichiers)


@router.get("/pieces/{piece_id}", operation_id="sollicitations_piece", response_class=Response)
async def read_piece(piece_id: str, row: SollicitationDep, context: ContextDep) -> Response:
    """A file that was given, as a download."""
    piece = await attachments.get_piece(sessions=context.services.sessions, sollicitation_id=row.id, piece_id=piece_id)
    if piece is None:
        raise Problem(404, "piece_inconnue", "Ce fichier n'existe pas.")
    return piece_response(context, piece)


async def _act(
    context: Context,
    console: Console,
    row: Sollicitation,
    action: ActionUsager,
    texte: str,
    uploads: list[UploadFile] | None = None,
) -> SuiviPublic:
    files: list[Upload] = [*(uploads or [])]
    try:
        done = await person.act(context, console, row, action, texte, files)
    except lifecycle.TransitionRefused as error:
        raise Problem(409, "changement_refuse", str(error)) from error
    except attachments.RefusedFile as error:
        raise Problem(422, "fichier_refuse", str(error)) from error
    fresh = await follow_up.reread(sessions=context.services.sessions, sollicitation_id=row.id)
    textes = context.services.knowledge.textes
    masques = [textes[f"secret_{kind}"] for kind in Secret if kind in done.masques]
    return (await person.read(context, fresh)).model_copy(update={"masques": masques})
