"""People who wait for somebody of the help-desk, written in the database: the chat itself has tests of its own."""

from collections.abc import Awaitable, Callable

from assistant.conversations import service as conversations
from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply
from assistant.database import Sessions
from assistant.helpdesk import relay
from assistant.knowledge.load import load_knowledge
from assistant.settings import Settings
from assistant.sollicitations.desk import build_desk


def person_who_waits(*, says: str) -> Callable[[Sessions], Awaitable[str]]:
    """Work for the database: a person says this, is not understood, and asks for somebody; the conversation's id comes back.

    Nobody waits when no agent is available.
    """
    settings = Settings(helpdesk_hours="lun-dim 00:00-24:00")
    knowledge = load_knowledge(settings.knowledge_dir)
    hours = build_desk(settings=settings, knowledge=knowledge).hours

    async def _write(sessions: Sessions) -> str:
        opened = (await conversations.open_conversation(sessions=sessions)).conversation.id
        await conversations.add_user_message(sessions=sessions, conversation_id=opened, text=says)
        unknown = Reply(kind=Kind.UNKNOWN, text="Je ne sais pas répondre à cette question.")
        await conversations.add_replies(sessions=sessions, conversation_id=opened, replies=[unknown])
        await relay.request(sessions=sessions, knowledge=knowledge, hours=hours, conversation_id=opened)
        return opened

    return _write


def person_who_says(conversation_id: str, text: str) -> Callable[[Sessions], Awaitable[object]]:
    """Work for the database: the person says one thing more."""

    async def _write(sessions: Sessions) -> object:
        return await conversations.add_user_message(sessions=sessions, conversation_id=conversation_id, text=text)

    return _write
