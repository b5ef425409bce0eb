"""The SQL of the queues: which index is walked, in which order, from where. Raw on purpose: each piece fits one index.

A page is read from branches. A branch is a range of one index in its own order, so that a page costs the same however much
stands in the database; where a queue is no such range (« awaiting the person » is two states), branches are merged. Conditions on
states are literal, as partial indexes ask for it; all that comes from outside is bound. Measured: bench/helpdesk/README.md.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from assistant.helpdesk.filters import File, Filters, Tri
from assistant.helpdesk.search_words import Word
from assistant.sollicitations.enums import Etat, Priorite
from assistant.sollicitations.models import OUVERTE
from assistant.sollicitations.transitions import TOUR_DE_L_USAGER, TOUR_DU_SERVICE

# Most urgent first.
PRIORITIES = (Priorite.URGENTE, Priorite.HAUTE, Priorite.NORMALE, Priorite.BASSE)
_RUNNING = tuple(sorted(TOUR_DU_SERVICE))
_AWAITED = tuple(sorted(TOUR_DE_L_USAGER))
_CURSOR = re.compile(r"(?P<sort>[a-z]+)\.(?P<segment>\d)\.(?P<key>\d{1,20}|-)\.(?P<id>\d{1,18})", re.ASCII)
_LONG_AGO_DAYS = 36_500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Cursor:
    """The last row of a page: the segment it stands in, its key there, its id."""

    sort: Tri
    segment: int
    key: datetime | None
    id: int

    def encode(self) -> str:
        """As it travels to the browser and back."""
        key = "-" if self.key is None else str((self.key - _EPOCH) // timedelta(microseconds=1))
        return f"{self.sort}.{self.segment}.{key}.{self.id}"

    @classmethod
    def decode(cls, text: str, sort: Tri) -> "Cursor":
        """Raises ValueError when it was not made for this order."""
        match = _CURSOR.fullmatch(text)
        if match is None or match["sort"] != sort:
            raise ValueError("La suite de cette liste n'existe pas : revenez à la première page.")
        try:
            key = None if match["key"] == "-" else _EPOCH + timedelta(microseconds=int(match["key"]))
        except OverflowError as error:
            raise ValueError("La suite de cette liste n'existe pas : revenez à la première page.") from error
        return cls(sort, int(match["segment"]), key, int(match["id"]))


@dataclass(frozen=True)
class Segment:
    """Rows that come before all those of the next segment; `key` orders them, then the id."""

    number: int
    key: str
    condition: str | None = None
    descending: bool = False

    @property
    def is_null(self) -> bool:
        """True where the key is empty: only the id orders."""
        return self.condition == f"{self.key} IS NULL"


@dataclass(frozen=True)
class Query:
    """The SQL of a list: `walk(limit)` gives `segment, cle, id` in order.

    `ranges`: the segment, the index in which it is a range, its conditions.
    """

    sort: Tri
    ranges: list[tuple[Segment, str, str]]
    parameters: dict[str, Any]
    after: Cursor | None = None

    @property
    def branches(self) -> list[tuple[Segment, str, str]]:
        """The ranges, from after the cursor on."""
        after = self.after
        if after is None:
            return self.ranges
        return [
            (segment, index, f"{where} AND {_beyond(segment, after)}" if segment.number == after.segment else where)
            for segment, index, where in self.ranges
            if segment.number >= after.segment
        ]

    @property
    def values(self) -> dict[str, Any]:
        """What is bound."""
        place = {} if self.after is None else {"apres_cle": self.after.key, "apres_id": self.after.id}
        return {**self.parameters, **place}

    def going_on(self, after: Cursor) -> "Query":
        """The same list, from after this row on."""
        return replace(self, after=after)

    @property
    def descending(self) -> bool:
        """True when the newest comes first."""
        return self.sort is Tri.RECENTES

    @property
    def order(self) -> str:
        """The ORDER BY over what `walk` gives."""
        way = " DESC" if self.descending else ""
        return f"segment, cle{way}, id{way}"

    def walk(self, limit: int, *, indexed_by: bool) -> str:
        """The first `limit` rows. SQLite is told the index: it keeps no statistics of partial indexes that would find it."""
        parts = [_branch_sql(segment, index if indexed_by else None, where, limit) for segment, index, where in self.branches]
        if not parts:
            return f"SELECT 0 AS segment, cree_le AS cle, id FROM sollicitation WHERE false LIMIT {limit}"
        if len(parts) == 1:
            return parts[0]
        union = " UNION ALL ".join(f"SELECT * FROM ({part}) AS b{number}" for number, part in enumerate(parts))
        return f"SELECT segment, cle, id FROM ({union}) AS u ORDER BY {self.order} LIMIT {limit}"


def _branch_sql(segment: Segment, index: str | None, where: str, limit: int) -> str:
    way = " DESC" if segment.descending else ""
    source = f"sollicitation INDEXED BY {index}" if index else "sollicitation"
    return (
        f"SELECT {segment.number} AS segment, {segment.key} AS cle, id FROM {source} WHERE {where} "
        f"ORDER BY {segment.key}{way}, id{way} LIMIT {limit}"
    )


def effective_sort(file: File | None, sort: Tri) -> Tri:
    """What is closed has no due date left: there, and over everything, « échéance » means the newest first."""
    return Tri.RECENTES if sort is Tri.ECHEANCE and file in (None, File.CLOSES) else sort


def queue_query(
    *, file: File | None, agent_id: int, moment: datetime, filters: Filters, sort: Tri, after: Cursor | None
) -> Query:
    """The branches of a queue with its filters (`texte` left out), from after the cursor on."""
    parameters: dict[str, Any] = {"moment": moment, "moi": agent_id}
    shared = _filter_conditions(filters, parameters, moment)
    ranges = [
        (segment, index, " AND ".join([*own, *shared, *([segment.condition] if segment.condition else [])]) or "true")
        for segment in _segments(sort, filters)
        for index, own in _atoms(file, sort, filters)
    ]
    return Query(sort, ranges, parameters, after)


def _segments(sort: Tri, filters: Filters) -> Iterable[Segment]:
    if sort is Tri.PRIORITE:
        for number, priorite in enumerate(PRIORITIES):
            if filters.priorite in (None, priorite):
                yield Segment(number, "cree_le", f"priorite = '{priorite.value}'")
    elif sort is Tri.ECHEANCE:
        # Those without a due date await the person: they come last, in the order of their coming.
        yield Segment(0, "echeance_le", "echeance_le IS NOT NULL")
        yield Segment(1, "echeance_le", "echeance_le IS NULL")
    else:
        yield Segment(0, "cree_le", descending=sort is Tri.RECENTES)


def _atoms(file: File | None, sort: Tri, filters: Filters) -> list[tuple[str, list[str]]]:
    """The ranges that make up a queue: the index in which each one is a range in the order wanted, and its conditions."""
    by = {Tri.ECHEANCE: "echeance", Tri.PRIORITE: "priorite"}.get(sort, "cree")
    if file is None or file is File.CLOSES:
        own = [] if file is None else [f"etat = '{Etat.CLOTUREE.value}'"]
        return [(_index_over_all(sort, filters), own)]
    if file is File.LES_MIENNES:
        atoms = [(f"ix_sollicitation_agent_{by}", [OUVERTE, "agent_id = :moi"])]
    elif file is File.NON_AFFECTEES:
        atoms = [(f"ix_sollicitation_agent_{by}", [OUVERTE, "agent_id IS NULL"])]
    else:
        states = {
            File.A_TRIER: (Etat.SOUMISE,),
            File.RENVOYEES: (Etat.RENVOYEE,),
            File.ATTENTE_USAGER: _AWAITED,
            File.EN_RETARD: _RUNNING,
        }[file]
        late = ["echeance_le < :moment"] if file is File.EN_RETARD else []
        atoms = [(f"ix_sollicitation_file_{by}", [OUVERTE, f"etat = '{state.value}'", *late]) for state in states]
    if filters.siret is not None:
        # A structure has few that are open: they are all read, then sorted.
        return [("ix_sollicitation_file_siret", own) for _, own in atoms]
    return atoms


def _index_over_all(sort: Tri, filters: Filters) -> str:
    if filters.siret is not None:
        return "ix_sollicitation_siret"
    if sort is Tri.PRIORITE:
        return "ix_sollicitation_priorite"
    if filters.agent_id is not None:
        return "ix_sollicitation_agent"
    if filters.categorie is not None:
        return "ix_sollicitation_categorie"
    return "ix_sollicitation_cree_le" if filters.priorite is None else "ix_sollicitation_priorite"


def _filter_conditions(filters: Filters, parameters: dict[str, Any], moment: datetime) -> list[str]:
    conditions = []
    for name in ("categorie", "route", "priorite", "agent_id", "siret"):
        value = getattr(filters, name)
        if value is not None:
            conditions.append(f"{name} = :f_{name}")
            parameters[f"f_{name}"] = value
    if filters.age_min_days is not None:
        conditions.append("cree_le <= :f_jusque")
        parameters["f_jusque"] = moment - timedelta(days=min(max(filters.age_min_days, 0), _LONG_AGO_DAYS))
    return conditions


def _beyond(segment: Segment, after: Cursor) -> str:
    sign = "<" if segment.descending else ">"
    return (
        f"id {sign} :apres_id" if segment.is_null or after.key is None else f"({segment.key}, id) {sign} (:apres_cle, :apres_id)"
    )


def text_conditions(words: list[Word], parameters: dict[str, Any], *, function: str, alias: str) -> str:
    """The exact test on the text of a row; `function` tells where a text holds another (`instr`, `strpos`)."""
    tests = []
    for number, word in enumerate(words):
        options = []
        for other, needle in enumerate(word.needles):
            parameters[f"mot_{number}_{other}"] = needle
            options.append(f"{function}(' ' || {alias}.texte_recherche || ' ', :mot_{number}_{other}) > 0")
        tests.append(f"({' OR '.join(options)})")
    return " AND ".join(tests)
