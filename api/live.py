"""A conversation with a person of the help-desk, seen at once on both sides."""

from collections.abc import AsyncIterator

from api import sse
from api.dependencies import Context
from api.helpdesk.broadcast import DESK, Broadcaster, conversation_topic
from assistant.conversations import service as conversations
from assistant.conversations.enums import Sender
from assistant.helpdesk import relay

# What another process wrote shows after this long.
POLL_SECONDS = 2.0


def call(broadcaster: Broadcaster, conversation_id: str) -> None:
    """Something was said in the conversation, or it changed hands: both sides look."""
    broadcaster.publish(conversation_topic(conversation_id))
    broadcaster.publish(DESK)


async def conversation_events(
    context: Context, broadcaster: Broadcaster, conversation_id: str, after: str, *, with_user: bool
) -> AsyncIterator[str]:
    """New messages and changes of hands of one conversation, until the bot answers again. The database is read anew at each call.

    `with_user`: the person's own messages too (for the agent); `after`: the last message that is already known.
    """
    sessions = context.services.sessions
    last: str | None = after or None
    told: relay.State | None = None
    quiet = 0.0
    with broadcaster.listen(conversation_topic(conversation_id)) as listener:
        while True:
            # The hands first: what the bot says when it comes back is then read before the stream ends.
            current = await relay.state(sessions=sessions, conversation_id=conversation_id)
            parts = []
            for message in await conversations.messages_after(
                sessions=sessions, conversation_id=conversation_id, message_id=last
            ):
                last = message.id
                if with_user or message.sender is not Sender.USER:
                    parts.append(sse.event("message", message.model_dump(mode="json")))
            if current != told:
                told = current
                parts.append(sse.event("relais", {"relais": current.relais, "agent": current.agent_nom}))
            quiet = 0.0 if parts else quiet + POLL_SECONDS
            if quiet >= sse.KEEP_ALIVE_SECONDS:
                parts, quiet = [sse.KEEP_ALIVE], 0.0
            for part in parts:
                yield part
            if current.relais is None:
                return
            await listener.wait(POLL_SECONDS)
