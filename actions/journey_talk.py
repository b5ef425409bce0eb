"""What the actions about journeys share: which journey the talk is in, where it stands, doing what a message or a button asks."""

import re
from dataclasses import dataclass
from typing import Any, Self

import structlog
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.exc import SQLAlchemyError

from actions import quiz as quiz_replies
from actions.base import ChoristeAction, Events, Services, entity_values, message_text, send
from actions.journey_replies import VALUE, account_question, deposit_question
from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply
from assistant.journeys import deposit, quiz, service
from assistant.journeys.enums import Genre
from assistant.journeys.state import Commande, Etat, EtatCompte, EtatFacture, EtatQuiz, Refused, Verbe
from assistant.references import new_reference
from assistant.text import fold

logger = structlog.get_logger()

FORM, ASKED, KIND = "parcours_form", "parcours_tour", "parcours_genre"
_GO_ON = re.compile(r"\b(?:repren|continu|la suite)")


@dataclass(frozen=True)
class Journey:
    """Which journey the conversation is in, as the slot holds it: « compte », « quiz:anomalies », « quiz » (no series chosen)."""

    genre: Genre
    cle: str = ""

    def __str__(self) -> str:
        return f"{self.genre}:{self.cle}" if self.cle else str(self.genre)

    @classmethod
    def parse(cls, text: str | None) -> Self | None:
        genre, _, cle = (text or "").partition(":")
        return cls(Genre(genre), cle) if genre in list(Genre) else None


class JourneyAction(ChoristeAction):
    """What these actions share: the carnet of the conversation, and one sentence when the database fails."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        try:
            return await self.play(dispatcher, tracker)
        except SQLAlchemyError:
            reference = new_reference()
            logger.exception("journey_not_kept", reference=reference)
            text = self.services.journeys.textes["echec"].format(reference=reference)
            send(dispatcher, Reply(kind=Kind.ERROR, text=text))
            return self.after_failure()

    async def play(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """The action proper."""
        raise NotImplementedError

    def after_failure(self) -> Events:
        return []


async def begin(services: Services, dispatcher: CollectingDispatcher, tracker: Tracker, genre: Genre) -> Journey:
    """Begin, go on, or do what a button asks; says where things stand."""
    texts, text = services.journeys.textes, message_text(tracker)
    carnet_id = await carnet_of(services, tracker)
    if carnet_id is None:
        send(dispatcher, Reply(kind=Kind.NOTICE, text=texts["sans_conversation"]))
        return Journey(genre)
    values = entity_values(tracker, VALUE)
    if values and text.startswith("/"):
        cle, slash, wanted = values[0].rpartition("/")
        journey = Journey(genre, cle if slash else "")
        try:
            commande = Commande.parse(wanted)
        except Refused as refusal:
            send(dispatcher, Reply(kind=Kind.NOTICE, text=str(refusal)))
            return journey
        return await do(services, dispatcher, carnet_id, journey, commande)
    if genre is Genre.QUIZ:
        return await _begin_quiz(services, dispatcher, tracker, carnet_id)
    journey = Journey(genre)
    etat = await state(services, carnet_id, journey)
    over = isinstance(etat, EtatFacture) and deposit.view(services.journeys, etat).resultat is not None
    if over and not _GO_ON.search(fold(text)):
        # The last one has its answer: this is about another invoice.
        etat = await _act(services, carnet_id, journey, Commande(verbe=Verbe.RECOMMENCER))
    said = _taken_up(services, journey, etat)
    if said is None:
        said = texts["compte_intro" if genre is Genre.COMPTE else "facture_intro"]
        if genre is Genre.COMPTE and (named := _named_branch(services, text)):
            await _act(services, carnet_id, journey, Commande(verbe=Verbe.SITUATION, cible=named))
    send(dispatcher, Reply(kind=Kind.NOTICE, text=said))
    return journey


async def do(
    services: Services, dispatcher: CollectingDispatcher, carnet_id: str, journey: Journey, commande: Commande
) -> Journey:
    """One command: do it, and say what it came to; what does not fit is said, and nothing changes."""
    if journey.genre is Genre.QUIZ and commande.verbe is Verbe.ALLER:
        return await _enter_quiz(services, dispatcher, carnet_id, journey.cle)
    if commande.verbe is Verbe.REPRENDRE:
        return await _take_up(services, dispatcher, carnet_id, journey)
    try:
        etat = await _act(services, carnet_id, journey, commande)
    except Refused as refusal:
        send(dispatcher, Reply(kind=Kind.NOTICE, text=str(refusal)))
        return journey
    if isinstance(etat, EtatQuiz) and commande.verbe is Verbe.REPONDRE:
        told = quiz_replies.correction(services, services.journeys.series[journey.cle], etat, commande.cible)
        if told is not None:
            send(dispatcher, told)
    return journey


async def question(services: Services, carnet_id: str, journey: Journey) -> Reply | None:
    """What to ask next; None at the end of the journey."""
    etat = await state(services, carnet_id, journey)
    match journey.genre:
        case Genre.COMPTE:
            return account_question(services, etat if isinstance(etat, EtatCompte) else EtatCompte())
        case Genre.FACTURE:
            return deposit_question(services, etat if isinstance(etat, EtatFacture) else EtatFacture())
    if not isinstance(etat, EtatQuiz):
        return quiz_replies.series_question(services)
    return quiz_replies.quiz_question(services, services.journeys.series[journey.cle], etat)


async def carnet_of(services: Services, tracker: Tracker) -> str | None:
    """The carnet of this conversation; None when Rasa is used without the service (a shell)."""
    return await service.carnet_of_conversation(sessions=services.sessions, rasa_sender=tracker.sender_id)


async def state(services: Services, carnet_id: str, journey: Journey) -> Etat | None:
    """Where the journey stands; None when it was not begun, or when no series is chosen."""
    if journey.genre is Genre.QUIZ and journey.cle not in services.journeys.series:
        return None
    return await service.current(sessions=services.sessions, carnet_id=carnet_id, genre=journey.genre, cle=journey.cle)


async def _act(services: Services, carnet_id: str, journey: Journey, commande: Commande) -> Etat:
    return await service.act(
        sessions=services.sessions,
        journeys=services.journeys,
        carnet_id=carnet_id,
        genre=journey.genre,
        cle=journey.cle,
        commande=commande,
    )


async def _take_up(services: Services, dispatcher: CollectingDispatcher, carnet_id: str, journey: Journey) -> Journey:
    """Go on with it as it stands, even when its last answer was given elsewhere: nothing begins anew."""
    said = _taken_up(services, journey, await state(services, carnet_id, journey))
    if said is not None:
        send(dispatcher, Reply(kind=Kind.NOTICE, text=said))
    return journey


def _taken_up(services: Services, journey: Journey, etat: Etat | None) -> str | None:
    """What is said before a journey goes on; None when nothing was begun."""
    texts = services.journeys.textes
    if isinstance(etat, EtatCompte) and etat.branche in services.journeys.branches:
        return texts["compte_reprise"].format(titre=services.journeys.branches[etat.branche].court)
    if isinstance(etat, EtatFacture) and etat.reponses:
        return texts["facture_reprise"]
    if isinstance(etat, EtatQuiz):
        vu = quiz.view(services.journeys, services.journeys.series[journey.cle], etat)
        if vu.courant is not None:
            return texts["quiz_reprise"].format(titre=vu.serie.titre, nombre=len(vu.items), numero=vu.courant.numero)
    return None


async def _begin_quiz(services: Services, dispatcher: CollectingDispatcher, tracker: Tracker, carnet_id: str) -> Journey:
    folded = fold(message_text(tracker))
    before = Journey.parse(tracker.get_slot(KIND))
    if before is not None and before.cle and _GO_ON.search(folded):
        return await _take_up(services, dispatcher, carnet_id, before)
    named = next((serie.id for serie in services.journeys.series.values() if serie.id.rstrip("s") in folded), None)
    return await _enter_quiz(services, dispatcher, carnet_id, named) if named else Journey(Genre.QUIZ)


async def _enter_quiz(services: Services, dispatcher: CollectingDispatcher, carnet_id: str, cle: str) -> Journey:
    """The run that goes on, or a new one."""
    serie = services.journeys.series.get(cle)
    if serie is None:
        return Journey(Genre.QUIZ)
    etat = await service.start_quiz(sessions=services.sessions, journeys=services.journeys, carnet_id=carnet_id, serie=cle)
    journey = Journey(Genre.QUIZ, cle)
    said = _taken_up(services, journey, etat) if etat.reponses else None
    intro = services.journeys.textes["quiz_intro"].format(titre=serie.titre, nombre=len(etat.tirage))
    send(dispatcher, Reply(kind=Kind.NOTICE, text=said or intro))
    return journey


def _named_branch(services: Services, text: str) -> str | None:
    """The situation that the first words name (« je suis une association, guidez-moi »)."""
    folded = fold(text).replace("-", " ")
    named = [branche.id for branche in services.journeys.compte.branches if branche.id.replace("-", " ") in folded]
    # « association » and « entreprise » in one sentence: ask.
    return named[0] if len(named) == 1 and named[0] != "entreprise" else None
