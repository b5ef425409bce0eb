"""Conversations: open one, say something, read it again, vote on an answer."""

from typing import Annotated, Any, Self

import structlog
from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api import carnet, follow_up, live, sse
from api.dependencies import Context, ContextDep, ConversationDep
from api.errors import Problem
from api.helpdesk.broadcast import DESK, conversation_topic
from api.helpdesk.context import Console, ConsoleDep
from api.rasa_client import RasaUnavailable, as_plain_text
from assistant.conversations import service as conversations
from assistant.conversations.enums import Kind
from assistant.conversations.models import Conversation
from assistant.conversations.schemas import MessagePublic, Reply, ReplyButton
from assistant.database import now
from assistant.helpdesk import relay
from assistant.helpdesk.enums import Relais
from assistant.masking import Secret, mask_secrets
from assistant.references import new_reference
from assistant.text import clean, has_words

logger = structlog.get_logger()
router = APIRouter(prefix="/api/v1/conversations", tags=["conversations"])

_MAX_REASON = 64
# Tabs of one person, and the agent.
_MAX_STREAMS = 8
KeyHeader = Annotated[
    str | None, Header(min_length=8, max_length=64, description="A new one for each message: IETF draft « Idempotency-Key ».")
]
# Misunderstandings in a row after which a person is offered.
_OFFER_AFTER = 2


class ConversationOpened(BaseModel):
    """A new conversation. Keep the token: it is given only once."""

    id: str
    token: str
    messages: list[MessagePublic]


class Messages(BaseModel):
    """Messages, oldest first. `relais`: the bot is silent, somebody is awaited (`attente`) or answers (`agent`): see `…/flux`."""

    messages: list[MessagePublic]
    relais: Relais | None = None


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
    sessions = context.services.sessions
    state = await relay.state(sessions=sessions, conversation_id=conversation.id)
    messages = await conversations.list_messages(sessions=sessions, conversation_id=conversation.id)
    return Messages(messages=messages, relais=state.relais)


@router.get(
    "/{conversation_id}/flux", operation_id="conversations_watch", responses={200: {"content": {"text/event-stream": {}}}}
)
async def watch(conversation: ConversationDep, context: ContextDep, console: ConsoleDep, apres: str = "") -> StreamingResponse:
    """Server-sent events while a person of the help-desk is awaited or answers; ends when the bot answers again.

    `message` carries a message (not the person's own), `relais` who answers. `apres` is the last message that is already known.
    """
    if console.broadcaster.listening(conversation_topic(conversation.id)) >= _MAX_STREAMS:
        raise Problem(429, "trop_de_flux", "Cette conversation est déjà ouverte ailleurs. Fermez les autres onglets.")
    return sse.stream(live.conversation_events(context, console.broadcaster, conversation.id, apres[:64], with_user=False))


@router.post("/{conversation_id}/messages", operation_id="conversations_say")
async def say(
    body: MessageIn, conversation: ConversationDep, context: ContextDep, console: ConsoleDep, idempotency_key: KeyHeader = None
) -> Messages:
    """Say something; the bot's new messages come back. At least one, unless a person of the help-desk answers instead.

    Sent again with the same `Idempotency-Key` within a quarter of an hour, it is not said twice: the first answer comes back.
    """
    wait = context.messages_throttle.seconds_to_wait(conversation.id)
    if wait:
        raise _too_many(wait)
    async with context.turns.take(conversation.id):
        answer: Messages | None = context.answered.get(conversation.id, idempotency_key)
        if answer is None:
            answer = await _say(body, conversation, context, console)
            context.answered.keep(conversation.id, idempotency_key, answer)
    return answer


async def _say(body: MessageIn, conversation: Conversation, context: Context, console: Console) -> Messages:
    sessions = context.services.sessions
    before = await relay.state(sessions=sessions, conversation_id=conversation.id)
    replies = await _answer(body, conversation, context, before.relais)
    messages = await conversations.add_replies(sessions=sessions, conversation_id=conversation.id, replies=replies)
    messages += await _hand_over(body, conversation, context, replies)
    after = await relay.state(sessions=sessions, conversation_id=conversation.id)
    if before.relais or after.relais:
        live.call(console.broadcaster, conversation.id)
    if any(message.kind is Kind.DONE for message in messages):
        # A sollicitation was written: the desk sees it at once.
        console.broadcaster.publish(DESK)
        messages = await follow_up.with_secret(context, conversation.id, messages)
    messages = await carnet.with_private_link(context, conversation.id, messages)
    return Messages(messages=messages, relais=after.relais)


@router.delete("/{conversation_id}/relais", operation_id="conversations_end_hand_over")
async def end_hand_over(conversation: ConversationDep, context: ContextDep, console: ConsoleDep) -> Messages:
    """Wait no longer, or end the talk with the person of the help-desk: the bot answers again, and says so."""
    sessions, texts = context.services.sessions, context.services.knowledge.textes
    async with context.turns.take(conversation.id):
        messages = await relay.cancel(sessions=sessions, texts=texts, conversation_id=conversation.id)
    live.call(console.broadcaster, conversation.id)
    return Messages(messages=messages, relais=None)


@router.post("/{conversation_id}/messages/{message_id}/feedback", status_code=204, operation_id="conversations_vote")
async def vote(message_id: str, body: FeedbackIn, conversation: ConversationDep, context: ContextDep) -> Response:
    """Say whether an answer helped; the last vote counts. After a « no », the conversation offers a person of the help-desk."""
    sessions = context.services.sessions
    known = await conversations.give_feedback(
        sessions=sessions,
        conversation_id=conversation.id,
        message_id=message_id,
        useful=body.useful,
        reason=mask_secrets(clean(body.reason)).text[:_MAX_REASON] if body.reason else None,
        comment=mask_secrets(clean(body.comment)).text if body.comment else None,
    )
    if not known:
        raise Problem(404, "message_inconnu", "Ce message n'est pas une réponse de cette conversation.")
    if not body.useful:
        async with context.turns.take(conversation.id):
            await _offer_after_vote(conversation, context)
    return Response(status_code=204)


async def _answer(body: MessageIn, conversation: Conversation, context: Context, relais: Relais | None) -> list[Reply]:
    """Store what was said (masked), ask Rasa, and never come back with nothing, unless somebody else answers."""
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
    if for_rasa in (relay.ASK, relay.CANCEL):
        # The hand-over's own buttons are answered in _hand_over.
        return notices
    if relais is not None and (await relay.state(sessions=sessions, conversation_id=conversation.id)).relais is not None:
        # The bot is silent. (Read again: the agent may have gone while this was being written.)
        return notices
    if not has_words(for_rasa):
        return [*notices, Reply(kind=Kind.UNKNOWN, text=texts["message_sans_mot"])]
    return [*notices, *await _ask_rasa(conversation, context, for_rasa)]


async def _hand_over(body: MessageIn, conversation: Conversation, context: Context, replies: list[Reply]) -> list[MessagePublic]:
    """What the hand-over adds: its own buttons, and its offer after two misunderstandings in a row."""
    services = context.services
    common: dict[str, Any] = {"sessions": services.sessions, "conversation_id": conversation.id}
    if body.button is not None:
        choice = await conversations.get_choice(**common, button_id=body.button)
        if choice is not None and choice.payload == relay.ASK:
            return await relay.request(**common, knowledge=services.knowledge, hours=services.desk.hours)
        if choice is not None and choice.payload == relay.CANCEL:
            return await relay.cancel(**common, texts=services.knowledge.textes)
    if not any(reply.kind is Kind.UNKNOWN for reply in replies):
        return []
    failures = await relay.misunderstandings_in_a_row(**common)
    # Said at every second one: an offer that comes each time is no help.
    if failures < _OFFER_AFTER or failures % _OFFER_AFTER:
        return []
    return await conversations.add_replies(**common, replies=[await _offer(context)])


async def _offer_after_vote(conversation: Conversation, context: Context) -> None:
    sessions = context.services.sessions
    state = await relay.state(sessions=sessions, conversation_id=conversation.id)
    offer = await _offer(context, after_vote=True)
    last = (await conversations.list_messages(sessions=sessions, conversation_id=conversation.id))[-1]
    # Not while somebody answers, and not twice running.
    if state.relais is None and last.text != offer.text:
        await conversations.add_replies(sessions=sessions, conversation_id=conversation.id, replies=[offer])


async def _offer(context: Context, *, after_vote: bool = False) -> Reply:
    services = context.services
    found = await relay.availability(sessions=services.sessions, hours=services.desk.hours, moment=now())
    return relay.offer(texts=services.knowledge.textes, found=found, after_vote=after_vote)


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
