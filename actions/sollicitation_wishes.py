"""In the middle of a draft: the wish to do something else, a journey or a quiz. Where any words may be the answer, it is asked
which of the two is meant; elsewhere the draft is put aside and the wish is granted (rules of data/stories/sollicitation.yml)."""

import json

from rasa_sdk import Tracker

from actions.base import Services, message_text
from actions.drafts import VALUE
from actions.journey_replies import INTENTS
from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply, ReplyButton
from assistant.knowledge.load import Knowledge
from assistant.knowledge.schemas import Saisie
from assistant.sollicitations import checklist
from assistant.sollicitations.draft import Question, guess_categorie, says_none

_WISHES = frozenset(INTENTS.values())
_WORDS = frozenset({Saisie.TEXTE, Saisie.TEXTE_LONG})
# A longer text tells something: it is an answer.
_LONGEST_WISH = 12
_LONGEST_RESUME = 5


def wish(tracker: Tracker) -> str | None:
    """The intent of a journey or quiz that the last message asks for, typed or by a button; None for anything else."""
    return _wish(tracker.latest_message or {})


def earlier_wish(tracker: Tracker) -> str | None:
    """What was typed just before the last message, when it was a wish: still in the draft, it was asked what it meant."""
    said = [event for event in tracker.events if event.get("event") == "user"]
    if len(said) < 2:
        return None
    text, parsed = str(said[-2].get("text") or ""), said[-2].get("parse_data") or {}
    return text if not text.startswith("/") and _wish({"text": text, **parsed}) else None


def waits_for_words(knowledge: Knowledge, question: Question) -> bool:
    """True when any words may be the answer: the description, several pieces at once, a piece that is told in words."""
    if question.field == "description" or len(question.keys) > 1:
        return True
    return any(knowledge.besoins[cle].saisie in _WORDS for cle in question.keys)


def is_doubtful(tracker: Tracker, knowledge: Knowledge, question: Question) -> bool:
    """True when the last message may be the answer or a wish, and was not said twice."""
    typed = not message_text(tracker).startswith("/")
    return typed and wish(tracker) is not None and earlier_wish(tracker) is None and waits_for_words(knowledge, question)


def doubt(services: Services, tracker: Tracker, question: Question) -> Reply:
    """Your answer, or the wish? Nothing is taken before one of the buttons is pressed, or the one or the other is said."""
    texts, intent, said = services.journeys.textes, wish(tracker), " ".join(message_text(tracker).split())
    assert intent is not None, "asked only in doubt"
    buttons = [
        ReplyButton(title=texts["doute_reponse"], payload="/affirmer" + json.dumps({VALUE: f"{answer_key(question)}={said}"})),
        ReplyButton(title=texts[f"doute_bouton_{intent}"], payload=f"/{intent}"),
    ]
    return Reply(kind=Kind.CHOICES, text=texts["doute"].format(dit=said, souhait=texts[f"doute_{intent}"]), buttons=buttons)


def answer_key(question: Question) -> str:
    """What the button of the doubt names: the piece, or the words about several of them."""
    if question.field == "description":
        return question.field
    return question.keys[0] if len(question.keys) == 1 else checklist.PRECISIONS


def is_under_way(knowledge: Knowledge, intent: str, text: str) -> bool:
    """True for the wish to begin or to take up what is being done just now, with nothing else in it."""
    words = len(text.split())
    if intent == "reprendre":
        return words <= _LONGEST_RESUME
    return intent == "preparer_sollicitation" and (
        words <= _LONGEST_WISH and guess_categorie(text, knowledge.categories.values()) is None
    )


def _wish(message: dict[str, object]) -> str | None:
    intent, text = message.get("intent"), str(message.get("text") or "")
    name = str(intent.get("name")) if isinstance(intent, dict) else ""
    meant = text.startswith("/") or (len(text.split()) <= _LONGEST_WISH and not says_none(text))
    return name if name in _WISHES and meant else None
