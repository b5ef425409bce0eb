"""What routes ask for."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from actions.base import Services
from api.check_gate import CheckGate
from api.errors import Problem
from api.once import Answered
from api.rasa_client import RasaClient
from api.throttle import Throttle
from api.turns import Turns
from assistant.conversations import service as conversations
from assistant.conversations.models import Conversation
from assistant.invoices.memory import CheckedNumbers
from assistant.invoices.service import InvoiceChecker
from assistant.settings import Settings
from assistant.sollicitations.attachments import PieceStore


@dataclass(frozen=True)
class Context:
    """Everything that lives as long as the process."""

    settings: Settings
    services: Services
    rasa: RasaClient
    turns: Turns
    answered: Answered[Any]
    conversations_throttle: Throttle
    messages_throttle: Throttle
    follow_up_throttle: Throttle
    access_throttle: Throttle
    checks_throttle: Throttle
    pieces: PieceStore
    invoices: InvoiceChecker
    checked: CheckedNumbers
    check_gate: CheckGate
    max_invoice_bytes: int


def get_context(request: Request) -> Context:
    """The process's context."""
    context: Context = request.app.state.context
    return context


ContextDep = Annotated[Context, Depends(get_context)]
_bearer = HTTPBearer(auto_error=False, description="Le jeton rendu à la création de la conversation.")


async def get_conversation(
    conversation_id: str,
    context: ContextDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Conversation:
    """The conversation of the path, only with its own token. The answer does not tell whether the id exists."""
    if credentials is None:
        raise Problem(401, "jeton_absent", "Le jeton de la conversation manque.", {"WWW-Authenticate": "Bearer"})
    conversation = await conversations.get_authorized(
        sessions=context.services.sessions, conversation_id=conversation_id, token=credentials.credentials
    )
    if conversation is None:
        raise Problem(
            401,
            "jeton_refuse",
            "Cette conversation n'existe pas ou n'est pas la vôtre. Commencez-en une nouvelle.",
            {"WWW-Authenticate": "Bearer"},
        )
    return conversation


ConversationDep = Annotated[Conversation, Depends(get_conversation)]
