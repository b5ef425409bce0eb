"""An invoice checked before its deposit: the API, and what the page shares with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import Field

from actions.invoice_report import deposit_text, report_reply
from api import invoice_upload as upload
from api import live
from api.check_gate import Full
from api.dependencies import Context, ContextDep
from api.errors import Problem
from api.helpdesk.context import Console, ConsoleDep
from assistant.conversations import service as conversations
from assistant.conversations.models import Conversation
from assistant.conversations.schemas import MessagePublic
from assistant.helpdesk import relay
from assistant.invoices.isolation.pool import WorkerFailed
from assistant.invoices.schemas import CheckOptions, CheckReport
from assistant.invoices.service import Busy
from assistant.masking import mask_secrets

logger = structlog.get_logger()
router = APIRouter(prefix="/api/v1/invoices", tags=["invoices"])

_BUSY_SECONDS = 5
_PARAMETERS = frozenset({"siret_destinataire", "code_service_exige", "engagement_exige", "cadre", "conversation"})
_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="JetonConversation",
    description="Le jeton de la conversation nommée dans `conversation`.",
)
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "PDF, XML, ou lot zip ou tar.gz."},
                        "siret_destinataire": {"type": "string", "description": "SIRET du client public, 14 chiffres."},
                        "code_service_exige": {"type": "string", "enum": ["oui", "non", ""]},
                        "engagement_exige": {"type": "string", "enum": ["oui", "non", ""]},
                        "cadre": {"type": "string", "description": "Code du cadre de facturation, de A1 à A25."},
                        "conversation": {
                            "type": "string",
                            "description": "Identifiant d'une conversation dont le jeton est donné : le rapport s'y ajoute.",
                        },
                    },
                }
            }
        },
    },
    # The token is only needed with the field `conversation`.
    "security": [{}],
}


class InvoiceChecked(CheckReport):
    """The report. `messages`: what was added to the conversation (the deposit and the report), when one was named."""

    messages: list[MessagePublic] = Field(default=[])


@router.post("/check", operation_id="invoices_check", openapi_extra=_BODY)
async def check_invoice(
    request: Request,
    context: ContextDep,
    console: ConsoleDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> InvoiceChecked:
    """Check an invoice before its deposit. The file is not kept.

    With the field `conversation` and that conversation's token (`Authorization: Bearer`), the report becomes a message of it.
    """
    async with received_form(request, context) as sent:
        unknown = dict.fromkeys(set(sent.fields) - _PARAMETERS, context.services.knowledge.textes["verif_champ_inconnu"])
        conversation = await _conversation(context, sent.fields.get("conversation", ""), credentials)
        scope = f"conversation:{conversation.id}" if conversation else None
        report = await run(context, sent, scope=scope, errors=unknown)
    messages = await _tell(context, console, conversation, report) if conversation else []
    return InvoiceChecked(**dict(report), messages=messages)


@asynccontextmanager
async def received_form(request: Request, context: Context) -> AsyncIterator[upload.Sent]:
    """The form of a check, read once there is a place for it. Raises Problem: too often (429), no place (503), unreadable."""
    wait = context.checks_throttle.seconds_to_wait(request.client.host if request.client else "?")
    if wait:
        detail = f"Trop de demandes à la suite. Attendez {wait} secondes."
        raise Problem(429, "trop_de_demandes", detail, {"Retry-After": str(wait)})
    texts = context.services.knowledge.textes
    try:
        with context.check_gate.enter():
            async with upload.read(request, texts) as sent:
                yield sent
    except (Full, Busy) as error:
        detail = texts["verif_occupe"].format(secondes=_BUSY_SECONDS)
        raise Problem(503, "verifications_en_cours", detail, {"Retry-After": str(_BUSY_SECONDS)}) from error


async def run(context: Context, sent: upload.Sent, *, scope: str | None, errors: dict[str, str] | None = None) -> CheckReport:
    """Check the file of a form; `scope` remembers the number for the next check. Raises Problem for what does not fit."""
    options, wrong = upload.read_options(context, sent.fields)
    wrong = {**(errors or {}), **wrong}
    if wrong:
        fields = [{"champ": name, "message": sentence} for name, sentence in sorted(wrong.items())]
        detail = " ".join(dict.fromkeys(field["message"] for field in fields))
        raise Problem(422, "demande_non_valable", detail, extra={"erreurs": fields})
    async with upload.stored(context, sent) as received:
        if scope is not None:
            options = replace(options, already_checked=context.checked.seen(scope, sha256=received.sha256))
        report = await _checked(context, received, options)
    if scope is not None:
        context.checked.remember(scope, report)
    return report


async def _checked(context: Context, received: upload.Received, options: CheckOptions) -> CheckReport:
    try:
        # Does nothing once the workers run.
        await context.invoices.start()
    except WorkerFailed as error:
        logger.exception("invoice_check_unavailable")
        detail = context.services.knowledge.textes["verif_indisponible"]
        raise Problem(503, "verification_indisponible", detail) from error
    return await context.invoices.check(received.path, name=received.name, options=options)


async def _conversation(
    context: Context, conversation_id: str, credentials: HTTPAuthorizationCredentials | None
) -> Conversation | None:
    """The conversation to add to, only with its own token; None when none is named."""
    if not conversation_id and credentials is None:
        return None
    headers = {"WWW-Authenticate": "Bearer"}
    if not conversation_id or credentials is None:
        detail = context.services.knowledge.textes["verif_conversation_sans_jeton"]
        raise Problem(401, "jeton_absent", detail, headers)
    found = await conversations.get_authorized(
        sessions=context.services.sessions, conversation_id=conversation_id, token=credentials.credentials
    )
    if found is None:
        detail = "Cette conversation n'existe pas ou n'est pas la vôtre. Commencez-en une nouvelle."
        raise Problem(401, "jeton_refuse", detail, headers)
    return found


async def _tell(context: Context, console: Console, conversation: Conversation, report: CheckReport) -> list[MessagePublic]:
    """Say in the conversation what was given and what was found; whoever of the help-desk answers there sees it at once."""
    sessions, knowledge = context.services.sessions, context.services.knowledge
    said = mask_secrets(deposit_text(knowledge.textes, report)).text
    reply = report_reply(knowledge, report)
    reply = reply.model_copy(update={"text": mask_secrets(reply.text).text})
    async with context.turns.take(conversation.id):
        messages = [await conversations.add_user_message(sessions=sessions, conversation_id=conversation.id, text=said)]
        messages += await conversations.add_replies(sessions=sessions, conversation_id=conversation.id, replies=[reply])
        state = await relay.state(sessions=sessions, conversation_id=conversation.id)
    if state.relais:
        live.call(console.broadcaster, conversation.id)
    return messages
