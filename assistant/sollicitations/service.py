"""Write and read sollicitations. The chat, the plain form and the API all call `create`."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.database import Sessions, now, write_transaction
from assistant.knowledge.load import Knowledge
from assistant.sollicitations.changes import USAGER, Change
from assistant.sollicitations.desk import Desk
from assistant.sollicitations.enums import Etat, Origine, Priorite, TypeEvenement
from assistant.sollicitations.models import PieceJointe, Sollicitation, SollicitationEvent
from assistant.sollicitations.render import render_text
from assistant.sollicitations.schemas import SollicitationCreate, SollicitationPublic
from assistant.sollicitations.search_text import search_text

RESUME_MAX = 160
_TOKEN_AGAIN = timedelta(minutes=10)


class UnknownCategorie(ValueError):
    """The category is not one of data/knowledge/sollicitations.yml."""


class IdempotencyConflict(ValueError):
    """The same idempotency key came with another content."""


async def create(
    *,
    sessions: Sessions,
    desk: Desk,
    request: SollicitationCreate,
    origine: Origine,
    conversation_id: str | None = None,
    cle_idempotence: str | None = None,
    priorite: Priorite = Priorite.NORMALE,
    pieces: Sequence[PieceJointe] = (),
) -> SollicitationPublic:
    """Store a complete sollicitation and its first event; returns it with its number once it is committed.

    `pieces`: rows of files whose bytes lie on disk already, without `sollicitation_id` and `cree_le`; written with the rest.
    `jeton_suivi` of the answer opens the follow-up page; only its hash is stored.
    With the same `cle_idempotence` and content, the first one is returned again and nothing is written; within ten minutes, as
    the first answer may have been lost on its way, with a new token that replaces the first. Raises UnknownCategorie,
    IdempotencyConflict.
    """
    if request.categorie not in desk.knowledge.categories:
        raise UnknownCategorie(f"Catégorie inconnue : {request.categorie}.")
    token = new_token()
    try:
        async with write_transaction(sessions) as session:
            earlier = await _by_key(session, cle_idempotence)
            if earlier is not None:
                return _again(earlier, request, desk, token)
            row = await _insert(session, request, desk, origine, conversation_id, cle_idempotence, priorite, token, pieces)
    except IntegrityError:
        # Two requests with the same key at once: the other one has won, its result is ours.
        async with write_transaction(sessions) as session:
            earlier = await _by_key(session, cle_idempotence)
            if earlier is None:
                raise
            return _again(earlier, request, desk, token)
    return to_public(row, desk.knowledge, jeton_suivi=token)


async def _insert(
    session: AsyncSession,
    request: SollicitationCreate,
    desk: Desk,
    origine: Origine,
    conversation_id: str | None,
    cle_idempotence: str | None,
    priorite: Priorite,
    token: str,
    pieces: Sequence[PieceJointe],
) -> Sollicitation:
    moment = now()
    row = Sollicitation(
        # The number holds the row's id, which the database gives on insert: until the flush below, a unique stand-in.
        numero=secrets.token_hex(10),
        etat=Etat.SOUMISE,
        origine=origine,
        route=desk.knowledge.categories[request.categorie].route,
        conversation_id=conversation_id,
        cle_idempotence=cle_idempotence,
        cree_le=moment,
        resume=one_line(request.description),
        priorite=priorite,
        jeton_hache=hash_token(token),
        version=1,
        maj_le=moment,
        echeance_le=desk.due(priorite, moment),
        texte_recherche="",
        fictive=False,
        **request.model_dump(),
    )
    session.add(row)
    await session.flush()
    row.numero = f"CHO-{moment.year}-{row.id:06d}"
    row.texte_recherche = search_text(
        numero=row.numero,
        siret=row.siret,
        numero_facture=row.numero_facture,
        description=row.description,
        contact=row.contact,
        donnees=row.donnees,
    )
    session.add(
        SollicitationEvent(
            sollicitation_id=row.id,
            type=TypeEvenement.SOUMISSION,
            acteur=USAGER,
            detail={"origine": origine, "etat": Etat.SOUMISE},
            cree_le=moment,
        )
    )
    change = Change(row, desk, USAGER, None, moment)
    change.attach(pieces)
    session.add_all([*change.events, *change.pieces])
    await session.flush()
    return row


def new_token() -> str:
    """A secret of 256 bits for a follow-up link."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What is stored of it. The token has 256 random bits: a plain digest is enough, nothing can be guessed from it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def one_line(description: str) -> str:
    """The start of a description for lists: 160 characters at most, cut between words."""
    line = " ".join(description.split())
    if len(line) <= RESUME_MAX:
        return line
    # « l'ouvrir.… » has a mark too many.
    return line[: RESUME_MAX - 1].rsplit(" ", 1)[0].rstrip(" .,;:") + "…"


async def get_by_token(*, sessions: Sessions, numero: str, token: str) -> Sollicitation | None:
    """The sollicitation with its timeline, only with its own secret; a wrong token and an unknown number look the same."""
    async with sessions() as session:
        row: Sollicitation | None = await session.scalar(
            select(Sollicitation).where(Sollicitation.jeton_hache == hash_token(token))
        )
    return row if row is not None and row.numero == numero else None


async def _by_key(session: AsyncSession, cle_idempotence: str | None) -> Sollicitation | None:
    if cle_idempotence is None:
        return None
    found: Sollicitation | None = await session.scalar(
        select(Sollicitation).where(Sollicitation.cle_idempotence == cle_idempotence)
    )
    return found


def _again(row: Sollicitation, request: SollicitationCreate, desk: Desk, token: str) -> SollicitationPublic:
    if any(getattr(row, name) != value for name, value in request.model_dump().items()):
        raise IdempotencyConflict("Cette clé d'idempotence a déjà servi pour une autre demande.")
    if now() - row.cree_le > _TOKEN_AGAIN:
        return to_public(row, desk.knowledge)
    row.jeton_hache = hash_token(token)
    return to_public(row, desk.knowledge, jeton_suivi=token)


def to_public(row: Sollicitation, knowledge: Knowledge, *, jeton_suivi: str | None = None) -> SollicitationPublic:
    """What the person who asks may read of it."""
    categorie = knowledge.categories[row.categorie]
    return SollicitationPublic(
        numero=row.numero,
        etat=row.etat,
        categorie=row.categorie,
        categorie_titre=categorie.titre,
        route=categorie.route,
        route_raison=categorie.raison_route,
        ou_ecrire=categorie.ou_ecrire,
        siret=row.siret,
        numero_facture=row.numero_facture,
        description=row.description,
        contact=row.contact,
        texte=render_text(
            knowledge=knowledge,
            categorie=row.categorie,
            siret=row.siret,
            numero_facture=row.numero_facture,
            description=row.description,
            contact=row.contact,
            donnees=row.donnees,
        ),
        cree_le=row.cree_le,
        donnees=row.donnees,
        jeton_suivi=jeton_suivi,
    )
