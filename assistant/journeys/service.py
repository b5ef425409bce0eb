"""Journeys as they are kept: the chat and the pages call the same functions. All arguments are named.

A carnet holds the journeys of one person. It is opened by the secret of a private link (kept as a digest), or by the conversation
in which it began. Whoever changes a journey holds its carnet: two tabs, or a page and the chat, never undo each other.
"""

import secrets
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.conversations.models import Conversation
from assistant.database import Sessions, now, transaction, write_transaction
from assistant.journeys import account, deposit, quiz
from assistant.journeys.enums import Genre
from assistant.journeys.load import Journeys
from assistant.journeys.models import Carnet, CarnetJeton, Parcours
from assistant.journeys.schemas import Serie
from assistant.journeys.state import SHAPES, Commande, Etat, EtatCompte, EtatFacture, EtatQuiz, Refused, Verbe
from assistant.sollicitations.service import hash_token, new_token

# Links of one carnet that open it; the oldest gives way.
MAX_LINKS = 20
# Earlier runs that a new one must not be like.
_RUNS_REMEMBERED = 50


# --- carnets --------------------------------------------------------------------------------------------------------


async def open_carnet(*, sessions: Sessions) -> tuple[str, str]:
    """A new carnet: its id, and the secret that opens it (told only now)."""
    carnet, token = _new_carnet(None), new_token()
    async with transaction(sessions) as session:
        session.add(carnet)
        await session.flush()
        session.add(CarnetJeton(jeton_hache=hash_token(token), carnet_id=carnet.id, cree_le=now()))
    return carnet.id, token


async def carnet_by_token(*, sessions: Sessions, token: str) -> str | None:
    """The id of the carnet that a secret opens."""
    async with sessions() as session:
        found: str | None = await session.scalar(
            select(CarnetJeton.carnet_id).where(CarnetJeton.jeton_hache == hash_token(token))
        )
        return found


async def carnet_of_conversation(*, sessions: Sessions, rasa_sender: str) -> str | None:
    """The carnet of a conversation, made when there is none; None when no such conversation exists."""
    async with write_transaction(sessions) as session:
        conversation_id = await session.scalar(
            select(Conversation.id).where(Conversation.rasa_sender == rasa_sender).with_for_update()
        )
        if conversation_id is None:
            return None
        found: str | None = await session.scalar(select(Carnet.id).where(Carnet.conversation_id == conversation_id))
        if found is not None:
            return found
        carnet = _new_carnet(conversation_id)
        session.add(carnet)
        return carnet.id


async def new_link(*, sessions: Sessions, conversation_id: str) -> str | None:
    """A new secret for the carnet of a conversation; None when nothing was begun in it.

    Given to the person only: neither Rasa nor the record of the conversation ever holds it.
    """
    token = new_token()
    async with write_transaction(sessions) as session:
        carnet_id = await session.scalar(select(Carnet.id).where(Carnet.conversation_id == conversation_id).with_for_update())
        if carnet_id is None:
            return None
        session.add(CarnetJeton(jeton_hache=hash_token(token), carnet_id=carnet_id, cree_le=now()))
        await session.flush()
        latest = select(CarnetJeton.jeton_hache).where(CarnetJeton.carnet_id == carnet_id)
        kept = (await session.scalars(latest.order_by(CarnetJeton.cree_le.desc()).limit(MAX_LINKS))).all()
        await session.execute(delete(CarnetJeton).where(CarnetJeton.carnet_id == carnet_id, CarnetJeton.jeton_hache.not_in(kept)))
    return token


async def forget_idle(*, sessions: Sessions, before: datetime) -> int:
    """Delete carnets that nobody touched since; returns how many."""
    async with transaction(sessions) as session:
        idle = (await session.scalars(select(Carnet.id).where(Carnet.maj_le < before))).all()
        for table in (Parcours, CarnetJeton):
            await session.execute(delete(table).where(table.carnet_id.in_(idle)))
        await session.execute(delete(Carnet).where(Carnet.id.in_(idle)))
    return len(idle)


# --- journeys -------------------------------------------------------------------------------------------------------


async def current(*, sessions: Sessions, carnet_id: str, genre: Genre, cle: str = "") -> Etat | None:
    """The state of the current journey of a kind; None when none was begun."""
    async with sessions() as session:
        row = await _latest(session, carnet_id, genre, cle)
        return _state(row) if row is not None else None


async def act(*, sessions: Sessions, journeys: Journeys, carnet_id: str, genre: Genre, commande: Commande, cle: str = "") -> Etat:
    """Do what the person asks in a journey, and keep it; a journey that was not begun begins. Raises Refused: nothing changed.

    `recommencer` starts anew: for a quiz a new run, unlike those before; the finished ones are kept for the comparison.
    """
    async with write_transaction(sessions) as session:
        carnet = await session.get(Carnet, carnet_id, with_for_update=True)
        if carnet is None:
            raise Refused("Ce parcours n'existe plus. Commencez-en un nouveau.")
        carnet.maj_le = now()
        if genre is Genre.QUIZ:
            return await _act_quiz(session, journeys, carnet_id, cle, commande)
        row = await _latest(session, carnet_id, genre, "")
        if row is None:
            row = _new_journey(carnet_id, genre, "", SHAPES[genre]())
            session.add(row)
        before = _state(row)
        after: Etat
        if isinstance(before, EtatCompte):
            after = account.advance(journeys, before, commande)
        else:
            assert isinstance(before, EtatFacture)
            after = deposit.advance(journeys, before, commande)
        _keep(row, after)
        return after


async def start_quiz(*, sessions: Sessions, journeys: Journeys, carnet_id: str, serie: str) -> EtatQuiz:
    """The run that goes on, or a new one when none was begun or the last one is finished."""
    etat = await current(sessions=sessions, carnet_id=carnet_id, genre=Genre.QUIZ, cle=serie)
    if isinstance(etat, EtatQuiz) and not quiz.is_finished(journeys, _serie(journeys, serie), etat):
        return etat
    begun = await act(
        sessions=sessions,
        journeys=journeys,
        carnet_id=carnet_id,
        genre=Genre.QUIZ,
        cle=serie,
        commande=Commande(verbe=Verbe.RECOMMENCER),
    )
    assert isinstance(begun, EtatQuiz)
    return begun


async def finished_runs(*, sessions: Sessions, carnet_id: str, serie: str) -> list[EtatQuiz]:
    """The finished runs of a series, oldest first."""
    async with sessions() as session:
        rows = await session.scalars(
            select(Parcours)
            .where(
                Parcours.carnet_id == carnet_id,
                Parcours.genre == Genre.QUIZ,
                Parcours.cle == serie,
                Parcours.termine_le.is_not(None),
            )
            .order_by(Parcours.id)
        )
        return [EtatQuiz.model_validate(row.etat) for row in rows]


async def _act_quiz(session: AsyncSession, journeys: Journeys, carnet_id: str, cle: str, commande: Commande) -> EtatQuiz:
    serie = _serie(journeys, cle)
    row = await _latest(session, carnet_id, Genre.QUIZ, cle)
    if row is None or commande.verbe is Verbe.RECOMMENCER:
        earlier = await session.scalars(
            select(Parcours)
            .where(Parcours.carnet_id == carnet_id, Parcours.genre == Genre.QUIZ, Parcours.cle == cle)
            .order_by(Parcours.id.desc())
            .limit(_RUNS_REMEMBERED)
        )
        before = [EtatQuiz.model_validate(one.etat) for one in earlier]
        row = _new_journey(carnet_id, Genre.QUIZ, cle, quiz.draw(serie, secrets.randbits(48), before))
        session.add(row)
    etat = EtatQuiz.model_validate(row.etat)
    if commande.verbe is not Verbe.RECOMMENCER:
        etat = quiz.answer(journeys, serie, etat, commande)
        _keep(row, etat)
        if row.termine_le is None and quiz.is_finished(journeys, serie, etat):
            row.termine_le = now()
    return etat


def _serie(journeys: Journeys, cle: str) -> Serie:
    serie = journeys.series.get(cle)
    if serie is None:
        raise Refused("Ce quiz n'existe pas. Choisissez une série dans la liste.")
    return serie


async def _latest(session: AsyncSession, carnet_id: str, genre: Genre, cle: str) -> Parcours | None:
    found: Parcours | None = await session.scalar(
        select(Parcours)
        .where(Parcours.carnet_id == carnet_id, Parcours.genre == genre, Parcours.cle == cle)
        .order_by(Parcours.id.desc())
        .limit(1)
    )
    return found


def _new_carnet(conversation_id: str | None) -> Carnet:
    moment = now()
    return Carnet(id=str(uuid.uuid4()), conversation_id=conversation_id, cree_le=moment, maj_le=moment)


def _new_journey(carnet_id: str, genre: Genre, cle: str, etat: Etat) -> Parcours:
    moment = now()
    return Parcours(carnet_id=carnet_id, genre=genre, cle=cle, etat=_stored(etat), cree_le=moment, maj_le=moment)


def _keep(row: Parcours, etat: Etat) -> None:
    row.etat, row.maj_le = _stored(etat), now()


def _stored(etat: Etat) -> dict[str, Any]:
    return etat.model_dump(mode="json")


def _state(row: Parcours) -> Etat:
    return SHAPES[Genre(row.genre)].model_validate(row.etat)
