"""Counts and delays of one stretch of time, in a form that adds up: what daily aggregates hold (assistant/helpdesk/daily).

A sollicitation that was answered on three days counts once in a period. So each day says of how many of its sollicitations the
same had happened before, and on which local day last: a period counts those whose « before » lies before its beginning.
"""

import json
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.conversations.enums import Kind, Sender
from assistant.conversations.models import Conversation, Feedback, Message
from assistant.helpdesk.hours import OpeningHours
from assistant.helpdesk.quantiles import merge, sketch
from assistant.sollicitations.enums import TypeEvenement
from assistant.sollicitations.models import Sollicitation, SollicitationEvent

# From `start` (included) to `end` (excluded).
Span = tuple[datetime, datetime]
# What JSON can hold; the keys of each part: the functions below.
Values = dict[str, Any]

# The desk's first word to the person. A note or an assignment is none: the person sees nothing of it.
FIRST_ANSWERS = (TypeEvenement.REPONSE, TypeEvenement.DEMANDE_COMPLEMENT, TypeEvenement.TRANSFERT, TypeEvenement.CLOTURE)
# From these on the person is awaited, until one of the others.
_WAITS = (TypeEvenement.REPONSE, TypeEvenement.DEMANDE_COMPLEMENT, TypeEvenement.TRANSFERT)
_TURNS = (*_WAITS, TypeEvenement.COMPLEMENT, TypeEvenement.RENVOI, TypeEvenement.CLOTURE)
_ANSWERED = (TypeEvenement.REPONSE, TypeEvenement.TRANSFERT, TypeEvenement.RENVOI)
_ROUTED = (TypeEvenement.TRANSFERT, TypeEvenement.MODIFICATION)
# A sollicitation that comes out of a conversation is written before so long.
_LONGEST_TALK = timedelta(days=7)
_MISSES = (Kind.UNKNOWN, Kind.CHOICES, Kind.OUT_OF_SCOPE)


class Partie(StrEnum):
    """What is forgotten together when something of a day changes late (migration 0005)."""

    VOLUMES = "volumes"
    REPONSES = "reponses"
    CLOTURES = "clotures"
    SUITES = "suites"
    CONVERSATIONS = "conversations"
    FICHES = "fiches"


async def compute(session: AsyncSession, partie: Partie, spans: Sequence[Span], hours: OpeningHours) -> list[Values]:
    """One part for each of the spans, which follow each other without gap, oldest first."""
    return await _PARTS[partie](session, _Spans(spans), hours)


def put_together(partie: Partie, days: Sequence[Values], first_day: date) -> Values:
    """The part of a longer span, from those of its days (the first of them is `first_day`)."""
    if partie is Partie.SUITES:
        border = first_day.isoformat()
        routes = sorted({change for day in days for change in day["routes"]})
        return {
            "renvois": _before(border, (day["renvois"] for day in days)),
            "repondues": _before(border, (day["repondues"] for day in days)),
            "routes": {change: _before(border, (day["routes"].get(change, {}) for day in days)) for change in routes},
        }
    found: Values = {}
    for day in days:
        for name, value in day.items():
            if name == "delais":
                continue
            if isinstance(value, dict):
                found[name] = dict(Counter(found.get(name, {})) + Counter(value))
            else:
                found[name] = found.get(name, 0) + value
    if partie in (Partie.REPONSES, Partie.CLOTURES):
        found["delais"] = merge([day["delais"] for day in days])
    return found


def _before(border: str, counts: Iterable[dict[str, int]]) -> dict[str, int]:
    """Those that had not happened since the border: each counts once from there on."""
    found: Counter[str] = Counter()
    for one in counts:
        found.update({before: count for before, count in one.items() if before < border})
    return dict(found)


class _Spans:
    """Spans in a row, and which one a moment lies in."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self.starts = [start for start, _ in spans]
        self.since, self.until = spans[0][0], spans[-1][1]

    def __len__(self) -> int:
        return len(self.starts)

    def index(self, moment: datetime) -> int:
        return bisect_right(self.starts, moment) - 1

    def hold(self, column: Any) -> ColumnElement[bool]:
        condition: ColumnElement[bool] = (column >= self.since) & (column < self.until)
        return condition

    def events(self, kinds: Iterable[TypeEvenement]) -> ColumnElement[bool]:
        return SollicitationEvent.type.in_(list(kinds)) & self.hold(SollicitationEvent.cree_le)


async def _volumes(session: AsyncSession, spans: _Spans, _hours: OpeningHours) -> list[Values]:
    """`creees closes renvois conversations`: counts; `categorie route origine`: counts of those created, by present value."""
    found: list[dict[str, Any]] = [
        {name: Counter() for name in ("categorie", "route", "origine")}
        | dict.fromkeys(("creees", "closes", "renvois", "conversations"), 0)
        for _ in range(len(spans))
    ]
    columns = (Sollicitation.cree_le, Sollicitation.categorie, Sollicitation.route, Sollicitation.origine)
    for row in await session.execute(select(*columns).where(spans.hold(Sollicitation.cree_le))):
        one = found[spans.index(row.cree_le)]
        one["creees"] += 1
        for name in ("categorie", "route", "origine"):
            one[name][str(getattr(row, name))] += 1
    told = {TypeEvenement.CLOTURE: "closes", TypeEvenement.RENVOI: "renvois"}
    events = select(SollicitationEvent.type, SollicitationEvent.cree_le).where(spans.events(told))
    for kind, moment in await session.execute(events):
        found[spans.index(moment)][told[TypeEvenement(kind)]] += 1
    for moment in await session.scalars(select(Conversation.cree_le).where(spans.hold(Conversation.cree_le))):
        found[spans.index(moment)]["conversations"] += 1
    return found


async def _first_answers(session: AsyncSession, spans: _Spans, hours: OpeningHours) -> list[Values]:
    """`delais`: seconds of opening hours from creation to the first answer; `sans`: how many have none yet."""
    first = (
        select(func.min(SollicitationEvent.cree_le))
        .where(SollicitationEvent.sollicitation_id == Sollicitation.id, SollicitationEvent.type.in_(FIRST_ANSWERS))
        .correlate(Sollicitation)
        .scalar_subquery()
    )
    delays: list[list[int]] = [[] for _ in range(len(spans))]
    without = [0] * len(spans)
    for start, end in await session.execute(select(Sollicitation.cree_le, first).where(spans.hold(Sollicitation.cree_le))):
        if end is None:
            without[spans.index(start)] += 1
        else:
            delays[spans.index(start)].append(hours.seconds_between(start, end))
    return [{"delais": sketch(one), "sans": count} for one, count in zip(delays, without, strict=True)]


async def _closings(session: AsyncSession, spans: _Spans, hours: OpeningHours) -> list[Values]:
    """`delais`: seconds of opening hours from creation to closing, without the time during which the person was awaited."""
    closed = spans.events([TypeEvenement.CLOTURE])
    rows = await session.execute(
        select(Sollicitation.id, Sollicitation.cree_le, SollicitationEvent.cree_le)
        .join(Sollicitation, Sollicitation.id == SollicitationEvent.sollicitation_id)
        .where(closed)
    )
    whole = {number: (start, end) for number, start, end in rows}
    turns = await session.execute(
        select(SollicitationEvent.sollicitation_id, SollicitationEvent.type, SollicitationEvent.cree_le)
        .where(
            SollicitationEvent.sollicitation_id.in_(select(SollicitationEvent.sollicitation_id).where(closed)),
            SollicitationEvent.type.in_(_TURNS),
        )
        .order_by(SollicitationEvent.sollicitation_id, SollicitationEvent.id)
    )
    awaited = _awaited(turns, whole, hours)
    delays: list[list[int]] = [[] for _ in range(len(spans))]
    for number, (start, end) in whole.items():
        delays[spans.index(end)].append(max(hours.seconds_between(start, end) - awaited[number], 0))
    return [{"delais": sketch(one)} for one in delays]


def _awaited(turns: Iterable[Any], whole: dict[int, Span], hours: OpeningHours) -> Counter[int]:
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


async def _followed(session: AsyncSession, spans: _Spans, hours: OpeningHours) -> list[Values]:
    """`renvois`, `repondues`: sollicitations returned, answered; `routes`: by change of route (JSON « [before, after] »).

    Each is counted by the local day on which the same had happened to it last, before the span: « 2026-11-20 », or nothing.
    """
    kinds = sorted({*_ANSWERED, *_ROUTED})
    event = SollicitationEvent
    changed = case(
        (event.type == TypeEvenement.TRANSFERT, event.detail["route"].as_string()),
        (event.type == TypeEvenement.MODIFICATION, event.detail["changements"]["route"].as_string()),
    )
    rows = await session.execute(
        select(event.sollicitation_id, event.type, event.cree_le, changed)
        .where(
            event.sollicitation_id.in_(select(event.sollicitation_id).where(spans.events(kinds))),
            event.type.in_(kinds),
            event.cree_le < spans.until,
        )
        .order_by(event.cree_le)
    )
    happened: defaultdict[tuple[str, int], list[datetime]] = defaultdict(list)
    for number, kind, moment, change in rows:
        if kind == TypeEvenement.RENVOI:
            happened["renvois", number].append(moment)
        if kind in _ANSWERED:
            happened["repondues", number].append(moment)
        before, after = json.loads(change) if change else ("", "")
        if before != after:
            # Engines give the same JSON with other blanks.
            happened[json.dumps([before, after]), number].append(moment)
    found: list[dict[str, Any]] = [{"renvois": Counter(), "repondues": Counter(), "routes": {}} for _ in range(len(spans))]
    for (what, _), moments in happened.items():
        seen = -1
        last: datetime | None = None
        for moment in moments:
            index = spans.index(moment)
            if index > seen:
                one = found[index]
                counter = one[what] if what in one else one["routes"].setdefault(what, Counter())
                counter[last.astimezone(hours.zone).date().isoformat() if last else ""] += 1
                seen = index
            last = moment
    return found


def happened_first(counts: dict[str, int], first_day: date | None) -> int:
    """How many of a day's count once in a period that begins on `first_day`; all of them when None."""
    border = first_day.isoformat() if first_day else None
    return sum(count for before, count in counts.items() if border is None or before < border)


async def _talks(session: AsyncSession, spans: _Spans, _hours: OpeningHours) -> list[Values]:
    """`mesurees resolues passees`: conversations opened in which the person said something (assistant/helpdesk/statistics)."""

    def once(condition: Any) -> Any:
        return func.max(case((condition, 1), else_=0))

    last_answer = func.max(case((Message.kind == Kind.ANSWER, Message.position), else_=0))
    last_miss = func.max(case((Message.kind.in_(_MISSES), Message.position), else_=0))
    talks = (
        select(
            Conversation.id,
            Conversation.cree_le,
            last_answer.label("answer"),
            last_miss.label("miss"),
            once(Feedback.useful.is_(False)).label("against"),
            once(or_(Message.sender == Sender.AGENT, Conversation.relais.is_not(None))).label("person"),
        )
        .join(Message, Message.conversation_id == Conversation.id)
        .outerjoin(Feedback, Feedback.message_id == Message.id)
        .where(spans.hold(Conversation.cree_le))
        .group_by(Conversation.id, Conversation.cree_le)
        .having(once(Message.sender == Sender.USER) == 1)
    )
    # By their moment: most sollicitations come from no conversation, and an engine would read them all.
    written = await session.execute(
        select(Sollicitation.conversation_id, Sollicitation.cree_le).where(
            Sollicitation.conversation_id.is_not(None),
            Sollicitation.cree_le >= spans.since,
            Sollicitation.cree_le < spans.until + _LONGEST_TALK,
        )
    )
    wrote: defaultdict[str, list[datetime]] = defaultdict(list)
    for talk, moment in written:
        if talk is not None:  # the query leaves them out; the column's type does not know it
            wrote[talk].append(moment)
    found = [dict.fromkeys(("mesurees", "resolues", "passees"), 0) for _ in range(len(spans))]
    for row in await session.execute(talks):
        one = found[spans.index(row.cree_le)]
        one["mesurees"] += 1
        if row.person or any(row.cree_le <= moment < row.cree_le + _LONGEST_TALK for moment in wrote[row.id]):
            one["passees"] += 1
        elif row.answer > row.miss and not row.against:
            one["resolues"] += 1
    return found


async def _fiches(session: AsyncSession, spans: _Spans, _hours: OpeningHours) -> list[Values]:
    """Answers given from each fiche, by its id."""
    found: list[Counter[str]] = [Counter() for _ in range(len(spans))]
    rows = await session.execute(
        select(Message.cree_le, Message.fiche).where(
            Message.kind == Kind.ANSWER, spans.hold(Message.cree_le), Message.fiche.is_not(None)
        )
    )
    for moment, fiche in rows:
        found[spans.index(moment)][str(fiche)] += 1
    return [dict(one) for one in found]


_Part = Callable[[AsyncSession, _Spans, OpeningHours], Awaitable[list[Values]]]
_PARTS: dict[Partie, _Part] = {
    Partie.VOLUMES: _volumes,
    Partie.REPONSES: _first_answers,
    Partie.CLOTURES: _closings,
    Partie.SUITES: _followed,
    Partie.CONVERSATIONS: _talks,
    Partie.FICHES: _fiches,
}
