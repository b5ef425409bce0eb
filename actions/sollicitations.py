"""A sollicitation in the conversation: begin a draft, put it aside, take it up, write it. The questions: sollicitation_questions,
what a message answers: sollicitation_turns, what must be asked and how it is checked: assistant/sollicitations/draft."""

import hashlib
from typing import Any

import structlog
from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.exc import SQLAlchemyError

from actions.base import ChoristeAction, Events, button_subject, message_text, request_subject, send
from actions.drafts import (
    FORM,
    NAMES,
    PREFIX,
    SLOTS,
    category_of,
    cleared,
    draft_from,
    draft_slots,
    entities_of,
    noted,
    notices_before,
    route_text,
    value_of_button,
)
from actions.triage import triage_new
from assistant.conversations import service as conversations
from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply
from assistant.database import now
from assistant.knowledge.load import Knowledge
from assistant.knowledge.schemas import Categorie
from assistant.references import new_reference
from assistant.sollicitations import checklist, service
from assistant.sollicitations.draft import Draft, guess_categorie
from assistant.sollicitations.enums import Origine
from assistant.sollicitations.opening import opening_words
from assistant.sollicitations.render import paste_fields
from assistant.sollicitations.schemas import SollicitationPublic

logger = structlog.get_logger()


class ActionPreparerSollicitation(ChoristeAction):
    """Starts a new draft, with the category guessed from the current subject or from the words, and what they already give."""

    def name(self) -> str:
        return "action_preparer_sollicitation"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        texts = self.services.knowledge.textes
        parts = [texts["sol_intro"]]
        empty = Draft(self.services.knowledge)
        categorie = self._guess(tracker)
        draft = Draft(self.services.knowledge, categorie)
        if categorie is not None:
            draft = _with_button_value(draft, tracker).absorbing(entities_of(tracker.latest_message or {}))
            parts += [
                texts["sol_categorie_devinee"].format(titre=categorie.titre),
                route_text(self.services.knowledge, categorie),
            ]
            if draft.values:
                parts.append(texts["sol_deja_note"].format(valeurs=noted(draft, draft.values)))
        send(dispatcher, Reply(kind=Kind.NOTICE, text="\n\n".join(parts)))
        text = message_text(tracker)
        for reply in await self._notices(tracker, draft, "" if text.startswith("/") else text):
            send(dispatcher, reply)
        return [*cleared(), *draft_slots(empty, draft)]

    async def _notices(self, tracker: Tracker, draft: Draft, text: str) -> list[Reply]:
        return await notices_before(self.services, tracker, draft, text) if draft.categorie is not None else []

    def _guess(self, tracker: Tracker) -> Categorie | None:
        knowledge = self.services.knowledge
        asked = button_subject(tracker)
        if asked is not None and asked.famille == "categorie":
            return knowledge.categories.get(asked.cle)
        text = message_text(tracker)
        if not text.startswith("/"):
            guessed = guess_categorie(text, knowledge.categories.values())
            if guessed is not None:
                return guessed
        about = asked or request_subject(tracker)
        return category_of(knowledge, about) if about else None


def _with_button_value(draft: Draft, tracker: Tracker) -> Draft:
    """The draft with the piece that the button brought along (« message_erreur=… » of an invoice check), where it fits."""
    cle, value = value_of_button(tracker) or ("", "")
    besoin = next((piece.besoin for piece in draft.pieces() if piece.besoin.cle == cle), None)
    if besoin is None:
        return draft
    try:
        return draft.with_values({cle: checklist.check(draft.knowledge, besoin, value)})
    except ValueError:
        # It is asked as if the button had not brought it.
        return draft


class ActionReprendreSollicitation(ChoristeAction):
    """Goes on with a draft that was put aside."""

    def name(self) -> str:
        return "action_reprendre_sollicitation"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        texts = self.services.knowledge.textes
        if not any(tracker.get_slot(slot) for slot in SLOTS):
            button = self.services.answers.sollicitation_button()
            send(dispatcher, Reply(kind=Kind.NOTICE, text=texts["sol_rien_a_reprendre"], buttons=[button]))
            return []
        send(dispatcher, Reply(kind=Kind.NOTICE, text=texts["sol_reprise"]))
        return [SlotSet("sol_confirmation", None), SlotSet("sol_champ_a_modifier", None), FollowupAction(FORM)]


class ActionSuspendreSollicitation(ChoristeAction):
    """Puts the draft aside: nothing is written, nothing is lost."""

    def name(self) -> str:
        return "action_suspendre_sollicitation"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        started = any(tracker.get_slot(f"{PREFIX}{name}") for name in NAMES)
        text = self.services.knowledge.textes["sol_mise_de_cote" if started else "sol_abandonnee"]
        send(dispatcher, Reply(kind=Kind.NOTICE, text=text))
        return [SlotSet("sol_confirmation", None), SlotSet("sol_champ_a_modifier", None)]


class ActionDeposerSollicitation(ChoristeAction):
    """Writes the sollicitation, once the person has said yes."""

    def name(self) -> str:
        return "action_deposer_sollicitation"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        services, texts = self.services, self.services.knowledge.textes
        if tracker.get_slot("sol_confirmation") != "oui":
            return []
        request = draft_from(tracker, services.knowledge).to_create()
        digest = hashlib.sha256(f"{tracker.sender_id}\n{request.model_dump_json()}".encode()).hexdigest()
        try:
            conversation_id = await conversations.id_by_rasa_sender(sessions=services.sessions, rasa_sender=tracker.sender_id)
            created = await service.create(
                sessions=services.sessions,
                desk=services.desk,
                request=request,
                origine=Origine.CONVERSATION,
                conversation_id=conversation_id,
                # The same confirmed draft in the same conversation is written once, however often Rasa asks.
                cle_idempotence=digest,
            )
        except SQLAlchemyError:
            reference = new_reference()
            logger.exception("sollicitation_not_written", reference=reference)
            send(dispatcher, Reply(kind=Kind.ERROR, text=texts["sol_echec"].format(reference=reference)))
            return [SlotSet("sol_confirmation", None)]
        await triage_new(services, created.numero)
        # The secret of the follow-up link does not go this way: Rasa keeps what it is told. api/follow_up_link gives it.
        horaires = opening_words(textes=texts, hours=services.desk.hours, moment=now())
        text = texts["sol_faite"].format(
            numero=created.numero,
            horaires=horaires,
            ou_ecrire=created.ou_ecrire,
            champs=fields_text(services.knowledge, created),
            texte=created.texte,
        )
        send(dispatcher, Reply(kind=Kind.DONE, text=text))
        return cleared()


def fields_text(knowledge: Knowledge, created: SollicitationPublic) -> str:
    """The fields of the portal's form as a list; the description is the text itself."""
    texts = knowledge.textes
    fields = paste_fields(
        knowledge=knowledge,
        categorie=created.categorie,
        siret=created.siret,
        numero_facture=created.numero_facture,
        description=created.description,
        contact=created.contact,
        donnees=created.donnees,
    )
    lines = []
    for one in fields:
        value = texts["sol_champ_a_coller_description"] if one.cle == "description" else one.valeur
        line = texts["sol_champ_a_coller"].format(libelle=one.libelle, valeur=value)
        lines.append(f"{line} ({one.note})" if one.note else line)
    return "\n".join(lines)
