"""The talk that drafts a sollicitation. What is asked and checked is decided in assistant/sollicitations/draft.py."""

import hashlib
import json
import re
from typing import Any

import structlog
from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.exc import SQLAlchemyError

from actions.base import ChoristeAction, Events, button_subject, current_subject, entity_values, message_text, ranking, send
from assistant.conversations import service as conversations
from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply, ReplyButton
from assistant.knowledge.load import Knowledge
from assistant.knowledge.schemas import Categorie
from assistant.knowledge.subjects import Sujet
from assistant.references import new_reference
from assistant.sollicitations import service
from assistant.sollicitations.draft import SKIPPED, Draft, guess_categorie
from assistant.sollicitations.enums import Origine
from assistant.sollicitations.interruptions import named_field, stops, takes_over
from assistant.sollicitations.siret import format_siret, is_valid_siret

logger = structlog.get_logger()

FORM = "sollicitation_form"
PREFIX = "sol_"
_NAMES = ("categorie", "siret", "numero_facture", "description", "contact")
_SLOTS = tuple(f"{PREFIX}{name}" for name in (*_NAMES, "champ_a_modifier", "confirmation"))
_EMAIL = re.compile(r"[^\s<>(),;:]+@[^\s<>(),;:]+\.[^\s<>(),;:]+")
# Actions that Rasa itself runs between the message and the form: they do not mean that the message was dealt with.
_NEUTRAL_ACTIONS = frozenset({FORM, "action_extract_slots", "action_listen", "action_unlikely_intent"})


def draft_from(tracker: Tracker, knowledge: Knowledge) -> Draft:
    """The draft as the slots hold it."""
    values = {name: tracker.get_slot(f"{PREFIX}{name}") for name in _NAMES}
    categorie = knowledge.categories.get(values.pop("categorie") or "")
    return Draft(categorie=categorie, **values)


def _cleared() -> Events:
    return [SlotSet(slot, None) for slot in _SLOTS]


class ActionPreparerSollicitation(ChoristeAction):
    """Starts a new draft, with the category guessed from the current subject or from the words."""

    def name(self) -> str:
        return "action_preparer_sollicitation"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        texts = self.services.knowledge.textes
        parts = [texts["sol_intro"]]
        categorie = self._guess(tracker)
        events = _cleared()
        if categorie is not None:
            events.append(SlotSet("sol_categorie", categorie.id))
            parts += [
                texts["sol_categorie_devinee"].format(titre=categorie.titre),
                route_text(self.services.knowledge, categorie),
            ]
        send(dispatcher, Reply(kind=Kind.NOTICE, text="\n\n".join(parts)))
        return events

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
        about = asked or current_subject(tracker)
        return category_of(knowledge, about) if about else None


def category_of(knowledge: Knowledge, sujet: Sujet) -> Categorie | None:
    """The category to which a subject leads, None when there is none or more than one."""
    if sujet.famille == "fiche":
        found = [categorie for categorie in knowledge.categories.values() if sujet.cle in categorie.fiches]
        return found[0] if len(found) == 1 else None
    if sujet.famille == "statut" and sujet.cle in knowledge.statuts:
        return guess_categorie(f"facture {knowledge.statuts[sujet.cle].libelle}", knowledge.categories.values())
    if sujet.famille == "anomalie" and sujet.cle in knowledge.anomalies:
        anomalie = knowledge.anomalies[sujet.cle]
        return guess_categorie(f"{anomalie.titre} {' '.join(anomalie.symptomes)}", knowledge.categories.values())
    return None


def route_text(knowledge: Knowledge, categorie: Categorie) -> str:
    """Who the request is for, and why."""
    return knowledge.textes[f"sol_route_{categorie.route}"].format(raison=categorie.raison_route)


class ActionReprendreSollicitation(ChoristeAction):
    """Goes on with a draft that was put aside."""

    def name(self) -> str:
        return "action_reprendre_sollicitation"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        texts = self.services.knowledge.textes
        if not any(tracker.get_slot(slot) for slot in _SLOTS):
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
        started = any(tracker.get_slot(f"{PREFIX}{name}") for name in _NAMES)
        text = self.services.knowledge.textes["sol_mise_de_cote" if started else "sol_abandonnee"]
        send(dispatcher, Reply(kind=Kind.NOTICE, text=text))
        return [SlotSet("sol_confirmation", None), SlotSet("sol_champ_a_modifier", None)]


class ValidateSollicitationForm(ChoristeAction):
    """Decides what a message fills, corrects or interrupts. No slot set means: the form steps aside for a rule."""

    def name(self) -> str:
        return f"validate_{FORM}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        asked = tracker.get_slot("requested_slot")
        if not asked or _already_answered(tracker):
            return [SlotSet("requested_slot", self._next(tracker))]
        turn = _Turn(self, dispatcher, tracker, str(asked).removeprefix(PREFIX))
        return turn.events()

    def _next(self, tracker: Tracker) -> str | None:
        """The slot to ask when nothing new came in: the one asked before, else the first that is missing."""
        asked = tracker.get_slot("requested_slot")
        if asked and tracker.get_slot(asked) is None:
            return str(asked)
        return next_slot(draft_from(tracker, self.services.knowledge))


def next_slot(draft: Draft) -> str:
    """The slot of the next question; the confirmation once the draft is complete."""
    return f"{PREFIX}{draft.next_field() or 'confirmation'}"


def _already_answered(tracker: Tracker) -> bool:
    """True when another action has dealt with the last message: the form only has to ask again."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "action" and event.get("name") not in _NEUTRAL_ACTIONS:
            return True
    return True


class _Turn:
    """One message inside the form."""

    def __init__(self, action: ChoristeAction, dispatcher: CollectingDispatcher, tracker: Tracker, asked: str) -> None:
        self.services = action.services
        self.texts = action.services.knowledge.textes
        self.dispatcher = dispatcher
        self.tracker = tracker
        self.asked = asked
        self.draft = draft_from(tracker, action.services.knowledge)
        self.text = message_text(tracker)
        self.intent = str(((tracker.latest_message or {}).get("intent") or {}).get("name"))
        ranked = ranking(tracker)
        # Rasa's fallback hides the best guess: the ranking still tells it.
        self.best = (ranked[0].name.split("/", 1)[0] if ranked else self.intent) if self.intent == "nlu_fallback" else self.intent

    def events(self) -> Events:
        """What the message changes."""
        if stops(self.intent, self.text):
            return []
        correction = self._correction()
        if correction is not None:
            return correction
        handler = {
            "categorie": self._categorie,
            "champ_a_modifier": self._champ_a_modifier,
            "confirmation": self._confirmation,
        }.get(self.asked, self._value)
        return handler()

    # --- corrections ------------------------------------------------------------------------------------------------

    def _correction(self) -> Events | None:
        if self.intent != "corriger" or (self.asked == "description" and len(self.text.split()) > 8):
            return None
        champ = next(iter(entity_values(self.tracker, "champ")), None) or named_field(self.text)
        if champ is None:
            # Nothing has been given yet: there is nothing to choose among.
            known = [name for name in _NAMES if getattr(self.draft, name) is not None]
            return [
                SlotSet("sol_champ_a_modifier", None),
                SlotSet("requested_slot", "sol_champ_a_modifier" if known else f"{PREFIX}{self.asked}"),
            ]
        return self._correct(champ)

    def _correct(self, champ: str) -> Events:
        if champ in ("siret", "numero_facture"):
            values = entity_values(self.tracker, champ)
            if values:
                try:
                    draft = self.draft.with_answer(champ, values[0])
                except ValueError as error:
                    return self._refuse(champ, str(error))
                return self._filled(champ, str(getattr(draft, champ)), draft)
        return [
            SlotSet(f"{PREFIX}{champ}", None),
            SlotSet("sol_champ_a_modifier", None),
            SlotSet("sol_confirmation", None),
            SlotSet("requested_slot", f"{PREFIX}{champ}"),
        ]

    def _champ_a_modifier(self) -> Events:
        champ = next(iter(entity_values(self.tracker, "champ")), None) or named_field(self.text)
        if champ is not None:
            return self._correct(champ)
        if takes_over(self.intent, self.text):
            return []
        return self._refuse("champ_a_modifier", self.texts["sol_champ_inconnu"])

    # --- values -----------------------------------------------------------------------------------------------------

    def _categorie(self) -> Events:
        sujet = button_subject(self.tracker)
        categories = self.services.knowledge.categories
        categorie = categories.get(sujet.cle) if sujet and sujet.famille == "categorie" else None
        if categorie is None and sujet is None:
            categorie = guess_categorie(self.text, categories.values()) or self._categorie_by_fiche()
            if categorie is None or self.text.rstrip().endswith("?"):
                if takes_over(self.intent, self.text):
                    return []
                if categorie is None:
                    return self._refuse("categorie", self.texts["sol_categorie_inconnue"])
        if categorie is None:
            return []
        send(self.dispatcher, Reply(kind=Kind.NOTICE, text=route_text(self.services.knowledge, categorie)))
        draft = Draft(categorie, self.draft.siret, self.draft.numero_facture, self.draft.description, self.draft.contact)
        return self._filled("categorie", categorie.id, draft)

    def _categorie_by_fiche(self) -> Categorie | None:
        fiche = next((ranked.name for ranked in ranking(self.tracker)[:1] if ranked.name.startswith("fiche/")), None)
        return category_of(self.services.knowledge, Sujet("fiche", fiche.removeprefix("fiche/"))) if fiche else None

    def _value(self) -> Events:
        if self.intent == "nier" and self.text.startswith("/") and self.draft.can_skip(self.asked):
            # The button « Je ne l'ai pas ».
            return self._filled(self.asked, SKIPPED, self.draft.skipping(self.asked))
        text = self._relevant_text()
        if self.text.startswith("/") and text == self.text:
            # A button of an earlier question: another rule's business, or nothing that answers this question.
            return [] if takes_over(self.intent, self.text) else self._refuse(self.asked, self.texts["sol_bouton_ancien"])
        if self.asked == "description" and takes_over(self.intent, self.text):
            return []
        try:
            draft = self.draft.with_answer(self.asked, text)
        except ValueError as error:
            if takes_over(self.best, self.text):
                return []
            return self._refuse(self.asked, str(error))
        return self._filled(self.asked, str(getattr(draft, self.asked)), draft)

    def _relevant_text(self) -> str:
        """The part of the message that answers: the identifier or address in it, else all of it."""
        if self.asked in ("siret", "numero_facture"):
            values = entity_values(self.tracker, self.asked)
            return values[0] if values else _without_lead_in(self.text)
        if self.asked == "contact":
            found = _EMAIL.search(self.text)
            return found.group().rstrip(".") if found else self.text
        return self.text

    # --- confirmation -----------------------------------------------------------------------------------------------

    def _confirmation(self) -> Events:
        if self.best == "affirmer":
            return [SlotSet("sol_confirmation", "oui"), SlotSet("requested_slot", None)]
        if self.best == "nier":
            return [SlotSet("sol_confirmation", None), SlotSet("requested_slot", "sol_champ_a_modifier")]
        if takes_over(self.intent, self.text):
            return []
        return self._refuse("confirmation", self.texts["sol_confirmer"])

    # --- what comes out ---------------------------------------------------------------------------------------------

    def _filled(self, name: str, value: str, draft: Draft) -> Events:
        return [
            SlotSet(f"{PREFIX}{name}", value),
            SlotSet("sol_champ_a_modifier", None),
            SlotSet("sol_confirmation", None),
            SlotSet("requested_slot", next_slot(draft)),
        ]

    def _refuse(self, name: str, reason: str) -> Events:
        send(self.dispatcher, Reply(kind=Kind.NOTICE, text=reason))
        return [SlotSet(f"{PREFIX}{name}", None), SlotSet("requested_slot", f"{PREFIX}{name}")]


def _without_lead_in(text: str) -> str:
    """« c'est le F-12 » → « F-12 »: drops the polite words before a number."""
    return re.sub(
        r"^\s*(?:(?:c['’]est|le|la|il s['’]agit de|n°|num[ée]ro|facture|siret|:|est|de)\s+)+(?=\S*\d)",
        "",
        text,
        flags=re.IGNORECASE,
    ).strip()


class _Ask(ChoristeAction):
    """Asks one thing."""

    slot: str

    def name(self) -> str:
        return f"action_ask_{PREFIX}{self.slot}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        send(dispatcher, self.question(tracker, draft_from(tracker, self.services.knowledge)))
        return []

    def question(self, tracker: Tracker, draft: Draft) -> Reply:
        """The question to ask."""
        return Reply(kind=Kind.QUESTION, text=self.services.knowledge.textes[f"{PREFIX}{self.slot}"])

    def none_button(self) -> ReplyButton:
        """« I have none »: for what may be left out."""
        return ReplyButton(title=self.services.knowledge.textes["sol_sans"], payload="/nier")


class ActionAskCategorie(_Ask):
    """Which kind of problem?"""

    slot = "categorie"

    def question(self, tracker: Tracker, draft: Draft) -> Reply:
        buttons = [
            ReplyButton(
                title=categorie.titre, payload="/preparer_sollicitation" + json.dumps({"sujet": f"categorie:{categorie.id}"})
            )
            for categorie in self.services.knowledge.categories.values()
        ]
        return super().question(tracker, draft).model_copy(update={"buttons": buttons})


class ActionAskSiret(_Ask):
    """Which structure? A SIRET given earlier in the conversation is offered."""

    slot = "siret"

    def question(self, tracker: Tracker, draft: Draft) -> Reply:
        known = tracker.get_slot("siret")
        buttons = []
        if known and is_valid_siret(known):
            title = self.services.knowledge.textes["sol_siret_connu"].format(siret=format_siret(known))
            buttons = [ReplyButton(title=title, payload="/affirmer" + json.dumps({"siret": known}))]
        buttons.append(self.none_button())
        return super().question(tracker, draft).model_copy(update={"buttons": buttons})


class ActionAskNumeroFacture(_Ask):
    """Which invoice? A number given earlier in the conversation is offered."""

    slot = "numero_facture"

    def question(self, tracker: Tracker, draft: Draft) -> Reply:
        known = tracker.get_slot("numero_facture")
        title = self.services.knowledge.textes["sol_numero_facture_connu"].format(numero=known)
        buttons = [ReplyButton(title=title, payload="/affirmer" + json.dumps({"numero_facture": known}))] if known else []
        buttons.append(self.none_button())
        return super().question(tracker, draft).model_copy(update={"buttons": buttons})


class ActionAskDescription(_Ask):
    """What happens? Says what this kind of request needs and what must not be written."""

    slot = "description"

    def question(self, tracker: Tracker, draft: Draft) -> Reply:
        hints = [*draft.categorie.complements[:2], *draft.categorie.eviter[:1]] if draft.categorie else []
        text = self.services.knowledge.textes["sol_description"].format(complements="").strip()
        lines = "\n".join(f"- {hint}" for hint in hints)
        return Reply(kind=Kind.QUESTION, text=f"{text}\n\n{lines}".strip())


class ActionAskContact(_Ask):
    """Where to answer?"""

    slot = "contact"


class ActionAskChampAModifier(_Ask):
    """What is to be changed?"""

    slot = "champ_a_modifier"

    def question(self, tracker: Tracker, draft: Draft) -> Reply:
        texts = self.services.knowledge.textes
        names = ["categorie", *(field.name for field in draft.fields() if getattr(draft, field.name) is not None)]
        buttons = [
            ReplyButton(title=texts[f"sol_champ_{name}"], payload="/corriger" + json.dumps({"champ": name})) for name in names
        ]
        buttons.append(ReplyButton(title=texts["sol_non"], payload="/annuler"))
        return Reply(kind=Kind.QUESTION, text=texts["sol_que_modifier"], buttons=buttons)


class ActionAskConfirmation(_Ask):
    """Shows the whole draft before anything is written."""

    slot = "confirmation"

    def question(self, tracker: Tracker, draft: Draft) -> Reply:
        texts = self.services.knowledge.textes
        assert draft.categorie is not None
        lines = []
        names = [field.name for field in draft.fields()]
        if "siret" in names:
            siret = draft.given("siret")
            lines.append(texts["sol_recap_siret"].format(siret=format_siret(siret) if siret else texts["sol_recap_sans"]))
        if "numero_facture" in names:
            lines.append(texts["sol_recap_facture"].format(numero=draft.given("numero_facture") or texts["sol_recap_sans"]))
        text = texts["sol_recap"].format(
            categorie=draft.categorie.titre,
            destinataire=texts[f"sol_destinataire_{draft.categorie.route}"],
            lignes="\n".join(lines),
            description=" ".join((draft.description or "").split()),
            contact=draft.contact,
        )
        buttons = [
            ReplyButton(title=texts["sol_oui"], payload="/affirmer"),
            ReplyButton(title=texts["sol_modifier"], payload="/corriger"),
            ReplyButton(title=texts["sol_non"], payload="/annuler"),
        ]
        return Reply(
            kind=Kind.RECAP, text=re.sub(r"\n{2,}- ", "\n- ", text).replace("exact ?\n- ", "exact ?\n\n- "), buttons=buttons
        )


class ActionDeposerSollicitation(ChoristeAction):
    """Writes the sollicitation, once the person has said yes."""

    def name(self) -> str:
        return "action_deposer_sollicitation"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        texts = self.services.knowledge.textes
        if tracker.get_slot("sol_confirmation") != "oui":
            return []
        request = draft_from(tracker, self.services.knowledge).to_create()
        digest = hashlib.sha256(f"{tracker.sender_id}\n{request.model_dump_json()}".encode()).hexdigest()
        try:
            conversation_id = await conversations.id_by_rasa_sender(
                sessions=self.services.sessions, rasa_sender=tracker.sender_id
            )
            created = await service.create(
                sessions=self.services.sessions,
                knowledge=self.services.knowledge,
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
        text = texts["sol_faite"].format(numero=created.numero, ou_ecrire=created.ou_ecrire, texte=created.texte)
        send(dispatcher, Reply(kind=Kind.DONE, text=text))
        return _cleared()
