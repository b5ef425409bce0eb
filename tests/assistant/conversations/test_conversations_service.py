"""The record of what was said: who may read it, in which order, which buttons may come back."""

import uuid

import pytest
from sqlalchemy import select, update

from assistant.conversations import service
from assistant.conversations.enums import Kind, Sender
from assistant.conversations.models import Conversation, Feedback, Message
from assistant.conversations.schemas import Reply, ReplyButton
from assistant.database import Sessions, transaction
from assistant.knowledge.schemas import Source


async def opened(sessions: Sessions) -> service.Opened:
    return await service.open_conversation(sessions=sessions)


async def test_only_its_own_token_opens_a_conversation(any_sessions: Sessions) -> None:
    mine, other = await opened(any_sessions), await opened(any_sessions)

    async def get(token: str) -> Conversation | None:
        return await service.get_authorized(sessions=any_sessions, conversation_id=mine.conversation.id, token=token)

    found = await get(mine.token)
    assert found is not None
    assert found.id == mine.conversation.id
    for wrong in (other.token, "", mine.token[:-1], mine.token + "a", mine.conversation.token_hash, "é"):
        assert await get(wrong) is None


@pytest.mark.parametrize("conversation_id", ["3d5708a9-d435-44b5-9c87-1373754319f4", "", "../x", "a\x00b", "é" * 500])
@pytest.mark.parametrize("token", ["", "x"])
async def test_a_conversation_that_does_not_exist_is_opened_by_no_token(
    any_sessions: Sessions, conversation_id: str, token: str
) -> None:
    assert await service.get_authorized(sessions=any_sessions, conversation_id=conversation_id, token=token) is None


async def test_the_token_is_long_and_stored_nowhere_in_clear(sessions: Sessions) -> None:
    one, two = await opened(sessions), await opened(sessions)
    assert len(one.token) >= 43
    assert one.token != two.token
    async with sessions() as session:
        row = await session.get(Conversation, one.conversation.id)
    assert row is not None
    assert one.token not in (row.id, row.token_hash, row.rasa_sender)
    assert row.rasa_sender != row.id


async def test_messages_come_back_oldest_first_with_all_they_hold(any_sessions: Sessions) -> None:
    talk = (await opened(any_sessions)).conversation.id
    source = Source(titre="Une page", url="https://exemple.fr/", date="2024")
    await service.add_replies(sessions=any_sessions, conversation_id=talk, replies=[Reply(kind=Kind.GREETING, text="Bonjour")])
    await service.add_user_message(sessions=any_sessions, conversation_id=talk, text="Ma question ?")
    answer = Reply(kind=Kind.ANSWER, text="La réponse", sources=[source], fiche="compte-creer", confidence=0.75)
    notice = Reply(kind=Kind.NOTICE, text="Autre chose", buttons=[ReplyButton(title="Oui", payload="/affirmer")])
    added = await service.add_replies(sessions=any_sessions, conversation_id=talk, replies=[answer, notice])
    messages = await service.list_messages(sessions=any_sessions, conversation_id=talk)
    assert [(message.sender, message.kind, message.text) for message in messages] == [
        (Sender.BOT, Kind.GREETING, "Bonjour"),
        (Sender.USER, Kind.USER, "Ma question ?"),
        (Sender.BOT, Kind.ANSWER, "La réponse"),
        (Sender.BOT, Kind.NOTICE, "Autre chose"),
    ]
    assert messages[2:] == added
    assert (messages[2].sources, messages[2].fiche, messages[2].confidence) == ([source], "compte-creer", 0.75)
    assert [button.title for button in messages[3].buttons] == ["Oui"]


async def test_the_order_is_that_of_the_positions_and_not_that_of_the_rows(any_sessions: Sessions) -> None:
    talk = (await opened(any_sessions)).conversation.id
    for text in ("un", "deux", "trois"):
        await service.add_user_message(sessions=any_sessions, conversation_id=talk, text=text)
    async with transaction(any_sessions) as session:
        await session.execute(update(Message).where(Message.conversation_id == talk).values(position=-Message.position))
    assert [message.text for message in await service.list_messages(sessions=any_sessions, conversation_id=talk)] == [
        "trois",
        "deux",
        "un",
    ]


async def test_one_conversation_does_not_hold_the_words_of_another(sessions: Sessions) -> None:
    one, two = (await opened(sessions)).conversation.id, (await opened(sessions)).conversation.id
    await service.add_user_message(sessions=sessions, conversation_id=one, text="à un")
    assert await service.list_messages(sessions=sessions, conversation_id=two) == []


async def test_a_button_comes_back_only_in_its_own_conversation(any_sessions: Sessions) -> None:
    one, two = (await opened(any_sessions)).conversation.id, (await opened(any_sessions)).conversation.id
    reply = Reply(
        kind=Kind.CHOICES,
        text="Laquelle ?",
        buttons=[ReplyButton(title="Celle-ci", payload='/fiche{"sujet": "fiche:compte-creer"}')],
    )
    [message] = await service.add_replies(sessions=any_sessions, conversation_id=one, replies=[reply])
    [button] = message.buttons
    assert "compte-creer" not in button.id
    assert "fiche" not in message.model_dump_json(exclude={"fiche"})
    choice = await service.get_choice(sessions=any_sessions, conversation_id=one, button_id=button.id)
    assert choice == service.Choice("Celle-ci", '/fiche{"sujet": "fiche:compte-creer"}')
    for wrong in (button.id[:-1], "", "/fiche", "a\x00b", "x" * 64):
        assert await service.get_choice(sessions=any_sessions, conversation_id=one, button_id=wrong) is None
    assert await service.get_choice(sessions=any_sessions, conversation_id=two, button_id=button.id) is None


async def test_two_buttons_with_the_same_title_keep_their_own_meaning(sessions: Sessions) -> None:
    talk = (await opened(sessions)).conversation.id
    buttons = [ReplyButton(title="Oui", payload="/affirmer"), ReplyButton(title="Oui", payload="/nier")]
    [message] = await service.add_replies(
        sessions=sessions, conversation_id=talk, replies=[Reply(kind=Kind.QUESTION, text="?", buttons=buttons)]
    )
    payloads = []
    for button in message.buttons:
        choice = await service.get_choice(sessions=sessions, conversation_id=talk, button_id=button.id)
        assert choice is not None
        payloads.append(choice.payload)
    assert payloads == ["/affirmer", "/nier"]


# --- votes ----------------------------------------------------------------------------------------------------------


async def vote(sessions: Sessions, conversation_id: str, message_id: str, useful: bool, reason: str | None = None) -> bool:
    return await service.give_feedback(
        sessions=sessions, conversation_id=conversation_id, message_id=message_id, useful=useful, reason=reason, comment=None
    )


async def test_the_last_vote_counts(any_sessions: Sessions) -> None:
    talk = (await opened(any_sessions)).conversation.id
    [answer] = await service.add_replies(
        sessions=any_sessions, conversation_id=talk, replies=[Reply(kind=Kind.ANSWER, text="Oui")]
    )
    assert await vote(any_sessions, talk, answer.id, useful=True)
    assert await vote(any_sessions, talk, answer.id, useful=False, reason="faux")
    async with any_sessions() as session:
        rows = list(await session.scalars(select(Feedback).where(Feedback.message_id == answer.id)))
    assert [(row.useful, row.reason) for row in rows] == [(False, "faux")]


async def test_only_an_answer_of_this_conversation_can_be_voted_on(any_sessions: Sessions) -> None:
    mine, other = (await opened(any_sessions)).conversation.id, (await opened(any_sessions)).conversation.id
    said = await service.add_user_message(sessions=any_sessions, conversation_id=mine, text="Ma question")
    [answer] = await service.add_replies(
        sessions=any_sessions, conversation_id=mine, replies=[Reply(kind=Kind.ANSWER, text="Oui")]
    )
    assert not await vote(any_sessions, mine, said.id, useful=True)
    assert not await vote(any_sessions, other, answer.id, useful=True)
    assert not await vote(any_sessions, mine, str(uuid.uuid4()), useful=True)
    assert not await vote(any_sessions, mine, "a\x00b", useful=True)
    async with any_sessions() as session:
        assert list(await session.scalars(select(Feedback).where(Feedback.message_id.in_([said.id, answer.id])))) == []


async def test_the_conversation_is_found_by_the_name_that_rasa_knows(sessions: Sessions) -> None:
    talk = (await opened(sessions)).conversation
    assert await service.id_by_rasa_sender(sessions=sessions, rasa_sender=talk.rasa_sender) == talk.id
    assert await service.id_by_rasa_sender(sessions=sessions, rasa_sender=talk.id) is None


@pytest.mark.parametrize(("given", "kept"), [(1.0000001, 1.0), (-0.1, 0.0), (0.5, 0.5), (None, None)])
async def test_a_probability_a_hair_above_one_does_not_break_the_conversation(
    sessions: Sessions, given: float | None, kept: float | None
) -> None:
    talk = (await opened(sessions)).conversation.id
    await service.add_replies(
        sessions=sessions, conversation_id=talk, replies=[Reply(kind=Kind.ANSWER, text="Oui", confidence=given)]
    )
    [message] = await service.list_messages(sessions=sessions, conversation_id=talk)
    assert message.confidence == kept
