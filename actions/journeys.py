"""Journeys and quizzes in the conversation: begin, stop, ask, conclude. What a message answers: journey_turns; what is said:
journey_replies and quiz. All is kept in the database at once: interrupting at any moment loses nothing."""

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import quiz as quiz_replies
from actions.base import Events, send
from actions.journey_replies import INTENTS, account_end, command_button, deposit_end
from actions.journey_talk import ASKED, KIND, Journey, JourneyAction, begin, carnet_of, question, state
from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply
from assistant.journeys import service
from assistant.journeys.enums import Genre
from assistant.journeys.state import Commande, EtatCompte, EtatFacture, EtatQuiz, Verbe


class _Begin(JourneyAction):
    """Begins a journey or goes on with it; does at once what a button asks."""

    genre: Genre

    def name(self) -> str:
        return f"action_{INTENTS[self.genre]}"

    async def play(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        journey = await begin(self.services, dispatcher, tracker, self.genre)
        return [SlotSet(KIND, str(journey)), SlotSet(ASKED, None)]


class ActionCommencerParcours(_Begin):
    """From nothing to a first invoice."""

    genre = Genre.COMPTE


class ActionCommencerDepot(_Begin):
    """Which cadre for this invoice?"""

    genre = Genre.FACTURE


class ActionCommencerQuiz(_Begin):
    """A quiz."""

    genre = Genre.QUIZ


class ActionSuspendreParcours(JourneyAction):
    """Stops for now. All is kept already."""

    def name(self) -> str:
        return "action_suspendre_parcours"

    async def play(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        texts = self.services.journeys.textes
        journey = Journey.parse(tracker.get_slot(KIND)) or Journey(Genre.COMPTE)
        button = command_button(texts["reprendre"], journey.genre, Commande(verbe=Verbe.REPRENDRE), journey.cle)
        send(dispatcher, Reply(kind=Kind.NOTICE, text=texts["suspendu"], buttons=[button]))
        return []


class ActionConclureParcours(JourneyAction):
    """What a journey came to."""

    def name(self) -> str:
        return "action_conclure_parcours"

    async def play(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        services, journey = self.services, Journey.parse(tracker.get_slot(KIND))
        carnet_id = await carnet_of(services, tracker)
        if journey is None or carnet_id is None:
            return [SlotSet(ASKED, None)]
        etat = await state(services, carnet_id, journey)
        reply = None
        if isinstance(etat, EtatCompte):
            reply = account_end(services, etat)
        elif isinstance(etat, EtatFacture):
            reply = deposit_end(services, etat)
        elif isinstance(etat, EtatQuiz):
            finished = await service.finished_runs(sessions=services.sessions, carnet_id=carnet_id, serie=journey.cle)
            reply = quiz_replies.quiz_end(services, services.journeys.series[journey.cle], etat, finished)
        if reply is not None:
            send(dispatcher, reply)
        return [SlotSet(ASKED, None)]


class ActionAskParcoursTour(JourneyAction):
    """Asks what comes next."""

    def name(self) -> str:
        return f"action_ask_{ASKED}"

    async def play(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        journey = Journey.parse(tracker.get_slot(KIND))
        carnet_id = await carnet_of(self.services, tracker)
        reply = await question(self.services, carnet_id, journey) if journey and carnet_id else None
        if reply is not None:
            send(dispatcher, reply)
        return []
