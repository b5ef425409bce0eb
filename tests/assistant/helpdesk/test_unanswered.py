"""Questions that the bot did not know, offered choices for or was voted down on: who is found, how they are grouped."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from actions.base import Services
from assistant.conversations import service as conversations
from assistant.conversations.enums import Kind
from assistant.conversations.models import Feedback, Message
from assistant.conversations.schemas import MessagePublic, Reply, ReplyButton
from assistant.database import Sessions, transaction
from assistant.helpdesk import learning, unanswered
from assistant.helpdesk.learning import Groupes, Question, Raison
from assistant.helpdesk.unanswered import NEAR, group
from assistant.knowledge.encoder import encode

LOCKED = ["mon compte est bloqué, que faire ?", "que faire si mon compte est bloqué ?", "compte bloqué que faire"]
PAID = "quand ma facture sera-t-elle payée par la mairie ?"
# Tests share PostgreSQL: each has a day of its own.
_days = count()


@pytest.fixture
def day() -> datetime:
    """A day on which nobody else has said anything."""
    return datetime(2003, 1, 1, 12, tzinfo=UTC) + timedelta(days=3 * next(_days))


class Talk:
    """A conversation on a day of the past."""

    def __init__(self, sessions: Sessions, day: datetime, talk: str) -> None:
        self.sessions, self.day, self.id = sessions, day, talk

    @classmethod
    async def open(cls, sessions: Sessions, day: datetime) -> "Talk":
        return cls(sessions, day, (await conversations.open_conversation(sessions=sessions)).conversation.id)

    async def ask(self, text: str, kind: Kind, **reply: object) -> MessagePublic:
        """A question and what the bot says; returns the latter."""
        said = await conversations.add_user_message(sessions=self.sessions, conversation_id=self.id, text=text)
        given = {"kind": kind, "text": "La réponse du robot.", **reply}
        [answer] = await conversations.add_replies(
            sessions=self.sessions, conversation_id=self.id, replies=[Reply.model_validate(given)]
        )
        async with transaction(self.sessions) as session:
            moved = update(Message).where(Message.id.in_([said.id, answer.id])).values(cree_le=self.day)
            await session.execute(moved)
        return answer

    async def vote(self, answer: MessagePublic, useful: bool, comment: str | None = None) -> None:
        await conversations.give_feedback(
            sessions=self.sessions,
            conversation_id=self.id,
            message_id=answer.id,
            useful=useful,
            reason=None,
            comment=comment,
        )
        async with transaction(self.sessions) as session:
            await session.execute(update(Feedback).where(Feedback.message_id == answer.id).values(cree_le=self.day))


async def groups_of(sessions: Sessions, services: Services, day: datetime, **options: object) -> Groupes:
    return await learning.list_groups(
        sessions=sessions,
        search=services.search,
        since=day - timedelta(days=1),
        until=day + timedelta(days=1),
        **options,  # type: ignore[arg-type]
    )


async def test_near_questions_are_one_group_largest_first(any_sessions: Sessions, services: Services, day: datetime) -> None:
    talk = await Talk.open(any_sessions, day)
    await talk.ask(PAID, Kind.UNKNOWN)
    for text in (*LOCKED, LOCKED[0].upper()):
        await talk.ask(text, Kind.UNKNOWN)
    found = await groups_of(any_sessions, services, day)
    assert [group.nombre for group in found.groupes] == [4, 1]
    assert (found.total, found.ecartees) == (5, 0)
    first = found.groupes[0]
    assert {question.texte.lower() for question in first.exemples} == set(LOCKED)
    assert {question.fois for question in first.exemples} == {1, 2}
    assert first.titre.lower() in LOCKED
    assert first.raisons == {Raison.INCONNU: 4}
    assert "compte-bloque" in [fiche.id for fiche in first.fiches]
    assert first.exemples[0].reponse == "La réponse du robot."


async def test_each_reason_is_told_and_can_be_asked_for_alone(any_sessions: Sessions, services: Services, day: datetime) -> None:
    talk = await Talk.open(any_sessions, day)
    await talk.ask(PAID, Kind.UNKNOWN)
    await talk.ask(LOCKED[0], Kind.CHOICES)
    voted = await talk.ask("où est le certificat de dépôt ?", Kind.ANSWER, fiche="depot-certificat", confidence=0.7)
    await talk.vote(voted, useful=False, comment="ce n'est pas ma question")
    liked = await talk.ask("comment créer un compte ?", Kind.ANSWER, fiche="compte-creer")
    await talk.vote(liked, useful=True)
    found = await groups_of(any_sessions, services, day)
    told = {one.raison: one for group in found.groupes for one in group.exemples}
    assert {raison: one.texte for raison, one in told.items()} == {
        Raison.INCONNU: PAID,
        Raison.CHOIX: LOCKED[0],
        Raison.VOTE_NEGATIF: "où est le certificat de dépôt ?",
    }
    bad = told[Raison.VOTE_NEGATIF]
    assert (bad.fiche, bad.confiance, bad.commentaire) == ("depot-certificat", pytest.approx(0.7), "ce n'est pas ma question")
    for raison in Raison:
        alone = await groups_of(any_sessions, services, day, raisons=[raison])
        assert [one.raison for group in alone.groupes for one in group.exemples] == [raison]
    assert (await groups_of(any_sessions, services, day, raisons=[])).groupes == []


async def test_a_bad_vote_on_an_unknown_answer_counts_once_as_a_bad_vote(
    any_sessions: Sessions, services: Services, day: datetime
) -> None:
    talk = await Talk.open(any_sessions, day)
    await talk.vote(await talk.ask(PAID, Kind.UNKNOWN), useful=False)
    found = await groups_of(any_sessions, services, day)
    assert [group.raisons for group in found.groupes] == [{Raison.VOTE_NEGATIF: 1}]


async def test_what_was_pressed_is_not_how_people_ask(any_sessions: Sessions, services: Services, day: datetime) -> None:
    talk = await Talk.open(any_sessions, day)
    await talk.ask(PAID, Kind.CHOICES, buttons=[ReplyButton(title="Autre chose", payload="/autre_chose")])
    await talk.ask("Autre chose", Kind.UNKNOWN)
    found = await groups_of(any_sessions, services, day)
    assert [one.texte for group in found.groupes for one in group.exemples] == [PAID]
    assert found.total == 1


async def test_the_question_is_the_last_one_before_the_answer(any_sessions: Sessions, services: Services, day: datetime) -> None:
    talk = await Talk.open(any_sessions, day)
    await talk.ask("bonjour", Kind.NOTICE)
    await talk.ask(PAID, Kind.UNKNOWN)
    other = await Talk.open(any_sessions, day)
    await other.ask("une autre conversation", Kind.NOTICE)
    found = await groups_of(any_sessions, services, day)
    assert [one.texte for group in found.groupes for one in group.exemples] == [PAID]


async def test_another_day_is_not_counted(any_sessions: Sessions, services: Services, day: datetime) -> None:
    talk = await Talk.open(any_sessions, day + timedelta(days=1))
    await talk.ask(PAID, Kind.UNKNOWN)
    assert (await groups_of(any_sessions, services, day)).groupes == []


async def test_too_many_questions_are_cut_and_told(
    any_sessions: Sessions, services: Services, day: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unanswered, "MAX_QUESTIONS", 2)
    talk = await Talk.open(any_sessions, day)
    for text in (PAID, LOCKED[0], "où est le certificat de dépôt ?", "comment créer un compte ?"):
        await talk.ask(text, Kind.UNKNOWN)
    found = await groups_of(any_sessions, services, day)
    assert sum(group.nombre for group in found.groupes) == 2
    assert (found.total, found.ecartees) == (4, 2)


# --- grouping, pure -------------------------------------------------------------------------------------------------


def question(texte: str, fois: int = 1) -> Question:
    return Question(texte, "c", texte, Raison.INCONNU, "", None, None, None, datetime(2026, 1, 1, tzinfo=UTC), fois)


_VECTORS = st.lists(
    st.tuples(st.integers(1, 5), st.lists(st.integers(-3, 3), min_size=3, max_size=3).filter(any)), min_size=1, max_size=20
)


@given(_VECTORS, st.randoms(use_true_random=False))
def test_every_question_is_in_one_group_and_their_order_does_not_matter(
    made: list[tuple[int, list[int]]], chance: random.Random
) -> None:
    questions = [question(f"question {index}", fois) for index, (fois, _) in enumerate(made)]
    vectors = np.array([vector for _, vector in made], dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    groups = group(questions, vectors)
    assert sorted(index for one in groups for index in one) == list(range(len(questions)))
    sizes = [sum(questions[index].fois for index in one) for one in groups]
    assert sizes == sorted(sizes, reverse=True)
    shuffled = list(range(len(questions)))
    chance.shuffle(shuffled)
    again = group([questions[index] for index in shuffled], vectors[shuffled])
    assert {frozenset(one) for one in groups} == {frozenset(shuffled[index] for index in one) for one in again}


def test_nothing_gives_no_group() -> None:
    assert group([], np.zeros((0, 512), dtype=np.float32)) == []


def test_the_threshold_brings_together_the_same_question_and_keeps_others_apart() -> None:
    texts = [*LOCKED, PAID, "quand la mairie va-t-elle payer ma facture ?"]
    groups = group([question(text) for text in texts], np.asarray(encode(texts)))
    assert {frozenset(texts[index] for index in one) for one in groups} == {frozenset(LOCKED), frozenset(texts[3:])}
    assert 0.6 < NEAR < 0.85


def test_the_one_in_the_middle_comes_first() -> None:
    angles = [0.0, 0.3, 0.6]
    vectors = np.array([[np.cos(angle), np.sin(angle)] for angle in angles], dtype=np.float32)
    asked = [replace(question(f"q{index}"), fois=3 - index) for index in range(3)]
    [only] = group(asked, vectors)
    assert only[0] == 1
