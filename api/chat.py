"""Conversations: open one, say something, read it again, vote on an answer."""

from typing import Annotated, Self

import structlog
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.dependencies import Context, ContextDep, ConversationDep
from api.errors import Problem
from api.rasa_client import RasaUnavailable, as_plain_text
from assistant.conversations import service as conversations
from assistant.conversations.enums import Kind
from assistant.conversations.models import Conversation
from assistant.conversations.schemas import MessagePublic, Reply, ReplyButton
from assistant.masking import Secret, mask_secrets
from assistant.references import new_reference
from assistant.text import clean, has_words

logger = structlog.get_logger()
router = APIRouter(prefix="/api/v1/conversations", tags=["conversations"])

_MAX_REASON = 64


class ConversationOpened(BaseModel):
    """A new conversation. Keep the token: it is given only once."""

    id: str
    token: str
    messages: list[MessagePublic]


class Messages(BaseModel):
    """Messages, oldest first."""

    messages: list[MessagePublic]


class MessageIn(BaseModel):
    """Either a text or the id of a button that this conversation was given."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, StringConstraints(max_length=100_000)] | None = None
    button: Annotated[str, StringConstraints(max_length=64)] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.text is None) == (self.button is None):
            raise ValueError("Envoyez soit un texte, soit un bouton.")
        return self


class FeedbackIn(BaseModel):
    """A vote on an answer."""

    model_config = ConfigDict(extra="forbid")

    useful: bool
    reason: str | None = Field(default=None, max_length=_MAX_REASON)
    comment: str | None = Field(default=None, max_length=2000)


@router.post("", status_code=201, operation_id="conversations_open")
async def open_conversation(request: Request, context: ContextDep) -> ConversationOpened:
    """Open a conversation; the greeting is in the answer."""
    wait = context.conversations_throttle.seconds_to_wait(request.client.host if request.client else "?")
    if wait:
        raise _too_many(wait)
    opened = await conversations.open_conversation(sessions=context.services.sessions)
    messages = await conversations.add_replies(
        sessions=context.services.sessions, conversation_id=opened.conversation.id, replies=[_greeting(context)]
    )
    return ConversationOpened(id=opened.conversation.id, token=opened.token, messages=messages)


@router.get("/{conversation_id}", operation_id="conversations_read")
async def read_conversation(conversation: ConversationDep, context: ContextDep) -> Messages:
    """All that was said."""
    return Messages(
        messages=await conversations.list_messages(sessions=context.services.sessions, conversation_id=conversation.id)
    )


@router.post("/{conversation_id}/messages", operation_id="conversations_say")
async def say(body: MessageIn, conversation: ConversationDep, context: ContextDep) -> Messages:
    """Say something; the bot's new messages come back. There is always at least one."""
    wait = context.messages_throttle.seconds_to_wait(conversation.id)
    if wait:
        raise _too_many(wait)
    async with context.turns.take(conversation.id):
        replies = await _answer(body, conversation, context)
        return Messages(
            messages=await conversations.add_replies(
                sessions=context.services.sessions, conversation_id=conversation.id, replies=replies
            )
        )


@router.post("/{conversation_id}/messages/{message_id}/feedback", status_code=204, operation_id="conversations_vote")
async def vote(message_id: str, body: FeedbackIn, conversation: ConversationDep, context: ContextDep) -> Response:
    """Say whether an answer helped; the last vote counts."""
    known = await conversations.give_feedback(
        sessions=context.services.sessions,
        conversation_id=conversation.id,
        message_id=message_id,
        useful=body.useful,
        reason=mask_secrets(clean(body.reason)).text[:_MAX_REASON] if body.reason else None,
        comment=mask_secrets(clean(body.comment)).text if body.comment else None,
    )
    if not known:
        raise Problem(404, "message_inconnu", "Ce message n'est pas une réponse de cette conversation.")
    return Response(status_code=204)


async def _answer(body: MessageIn, conversation: Conversation, context: Context) -> list[Reply]:
    """Store what was said (masked), ask Rasa, and never come back with nothing."""
    sessions, texts = context.services.sessions, context.services.knowledge.textes
    notices: list[Reply] = []
    if body.button is not None:
        choice = await conversations.get_choice(sessions=sessions, conversation_id=conversation.id, button_id=body.button)
        if choice is None:
            raise Problem(422, "bouton_inconnu", "Ce bouton n'existe pas dans cette conversation.")
        said, for_rasa = choice.title, choice.payload
    else:
        typed, longest = clean(body.text or ""), context.settings.max_message_characters
        if len(typed) > longest:
            detail = f"Votre message a {len(typed)} caractères ; {longest} au plus sont lus. Raccourcissez-le."
            raise Problem(422, "message_trop_long", detail)
        masked = mask_secrets(typed)
        said, for_rasa = masked.text, as_plain_text(masked.text)
        notices = [Reply(kind=Kind.NOTICE, text=texts[f"secret_{kind}"]) for kind in Secret if kind in masked.found]
    if not said:
        return [Reply(kind=Kind.UNKNOWN, text=texts["message_vide"])]
    await conversations.add_user_message(sessions=sessions, conversation_id=conversation.id, text=said)
    if not has_words(for_rasa):
        return [*notices, Reply(kind=Kind.UNKNOWN, text=texts["message_sans_mot"])]
    return [*notices, *await _ask_rasa(conversation, context, for_rasa)]


async def _ask_rasa(conversation: Conversation, context: Context, text: str) -> list[Reply]:
    try:
        replies = await context.rasa.send(sender=conversation.rasa_sender, text=text)
        failure = None if replies else "Rasa answered nothing"
    except RasaUnavailable as error:
        replies, failure = [], str(error)
    if failure is None:
        return replies
    reference = new_reference()
    logger.error("rasa_gave_no_answer", reference=reference, failure=failure, conversation=conversation.id)
    return [Reply(kind=Kind.ERROR, text=context.services.knowledge.textes["erreur_rasa"].format(reference=reference))]


def _greeting(context: Context) -> Reply:
    texts = context.services.knowledge.textes
    return Reply(
        kind=Kind.GREETING,
        text=texts["accueil"],
        buttons=[
            ReplyButton(title=texts["accueil_bouton_statut"], payload="/expliquer_statut"),
            ReplyButton(title=texts["accueil_bouton_erreur"], payload="/expliquer_anomalie"),
            ReplyButton(title=texts["accueil_bouton_sollicitation"], payload="/preparer_sollicitation"),
        ],
    )


def _too_many(wait: int) -> Problem:
    return Problem(429, "trop_de_demandes", f"Trop de demandes à la suite. Attendez {wait} secondes.", {"Retry-After": str(wait)})
