"""What a supervisor looks at: volumes, delays, returns, wrong routes, subjects, the bot, agreement with triage. By period.

Sums are made by the database; delays need the opening hours, so they are measured here on MAX_MEASURED sollicitations at most,
drawn evenly when there are more (`mesurees` tells how many): a median of thousands is exact enough, and the page stays fast.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Integer, case, distinct, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.conversations.enums import Kind, Sender
from assistant.conversations.models import Conversation, Feedback, Message
from assistant.database import Sessions, UtcDateTime
from assistant.helpdesk.hours import OpeningHours
from assistant.helpdesk.triage.service import Agreement, agreement
from assistant.sollicitations.enums import TypeEvenement
from assistant.sollicitations.models import Sollicitation, SollicitationEvent

MAX_MEASURED = 2000
MAX_SUBJECTS = 12
MAX_BUCKETS = 400

# The desk's first word to the person. A note or an assignment is none: the person sees nothing of it.
_FIRST_ANSWERS = (TypeEvenement.REPONSE, TypeEvenement.DEMANDE_COMPLEMENT, TypeEvenement.TRANSFERT, TypeEvenement.CLOTURE)
# A sollicitation that comes out of a conversation is written before so long.
_LONGEST_TALK = timedelta(days=7)
# From these on the person is awaited, until one of the others.
_WAITS = (TypeEvenement.REPONSE, TypeEvenement.DEMANDE_COMPLEMENT, TypeEvenement.TRANSFERT)
_TURNS = (*_WAITS, TypeEvenement.COMPLEMENT, TypeEvenement.RENVOI, TypeEvenement.CLOTURE)


class Granularite(StrEnum):
    """Width of the buckets of a period."""

    JOUR = "jour"
    SEMAINE = "semaine"
    MOIS = "mois"


@dataclass(frozen=True)
class Tranche:
    """One bucket of the period, from the day `debut` to the day before the next one's (local days of the desk)."""

    debut: date
    creees: int
    closes: int
    renvois: int
    conversations: int


@dataclass(frozen=True)
class Delai:
    """Seconds of opening hours: half took `mediane` at most, nine in ten `p90`. None when nothing was measured."""

    nombre: int
    mesurees: int
    mediane: int | None
    p90: int | None


@dataclass(frozen=True)
class Part:
    """A count and what it is a part of; `taux` is None when there is nothing to be a part of."""

    nombre: int
    sur: int

    @property
    def taux(self) -> float | None:
        return self.nombre / self.sur if self.sur else None


@dataclass(frozen=True)
class Robot:
    """What became of the conversations opened in the period in which the person said something.

    `passees`: a sollicitation was written from it, or a person of the desk took over or was asked for.
    `resolues`: the bot answered, its last word on a question was an answer, nobody voted against one, and it was not handed over.
    The rest (`autres`): left after « je ne sais pas », choices, an off-topic answer, or a bad vote.
    What this cannot tell: whether somebody who left after an answer was helped or gave up, whether the answer was right, and
    whether they wrote elsewhere. « Résolue » is an upper bound of what the bot solved. `mesurees` conversations were looked at,
    drawn evenly.
    """

    conversations: int
    mesurees: int
    resolues: int
    passees: int

    @property
    def autres(self) -> int:
        return self.mesurees - self.resolues - self.passees

    @property
    def taux_resolution(self) -> float | None:
        return self.resolues / self.mesurees if self.mesurees else None

    @property
    def taux_passage(self) -> float | None:
        return self.passees / self.mesurees if self.mesurees else None


@dataclass(frozen=True)
class Changement:
    """A change of route and how many sollicitations it befell."""

    avant: str
    apres: str
    nombre: int


@dataclass(frozen=True)
class Rapport:
    """Everything for [since, until).

    `premiere_reponse`: of those created in the period, from creation to the desk's first word (`sans_reponse`: still without).
    `resolution`: of those closed in the period, from creation to closing, without the time during which the person was awaited.
    `renvois`: returned by the person, of those answered in the period. `mauvaises_routes`: whose route was changed, beside those
    created.
    Counts by category, route, origin are of those created, by their present value, largest first.
    """

    since: datetime
    until: datetime
    granularite: Granularite
    tranches: list[Tranche]
    creees: int
    closes: int
    par_categorie: dict[str, int]
    par_route: dict[str, int]
    par_origine: dict[str, int]
    premiere_reponse: Delai
    sans_reponse: int
    resolution: Delai
    renvois: Part
    mauvaises_routes: Part
    changements_route: list[Changement]
    sujets: list[tuple[str, int]]
    robot: Robot
    accord: list[Agreement]


async def report(
    *, sessions: Sessions, hours: OpeningHours, since: datetime, until: datetime, granularite: Granularite = Granularite.JOUR
) -> Rapport:
    """All figures of a period. Raises ValueError (in French) for a period that ends before it begins or has too many buckets."""
    borders = buckets(since, until, granularite, hours)
    created = _within(Sollicitation.cree_le, since, until)
    async with sessions() as session:
        tranches = await _tranches(session, borders, hours)
        count = sum(tranche.creees for tranche in tranches)
        par_categorie = await _counts(session, Sollicitation.categorie, created)
        par_route = await _counts(session, Sollicitation.route, created)
        par_origine = await _counts(session, Sollicitation.origine, created)
        premiere_reponse, sans_reponse = await _first_answers(session, hours, created, count)
        resolution = await _resolutions(session, hours, since, until)
        renvois = await _returns(session, since, until)
        changements = await _route_changes(session, since, until)
        sujets = await _subjects(session, since, until)
        robot = await _robot(session, since, until)
    return Rapport(
        since=since,
        until=until,
        granularite=granularite,
        tranches=tranches,
        creees=count,
        closes=sum(tranche.closes for tranche in tranches),
        par_categorie=par_categorie,
        par_route=par_route,
        par_origine=par_origine,
        premiere_reponse=premiere_reponse,
        sans_reponse=sans_reponse,
        resolution=resolution,
        renvois=renvois,
        mauvaises_routes=Part(sum(one.nombre for one in changements), count),
        changements_route=changements,
        sujets=sujets,
        robot=robot,
        accord=await agreement(sessions=sessions, since=since, until=until),
    )


def buckets(since: datetime, until: datetime, granularite: Granularite, hours: OpeningHours) -> list[tuple[datetime, datetime]]:
    """Borders of the buckets, the first from `since`, the last to `until`; inner ones at local midnight.

    Raises ValueError with a French sentence.
    """
    if until <= since:
        raise ValueError("La fin de la période vient après son début.")
    borders = [since]
    while True:
        day = _next_day(borders[-1].astimezone(hours.zone).date(), granularite)
        border = datetime.combine(day, time(0), hours.zone)
        if border >= until:
            break
        borders.append(border)
        if len(borders) > MAX_BUCKETS:
            raise ValueError("Cette période a trop de tranches : choisissez des semaines ou des mois.")
    return list(zip(borders, [*borders[1:], until], strict=True))


def _next_day(day: date, granularite: Granularite) -> date:
    match granularite:
        case Granularite.JOUR:
            return day + timedelta(days=1)
        case Granularite.SEMAINE:
            return day + timedelta(days=7 - day.weekday())
        case Granularite.MOIS:
            return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _within(column: Any, since: datetime, until: datetime) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = (column >= since) & (column < until)
    return condition


def _events(kinds: Iterable[TypeEvenement], since: datetime, until: datetime) -> ColumnElement[bool]:
    return SollicitationEvent.type.in_(list(kinds)) & _within(SollicitationEvent.cree_le, since, until)


async def _tranches(session: AsyncSession, borders: Sequence[tuple[datetime, datetime]], hours: OpeningHours) -> list[Tranche]:
    """Counts by bucket: the engine counts a range of an index for each."""
    parts = [
        select(
            literal(number, Integer).label("number"),
            literal(start, UtcDateTime()).label("since"),
            literal(end, UtcDateTime()).label("until"),
        )
        for number, (start, end) in enumerate(borders)
    ]
    bucket = union_all(*parts).cte("bucket")

    def counted(column: Any, *conditions: ColumnElement[bool]) -> Any:
        inside = select(func.count()).where(column >= bucket.c.since, column < bucket.c.until, *conditions)
        return inside.correlate(bucket).scalar_subquery()

    rows = await session.execute(
        select(
            bucket.c.number,
            counted(Sollicitation.cree_le).label("creees"),
            counted(SollicitationEvent.cree_le, SollicitationEvent.type == TypeEvenement.CLOTURE).label("closes"),
            counted(SollicitationEvent.cree_le, SollicitationEvent.type == TypeEvenement.RENVOI).label("renvois"),
            counted(Conversation.cree_le).label("conversations"),
        ).order_by(bucket.c.number)
    )
    return [
        Tranche(borders[row.number][0].astimezone(hours.zone).date(), row.creees, row.closes, row.renvois, row.conversations)
        for row in rows
    ]


async def _counts(session: AsyncSession, column: Any, condition: ColumnElement[bool]) -> dict[str, int]:
    rows = await session.execute(select(column, func.count()).where(condition).group_by(column))
    return {str(value): count for value, count in sorted(rows, key=lambda row: (-row[1], str(row[0])))}


async def _first_answers(
    session: AsyncSession, hours: OpeningHours, created: ColumnElement[bool], count: int
) -> tuple[Delai, int]:
    """Delays of the answered ones, and how many of all are still unanswered (estimated from those measured when drawn)."""
    first = (
        select(func.min(SollicitationEvent.cree_le))
        .where(SollicitationEvent.sollicitation_id == Sollicitation.id, SollicitationEvent.type.in_(_FIRST_ANSWERS))
        .correlate(Sollicitation)
        .scalar_subquery()
    )
    step = _step(count)
    rows = (await session.execute(select(Sollicitation.cree_le, first).where(created, _drawn(Sollicitation.id, step)))).all()
    delays = [hours.seconds_between(start, end) for start, end in rows if end is not None]
    unanswered = len(rows) - len(delays)
    scale = count / len(rows) if rows else 0.0
    return _delay(count - round(unanswered * scale), delays), round(unanswered * scale)


async def _resolutions(session: AsyncSession, hours: OpeningHours, since: datetime, until: datetime) -> Delai:
    closed = _events([TypeEvenement.CLOTURE], since, until)
    count = await session.scalar(select(func.count()).select_from(SollicitationEvent).where(closed)) or 0
    drawn = closed & _drawn(SollicitationEvent.sollicitation_id, _step(count))
    rows = await session.execute(
        select(Sollicitation.id, Sollicitation.cree_le, SollicitationEvent.cree_le)
        .join(Sollicitation, Sollicitation.id == SollicitationEvent.sollicitation_id)
        .where(drawn)
    )
    whole = {number: (start, end) for number, start, end in rows}
    turns = await session.execute(
        select(SollicitationEvent.sollicitation_id, SollicitationEvent.type, SollicitationEvent.cree_le)
        .where(
            SollicitationEvent.sollicitation_id.in_(select(SollicitationEvent.sollicitation_id).where(drawn)),
            SollicitationEvent.type.in_(_TURNS),
        )
        .order_by(SollicitationEvent.sollicitation_id, SollicitationEvent.id)
    )
    awaited = _awaited(turns, whole, hours)
    return _delay(count, [max(hours.seconds_between(*span) - awaited[number], 0) for number, span in whole.items()])


def _awaited(turns: Iterable[Any], whole: dict[int, tuple[datetime, datetime]], hours: OpeningHours) -> Counter[int]:
    """Seconds of opening hours during which the person was awaited, by sollicitation, until it was closed."""
    seconds: Counter[int] = Counter()
    waiting: tuple[int, datetime] | None = None
    for number, kind, moment in turns:
        if waiting is not None and waiting[0] != number:
            waiting = None
        if number not in whole or moment > whole[number][1]:
            continue
        if waiting is None and kind in _WAITS:
            waiting = (number, moment)
        elif waiting is not None and kind not in _WAITS:
            seconds[number] += hours.seconds_between(waiting[1], moment)
            waiting = None
    return seconds


def _step(count: int) -> int:
    return max(-(-count // MAX_MEASURED), 1)


def _drawn(column: Any, step: int) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = column % step == 0
    return condition


def _delay(count: int, delays: list[int]) -> Delai:
    delays.sort()
    if not delays:
        return Delai(count, 0, None, None)
    # Nearest rank: a delay that really was.
    return Delai(count, len(delays), delays[-(-len(delays) // 2) - 1], delays[-(-len(delays) * 9 // 10) - 1])


async def _returns(session: AsyncSession, since: datetime, until: datetime) -> Part:
    one = func.count(distinct(SollicitationEvent.sollicitation_id))
    returned = await session.scalar(select(one).where(_events([TypeEvenement.RENVOI], since, until)))
    answered = await session.scalar(
        select(one).where(_events([TypeEvenement.REPONSE, TypeEvenement.TRANSFERT, TypeEvenement.RENVOI], since, until))
    )
    return Part(returned or 0, answered or 0)


async def _route_changes(session: AsyncSession, since: datetime, until: datetime) -> list[Changement]:
    """Changes of route by agents, and transfers; each sollicitation counts once for each change."""
    detail = SollicitationEvent.detail
    changed = case(
        (SollicitationEvent.type == TypeEvenement.TRANSFERT, detail["route"].as_string()),
        else_=detail["changements"]["route"].as_string(),
    )
    rows = await session.execute(
        select(changed.label("change"), func.count(distinct(SollicitationEvent.sollicitation_id)))
        .where(_events([TypeEvenement.TRANSFERT, TypeEvenement.MODIFICATION], since, until))
        .group_by(changed)
    )
    counts: Counter[tuple[str, str]] = Counter()
    for text, count in rows:
        before, after = json.loads(text) if text else ("", "")
        if before != after:
            counts[str(before), str(after)] += count
    return [
        Changement(before, after, count)
        for (before, after), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


async def _subjects(session: AsyncSession, since: datetime, until: datetime) -> list[tuple[str, int]]:
    """Fiches that answered most often, by id."""
    rows = await session.execute(
        select(Message.fiche, func.count().label("count"))
        .where(Message.kind == Kind.ANSWER, _within(Message.cree_le, since, until), Message.fiche.is_not(None))
        .group_by(Message.fiche)
        .order_by(func.count().desc(), Message.fiche)
        .limit(MAX_SUBJECTS)
    )
    return [(str(fiche), count) for fiche, count in rows]


async def _robot(session: AsyncSession, since: datetime, until: datetime) -> Robot:
    opened = _within(Conversation.cree_le, since, until)
    count = await session.scalar(select(func.count()).select_from(Conversation).where(opened)) or 0
    last_answer = func.max(case((Message.kind == Kind.ANSWER, Message.position), else_=0))
    last_miss = func.max(case((Message.kind.in_([Kind.UNKNOWN, Kind.CHOICES, Kind.OUT_OF_SCOPE]), Message.position), else_=0))
    agents = func.max(case((Message.sender == Sender.AGENT, 1), else_=0))
    said = func.max(case((Message.sender == Sender.USER, 1), else_=0))
    against = func.max(case((Feedback.useful.is_(False), 1), else_=0))
    talks = (
        select(
            Conversation.id.label("id"),
            last_answer.label("answer"),
            last_miss.label("miss"),
            against.label("against"),
            agents.label("agents"),
            func.max(case((Conversation.relais.is_not(None), 1), else_=0)).label("relayed"),
        )
        .join(Message, Message.conversation_id == Conversation.id)
        .outerjoin(Feedback, Feedback.message_id == Message.id)
        .where(opened, *_drawn_talks(count))
        .group_by(Conversation.id)
        .having(said == 1)
        .cte("talk")
    )
    wrote = talks.c.id.in_(
        select(Sollicitation.conversation_id).where(
            _within(Sollicitation.cree_le, since, until + _LONGEST_TALK), Sollicitation.conversation_id.is_not(None)
        )
    )
    handed = or_(talks.c.agents == 1, talks.c.relayed == 1, wrote)
    solved = ~handed & (talks.c.answer > talks.c.miss) & (talks.c.against == 0)
    row = (
        await session.execute(
            select(
                func.count().label("all"),
                func.coalesce(func.sum(case((handed, 1), else_=0)), 0).label("handed"),
                func.coalesce(func.sum(case((solved, 1), else_=0)), 0).label("solved"),
            ).select_from(talks)
        )
    ).one()
    return Robot(conversations=count, mesurees=row.all, resolues=int(row.solved), passees=int(row.handed))


def _drawn_talks(count: int) -> list[ColumnElement[bool]]:
    """About MAX_MEASURED of `count` conversations: ids are random, so a range of their first signs is an even draw."""
    if count <= MAX_MEASURED:
        return []
    # The beginning, not the id: an engine would walk the index of the ids instead of the period's.
    return [func.substr(Conversation.id, 1, 4) < f"{round(MAX_MEASURED / count * 0xFFFF):04x}"]
