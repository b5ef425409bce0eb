"""What one message does inside a journey: answer, switch to another journey, interrupt."""

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, message_text, send
from actions.drafts import SLOTS
from actions.journey_replies import INTENTS
from actions.journey_talk import ASKED, FORM, KIND, Journey, JourneyAction, begin, carnet_of, do, question, state
from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply
from assistant.journeys import account, deposit, quiz, words
from assistant.journeys.enums import Genre
from assistant.journeys.state import Commande, EtatCompte, EtatFacture, EtatQuiz, Verbe
from assistant.sollicitations.interruptions import is_question, stops

_GENRES = {intent: genre for genre, intent in INTENTS.items()}
# Actions that Rasa itself runs between the message and the form: they do not mean that the message was dealt with.
_NEUTRAL_ACTIONS = frozenset({FORM, "action_extract_slots", "action_listen", "action_unlikely_intent"})
# Intents that a rule answers in the middle of a journey (data/stories/parcours.yml).
INTERRUPTIONS = frozenset(
    {
        "fiche",
        "expliquer_statut",
        "expliquer_anomalie",
        "expliquer_cadre",
        "definir_terme",
        "comparer_termes",
        "donner_identifiant",
        "suite_combien_de_temps",
        "suite_ou",
        "suite_qui",
        "suite_pourquoi",
        "suite_echec",
        "ne_pas_comprendre",
        "hors_sujet",
        "message_anglais",
        "charabia",
        "saluer",
        "remercier",
        "demander_robot",
        "demander_capacites",
        "insulter",
        "parler_humain",
        "preparer_sollicitation",
        "suivre_facture",
        "motif_facture",
        "delai_facture",
        "lister_factures",
        "exigences_client",
        "suivre_flux",
        "verifier_facture",
    }
)


class ValidateParcoursForm(JourneyAction):
    """Decides what a message does in the journey. No slot set means: the form steps aside for a rule."""

    def name(self) -> str:
        return f"validate_{FORM}"

    def after_failure(self) -> Events:
        return [SlotSet("requested_slot", ASKED)]

    async def play(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        journey = Journey.parse(tracker.get_slot(KIND)) or Journey(Genre.COMPTE)
        if tracker.get_slot("requested_slot") and not _already_answered(tracker):
            done = await self._turn(dispatcher, tracker, journey)
            if done is None:
                return []
            journey = done
        carnet_id = await carnet_of(self.services, tracker)
        over = carnet_id is None or await question(self.services, carnet_id, journey) is None
        return [
            SlotSet(KIND, str(journey)),
            SlotSet(ASKED, "fini" if over else None),
            SlotSet("requested_slot", None if over else ASKED),
        ]

    async def _turn(self, dispatcher: CollectingDispatcher, tracker: Tracker, journey: Journey) -> Journey | None:
        """The journey after the message; None when a rule is to answer it."""
        text = message_text(tracker)
        intent = str(((tracker.latest_message or {}).get("intent") or {}).get("name"))
        if stops(intent, text):
            return None
        if not text.startswith("/"):
            carnet_id = await carnet_of(self.services, tracker)
            read = await self._read(carnet_id, journey, text) if carnet_id else None
            if read is not None and carnet_id is not None:
                return await do(self.services, dispatcher, carnet_id, *read)
        if intent in _GENRES:
            return await begin(self.services, dispatcher, tracker, _GENRES[intent])
        if intent in INTERRUPTIONS or (intent == "nlu_fallback" and is_question(text)):
            return None
        if intent == "reprendre" and any(tracker.get_slot(slot) for slot in SLOTS):
            # A sollicitation was put aside: that is what is taken up.
            return None
        step = journey.genre is Genre.COMPTE and await self._in_steps(tracker, journey)
        text = self.services.journeys.textes["pas_compris_etape" if step else "pas_compris"]
        send(dispatcher, Reply(kind=Kind.NOTICE, text=text))
        return journey

    async def _in_steps(self, tracker: Tracker, journey: Journey) -> bool:
        carnet_id = await carnet_of(self.services, tracker)
        etat = await state(self.services, carnet_id, journey) if carnet_id else None
        return isinstance(etat, EtatCompte) and etat.branche is not None

    async def _read(self, carnet_id: str, journey: Journey, text: str) -> tuple[Journey, Commande] | None:
        """What typed words do; a question is never an answer."""
        if is_question(text):
            return None
        journeys, etat = self.services.journeys, await state(self.services, carnet_id, journey)
        if journey.genre is Genre.QUIZ and etat is None:
            series = list(journeys.series.values())
            place = words.read_choice(text, [serie.titre for serie in series])
            return (Journey(Genre.QUIZ, series[place].id), Commande(verbe=Verbe.ALLER)) if place is not None else None
        if isinstance(etat, EtatQuiz):
            return self._read_quiz(journey, etat, text)
        if words.goes_back(text):
            return journey, Commande(verbe=Verbe.RETOUR)
        if journey.genre is Genre.FACTURE:
            asked = deposit.view(journeys, etat if isinstance(etat, EtatFacture) else EtatFacture()).question
            place = words.read_choice(text, [choix.titre for choix in asked.choix]) if asked else None
            if asked is None or place is None:
                return None
            return journey, Commande(verbe=Verbe.REPONDRE, cible=asked.id, valeur=asked.choix[place].id)
        vu = account.view(journeys, etat if isinstance(etat, EtatCompte) else EtatCompte())
        if vu.branche is None:
            branches = journeys.compte.branches
            place = words.read_choice(text, [branche.court for branche in branches])
            return (journey, Commande(verbe=Verbe.SITUATION, cible=branches[place].id)) if place is not None else None
        said = words.read_step(text)
        if vu.courante is None or said is None:
            return None
        return journey, Commande(verbe=Verbe.MARQUER, cible=vu.courante.etape.id, valeur=said)

    def _read_quiz(self, journey: Journey, etat: EtatQuiz, text: str) -> tuple[Journey, Commande] | None:
        asked = quiz.view(self.services.journeys, self.services.journeys.series[journey.cle], etat).courant
        place = words.read_choice(text, [choice for _, choice in asked.choix]) if asked else None
        if asked is None or place is None:
            return None
        return journey, Commande(verbe=Verbe.REPONDRE, cible=asked.item.id, valeur=str(place))


def _already_answered(tracker: Tracker) -> bool:
    """True when another action has dealt with the last message: the form only has to ask again."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "action" and event.get("name") not in _NEUTRAL_ACTIONS:
            return True
    return True
