"""When the message is not surely understood."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import ChoristeAction, Events, Services, entity_values, message_text, ranking, send, top_confidence, understood
from actions.continuing import go_on
from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply
from assistant.knowledge import direct_questions
from assistant.knowledge.subjects import Sujet
from assistant.knowledge.understanding import SURE_CONFIDENCE
from assistant.sollicitations.siret import format_siret


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


def answer_pasted_error(services: Services, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events | None:
    """Explain the error message that stands in the text, None when there is none."""
    pasted = services.anomalies.pasted(message_text(tracker))
    if pasted is None:
        return None
    sujet = Sujet("anomalie", pasted.anomalie.id)
    reply = services.answers.subject(sujet, pasted.score)
    if reply is not None:
        send(dispatcher, reply)
    return understood(sujet)


class ActionProposerChoix(ChoristeAction):
    """Answers Rasa's fallback."""

    def name(self) -> str:
        return "action_proposer_choix"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        events = await go_on(self.services, dispatcher, tracker)
        if events is not None:
            return events
        events = answer_pasted_error(self.services, dispatcher, tracker)
        return admit_doubt(self.services, dispatcher, tracker) if events is None else events


class ActionDeclinerHorsSujet(ChoristeAction):
    """Says that the question is out of scope, unless its form or a pasted error message tells better."""

    def name(self) -> str:
        return "action_decliner_hors_sujet"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        events = answer_pasted_error(self.services, dispatcher, tracker)
        if events is not None:
            return events
        if (top_confidence(tracker) or 0.0) < SURE_CONFIDENCE:
            direct = direct_questions.read(message_text(tracker), self.services.terms)
            if direct is not None:
                return answer_directly(self.services, dispatcher, direct)
        send(dispatcher, self.services.understanding.out_of_scope(message_text(tracker), ranking(tracker)))
        return []


class ActionNoterIdentifiants(ChoristeAction):
    """Says that a SIRET or an invoice number given by itself is noted (Rasa keeps it in a slot), and asks what it is about."""

    def name(self) -> str:
        return "action_noter_identifiants"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        texts = self.services.knowledge.textes
        found = {kind: values[0] for kind in ("siret", "numero_facture") if (values := entity_values(tracker, kind))}
        if not found:
            return admit_doubt(self.services, dispatcher, tracker)
        shown = {kind: format_siret(value) if kind == "siret" else value for kind, value in found.items()}
        listed = " et ".join(texts[f"identifiant_{kind}"].format(valeur=value) for kind, value in shown.items())
        send(dispatcher, Reply(kind=Kind.NOTICE, text=texts["identifiants_notes"].format(identifiants=listed)))
        return understood(None)
