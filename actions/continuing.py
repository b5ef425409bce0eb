"""Follow-up questions (« combien de temps ? », « et maintenant ? ») go on with what was just spoken of."""

from collections.abc import Mapping
from typing import Any, get_args

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import ChoristeAction, Events, Services, current_subject, entity_values, message_text, send, understood
from actions.invoices import tell
from actions.report_follow_up import current_point, point_reply
from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply
from assistant.invoices.lookup.follow_up import About, Detail
from assistant.invoices.lookup.questions import Asked, read_question

_ABOUT: Mapping[Asked, Detail] = {
    Asked.ETAT: "suivre_facture",
    Asked.MOTIF: "motif_facture",
    Asked.DEPUIS: "depuis_facture",
    Asked.DELAI: "delai_facture",
    Asked.SUITE: "suite_facture",
    Asked.CORRIGER: "suite_facture",
}
# What Rasa's follow-ups ask of an invoice, where the words alone do not tell.
_BY_INTENT: Mapping[str, Detail] = {
    "suite_qui": "suite_facture",
    "suite_ou": "suite_facture",
    "suite_combien_de_temps": "delai_facture",
    "suite_pourquoi": "motif_facture",
    "suite_echec": "echec_facture",
    "ne_pas_comprendre": "suivre_facture",
}


async def go_on(
    services: Services, dispatcher: CollectingDispatcher, tracker: Tracker, intent: str | None = None
) -> Events | None:
    """Answer a question on the invoice or the check just spoken of; None when it is no such question, or nothing was spoken of.

    `intent`: the follow-up that Rasa recognised; without one only the words count, and they must be plain.
    """
    asked = read_question(message_text(tracker))
    if asked is None and intent is None:
        return None
    point = await current_point(services, tracker)
    if point is not None:
        reply = point_reply(services, point, asked, intent)
        if reply is None:
            return None
        send(dispatcher, reply)
        return understood(point.sujet)
    sujet = current_subject(tracker)
    if sujet is None or sujet.famille != "facture" or services.invoices is None:
        return None
    about = _ABOUT[asked] if asked is not None else _BY_INTENT[str(intent)]
    others = entity_values(tracker, "numero_facture")
    if others:
        # « et pourquoi la 2026-0112 ? »: of several with this number, a button asks; it knows only what an intent asks.
        wanted: About = next((one for one in get_args(About) if one == about), "suivre_facture")
        return tell(dispatcher, tracker, await services.invoices.by_number(others[0], wanted))
    return tell(dispatcher, tracker, await services.invoices.by_key(sujet.cle, about))


class ActionContinuerSujet(ChoristeAction):
    """Answers the follow-ups that Rasa recognises."""

    def name(self) -> str:
        return "action_continuer_sujet"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        intent = str(((tracker.latest_message or {}).get("intent") or {}).get("name"))
        events = await go_on(self.services, dispatcher, tracker, intent)
        if events is not None:
            return events
        sujet = current_subject(tracker)
        if sujet is None:
            send(dispatcher, Reply(kind=Kind.QUESTION, text=self.services.knowledge.textes["rien_en_cours"]))
            return []
        send(dispatcher, self.services.answers.follow_up(sujet, intent))
        return understood(sujet)


class ActionCorriger(ChoristeAction):
    """« Comment corriger ? » outside a form: the invoice or the check just spoken of, else what is to be corrected is asked."""

    def name(self) -> str:
        return "action_corriger"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        events = await go_on(self.services, dispatcher, tracker)
        if events is None:
            dispatcher.utter_message(response="utter_autre_chose")
            return []
        return events
