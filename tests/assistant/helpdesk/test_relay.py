"""Live hand-over: who answers a conversation, and that nobody waits for somebody who is not there."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from assistant.conversations import service as conversations
from assistant.conversations.enums import Kind, Sender
from assistant.conversations.models import Conversation
from assistant.conversations.schemas import Reply
from assistant.database import Sessions, now, transaction
from assistant.helpdesk import relay
from assistant.helpdesk.enums import Relais
from assistant.helpdesk.hours import OpeningHours
from assistant.helpdesk.models import Agent
from assistant.knowledge.load import Knowledge
from tests.support.desk import add_agent

PARIS = ZoneInfo("Europe/Paris")
ALWAYS = OpeningHours({day: [(time(0), time(0))] for day in range(7)}, frozenset(), PARIS)
NEVER = OpeningHours({}, frozenset(), PARIS)
SIRET = "73282932000074"


@pytest.fixture
async def alone(any_sessions: Sessions) -> Sessions:
    """PostgreSQL's schema is shared by the tests: nobody of another test is online or waits."""
    async with transaction(any_sessions) as session:
        await session.execute(update(Agent).values(disponible=False))
        await session.execute(update(Conversation).values(relais=None, relais_agent_id=None))
    return any_sessions


_names = iter(range(10_000))


async def _agent(sessions: Sessions, nom: str = "Ana Martin", *, online: bool = True) -> Agent:
    agent = await add_agent(sessions, nom=nom, identifiant=f"agent-{id(sessions)}-{next(_names)}@exemple.fr")
    await relay.set_available(sessions=sessions, agent_id=agent.id, available=online)
    return agent


async def _talk(sessions: Sessions, *said: str) -> str:
    conversation = (await conversations.open_conversation(sessions=sessions)).conversation
    for text in said:
        await conversations.add_user_message(sessions=sessions, conversation_id=conversation.id, text=text)
    return conversation.id


async def _request(sessions: Sessions, knowledge: Knowledge, talk: str, hours: OpeningHours = ALWAYS) -> str:
    messages = await relay.request(sessions=sessions, knowledge=knowledge, hours=hours, conversation_id=talk)
    return messages[-1].text


async def _state(sessions: Sessions, talk: str) -> relay.State:
    return await relay.state(sessions=sessions, conversation_id=talk)


async def _waiting(sessions: Sessions, knowledge: Knowledge, *said: str) -> str:
    talk = await _talk(sessions, *said)
    await _request(sessions, knowledge, talk)
    assert (await _state(sessions, talk)).relais is Relais.ATTENTE
    return talk


async def _last(sessions: Sessions, talk: str) -> str:
    return (await conversations.list_messages(sessions=sessions, conversation_id=talk))[-1].text


async def test_a_person_waits_only_when_the_desk_is_open_and_somebody_is_there(alone: Sessions, knowledge: Knowledge) -> None:
    talk = await _talk(alone, "bonjour")
    assert "Aucun conseiller n'est en ligne" in await _request(alone, knowledge, talk)
    await _agent(alone)
    assert "Je ne sais pas quand l'équipe sera de retour." in await _request(alone, knowledge, talk, NEVER)
    assert (await _state(alone, talk)).relais is None
    assert "J'ai prévenu l'équipe" in await _request(alone, knowledge, talk)
    assert (await _state(alone, talk)).relais is Relais.ATTENTE
    assert await _request(alone, knowledge, talk) == knowledge.textes["relais_deja"]


@pytest.mark.parametrize(
    ("changes", "there"),
    [
        ({"disponible": True}, True),
        ({"disponible": False}, False),
        ({"actif": False}, False),
        ({"signe_le": None}, False),
        ({"signe_le": timedelta(minutes=3)}, False),
        ({"signe_le": timedelta(seconds=20)}, True),
    ],
)
async def test_somebody_is_online_who_is_available_active_and_gave_a_sign_of_life(
    alone: Sessions, changes: dict[str, object], there: bool
) -> None:
    agent = await _agent(alone)
    moment = now()
    values = {name: moment - value if isinstance(value, timedelta) else value for name, value in changes.items()}
    async with transaction(alone) as session:
        await session.execute(update(Agent).where(Agent.id == agent.id).values(**values))
    found = await relay.availability(sessions=alone, hours=ALWAYS, moment=moment)
    assert found.now is there


async def test_the_recap_tells_the_demand_the_fiches_and_the_numbers(alone: Sessions, knowledge: Knowledge) -> None:
    talk = await _talk(alone, "ma facture est suspendue", f"mon siret est {SIRET}")
    fiche = next(iter(knowledge.fiches.values()))
    await conversations.add_replies(
        sessions=alone, conversation_id=talk, replies=[Reply(kind=Kind.ANSWER, text="Voici.", fiche=fiche.id)] * 2
    )
    await conversations.add_user_message(sessions=alone, conversation_id=talk, text=knowledge.textes["relais_bouton"])
    recap = await relay.recap(sessions=alone, knowledge=knowledge, conversation_id=talk)
    assert recap.splitlines() == [
        "- **Demande** : ma facture est suspendue",
        f"- **Dernier message** : mon siret est {SIRET}",
        f"- **Fiches déjà lues** : {fiche.titre}",
        "- **Numéros donnés** : SIRET 732 829 320 00074",
    ]


async def test_a_long_message_is_quoted_in_one_short_line(alone: Sessions, knowledge: Knowledge) -> None:
    talk = await _talk(alone, "mot\n" * 300)
    line = (await relay.recap(sessions=alone, knowledge=knowledge, conversation_id=talk)).splitlines()
    assert len(line) == 1
    assert len(line[0]) < 300
    assert line[0].endswith("…")


async def test_of_two_agents_who_take_it_at_once_one_wins_and_the_other_is_told_who(
    alone: Sessions, knowledge: Knowledge
) -> None:
    one, two = await _agent(alone, "Ana Martin"), await _agent(alone, "Bao Petit")
    for _ in range(5):
        talk = await _waiting(alone, knowledge, "bonjour")
        outcomes = await asyncio.gather(
            *(relay.accept(sessions=alone, texts=knowledge.textes, conversation_id=talk, agent=agent) for agent in (one, two)),
            return_exceptions=True,
        )
        [lost] = [outcome for outcome in outcomes if outcome is not None]
        assert isinstance(lost, relay.AlreadyTaken)
        state = await _state(alone, talk)
        assert state.agent_nom in ("Ana Martin", "Bao Petit")
        assert lost.agent_nom == state.agent_nom
        assert f"**{state.agent_nom}** a rejoint la conversation" in await _last(alone, talk)


async def test_agent_and_person_write_at_once_and_no_message_is_lost(alone: Sessions, knowledge: Knowledge) -> None:
    agent = await _agent(alone)
    talk = await _waiting(alone, knowledge, "bonjour")
    await relay.accept(sessions=alone, texts=knowledge.textes, conversation_id=talk, agent=agent)
    await asyncio.gather(
        *(relay.say(sessions=alone, conversation_id=talk, agent=agent, text=f"réponse {n}") for n in range(4)),
        *(conversations.add_user_message(sessions=alone, conversation_id=talk, text=f"question {n}") for n in range(4)),
    )
    messages = await conversations.list_messages(sessions=alone, conversation_id=talk)
    assert {message.text for message in messages if message.sender is Sender.AGENT} == {f"réponse {n}" for n in range(4)}
    assert {message.text for message in messages if message.sender is Sender.USER} == {
        "bonjour",
        *(f"question {n}" for n in range(4)),
    }


async def test_nobody_writes_in_a_conversation_that_is_not_theirs(alone: Sessions, knowledge: Knowledge) -> None:
    one, two = await _agent(alone, "Ana Martin"), await _agent(alone, "Bao Petit")
    talk = await _waiting(alone, knowledge, "bonjour")
    with pytest.raises(relay.NotYours):
        await relay.say(sessions=alone, conversation_id=talk, agent=one, text="bonjour")
    await relay.accept(sessions=alone, texts=knowledge.textes, conversation_id=talk, agent=one)
    with pytest.raises(relay.NotYours):
        await relay.say(sessions=alone, conversation_id=talk, agent=two, text="bonjour")
    with pytest.raises(relay.NotYours):
        await relay.hand_back(sessions=alone, texts=knowledge.textes, conversation_id=talk, agent=two)
    await relay.hand_back(sessions=alone, texts=knowledge.textes, conversation_id=talk, agent=one)
    assert (await _state(alone, talk)).relais is None
    assert "**Ana Martin** a quitté la conversation" in await _last(alone, talk)
    with pytest.raises(relay.NotYours):
        await relay.say(sessions=alone, conversation_id=talk, agent=one, text="encore")


async def test_the_person_ends_the_wait_and_the_talk(alone: Sessions, knowledge: Knowledge) -> None:
    agent = await _agent(alone)
    talk = await _waiting(alone, knowledge, "bonjour")
    assert [one.text for one in await relay.cancel(sessions=alone, texts=knowledge.textes, conversation_id=talk)] == [
        knowledge.textes["relais_fin_usager"]
    ]
    assert await relay.cancel(sessions=alone, texts=knowledge.textes, conversation_id=talk) == []
    with pytest.raises(relay.AlreadyTaken):
        await relay.accept(sessions=alone, texts=knowledge.textes, conversation_id=talk, agent=agent)
    await _request(alone, knowledge, talk)
    await relay.accept(sessions=alone, texts=knowledge.textes, conversation_id=talk, agent=agent)
    [told] = await relay.cancel(sessions=alone, texts=knowledge.textes, conversation_id=talk)
    assert told.text == knowledge.textes["relais_fin_personne"]


async def _release(sessions: Sessions, knowledge: Knowledge, hours: OpeningHours = ALWAYS) -> list[str]:
    return await relay.release_gone(sessions=sessions, texts=knowledge.textes, hours=hours, moment=now())


async def test_when_the_agent_goes_away_the_person_is_told_and_the_bot_comes_back(alone: Sessions, knowledge: Knowledge) -> None:
    agent = await _agent(alone)
    talk = await _waiting(alone, knowledge, "bonjour")
    await relay.accept(sessions=alone, texts=knowledge.textes, conversation_id=talk, agent=agent)
    assert await _release(alone, knowledge) == []
    async with transaction(alone) as session:
        await session.execute(
            update(Agent).where(Agent.id == agent.id).values(signe_le=now() - relay.GONE_AFTER - timedelta(seconds=1))
        )
    assert await _release(alone, knowledge) == [talk]
    assert (await _state(alone, talk)).relais is None
    messages = await conversations.list_messages(sessions=alone, conversation_id=talk)
    assert "**Ana Martin** ne répond plus" in messages[-1].text
    assert [button.title for button in messages[-1].buttons] == ["Préparer une sollicitation"]
    assert await _release(alone, knowledge) == []


async def test_nobody_waits_for_a_desk_that_closed_or_for_ever(alone: Sessions, knowledge: Knowledge) -> None:
    agent = await _agent(alone)
    closed, long, empty = [await _waiting(alone, knowledge, "bonjour") for _ in range(3)]
    assert await _release(alone, knowledge) == []
    async with transaction(alone) as session:
        await session.execute(
            update(Conversation)
            .where(Conversation.id == long)
            .values(relais_depuis=now() - relay.WAIT_AT_MOST - timedelta(seconds=1))
        )
    assert await _release(alone, knowledge) == [long]
    assert "Personne n'a pu prendre la conversation" in await _last(alone, long)
    await relay.set_available(sessions=alone, agent_id=agent.id, available=False)
    assert sorted(await _release(alone, knowledge)) == sorted([closed, empty])


async def test_an_agent_who_talks_stays_when_the_desk_closes(alone: Sessions, knowledge: Knowledge) -> None:
    agent = await _agent(alone)
    talk = await _waiting(alone, knowledge, "bonjour")
    await relay.accept(sessions=alone, texts=knowledge.textes, conversation_id=talk, agent=agent)
    assert await _release(alone, knowledge, NEVER) == []


async def test_those_who_wait_come_first_in_the_list_the_longest_first(alone: Sessions, knowledge: Knowledge) -> None:
    agent = await _agent(alone)
    taken, first, second = [await _waiting(alone, knowledge, f"question {n}") for n in range(3)]
    await relay.accept(sessions=alone, texts=knowledge.textes, conversation_id=taken, agent=agent)
    found = await relay.list_live(sessions=alone, texts=knowledge.textes)
    assert [(live.conversation_id, live.relais, live.agent_nom) for live in found] == [
        (first, Relais.ATTENTE, None),
        (second, Relais.ATTENTE, None),
        (taken, Relais.AGENT, "Ana Martin"),
    ]
    assert found[0].apercu == "question 1"


async def test_who_takes_nobody_new_still_finishes_a_talk(alone: Sessions, knowledge: Knowledge) -> None:
    await _agent(alone, "Ana Martin")
    other = await _agent(alone, "Bao Petit", online=False)
    talk = await _waiting(alone, knowledge, "bonjour")
    await relay.accept(sessions=alone, texts=knowledge.textes, conversation_id=talk, agent=other)
    assert await _release(alone, knowledge) == []
    await relay.set_available(sessions=alone, agent_id=other.id, available=False)
    assert await relay.give_sign_of_life(sessions=alone, agent_id=other.id)
    assert await _release(alone, knowledge) == []
    await relay.hand_back(sessions=alone, texts=knowledge.textes, conversation_id=talk, agent=other)
    assert not await relay.give_sign_of_life(sessions=alone, agent_id=other.id)


async def test_only_an_available_agent_gives_a_sign_of_life(alone: Sessions) -> None:
    agent = await _agent(alone, online=False)
    assert not await relay.give_sign_of_life(sessions=alone, agent_id=agent.id)
    await relay.set_available(sessions=alone, agent_id=agent.id, available=True)
    assert await relay.give_sign_of_life(sessions=alone, agent_id=agent.id)


async def test_misunderstandings_are_counted_in_a_row_only(alone: Sessions) -> None:
    talk = await _talk(alone)
    counts = []
    for kind in (Kind.UNKNOWN, Kind.ANSWER, Kind.UNKNOWN, Kind.UNKNOWN, Kind.UNKNOWN):
        await conversations.add_user_message(sessions=alone, conversation_id=talk, text="?")
        await conversations.add_replies(sessions=alone, conversation_id=talk, replies=[Reply(kind=kind, text="…")])
        counts.append(await relay.misunderstandings_in_a_row(sessions=alone, conversation_id=talk))
    assert counts == [1, 0, 1, 2, 3]


@pytest.mark.parametrize("talk", ["inconnue", "", "\x00", "é" * 50])
async def test_a_conversation_that_does_not_exist_has_nobody(alone: Sessions, knowledge: Knowledge, talk: str) -> None:
    agent = await _agent(alone)
    assert await _state(alone, talk) == relay.State(None, None, None)
    with pytest.raises(relay.AlreadyTaken):
        await relay.accept(sessions=alone, texts=knowledge.textes, conversation_id=talk, agent=agent)


# Tuesday 24 November 2026, 10 h in Paris.
MOMENT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (MOMENT + timedelta(hours=4), "aujourd'hui à 14 h"),
        (MOMENT + timedelta(hours=4, minutes=5), "aujourd'hui à 14 h 05"),
        (MOMENT + timedelta(hours=23), "demain à 9 h"),
        (MOMENT + timedelta(days=6), "lundi 30/11 à 10 h"),
        (datetime(2026, 11, 24, 23, 30, tzinfo=UTC), "demain à 0 h 30"),
    ],
)
def test_the_hour_of_return_is_told_in_the_desks_own_time(when: datetime, words: str) -> None:
    assert relay.french_moment(when, MOMENT, PARIS) == words


def test_the_offer_is_a_button_when_somebody_can_answer_and_else_the_hour_of_return(knowledge: Knowledge) -> None:
    texts = knowledge.textes
    yes = relay.offer(texts=texts, found=relay.Availability(True, True, None, PARIS))
    assert [button.payload for button in yes.buttons] == [relay.ASK, "/preparer_sollicitation"]
    assert yes.text == texts["relais_offre_echec"]
    no = relay.offer(texts=texts, found=relay.Availability(True, False, now() + timedelta(days=30), PARIS), asked=True)
    assert [button.payload for button in no.buttons] == ["/preparer_sollicitation"]
    assert "L'équipe est de retour" in no.text
    assert "« Nous contacter »" in no.text
    assert [source.url for source in no.sources] == [texts["relais_source_url"]]
    away = relay.offer(texts=texts, found=relay.Availability(False, True, None, PARIS), after_vote=True)
    assert texts["relais_retour_bientot"] in away.text
