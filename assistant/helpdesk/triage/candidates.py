"""Which other sollicitations are worth comparing with one: found by the database, a few hundred at most whatever its size.

By identifiers (same SIRET, invoice, conversation: indexes) and by words (same address, rare words of the text: full-text search).
Each search keeps the latest: a duplicate is days old, not years, and the latest answers are the ones that still hold.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.helpdesk.triage.schemas import Demande
from assistant.sollicitations.enums import Etat, TypeEvenement
from assistant.sollicitations.models import Sollicitation, SollicitationEvent
from assistant.sollicitations.search_text import whole

# Rows that each search gives at most.
BY_IDENTIFIER = 60
BY_WORDS = 120
# Words are looked for among so many of the latest: where two common words seldom meet, an engine would read all it has.
RECENT = 20_000
# Rare words that must all stand in a text (the strict search); the wide one takes any of them.
_STRICT = 2
# « solution proposée » may still be returned: it helps, and may be a duplicate.
SOLVED = (Etat.SOLUTION_PROPOSEE, Etat.CLOTUREE)
OPEN = tuple(etat for etat in Etat if etat not in (Etat.CLOTUREE, Etat.BROUILLON))

_COLUMNS = (
    Sollicitation.id,
    Sollicitation.numero,
    Sollicitation.categorie,
    Sollicitation.description,
    Sollicitation.cree_le,
    Sollicitation.etat,
    Sollicitation.siret,
    Sollicitation.numero_facture,
    Sollicitation.contact,
    Sollicitation.conversation_id,
    Sollicitation.donnees,
    Sollicitation.resume,
    Sollicitation.fictive,
)


@dataclass(frozen=True)
class Candidates:
    """The sollicitation and those to compare it with."""

    demande: Demande
    solved: list[Demande]
    open: list[Demande]


async def read_candidates(session: AsyncSession, sollicitation_id: int, rare_words: Callable[[str], Sequence[str]]) -> Candidates:
    """Read one sollicitation and its candidates; merged ones are left out, fictitious ones stay among themselves.

    Raises LookupError when there is no such sollicitation.
    """
    found = (await session.execute(select(*_COLUMNS).where(Sollicitation.id == sollicitation_id))).one_or_none()
    if found is None:
        raise LookupError("Cette sollicitation n'existe pas.")
    demande = _demande(found)
    ids: set[int] = set()
    newest = await session.scalar(select(func.max(Sollicitation.id))) or 0
    for search in _searches(demande, rare_words(demande.texte), newest - RECENT, session.get_bind().dialect.name):
        ids.update(await session.scalars(search))
    ids.discard(sollicitation_id)
    rows = await session.execute(
        select(*_COLUMNS)
        .where(Sollicitation.id.in_(ids), Sollicitation.fusion_dans_id.is_(None), Sollicitation.fictive == found.fictive)
        .order_by(Sollicitation.id.desc())
    )
    others = [_demande(row) for row in rows]
    answered = await _answered(session, [other.id for other in others if other.etat in SOLVED])
    return Candidates(
        demande=demande,
        solved=[other for other in others if other.id in answered],
        open=[other for other in others if other.etat in OPEN],
    )


async def last_replies(session: AsyncSession, ids: Iterable[int]) -> dict[int, str]:
    """The text of the desk's last reply, by sollicitation."""
    latest = (
        select(func.max(SollicitationEvent.id))
        .where(SollicitationEvent.sollicitation_id.in_(list(ids)), SollicitationEvent.type == TypeEvenement.REPONSE)
        .group_by(SollicitationEvent.sollicitation_id)
    )
    rows = await session.execute(
        select(SollicitationEvent.sollicitation_id, SollicitationEvent.detail).where(SollicitationEvent.id.in_(latest))
    )
    return {sollicitation_id: str(detail.get("texte") or "") for sollicitation_id, detail in rows}


async def _answered(session: AsyncSession, ids: Sequence[int]) -> set[int]:
    """Those that the desk answered: what was closed without an answer helps nobody."""
    return set(
        await session.scalars(
            select(SollicitationEvent.sollicitation_id)
            .where(SollicitationEvent.sollicitation_id.in_(ids), SollicitationEvent.type == TypeEvenement.REPONSE)
            .distinct()
        )
    )


def _searches(demande: Demande, rare: Sequence[str], after: int, dialect: str) -> list[Select[int]]:
    """Statements that give ids, each bounded."""
    searches = [
        _latest(column == value)
        for column, value in (
            (Sollicitation.siret, demande.siret),
            (Sollicitation.numero_facture, demande.numero_facture),
            (Sollicitation.conversation_id, demande.conversation_id),
        )
        if value
    ]
    address = whole(demande.contact)
    words = [word for word in rare if word.isascii() and word.isalnum()]
    if address:
        searches.append(_matching([[address]], BY_IDENTIFIER, 0, dialect))
    if len(words) > 1:
        searches.append(_matching([[f"{word}*"] for word in words[:_STRICT]], BY_WORDS, after, dialect))
    if words:
        searches.append(_matching([[f"{word}*" for word in words]], BY_WORDS, after, dialect))
    return searches


def _latest(condition: ColumnElement[bool]) -> Select[int]:
    return select(Sollicitation.id).where(condition).order_by(Sollicitation.id.desc()).limit(BY_IDENTIFIER)


def _matching(groups: Sequence[Sequence[str]], limit: int, after: int, dialect: str) -> Select[int]:
    """The latest texts (ids above `after`) that hold a word of each group; « * » at the end: any word that begins so."""
    if dialect == "postgresql":
        query = " & ".join("(" + " | ".join(word.replace("*", ":*") for word in group) + ")" for group in groups)
        searched = func.to_tsvector(literal_column("'simple'"), Sollicitation.texte_recherche)
        return (
            select(Sollicitation.id)
            .where(Sollicitation.id > after, searched.op("@@")(func.to_tsquery(literal_column("'simple'"), query)))
            .order_by(Sollicitation.id.desc())
            .limit(limit)
        )
    query = " AND ".join("(" + " OR ".join(word for word in group) + ")" for group in groups)
    return (
        select(literal_column("rowid", type_=Sollicitation.id.type))
        .select_from(text("sollicitation_recherche"))
        .where(text("sollicitation_recherche MATCH :query AND rowid > :after").bindparams(query=query, after=after))
        .order_by(text("rowid DESC"))
        .limit(limit)
    )


def _demande(row: Row[*tuple[Any, ...]]) -> Demande:
    return Demande(
        id=row.id,
        numero=row.numero,
        categorie=row.categorie,
        description=row.description,
        cree_le=row.cree_le,
        etat=row.etat,
        siret=row.siret,
        numero_facture=row.numero_facture,
        contact=row.contact,
        conversation_id=row.conversation_id,
        donnees=row.donnees or {},
        resume=row.resume,
    )
