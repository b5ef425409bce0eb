"""Write and read sollicitations. The chat, the plain form and the API all call `create`."""

import secrets

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.database import Sessions, now, transaction
from assistant.knowledge.load import Knowledge
from assistant.sollicitations.enums import Etat, Origine, TypeEvenement
from assistant.sollicitations.models import Sollicitation, SollicitationEvent
from assistant.sollicitations.render import render_text
from assistant.sollicitations.schemas import SollicitationCreate, SollicitationPublic


class UnknownCategorie(ValueError):
    """The category is not one of data/knowledge/sollicitations.yml."""


class IdempotencyConflict(ValueError):
    """The same idempotency key came with another content."""


async def create(
    *,
    sessions: Sessions,
    knowledge: Knowledge,
    request: SollicitationCreate,
    origine: Origine,
    conversation_id: str | None = None,
    cle_idempotence: str | None = None,
) -> SollicitationPublic:
    """Store a complete sollicitation and its first event; returns it with its number once it is committed.

    With the same `cle_idempotence` and content, the first one is returned again and nothing is written.
    Raises UnknownCategorie, IdempotencyConflict.
    """
    if request.categorie not in knowledge.categories:
        raise UnknownCategorie(f"Catégorie inconnue : {request.categorie}.")
    try:
        async with transaction(sessions) as session:
            earlier = await _by_key(session, cle_idempotence)
            if earlier is not None:
                return _same_or_conflict(earlier, request, knowledge)
            row = await _insert(session, request, knowledge, origine, conversation_id, cle_idempotence)
    except IntegrityError:
        # Two requests with the same key at once: the other one has won, its result is ours.
        async with sessions() as session:
            earlier = await _by_key(session, cle_idempotence)
        if earlier is None:
            raise
        return _same_or_conflict(earlier, request, knowledge)
    return to_public(row, knowledge)


async def _insert(
    session: AsyncSession,
    request: SollicitationCreate,
    knowledge: Knowledge,
    origine: Origine,
    conversation_id: str | None,
    cle_idempotence: str | None,
) -> Sollicitation:
    moment = now()
    row = Sollicitation(
        # The number holds the row's id, which the database gives on insert: until the flush below, a unique stand-in.
        numero=secrets.token_hex(10),
        etat=Etat.SOUMISE,
        origine=origine,
        route=knowledge.categories[request.categorie].route,
        conversation_id=conversation_id,
        cle_idempotence=cle_idempotence,
        cree_le=moment,
        **request.model_dump(),
    )
    session.add(row)
    await session.flush()
    row.numero = f"CHO-{moment.year}-{row.id:06d}"
    session.add(
        SollicitationEvent(
            sollicitation_id=row.id,
            type=TypeEvenement.SOUMISSION,
            acteur="usager",
            detail={"origine": origine, "etat": Etat.SOUMISE},
            cree_le=moment,
        )
    )
    await session.flush()
    return row


async def _by_key(session: AsyncSession, cle_idempotence: str | None) -> Sollicitation | None:
    if cle_idempotence is None:
        return None
    found: Sollicitation | None = await session.scalar(
        select(Sollicitation).where(Sollicitation.cle_idempotence == cle_idempotence)
    )
    return found


def _same_or_conflict(row: Sollicitation, request: SollicitationCreate, knowledge: Knowledge) -> SollicitationPublic:
    if any(getattr(row, name) != value for name, value in request.model_dump().items()):
        raise IdempotencyConflict("Cette clé d'idempotence a déjà servi pour une autre demande.")
    return to_public(row, knowledge)


def to_public(row: Sollicitation, knowledge: Knowledge) -> SollicitationPublic:
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
        ),
        cree_le=row.cree_le,
    )
