"""Answers from fiches and tables."""

import copy
from abc import abstractmethod
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import (
    ChoristeAction,
    Events,
    button_subject,
    entity_values,
    message_text,
    questions,
    ranking,
    send,
    top_confidence,
    understood,
)
from actions.continuing import go_on
from actions.doubt import admit_doubt, answer_directly
from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply
from assistant.knowledge import direct_questions
from assistant.knowledge.anomaly_matcher import SURE
from assistant.knowledge.subjects import Sujet
from assistant.knowledge.term_finder import narrowed

_USUAL_STATUSES = ("A_RECYCLER", "SUSPENDUE", "REJETEE")


class AnsweringAction(ChoristeAction):
    """Answers what the message asks; when it asks several things, each of them in turn, under its own title.

    « Quand serai-je payé ? » has its fiche; right after a look-up it is a question on that invoice.
    """

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        parts = questions(tracker)
        if len(parts) < 2:
            gone_on = await go_on(self.services, dispatcher, tracker)
            return await self.answer(dispatcher, tracker, domain) if gone_on is None else gone_on
        events: Events = []
        for part in parts:
            about = copy.copy(tracker)
            # One answer a question: the next likely fiches would bury the second answer.
            about.latest_message = {**part, "intent_ranking": part["intent_ranking"][:1]}
            action = ANSWERS[part["intent"]["name"]](self.services)
            said = len(dispatcher.messages)
            events = await action.answer(dispatcher, about, domain)
            for message in dispatcher.messages[said:]:
                lead = self.services.knowledge.textes["question_parmi"].format(question=part["text"])
                message["text"] = f"{lead}\n\n{message['text']}"
        return events

    @abstractmethod
    async def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Answer one question; returns the events for Rasa."""


class ActionRepondreFiche(AnsweringAction):
    """Answers a retrieval intent « fiche/… », or the subject of a button."""

    def name(self) -> str:
        return "action_repondre_fiche"

    async def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        sujet = button_subject(tracker)
        if sujet is None:
            # An error message pasted whole says more than the words around it.
            pasted = self.services.anomalies.pasted(message_text(tracker))
            sujet = Sujet("anomalie", pasted.anomalie.id) if pasted else self._recognised(tracker)
        reply = self.services.answers.subject(sujet, top_confidence(tracker)) if sujet else None
        if sujet is None or reply is None:
            return admit_doubt(self.services, dispatcher, tracker)
        send(dispatcher, self.services.understanding.with_reserve(reply, sujet, ranking(tracker)))
        return understood(sujet)

    @staticmethod
    def _recognised(tracker: Tracker) -> Sujet | None:
        selector = ((tracker.latest_message or {}).get("response_selector") or {}).get("fiche") or {}
        key = (selector.get("response") or {}).get("intent_response_key")
        return Sujet("fiche", key.removeprefix("fiche/")) if key else None


class ActionExpliquerStatut(AnsweringAction):
    """Explains the status that the message names, or asks which one."""

    def name(self) -> str:
        return "action_expliquer_statut"

    async def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        answers, texts = self.services.answers, self.services.knowledge.textes
        codes = [code for code in entity_values(tracker, "statut") if code in self.services.knowledge.statuts]
        if len(codes) == 1:
            sujet = Sujet("statut", codes[0])
            reply = answers.subject(sujet, top_confidence(tracker))
            if reply is not None:
                send(dispatcher, reply)
            return understood(sujet)
        if not codes and not message_text(tracker).startswith("/"):
            direct = direct_questions.read(message_text(tracker), self.services.terms)
            if direct is not None:
                return answer_directly(self.services, dispatcher, direct)
        if codes:
            send(dispatcher, answers.choices([Sujet("statut", code) for code in codes], texts["statut_plusieurs"]))
        else:
            usual = [Sujet("statut", code) for code in _USUAL_STATUSES]
            send(dispatcher, answers.choices(usual, texts["statut_lequel"], kind=Kind.QUESTION))
        return understood(None)


class ActionExpliquerAnomalie(AnsweringAction):
    """Explains an anomaly: by id, by its pasted message, or by what the person describes."""

    def name(self) -> str:
        return "action_expliquer_anomalie"

    async def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        services, texts = self.services, self.services.knowledge.textes
        text = message_text(tracker)
        named = [found for found in entity_values(tracker, "anomalie") if found in services.knowledge.anomalies]
        pasted = services.anomalies.pasted(text)
        if named or pasted:
            return self._explain(dispatcher, tracker, named[0] if named else pasted.anomalie.id if pasted else "")
        if not text or text.startswith("/"):
            send(dispatcher, Reply(kind=Kind.QUESTION, text=texts["anomalie_laquelle"]))
            return understood(None)
        hits = services.anomalies.described(text)
        if hits and hits[0].score >= SURE:
            return self._explain(dispatcher, tracker, hits[0].anomalie.id)
        if hits:
            sujets = [Sujet("anomalie", hit.anomalie.id) for hit in hits]
            send(dispatcher, services.answers.choices(sujets, texts["anomalie_plusieurs"]))
            return understood(None)
        button = services.answers.sollicitation_button()
        send(dispatcher, Reply(kind=Kind.UNKNOWN, text=texts["anomalie_inconnue"], buttons=[button]))
        return understood(None)

    def _explain(self, dispatcher: CollectingDispatcher, tracker: Tracker, anomaly_id: str) -> Events:
        sujet = Sujet("anomalie", anomaly_id)
        reply = self.services.answers.subject(sujet, top_confidence(tracker))
        if reply is not None:
            send(dispatcher, reply)
        return understood(sujet)


class ActionExpliquerCadre(AnsweringAction):
    """Explains a cadre de facturation."""

    def name(self) -> str:
        return "action_expliquer_cadre"

    async def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        services, texts = self.services, self.services.knowledge.textes
        codes = [code for code in entity_values(tracker, "cadre") if code in services.knowledge.cadres]
        if len(codes) == 1:
            sujet = Sujet("cadre", codes[0])
            reply = services.answers.subject(sujet, top_confidence(tracker))
            if reply is not None:
                send(dispatcher, reply)
            return understood(sujet)
        if len(codes) == 2:
            return _compare(self, dispatcher, tracker, Sujet("cadre", codes[0]), Sujet("cadre", codes[1]))
        send(dispatcher, Reply(kind=Kind.QUESTION, text=texts["cadre_lequel"]))
        return understood(None)


class ActionDefinirTerme(AnsweringAction):
    """Defines a term of the glossary, a status or a cadre."""

    def name(self) -> str:
        return "action_definir_terme"

    async def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        found = self.services.terms.find(message_text(tracker))
        if not found:
            return _best_fiche_or_doubt(self, dispatcher, tracker)
        sujet = narrowed(found)[0]
        reply = self.services.answers.subject(sujet, top_confidence(tracker))
        if reply is not None:
            send(dispatcher, reply)
        return understood(sujet)


class ActionComparerTermes(AnsweringAction):
    """Tells two terms, statuses or cadres apart."""

    def name(self) -> str:
        return "action_comparer_termes"

    async def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        found = narrowed(self.services.terms.find(message_text(tracker)), at_least=2)
        if len(found) < 2:
            return _best_fiche_or_doubt(self, dispatcher, tracker)
        return _compare(self, dispatcher, tracker, found[0], found[1])


def _compare(action: ChoristeAction, dispatcher: CollectingDispatcher, tracker: Tracker, left: Sujet, right: Sujet) -> Events:
    reply = action.services.answers.comparison(left, right, top_confidence(tracker))
    if reply is None:
        return admit_doubt(action.services, dispatcher, tracker)
    send(dispatcher, reply)
    return understood(left)


def _best_fiche_or_doubt(action: ChoristeAction, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """No term of the glossary: a fiche that is surely about it, else choices."""
    hits = action.services.search.search(message_text(tracker), limit=1)
    fiche = next((ranked.name.removeprefix("fiche/") for ranked in ranking(tracker) if ranked.name.startswith("fiche/")), None)
    if hits and hits[0].fiche.id == fiche and hits[0].similarity >= 0.6:
        sujet = Sujet("fiche", fiche)
        reply = action.services.answers.subject(sujet, top_confidence(tracker))
        if reply is not None:
            send(dispatcher, reply)
            return understood(sujet)
    return admit_doubt(action.services, dispatcher, tracker)


# Who answers what a question of several was understood as (`answerable` of config.yml).
ANSWERS: dict[str, type[AnsweringAction]] = {
    "fiche": ActionRepondreFiche,
    "expliquer_statut": ActionExpliquerStatut,
    "expliquer_anomalie": ActionExpliquerAnomalie,
    "expliquer_cadre": ActionExpliquerCadre,
    "definir_terme": ActionDefinirTerme,
    "comparer_termes": ActionComparerTermes,
}
