"""Where Rasa calls the actions. Not for the outside: a shared secret is checked first."""

import asyncio
import hmac
import json
import zlib
from typing import Any

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from api.dependencies import ContextDep
from api.errors import Problem
from assistant.conversations.enums import Kind
from assistant.references import new_reference

logger = structlog.get_logger()
router = APIRouter(prefix="/rasa", include_in_schema=False)

TOKEN_HEADER = "X-Choriste-Actions-Token"  # noqa: S105 - the name of a header
# Longer than SQLite's busy timeout, shorter than what the chat waits for Rasa.
ACTION_TIMEOUT_SECONDS = 15.0
_MAX_INFLATED_BYTES = 64 * 1024 * 1024


@router.post("/webhook")
async def run_action(request: Request, context: ContextDep) -> JSONResponse:
    """Run one action: 200 with events and responses, 400 when the action steps aside.

    Any other failure is a polite message with 200: on a 5xx Rasa 3.6 would tell the person nothing at all.
    """
    given = request.headers.get(TOKEN_HEADER, "")
    if not hmac.compare_digest(given.encode(), context.settings.actions_token.get_secret_value().encode()):
        raise Problem(403, "jeton_actions_refuse", "Le jeton des actions est absent ou faux.")
    call = _read(await request.body(), request.headers.get("content-encoding", ""))
    executor: ActionExecutor = request.app.state.executor
    name = str(call.get("next_action"))
    try:
        async with asyncio.timeout(ACTION_TIMEOUT_SECONDS):
            result = await executor.run(call)
    except ActionExecutionRejection as error:
        return JSONResponse({"error": str(error), "action_name": error.action_name}, status_code=400)
    except ActionNotFoundException as error:
        logger.error("unknown_action", action=error.action_name)  # noqa: TRY400 - the name says it all
        return JSONResponse({"error": str(error), "action_name": error.action_name}, status_code=404)
    except Exception:
        reference = new_reference()
        logger.exception("action_failed", action=name, reference=reference)
        text = context.services.knowledge.textes["erreur_action"].format(reference=reference)
        return JSONResponse({"events": [], "responses": [{"text": text, "custom": {"kind": Kind.ERROR.value}}]})
    return JSONResponse(result.model_dump() if result else {"events": [], "responses": []})


def _read(body: bytes, encoding: str) -> dict[str, Any]:
    try:
        if encoding == "deflate":
            inflater = zlib.decompressobj()
            body = inflater.decompress(body, _MAX_INFLATED_BYTES)
        call = json.loads(body)
    except (zlib.error, ValueError) as error:
        raise Problem(422, "appel_illisible", "L'appel de l'action n'est pas lisible.") from error
    if not isinstance(call, dict):
        raise Problem(422, "appel_illisible", "L'appel de l'action n'est pas lisible.")
    return call
