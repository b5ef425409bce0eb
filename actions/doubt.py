"""When the message is not surely understood."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import ChoristeAction, Events, Services, message_text, ranking, send, understood
from assistant.conversations.enums import Kind
from assistant.knowledge import direct_questions
from assistant.knowledge.subjects import Sujet


def admit_doubt(services: Services, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """Offer choices or say that one does not know; counts the misunderstandings in a row."""
    direct = direct_questions.read(message_text(tracker), services.terms)
    if direct is not None:
        return answer_directly(services, dispatcher, direct)
    failures = int(tracker.get_slot("incomprehensions") or 0)
    reply = services.understanding.doubtful(message_text(tracker), ranking(tracker), failures)
    send(dispatcher, reply)
    if reply.kind is Kind.UNKNOWN:
        return [SlotSet("incomprehensions", float(failures + 1))]
    return understood(None)


def answer_directly(services: Services, dispatcher: CollectingDispatcher, direct: direct_questions.DirectQuestion) -> Events:
    """Define the term, or tell the two apart."""
    first, *others = direct.sujets
    reply = services.answers.comparison(first, others[0]) if others else services.answers.subject(first)
    assert reply is not None, "the term finder names only what is known"
    send(dispatcher, reply)
    return understood(first)


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
