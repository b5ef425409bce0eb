"""When the message is not surely understood."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import ChoristeAction, Events, Services, message_text, ranking, send, understood
from assistant.conversations.enums import Kind
from assistant.knowledge.subjects import Sujet


def admit_doubt(services: Services, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """Offer choices or say that one does not know; counts the misunderstandings in a row."""
    failures = int(tracker.get_slot("incomprehensions") or 0)
    reply = services.understanding.doubtful(message_text(tracker), ranking(tracker), failures)
    send(dispatcher, reply)
    if reply.kind is Kind.UNKNOWN:
        return [SlotSet("incomprehensions", float(failures + 1))]
    return understood(None)


class ActionProposerChoix(ChoristeAction):
    """Answers Rasa's fallback."""

    def name(self) -> str:
        return "action_proposer_choix"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        pasted = self.services.anomalies.pasted(message_text(tracker))
        if pasted is None:
            return admit_doubt(self.services, dispatcher, tracker)
        sujet = Sujet("anomalie", pasted.anomalie.id)
        reply = self.services.answers.subject(sujet, pasted.score)
        if reply is not None:
            send(dispatcher, reply)
        return understood(sujet)
