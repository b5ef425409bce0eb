"""What a supervisor looks at: volumes, delays, returns, wrong routes, subjects, the bot, agreement with triage. By period.

Put together from the figures of each day (assistant/helpdesk/daily), so that a year costs about as much as a week.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from assistant.database import Sessions, now
from assistant.helpdesk.daily import Piece, read_figures
from assistant.helpdesk.figures import Partie, happened_first
from assistant.helpdesk.hours import OpeningHours
from assistant.helpdesk.quantiles import quantiles
from assistant.helpdesk.triage.service import Agreement, agreement

MAX_SUBJECTS = 12
MAX_BUCKETS = 400


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
    """Seconds of opening hours: half took `mediane` at most, nine in ten `p90`. None when there was nothing.

    All are measured; a day of more than a hundred is told by a hundred of its values (assistant/helpdesk/quantiles).
    """

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
    whether they wrote elsewhere. « Résolue » is an upper bound of what the bot solved. `mesurees`: in which the person said
    something.
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
    *,
    sessions: Sessions,
    hours: OpeningHours,
    since: datetime,
    until: datetime,
    granularite: Granularite = Granularite.JOUR,
    moment: datetime | None = None,
) -> Rapport:
    """All figures of a period; `moment` (the present) decides which days are over.

    Raises ValueError (in French) for a period that ends before it begins or has too many buckets.
    """
    borders = buckets(since, until, granularite, hours)
    by_month = granularite is Granularite.MOIS
    figures = await read_figures(sessions=sessions, hours=hours, borders=borders, moment=moment or now(), by_month=by_month)
    volumes, answers, closings = figures[Partie.VOLUMES], figures[Partie.REPONSES], figures[Partie.CLOTURES]
    tranches = _tranches(volumes, borders, hours)
    count = sum(tranche.creees for tranche in tranches)
    changements = _route_changes(figures[Partie.SUITES], since, hours)
    return Rapport(
        since=since,
        until=until,
        granularite=granularite,
        tranches=tranches,
        creees=count,
        closes=sum(tranche.closes for tranche in tranches),
        par_categorie=_counts(volumes, "categorie"),
        par_route=_counts(volumes, "route"),
        par_origine=_counts(volumes, "origine"),
        premiere_reponse=_delay(answers),
        sans_reponse=sum(piece.values["sans"] for piece in answers),
        resolution=_delay(closings),
        renvois=Part(*(_happened(figures[Partie.SUITES], name, since, hours) for name in ("renvois", "repondues"))),
        mauvaises_routes=Part(sum(one.nombre for one in changements), count),
        changements_route=changements,
        sujets=_subjects(figures[Partie.FICHES]),
        robot=_robot(volumes, figures[Partie.CONVERSATIONS]),
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


def _tranches(volumes: Sequence[Piece], borders: Sequence[tuple[datetime, datetime]], hours: OpeningHours) -> list[Tranche]:
    """Pieces put together by bucket; none crosses a border."""
    names = ("creees", "closes", "renvois", "conversations")
    pieces = list(reversed(volumes))
    tranches = []
    for start, end in borders:
        sums = dict.fromkeys(names, 0)
        while pieces and pieces[-1].start < end:
            values = pieces.pop().values
            for name in names:
                sums[name] += values[name]
        tranches.append(Tranche(debut=start.astimezone(hours.zone).date(), **sums))
    return tranches


def _counts(volumes: Sequence[Piece], name: str) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for piece in volumes:
        counts.update(piece.values[name])
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _delay(pieces: Sequence[Piece]) -> Delai:
    found = quantiles(piece.values["delais"] for piece in pieces)
    return Delai(found.count, found.count, found.median, found.p90)


def _first_day(piece: Piece, since: datetime, hours: OpeningHours) -> date | None:
    """What happened before the period does not matter, so in its first piece everything counts (None)."""
    return since.astimezone(hours.zone).date() if piece.start > since else None


def _happened(pieces: Sequence[Piece], name: str, since: datetime, hours: OpeningHours) -> int:
    """To how many sollicitations it happened, each counted once."""
    return sum(happened_first(piece.values[name], _first_day(piece, since, hours)) for piece in pieces)


def _route_changes(pieces: Sequence[Piece], since: datetime, hours: OpeningHours) -> list[Changement]:
    """Changes of route by agents, and transfers; each sollicitation counts once for each change."""
    counts: Counter[str] = Counter()
    for piece in pieces:
        first_day = _first_day(piece, since, hours)
        counts.update({change: happened_first(days, first_day) for change, days in piece.values["routes"].items()})
    found = []
    for change, count in counts.items():
        if count:
            before, after = json.loads(change)
            found.append(Changement(avant=before, apres=after, nombre=count))
    return sorted(found, key=lambda one: (-one.nombre, one.avant, one.apres))


def _subjects(pieces: Sequence[Piece]) -> list[tuple[str, int]]:
    """Fiches that answered most often, by id."""
    counts: Counter[str] = Counter()
    for piece in pieces:
        counts.update(piece.values)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MAX_SUBJECTS]


def _robot(volumes: Sequence[Piece], talks: Sequence[Piece]) -> Robot:
    sums = {name: sum(piece.values[name] for piece in talks) for name in ("mesurees", "resolues", "passees")}
    return Robot(conversations=sum(piece.values["conversations"] for piece in volumes), **sums)
