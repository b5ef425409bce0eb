"""The queues of the console: what stands in each, page by page, and how many. Measured: bench/helpdesk."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Integer, String, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.database import Sessions, UtcDateTime, now
from assistant.helpdesk.filters import File, Filters, Page, Row, Tri
from assistant.helpdesk.queue_sql import Cursor, Query, effective_sort, queue_query, text_conditions
from assistant.helpdesk.search_words import Word, parse_search
from assistant.sollicitations.enums import Etat, Priorite
from assistant.sollicitations.models import OUVERTE
from assistant.sollicitations.transitions import TOUR_DE_L_USAGER, TOUR_DU_SERVICE

__all__ = ["LATE_CAP", "MAX_SIZE", "File", "Filters", "Page", "Row", "Tri", "count_queues", "list_queue"]

MAX_SIZE = 200
# Counting stops here: « 10 000+ ».
LATE_CAP = 10_000
# A search that finds no more than this starts from what it finds; a commoner word is looked for along the queue…
_FEW = 3_000
# …over so many rows, in steps that grow.
_STEPS = (250, 750, 1_500, 2_500, 3_000)

_MATCHES_SQLITE = "SELECT rowid FROM sollicitation_recherche WHERE sollicitation_recherche MATCH :recherche"
_MATCHES = "SELECT id FROM sollicitation WHERE to_tsvector('simple', texte_recherche) @@ to_tsquery('simple', :recherche)"
_GIVEN_SQLITE = "SELECT value FROM json_each(:trouvees)"
_GIVEN = "SELECT unnest(CAST(:trouvees AS integer[]))"

_COLUMNS = (
    "id",
    "numero",
    "etat",
    "categorie",
    "route",
    "priorite",
    "resume",
    "siret",
    "numero_facture",
    "agent_id",
    "cree_le",
    "maj_le",
    "echeance_le",
    "cloture_le",
    "version",
    "fictive",
)
_TYPES: dict[str, Any] = {
    "segment": Integer,
    "cle": UtcDateTime,
    "agent_nom": String,
    "fictive": Boolean,
    **dict.fromkeys(("cree_le", "maj_le", "echeance_le", "cloture_le"), UtcDateTime),
}
_MOMENTS = frozenset({"moment", "f_jusque", "apres_cle"})


async def list_queue(
    *,
    sessions: Sessions,
    file: File | None,
    agent_id: int,
    filters: Filters | None = None,
    sort: Tri = Tri.ECHEANCE,
    after: str | None = None,
    size: int = 50,
    moment: datetime | None = None,
) -> Page:
    """A page of a queue, of everything (merged ones too) when `file` is None.

    `agent_id` is who asks, `after` the `suite` of the page before, `size` 1 to 200, `moment` (the present) decides what is late.
    Where there is no due date (closed ones, everything), `ECHEANCE` is read as `RECENTES`.
    Raises ValueError when `after` was not made for this order.
    """
    filters = filters or Filters()
    sort = effective_sort(file, sort)
    size = min(max(size, 1), MAX_SIZE)
    cursor = Cursor.decode(after, sort) if after else None
    if not all(value.isprintable() for value in (filters.categorie, filters.route, filters.siret) if value):
        # PostgreSQL would not even compare it (NUL, half a sign).
        return Page([], None)
    query = queue_query(file=file, agent_id=agent_id, moment=moment or now(), filters=filters, sort=sort, after=cursor)
    async with sessions() as session:
        if not filters.texte or not filters.texte.strip():
            found = await _rows(session, query, query.walk(size + 1, indexed_by=_is_sqlite(session)))
            return _page(found, size, sort)
        words = parse_search(filters.texte)
        if not words:
            return Page([], None)
        return await _search(session, query, words, size)


async def _search(session: AsyncSession, query: Query, words: list[Word], size: int) -> Page:
    sqlite = _is_sqlite(session)
    test = text_conditions(words, query.parameters, function="instr" if sqlite else "strpos", alias="t")
    found = await _few_matches(session, words)
    if found is None:
        return await _along(session, query, test, size)
    # From the full-text index to the queue: all that was found is read.
    query.parameters["trouvees"] = json.dumps(found) if sqlite else found
    return _page(
        await _rows(session, query, _from_matches(query, _GIVEN_SQLITE if sqlite else _GIVEN, test, size + 1)), size, query.sort
    )


async def _few_matches(session: AsyncSession, words: list[Word]) -> list[int] | None:
    """Ids of all that can match, None when they are more than `_FEW`.

    The rarer words are enough to ask the index for: the text of each match is tested for the others.
    """
    rare = [word for word in words if not await _is_common(session, word)]
    if rare:
        found = await _at_most_few(session, rare)
        if found is not None or rare == words:
            return found
    return await _at_most_few(session, words) if len(words) > 1 else None


async def _is_common(session: AsyncSession, word: Word) -> bool:
    """True when more than `_FEW` texts hold it (on PostgreSQL: seem to, by its statistics)."""
    if _is_sqlite(session):
        return len(await _ids(session, _MATCHES_SQLITE, word.fts5(prefix=False))) > _FEW
    return await _estimate(session, word.tsquery()) > _FEW


async def _at_most_few(session: AsyncSession, words: list[Word]) -> list[int] | None:
    if _is_sqlite(session):
        # FTS5 puts the lists of all that begins so together before it answers; words as they are come one by one.
        for prefix in (False, True):
            ids = await _ids(session, _MATCHES_SQLITE, " AND ".join(word.fts5(prefix=prefix) for word in words))
            if len(ids) > _FEW:
                return None
        return ids
    asked = " & ".join(word.tsquery() for word in words)
    # What several words have in common is only guessed: where it may be little, the index is asked.
    if await _estimate(session, asked) > 5 * _FEW:
        return None
    # With a limit PostgreSQL would rather read the texts, which takes seconds.
    await session.execute(text("SET LOCAL enable_seqscan = off"))
    ids = await _ids(session, _MATCHES, asked)
    await session.execute(text("SET LOCAL enable_seqscan = on"))
    return ids if len(ids) <= _FEW else None


async def _ids(session: AsyncSession, matches: str, asked: str) -> list[int]:
    """One more than `_FEW` at most."""
    return list(await session.scalars(text(f"{matches} LIMIT {_FEW + 1}"), {"recherche": asked}))


async def _estimate(session: AsyncSession, asked: str) -> int:
    """How many PostgreSQL expects; to count them it would have to read the whole list of a common word."""
    plan = await session.scalar(text(f"EXPLAIN (FORMAT JSON) {_MATCHES}"), {"recherche": asked})
    told = json.loads(plan) if isinstance(plan, str) else plan
    return int(told[0]["Plan"]["Plan Rows"])


async def _along(session: AsyncSession, query: Query, test: str, size: int) -> Page:
    """Along the queue, testing each text: a word that stands in many is soon found, mostly in the first few hundred rows."""
    sqlite = _is_sqlite(session)
    lines: list[Any] = []
    for step in _STEPS:
        walk = query.walk(step, indexed_by=sqlite)
        missing = size + 1 - len(lines)
        hits = (
            f"SELECT w.segment, w.cle, w.id FROM ({walk}) AS w CROSS JOIN sollicitation AS t "
            f"WHERE t.id = w.id AND {test} ORDER BY {_prefixed(query, 'w')} LIMIT {missing}"
        )
        lines += await _rows(session, query, hits)
        if len(lines) > size:
            return _page(lines, size, query.sort)
        last = f"SELECT segment, cle, id FROM ({walk}) AS w ORDER BY {query.order} LIMIT 1 OFFSET {step - 1}"
        end = (await session.execute(_typed(last, query.values))).one_or_none()
        if end is None:
            return _page(lines, size, query.sort)
        cursor = Cursor(query.sort, end.segment, end.cle, end.id)
        query = query.going_on(cursor)
    return Page([_row(line) for line in lines], cursor.encode(), partielle=True)


def _from_matches(query: Query, matches: str, test: str, limit: int) -> str:
    """The branches over what the full-text index found, instead of over their own indexes."""
    way = " DESC" if query.descending else ""
    parts = " UNION ALL ".join(
        f"SELECT {segment.number} AS segment, {segment.key} AS cle, id FROM trouvees WHERE {where}"
        for segment, _, where in query.branches
    )
    columns = "id, etat, agent_id, categorie, route, priorite, siret, cree_le, echeance_le, fusion_dans_id"
    listed = ", ".join(f"t.{name.strip()}" for name in columns.split(","))
    return (
        f"SELECT segment, cle, id FROM (WITH cles(id) AS MATERIALIZED ({matches}), "
        f"trouvees AS MATERIALIZED (SELECT {listed} FROM cles CROSS JOIN sollicitation AS t WHERE t.id = cles.id AND {test}) "
        f"{parts}) AS m ORDER BY segment, cle{way}, id{way} LIMIT {limit}"
    )


async def _rows(session: AsyncSession, query: Query, ids: str) -> list[Any]:
    """The lines of the list for the ids that `ids` gives, in its order."""
    columns = ", ".join(f"s.{name}" for name in _COLUMNS)
    statement = (
        f"SELECT p.segment, p.cle, {columns}, a.nom AS agent_nom FROM ({ids}) AS p "
        f"CROSS JOIN sollicitation AS s LEFT JOIN agent AS a ON a.id = s.agent_id WHERE s.id = p.id "
        f"ORDER BY {_prefixed(query, 'p')}"
    )
    return list(await session.execute(_typed(statement, query.values)))


def _prefixed(query: Query, alias: str) -> str:
    return ", ".join(f"{alias}.{part.strip()}" for part in query.order.split(","))


def _typed(statement: str, parameters: dict[str, Any]) -> Any:
    """The statement with those parameters that it names, moments converted as the engine stores them."""
    used = {name: value for name, value in parameters.items() if f":{name}" in statement}
    bound = [bindparam(name, value, type_=UtcDateTime if name in _MOMENTS else None) for name, value in used.items()]
    return text(statement).bindparams(*bound).columns(**_TYPES)


def _page(found: list[Any], size: int, sort: Tri) -> Page:
    rows = [_row(line) for line in found[:size]]
    if len(found) <= size:
        return Page(rows, None)
    last = found[size - 1]
    return Page(rows, Cursor(sort, last.segment, last.cle, last.id).encode())


def _row(line: Any) -> Row:
    given = {name: getattr(line, name) for name in _COLUMNS}
    given |= {"etat": Etat(line.etat), "priorite": Priorite(line.priorite), "agent_nom": line.agent_nom}
    return Row(**given)


def _is_sqlite(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "sqlite"


# --- counts ---------------------------------------------------------------------------------------------------------


async def count_queues(*, sessions: Sessions, agent_id: int, moment: datetime | None = None) -> dict[File, int]:
    """How many stand in each queue, exactly; only `en_retard` stops at LATE_CAP, to be told as « 10 000+ ».

    Counters by state and agent are kept by triggers of the database (`sollicitation_compte`): nothing is counted here.
    """
    async with sessions() as session:
        line = (await session.execute(_COUNTS, {"moi": agent_id, "moment": moment or now()})).one()
    return {file: int(getattr(line, file.value) or 0) for file in File}


def _states(states: Any) -> str:
    return ", ".join(f"'{state.value}'" for state in sorted(states))


_COUNTS = text(
    f"""
    SELECT sum(CASE WHEN etat = '{Etat.SOUMISE.value}' THEN nombre END) AS a_trier,
        sum(CASE WHEN agent_id = :moi AND etat <> '{Etat.CLOTUREE.value}' THEN nombre END) AS les_miennes,
        sum(CASE WHEN agent_id = 0 AND etat <> '{Etat.CLOTUREE.value}' THEN nombre END) AS non_affectees,
        sum(CASE WHEN etat IN ({_states(TOUR_DE_L_USAGER)}) THEN nombre END) AS attente_usager,
        sum(CASE WHEN etat = '{Etat.RENVOYEE.value}' THEN nombre END) AS renvoyees,
        (SELECT count(*) FROM (SELECT 1 FROM sollicitation WHERE {OUVERTE} AND etat IN ({_states(TOUR_DU_SERVICE)})
            AND echeance_le < :moment LIMIT {LATE_CAP}) AS retard) AS en_retard,
        sum(CASE WHEN etat = '{Etat.CLOTUREE.value}' THEN nombre END) AS closes
    FROM sollicitation_compte
    """
).bindparams(bindparam("moment", type_=UtcDateTime))
