"""What one message does inside the draft of a sollicitation: fill, correct, interrupt.

What must be asked, and how it is checked, is decided in assistant/sollicitations/draft.
"""

import re
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import sollicitation_wishes as wishes
from actions.base import ChoristeAction, Events, button_subject, entity_values, message_text, ranking, send
from actions.drafts import (
    FORM,
    PREFIX,
    category_of,
    draft_from,
    draft_slots,
    entities_of,
    fiches_notice,
    next_slot,
    notices_before,
    route_text,
    value_of_button,
)
from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply
from assistant.knowledge.schemas import Besoin, Categorie, Saisie
from assistant.knowledge.subjects import Sujet
from assistant.sollicitations import checklist
from assistant.sollicitations.draft import Draft, Question, guess_categorie, says_none
from assistant.sollicitations.interruptions import named_field, stops, takes_over, tells_something_else, wants_to_correct
from assistant.sollicitations.recognition import EMAIL, Entity

# Actions that Rasa itself runs between the message and the form: they do not mean that the message was dealt with.
_NEUTRAL_ACTIONS = frozenset({FORM, "action_extract_slots", "action_listen", "action_unlikely_intent"})
# What has a shape of its own is tried before the message may be taken for a question.
_SHAPED = frozenset({Saisie.SIRET, Saisie.COURRIEL})
_LONGEST_YES = 4


class ValidateSollicitationForm(ChoristeAction):
    """Decides what a message fills, corrects or interrupts. No slot set means: the form steps aside for a rule."""

    def name(self) -> str:
        return f"validate_{FORM}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        asked = tracker.get_slot("requested_slot")
        if not asked or _already_answered(tracker):
            return [SlotSet("requested_slot", self._next(tracker))]
        turn = _Turn(self, dispatcher, tracker, str(asked).removeprefix(PREFIX))
        events = turn.events()
        for reply in await turn.notices():
            send(dispatcher, reply)
        return events

    def _next(self, tracker: Tracker) -> str | None:
        """The slot to ask when nothing new came in: the one asked before, else the first that is missing."""
        asked = tracker.get_slot("requested_slot")
        if asked and tracker.get_slot(asked) is None:
            return str(asked)
        return next_slot(draft_from(tracker, self.services.knowledge))


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
        self.knowledge = action.services.knowledge
        self.texts = self.knowledge.textes
        self.dispatcher = dispatcher
        self.tracker = tracker
        self.asked = asked
        self.draft = draft_from(tracker, self.knowledge)
        self.new_draft = self.draft
        self.text = message_text(tracker)
        self.intent = str(((tracker.latest_message or {}).get("intent") or {}).get("name"))
        ranked = ranking(tracker)
        # Rasa's fallback hides the best guess: the ranking still tells it.
        self.best = (ranked[0].name.split("/", 1)[0] if ranked else self.intent) if self.intent == "nlu_fallback" else self.intent

    def events(self) -> Events:
        """What the message changes."""
        if stops(self.intent, self.text):
            return []
        for turn in (self._correction, self._wish, self._after_doubt):
            changed = turn()
            if changed is not None:
                return changed
        handler = {
            "categorie": self._categorie,
            "champ_a_modifier": self._champ_a_modifier,
            "confirmation": self._confirmation,
        }.get(self.asked, self._value)
        return handler()

    async def notices(self) -> list[Reply]:
        """What is said before the next question: fiches and open sollicitations once the subject is known, near fiches once the
        problem is described."""
        if self.new_draft.categorie is not None and self.new_draft.categorie is not self.draft.categorie:
            said = "" if self.text.startswith("/") else self.text
            return await notices_before(self.services, self.tracker, self.new_draft, said)
        if self.draft.description is None and self.new_draft.description is not None:
            shown = self.draft.categorie.fiches if self.draft.categorie else []
            notice = fiches_notice(self.services, self.tracker, None, self.new_draft.description)
            fresh = (
                []
                if notice is None
                else [one for one in notice.buttons if not any(f"fiche:{id_}" in one.payload for id_ in shown)]
            )
            return [notice.model_copy(update={"buttons": fresh})] if notice is not None and fresh else []
        return []

    # --- something else ---------------------------------------------------------------------------------------------

    def _wish(self) -> Events | None:
        """Another journey is asked for: the form steps aside for the rule that begins it, or asks whether this is the answer."""
        if not self.text.startswith("/") and wishes.is_under_way(self.knowledge, self.intent, self.text):
            return self._refuse(self.asked, self.texts["sol_en_cours"])
        if wishes.wish(self.tracker) is None or self._holds_answer():
            return None
        if wishes.is_doubtful(self.tracker, self.knowledge, self._question()):
            # The question is asked again as a doubt (actions/sollicitation_questions).
            return self._again()
        return []

    def _after_doubt(self) -> Events | None:
        """« Oui » or « non » to « is that your answer ? »."""
        said = wishes.earlier_wish(self.tracker)
        if said is None or self.text.startswith("/") or not wishes.waits_for_words(self.knowledge, self._question()):
            return None
        if self.best == "affirmer" and len(self.text.split()) <= _LONGEST_YES:
            return self._answer(self._question(), said)
        return self._again() if self.best == "nier" and len(self.text.split()) <= _LONGEST_YES else None

    def _holds_answer(self) -> bool:
        """True when the message brings the number or the address that was asked for."""
        keys = self._question().keys
        if self.text.startswith("/"):
            return False
        if self.asked == "contact":
            return EMAIL.search(self.text) is not None
        besoin = self.knowledge.besoins[keys[0]] if len(keys) == 1 else None
        return besoin is not None and self._relevant_text(besoin) != self.text

    # --- corrections ------------------------------------------------------------------------------------------------

    def _correction(self) -> Events | None:
        if self.intent != "corriger":
            return None
        # « Erreur dans le numéro d'engagement » may well be the reason that was asked for.
        if self.asked in ("description", "piece") and not self.text.startswith("/") and not wants_to_correct(self.text):
            return None
        champ = self._named()
        if champ is None:
            # Nothing has been given yet: there is nothing to choose among.
            return [
                SlotSet("sol_champ_a_modifier", None),
                SlotSet("requested_slot", "sol_champ_a_modifier" if self.draft.known() else f"{PREFIX}{self.asked}"),
            ]
        return self._correct(champ)

    def _named(self) -> str | None:
        """The field that the message wants to change."""
        besoins = [piece.besoin for piece in self.draft.pieces()]
        given = next(iter(entity_values(self.tracker, "champ")), None)
        return given or named_field(self.text, [*besoins, self.knowledge.besoins[checklist.PRECISIONS]])

    def _correct(self, champ: str) -> Events:
        besoin = self.knowledge.besoins.get(champ)
        if besoin is not None:
            values = self._entity_values(besoin)
            if values:
                try:
                    value = checklist.check(self.knowledge, besoin, values[0])
                except ValueError as error:
                    return [*draft_slots(self.draft, self.draft.without(champ)), *self._refuse(champ, str(error))]
                return self._filled(self.draft.with_values({champ: value}))
            if champ == checklist.PRECISIONS:
                # Never asked by itself: taken back, the question about the rest does not come again.
                return self._filled(self.draft.without(champ))
            return self._ask_again(self.draft.without(champ), champ)
        draft = self.draft
        match champ:
            case "description":
                draft = Draft(draft.knowledge, draft.categorie, draft.values, None, draft.contact)
            case "contact":
                draft = Draft(draft.knowledge, draft.categorie, draft.values, draft.description, None)
            case "categorie":
                draft = Draft(draft.knowledge, None, draft.values, draft.description, draft.contact)
        return self._ask_again(draft, champ)

    def _ask_again(self, draft: Draft, champ: str) -> Events:
        """The events that empty a field and ask for it."""
        slot = champ if champ in ("categorie", "description", "contact", *checklist.COLUMNS) else "piece"
        question = draft.question()
        if slot == "piece" and (question is None or champ not in question.keys):
            # Others come before it; it will be asked in its turn.
            slot = question.field if question else "confirmation"
        return [
            *draft_slots(self.draft, draft),
            SlotSet(f"{PREFIX}{slot}", None),
            SlotSet("sol_champ_a_modifier", None),
            SlotSet("sol_confirmation", None),
            SlotSet("requested_slot", f"{PREFIX}{slot}"),
        ]

    def _champ_a_modifier(self) -> Events:
        if self.intent != "nlu_fallback" and takes_over(self.intent, self.text):
            # « Comment corriger une facture ? » names the invoice, and is a question.
            return []
        champ = self._named()
        if champ is not None:
            return self._correct(champ)
        if takes_over(self.intent, self.text):
            return []
        return self._refuse("champ_a_modifier", self.texts["sol_champ_inconnu"])

    # --- values -----------------------------------------------------------------------------------------------------

    def _categorie(self) -> Events:
        sujet = button_subject(self.tracker)
        categories = self.knowledge.categories
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
        send(self.dispatcher, Reply(kind=Kind.NOTICE, text=route_text(self.knowledge, categorie)))
        draft = Draft(self.knowledge, categorie, self.draft.values, self.draft.description, self.draft.contact)
        return self._filled(draft.absorbing(self._entities()))

    def _categorie_by_fiche(self) -> Categorie | None:
        fiche = next((ranked.name for ranked in ranking(self.tracker)[:1] if ranked.name.startswith("fiche/")), None)
        return category_of(self.knowledge, Sujet("fiche", fiche.removeprefix("fiche/"))) if fiche else None

    def _question(self) -> Question:
        """What was asked, told from the draft: the same draft always asks the same."""
        question = self.draft.question()
        if question is not None and question.field == self.asked:
            return question
        return Question(self.asked, (self.asked,) if self.asked in checklist.COLUMNS else ())

    def _value(self) -> Events:
        question = self._question()
        if self.asked == "piece" and not question.keys:
            return self._filled(self.draft)
        if self.text.startswith("/"):
            return self._button(question)
        if question.keys and says_none(self.text):
            # Before all else: « je ne sais pas » is taken for a question about the last answer by the classifier.
            return self._filled(self.draft.skipping(question.keys))
        besoin = self.knowledge.besoins[question.keys[0]] if len(question.keys) == 1 else None
        text = self._relevant_text(besoin)
        shaped = besoin is not None and (besoin.saisie in _SHAPED or text != self.text)
        if self.asked != "contact" and not shaped and self._another_rule_answers(besoin):
            return []
        if len(question.keys) > 1 and self.best == "affirmer" and len(self.text.split()) <= _LONGEST_YES:
            return self._refuse(self.asked, self._how_to_give(question))
        return self._answer(question, text, self._entities())

    def _answer(self, question: Question, text: str, entities: Sequence[Entity] = ()) -> Events:
        try:
            draft = self.draft.with_answer(question, text, entities)
        except ValueError as error:
            asked_for_words = wishes.waits_for_words(self.knowledge, question)
            if takes_over(self.best, self.text) or (not asked_for_words and tells_something_else(self.intent, self.text)):
                return []
            return self._refuse(self.asked, str(error))
        return self._filled(draft.absorbing(entities))

    def _another_rule_answers(self, besoin: Besoin | None) -> bool:
        number = besoin is not None and besoin.saisie is Saisie.NUMERO_FACTURE
        return takes_over(self.intent, self.text) or (number and tells_something_else(self.intent, self.text))

    def _button(self, question: Question) -> Events:
        """« Je ne l'ai pas », a value that was offered, or a button of an earlier question."""
        if self.intent == "nier" and question.keys:
            return self._filled(self.draft.skipping(question.keys))
        given = value_of_button(self.tracker)
        if given is not None:
            cle, value = given
            waits = wishes.waits_for_words(self.knowledge, question)
            try:
                if cle == self.asked == "contact" or (waits and cle == wishes.answer_key(question)):
                    return self._filled(self.draft.with_answer(question, value))
                if cle in question.keys:
                    value = checklist.check(self.knowledge, self.knowledge.besoins[cle], value)
                    return self._filled(self.draft.with_values({cle: value}))
            except ValueError as error:
                return self._refuse(self.asked, str(error))
        # Another rule's business, or nothing that answers this question.
        return [] if takes_over(self.intent, self.text) else self._refuse(self.asked, self.texts["sol_bouton_ancien"])

    def _relevant_text(self, besoin: Besoin | None) -> str:
        """The part of the message that answers: the identifier or address in it, else all of it."""
        if self.asked == "contact" or (besoin is not None and besoin.saisie is Saisie.COURRIEL):
            found = EMAIL.search(self.text)
            return found.group().rstrip(".") if found else self.text
        if besoin is None:
            return self.text
        values = self._entity_values(besoin)
        if values:
            return values[0]
        return _without_lead_in(self.text) if besoin.entite and besoin.saisie is not Saisie.STATUT else self.text

    def _entity_values(self, besoin: Besoin) -> list[str]:
        values = entity_values(self.tracker, besoin.entite) if besoin.entite else []
        if besoin.saisie is Saisie.STATUT:
            return [self.knowledge.statuts[value].libelle if value in self.knowledge.statuts else value for value in values]
        return values

    def _entities(self) -> list[Entity]:
        return entities_of(self.tracker.latest_message or {})

    def _how_to_give(self, question: Question) -> str:
        first, second = (self.knowledge.besoins[cle].libelle.lower() for cle in question.keys[:2])
        return self.texts["sol_autres_oui"].format(exemple=f"{first} : … ; {second} : …")

    # --- confirmation -----------------------------------------------------------------------------------------------

    def _confirmation(self) -> Events:
        if value_of_button(self.tracker) is not None:
            return self._refuse("confirmation", self.texts["sol_bouton_ancien"])
        if self.best == "affirmer":
            return [SlotSet("sol_confirmation", "oui"), SlotSet("requested_slot", None)]
        if self.best == "nier":
            return [SlotSet("sol_confirmation", None), SlotSet("requested_slot", "sol_champ_a_modifier")]
        if takes_over(self.intent, self.text):
            return []
        return self._refuse("confirmation", self.texts["sol_confirmer"])

    # --- what comes out ---------------------------------------------------------------------------------------------

    def _filled(self, draft: Draft) -> Events:
        self.new_draft = draft
        return [
            *draft_slots(self.draft, draft),
            SlotSet("sol_champ_a_modifier", None),
            SlotSet("sol_confirmation", None),
            SlotSet("requested_slot", next_slot(draft)),
        ]

    def _again(self) -> Events:
        """Nothing is taken; the same is asked."""
        return [SlotSet(f"{PREFIX}{self.asked}", None), SlotSet("requested_slot", f"{PREFIX}{self.asked}")]

    def _refuse(self, name: str, reason: str) -> Events:
        send(self.dispatcher, Reply(kind=Kind.NOTICE, text=reason))
        slot = name if f"{PREFIX}{name}" in _ASKED_SLOTS else "piece"
        return [SlotSet(f"{PREFIX}{slot}", None), SlotSet("requested_slot", f"{PREFIX}{slot}")]


_ASKED_SLOTS = frozenset(
    f"{PREFIX}{name}"
    for name in ("categorie", "siret", "numero_facture", "piece", "description", "contact", "champ_a_modifier", "confirmation")
)


# Polite words before a number.
_LEAD_IN = re.compile(
    r"^\s*(?:(?:c['’]est|le|la|il s['’]agit de|n°|num[ée]ro|facture|siret|engagement|flux|code|service|:|est|de|du)\s+|[ld]['’])+"
    r"(?=\S*\d)",
    re.IGNORECASE,
)


def _without_lead_in(text: str) -> str:
    """« c'est le F-12 » → « F-12 »."""
    return _LEAD_IN.sub("", text).strip()
