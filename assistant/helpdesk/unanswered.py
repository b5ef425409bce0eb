"""Questions that the bot did not know, offered choices for, or was voted down on: read from the messages, grouped by nearness."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from threading import Lock
from typing import Any

import numpy as np
from sqlalchemy import Select, exists, func, select, union_all
from sqlalchemy.orm import aliased

from assistant.conversations.enums import Kind, Sender
from assistant.conversations.models import Button, Feedback, Message
from assistant.database import Sessions
from assistant.knowledge.encoder import encode
from assistant.knowledge.search import SearchIndex
from assistant.text import fold_words

# Messages read at most, latest first: what is older is told as « écartées ».
MAX_MESSAGES = 5000
# Different questions grouped at most: their vectors take 4 MB.
MAX_QUESTIONS = 2000
MAX_EXAMPLES = 8
# Two questions as near as this are one subject (tests/assistant/helpdesk/test_unanswered.py).
NEAR = 0.72
_REMEMBERED = 8000
_LONGEST = 600
_BATCH = 64
_MAX_ANSWER = 280


class Raison(StrEnum):
    """Why a question stands in the list."""

    INCONNU = "inconnu"
    CHOIX = "choix"
    VOTE_NEGATIF = "vote_negatif"


_KINDS = {Raison.INCONNU: Kind.UNKNOWN, Raison.CHOIX: Kind.CHOICES}


@dataclass(frozen=True)
class Question:
    """What a person asked (secrets were masked when it was stored), what the bot answered, and the vote's words."""

    message_id: str
    conversation_id: str
    texte: str
    raison: Raison
    reponse: str
    fiche: str | None
    confiance: float | None
    commentaire: str | None
    cree_le: datetime
    # How many times it was asked in the same words.
    fois: int = 1


@dataclass(frozen=True)
class FicheVoisine:
    """A fiche that may be the answer."""

    id: str
    titre: str
    score: float


@dataclass(frozen=True)
class Groupe:
    """Questions on one subject: `titre` is the one in their middle, `nombre` counts every time one was asked."""

    titre: str
    nombre: int
    raisons: dict[Raison, int]
    exemples: list[Question]
    fiches: list[FicheVoisine] = field(default_factory=list)


@dataclass(frozen=True)
class Groupes:
    """Groups, largest first. `ecartees`: questions of the period that were left out because there were too many (the oldest)."""

    groupes: list[Groupe]
    total: int
    ecartees: int


async def list_groups(
    *,
    sessions: Sessions,
    search: SearchIndex,
    since: datetime,
    until: datetime,
    raisons: Sequence[Raison] = tuple(Raison),
    limit: int = 50,
) -> Groupes:
    """The questions of [since, until) that need somebody's attention, grouped; the same messages give the same groups.

    Reads MAX_MESSAGES messages at most and keeps MAX_QUESTIONS different questions. The CPU work runs in a thread.
    """
    async with sessions() as session:
        rows = (await session.execute(_statement(since, until, raisons))).all()
        everything = _statement(since, until, raisons).limit(None).order_by(None)
        total = await session.scalar(select(func.count()).select_from(everything.subquery())) or 0
    questions = _merge([_question(row) for row in rows])
    kept = questions[:MAX_QUESTIONS]
    groups = await asyncio.to_thread(_group_with_fiches, kept, search, limit)
    return Groupes(groups, total, max(total - sum(question.fois for question in kept), 0))


def group(questions: Sequence[Question], vectors: np.ndarray[Any, Any]) -> list[list[int]]:
    """Indexes of the questions, by group, largest first; each group's first is the one nearest to its middle.

    Often asked ones first, each question joins the nearest group whose first question is as near as NEAR, else begins one.
    The order of `questions` does not matter. `vectors`: shape (questions, d), rows of length one.
    """
    order = sorted(range(len(questions)), key=lambda i: (-questions[i].fois, _key(questions[i].texte), questions[i].message_id))
    leaders = np.zeros((len(order), vectors.shape[1] if len(questions) else 0), dtype=np.float32)
    members: list[list[int]] = []
    for index in order:
        nearness = leaders[: len(members)] @ vectors[index]
        if len(members) and nearness.max() >= NEAR:
            members[int(nearness.argmax())].append(index)
        else:
            leaders[len(members)] = vectors[index]
            members.append([index])
    return sorted(
        (_middle_first(one, vectors) for one in members),
        key=lambda one: (-sum(questions[i].fois for i in one), _key(questions[one[0]].texte)),
    )


def _middle_first(members: list[int], vectors: np.ndarray[Any, Any]) -> list[int]:
    middle = vectors[members].mean(axis=0)
    # Rounded: equal nearness must not be decided by the last bit of a sum.
    return [members[i] for i in np.argsort(-np.round(vectors[members] @ middle, 5), kind="stable")]


def _group_with_fiches(questions: Sequence[Question], search: SearchIndex, limit: int) -> list[Groupe]:
    vectors = _vectors([question.texte for question in questions])
    return [_shown([questions[i] for i in one], search) for one in group(questions, vectors)[:limit]]


def _shown(questions: Sequence[Question], search: SearchIndex) -> Groupe:
    reasons: Counter[Raison] = Counter()
    for question in questions:
        reasons[question.raison] += question.fois
    return Groupe(
        titre=questions[0].texte,
        nombre=sum(question.fois for question in questions),
        raisons={reason: reasons[reason] for reason in Raison if reasons[reason]},
        exemples=list(questions[:MAX_EXAMPLES]),
        fiches=list(_neighbours(search, questions[0].texte[:_LONGEST])),
    )


@lru_cache(maxsize=2000)
def _neighbours(search: SearchIndex, text: str) -> tuple[FicheVoisine, ...]:
    """Fiches near to a title; remembered, as a page shows fifty titles and is often asked again."""
    hits = [hit for hit in search.search(text, limit=3) if hit.relevant]
    return tuple(FicheVoisine(hit.fiche.id, hit.fiche.titre, round(max(hit.similarity, 0.0), 4)) for hit in hits)


def _merge(questions: Sequence[Question]) -> list[Question]:
    """One entry for the same words and reason (the latest), with how many times; in the order given."""
    found: dict[tuple[str, Raison], Question] = {}
    counts: Counter[tuple[str, Raison]] = Counter()
    for question in questions:
        key = (_key(question.texte), question.raison)
        if not key[0]:
            continue
        counts[key] += 1
        found.setdefault(key, question)
    return [
        Question(**{**{name: getattr(one, name) for name in Question.__dataclass_fields__}, "fois": counts[key]})
        for key, one in found.items()
    ]


async def more_than(
    count: int, *, sessions: Sessions, since: datetime, until: datetime, raisons: Sequence[Raison] = tuple(Raison)
) -> bool:
    """True when more than so many answers of [since, until) are to be looked at; reads no more of them than that."""
    judged = _judged(since, until, raisons).limit(count + 1).subquery()
    async with sessions() as session:
        return (await session.scalar(select(func.count()).select_from(judged)) or 0) > count


def _judged(since: datetime, until: datetime, raisons: Sequence[Raison]) -> Select[Any]:
    """Ids of the bot's messages that are to be looked at; an engine takes each kind from an index of its own."""
    kinds = [_KINDS[raison] for raison in raisons if raison in _KINDS]
    # A bad vote on one of them is the same message: not twice.
    voted = (
        select(Feedback.message_id.label("id"))
        .join(Message, Message.id == Feedback.message_id)
        .where(
            Feedback.useful.is_(False),
            Feedback.cree_le >= since,
            Feedback.cree_le < until,
            Message.sender == Sender.BOT,
            ~(Message.kind.in_(kinds) & (Message.cree_le >= since) & (Message.cree_le < until)),
        )
    )
    told = select(Message.id.label("id")).where(
        Message.kind.in_(kinds), Message.cree_le >= since, Message.cree_le < until, Message.sender == Sender.BOT
    )
    parts = [*([told] if kinds else []), *([voted] if Raison.VOTE_NEGATIF in raisons else [])]
    if not parts:
        return select(Message.id).where(Message.id.is_(None))
    both = union_all(*parts).subquery()
    return select(both.c.id)


def _statement(since: datetime, until: datetime, raisons: Sequence[Raison]) -> Select[*tuple[Any, ...]]:
    asked = aliased(Message)
    earlier = aliased(Message)
    before = (
        select(func.max(earlier.position))
        .where(
            earlier.conversation_id == Message.conversation_id,
            earlier.position < Message.position,
            earlier.sender == Sender.USER,
        )
        .correlate(Message)
        .scalar_subquery()
    )
    # A button's title is not how people ask.
    pressed = exists().where(Button.conversation_id == asked.conversation_id, Button.title == asked.text)
    return (
        select(
            asked.id.label("asked_id"),
            asked.text.label("asked"),
            Message.conversation_id,
            Message.kind,
            Message.text.label("answer"),
            Message.fiche,
            Message.confidence,
            Message.cree_le,
            Feedback.useful,
            Feedback.comment,
        )
        .select_from(Message)
        .join(asked, (asked.conversation_id == Message.conversation_id) & (asked.position == before))
        .outerjoin(Feedback, Feedback.message_id == Message.id)
        .where(Message.id.in_(_judged(since, until, raisons)), ~pressed)
        .order_by(Message.cree_le.desc(), Message.id)
        .limit(MAX_MESSAGES)
    )


def _question(row: Any) -> Question:
    unvoted = Raison.INCONNU if row.kind == Kind.UNKNOWN else Raison.CHOIX
    reason = Raison.VOTE_NEGATIF if row.useful is False else unvoted
    answer = " ".join(row.answer.split())
    return Question(
        message_id=row.asked_id,
        conversation_id=row.conversation_id,
        texte=" ".join(row.asked.split()),
        raison=reason,
        reponse=answer if len(answer) <= _MAX_ANSWER else answer[:_MAX_ANSWER].rsplit(" ", 1)[0] + "…",
        fiche=row.fiche,
        confiance=row.confidence,
        commentaire=row.comment,
        cree_le=row.cree_le,
    )


def _key(text: str) -> str:
    return " ".join(fold_words(text))


_remembered: OrderedDict[str, np.ndarray[Any, Any]] = OrderedDict()
_lock = Lock()


def _vectors(texts: Sequence[str]) -> np.ndarray[Any, Any]:
    """Vectors of the texts; the latest ones are remembered (16 MB at most), as the page is often asked again."""
    cut = [text[:_LONGEST] for text in texts]
    with _lock:
        known = {text: _remembered[text] for text in cut if text in _remembered}
    missing = sorted({text for text in cut if text not in known}, key=lambda text: (len(text), text))
    for start in range(0, len(missing), _BATCH):
        batch = missing[start : start + _BATCH]
        known.update(zip(batch, encode(batch), strict=True))
    with _lock:
        for text in cut:
            _remembered[text] = known[text]
            _remembered.move_to_end(text)
        while len(_remembered) > _REMEMBERED:
            _remembered.popitem(last=False)
    return np.stack([known[text] for text in cut]) if cut else np.zeros((0, 512), dtype=np.float32)
