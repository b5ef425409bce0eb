"""Open a conversation, prove that one may read it, add to it."""

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.conversations.enums import Kind, Sender
from assistant.conversations.models import Button, Conversation, Feedback, Message
from assistant.conversations.schemas import MessagePublic, Reply
from assistant.database import Sessions, now, transaction

# A person and an agent may write at the same moment: the one who finds the place taken takes the next.
_TRIES = 8


@dataclass(frozen=True)
class Opened:
    """A new conversation. The token exists in clear here and with the person only."""

    conversation: Conversation
    token: str


@dataclass(frozen=True)
class Choice:
    """A button that came back: its title is what the person said, its payload is what Rasa gets."""

    title: str
    payload: str


async def open_conversation(*, sessions: Sessions) -> Opened:
    """Create an empty conversation with a secret token of 256 bits."""
    token = secrets.token_urlsafe(32)
    conversation = Conversation(id=str(uuid.uuid4()), token_hash=_hash(token), rasa_sender=str(uuid.uuid4()), cree_le=now())
    async with transaction(sessions) as session:
        session.add(conversation)
    return Opened(conversation, token)


async def get_authorized(*, sessions: Sessions, conversation_id: str, token: str) -> Conversation | None:
    """The conversation, or None when it does not exist or the token is another's: the caller cannot tell which."""
    async with sessions() as session:
        conversation = await session.get(Conversation, conversation_id) if _can_be_an_id(conversation_id) else None
    # Compare in any case, so that the time taken does not tell whether the id exists.
    expected = conversation.token_hash if conversation else _hash("")
    return conversation if hmac.compare_digest(expected, _hash(token)) and conversation else None


async def list_messages(*, sessions: Sessions, conversation_id: str) -> list[MessagePublic]:
    """All messages, oldest first."""
    async with sessions() as session:
        rows = await session.scalars(select(Message).where(Message.conversation_id == conversation_id).order_by(Message.position))
        return [MessagePublic.model_validate(row) for row in rows]


async def messages_after(*, sessions: Sessions, conversation_id: str, message_id: str | None) -> list[MessagePublic]:
    """Messages that came after the given one, oldest first; all of them when it is unknown here."""
    async with sessions() as session:
        known = await session.get(Message, message_id) if message_id and _can_be_an_id(message_id) else None
        position = known.position if known is not None and known.conversation_id == conversation_id else 0
        rows = await session.scalars(
            select(Message)
            .where(Message.conversation_id == conversation_id, Message.position > position)
            .order_by(Message.position)
        )
        return [MessagePublic.model_validate(row) for row in rows]


async def add_user_message(*, sessions: Sessions, conversation_id: str, text: str) -> MessagePublic:
    """Store what the person said (secrets already masked)."""
    return (await _add(sessions, conversation_id, Sender.USER, [Reply(kind=Kind.USER, text=text)]))[0]


async def add_agent_message(*, sessions: Sessions, conversation_id: str, text: str) -> MessagePublic:
    """Store what a person of the help-desk said (secrets already masked)."""
    return (await _add(sessions, conversation_id, Sender.AGENT, [Reply(kind=Kind.USER, text=text)]))[0]


async def add_replies(*, sessions: Sessions, conversation_id: str, replies: Sequence[Reply]) -> list[MessagePublic]:
    """Store the bot's replies in one transaction and give each button an opaque id."""
    return await _add(sessions, conversation_id, Sender.BOT, replies)


async def _add(sessions: Sessions, conversation_id: str, sender: Sender, replies: Sequence[Reply]) -> list[MessagePublic]:
    for left in reversed(range(_TRIES)):
        try:
            async with transaction(sessions) as session:
                rows = [await _append(session, conversation_id, sender, reply) for reply in replies]
        except IntegrityError:
            if not left:
                raise
        else:
            return [MessagePublic.model_validate(row) for row in rows]
    raise AssertionError("the last try raises or returns")


async def get_choice(*, sessions: Sessions, conversation_id: str, button_id: str) -> Choice | None:
    """The button if this very conversation was given it, else None."""
    async with sessions() as session:
        button = await session.get(Button, button_id) if _can_be_an_id(button_id) else None
    if button is None or button.conversation_id != conversation_id:
        return None
    return Choice(button.title, button.payload)


async def give_feedback(
    *, sessions: Sessions, conversation_id: str, message_id: str, useful: bool, reason: str | None, comment: str | None
) -> bool:
    """Record a vote (the last one counts); False when the message is not an answer of this conversation."""
    async with transaction(sessions) as session:
        message = await session.get(Message, message_id) if _can_be_an_id(message_id) else None
        if message is None or message.conversation_id != conversation_id or message.sender == Sender.USER:
            return False
        await session.merge(Feedback(message_id=message_id, useful=useful, reason=reason, comment=comment, cree_le=now()))
    return True


async def _append(session: AsyncSession, conversation_id: str, sender: Sender, reply: Reply) -> Message:
    last = await session.scalar(select(func.max(Message.position)).where(Message.conversation_id == conversation_id))
    message_id = str(uuid.uuid4())
    buttons = [
        Button(
            id=secrets.token_urlsafe(16),
            conversation_id=conversation_id,
            message_id=message_id,
            title=button.title,
            payload=button.payload,
        )
        for button in reply.buttons
    ]
    row = Message(
        id=message_id,
        conversation_id=conversation_id,
        position=(last or 0) + 1,
        sender=sender,
        kind=reply.kind,
        text=reply.text,
        buttons=[{"id": button.id, "title": button.title} for button in buttons],
        sources=[source.model_dump() for source in reply.sources],
        fiche=reply.fiche,
        confidence=reply.confidence,
        timeline=reply.timeline.model_dump(mode="json") if reply.timeline else None,
        saisie=reply.saisie,
        cree_le=now(),
    )
    session.add(row)
    await session.flush()
    session.add_all(buttons)
    await session.flush()
    return row


def _can_be_an_id(text: str) -> bool:
    """False for what a client made up and PostgreSQL would not even compare (NUL)."""
    return text.isprintable()


def _hash(token: str) -> str:
    # The token has 256 random bits: a plain digest is enough, nothing can be guessed from it.
    return hashlib.sha256(token.encode()).hexdigest()


async def id_by_rasa_sender(*, sessions: Sessions, rasa_sender: str) -> str | None:
    """The conversation that Rasa knows under this name; None for a talk held without the service (`rasa shell`)."""
    async with sessions() as session:
        found: str | None = await session.scalar(select(Conversation.id).where(Conversation.rasa_sender == rasa_sender))
    return found
