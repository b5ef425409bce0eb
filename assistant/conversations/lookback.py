"""What the bot said earlier in a conversation: the buttons that it gave tell what its message was about."""

from dataclasses import dataclass

from sqlalchemy import select

from assistant.conversations.enums import Sender
from assistant.conversations.models import Button, Conversation, Message
from assistant.database import Sessions


@dataclass(frozen=True)
class Given:
    """A message of the bot: its id, and what its buttons send to Rasa."""

    message_id: str
    payloads: tuple[str, ...]


async def last_given(*, sessions: Sessions, rasa_sender: str, message_id: str | None = None) -> Given | None:
    """The last message of the bot in the conversation that Rasa knows as `rasa_sender`, or that message of it; None without."""
    wanted = (
        select(Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.rasa_sender == rasa_sender, Message.sender == Sender.BOT)
    )
    if message_id is not None:
        wanted = wanted.where(Message.id == message_id)
    async with sessions() as session:
        found: str | None = await session.scalar(wanted.order_by(Message.position.desc()).limit(1))
        if found is None:
            return None
        payloads = await session.scalars(select(Button.payload).where(Button.message_id == found))
        return Given(found, tuple(payloads))
