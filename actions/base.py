"""What every action shares: its services, reading the message, sending a reply."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from assistant.conversations.schemas import Reply
from assistant.database import Sessions
from assistant.helpdesk.triage.engine import TriageEngine
from assistant.invoices.catalogue import Catalogue, load_catalogue
from assistant.invoices.lookup.follow_up import InvoiceFollowUp
from assistant.journeys.load import Journeys, load_journeys
from assistant.knowledge.anomaly_matcher import AnomalyMatcher
from assistant.knowledge.answers import Answers
from assistant.knowledge.load import Knowledge
from assistant.knowledge.search import SearchIndex
from assistant.knowledge.subjects import Sujet
from assistant.knowledge.term_finder import TermFinder
from assistant.knowledge.understanding import Ranked, Understanding
from assistant.sollicitations.desk import Desk

Events = list[dict[str, Any]]

# The invoice in question: {"key", "numero", "statut"}; a new one takes its place.
INVOICE_SLOT = "facture_courante"


@dataclass(frozen=True)
class Services:
    """Built once at start-up and given to every action."""

    knowledge: Knowledge
    search: SearchIndex
    answers: Answers
    understanding: Understanding
    anomalies: AnomalyMatcher
    terms: TermFinder
    sessions: Sessions
    desk: Desk
    triage: TriageEngine
    journeys: Journeys
    controls: Catalogue
    # Set by the service, which knows the settings (api/app).
    invoices: InvoiceFollowUp | None = None


def build_services(
    knowledge: Knowledge,
    sessions: Sessions,
    desk: Desk,
    triage_dir: Path,
    cache: Path | None = None,
    knowledge_dir: Path = Path("data/knowledge"),
) -> Services:
    """Wire the services; indexes are computed here (a few seconds of CPU for 320 fiches)."""
    search = SearchIndex(list(knowledge.fiches.values()))
    answers = Answers(knowledge)
    return Services(
        knowledge=knowledge,
        search=search,
        answers=answers,
        understanding=Understanding(knowledge, search, answers),
        anomalies=AnomalyMatcher(knowledge.anomalies.values()),
        terms=TermFinder(knowledge),
        sessions=sessions,
        desk=desk,
        triage=TriageEngine.build(knowledge, search, triage_dir, cache=cache),
        journeys=load_journeys(knowledge_dir),
        controls=load_catalogue(knowledge_dir / "controles"),
    )


class ChoristeAction(Action):
    """An action with its services injected."""

    def __init__(self, services: Services) -> None:
        self.services = services

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Answer the last message; returns the events for Rasa."""
        raise NotImplementedError


def send(dispatcher: CollectingDispatcher, reply: Reply) -> None:
    """Give a reply to Rasa: text and buttons as usual, the rest as `custom`, which the service puts together again."""
    dispatcher.utter_message(
        text=reply.text,
        buttons=[button.model_dump() for button in reply.buttons],
        json_message={
            "kind": reply.kind.value,
            "sources": [source.model_dump() for source in reply.sources],
            "fiche": reply.fiche,
            "confidence": reply.confidence,
            "timeline": reply.timeline.model_dump(mode="json") if reply.timeline else None,
            "saisie": reply.saisie,
        },
    )


def message_text(tracker: Tracker) -> str:
    """The last message as it was typed."""
    return str((tracker.latest_message or {}).get("text") or "")


def entity_values(tracker: Tracker, kind: str) -> list[str]:
    """Values of one kind of entity in the last message, without repeats."""
    entities = (tracker.latest_message or {}).get("entities") or []
    return list(dict.fromkeys(str(entity["value"]) for entity in entities if entity.get("entity") == kind))


def questions(tracker: Tracker) -> list[dict[str, Any]]:
    """The questions of the last message when there are several, each as it was understood (assistant/nlu/question_splitter)."""
    return (tracker.latest_message or {}).get("questions") or []


def button_subject(tracker: Tracker) -> Sujet | None:
    """The subject that a button asked for."""
    values = entity_values(tracker, "sujet")
    return Sujet.parse(values[0]) if values else None


def ranking(tracker: Tracker) -> Sequence[Ranked]:
    """Intents by probability, full names, Rasa's fallback left out."""
    entries = (tracker.latest_message or {}).get("intent_ranking") or []
    return [
        Ranked(entry["name"], float(entry["confidence"])) for entry in entries if entry.get("name") not in (None, "nlu_fallback")
    ]


def top_confidence(tracker: Tracker) -> float | None:
    """Probability of the intent that was recognised, None for a button."""
    ranked = ranking(tracker)
    return ranked[0].confidence if ranked else None


def current_subject(tracker: Tracker) -> Sujet | None:
    """What the last answer was about."""
    return Sujet.parse(tracker.get_slot("sujet_courant"))


def request_subject(tracker: Tracker) -> Sujet | None:
    """The same for a sollicitation: of an invoice, the status that it had when it was looked up."""
    sujet = current_subject(tracker)
    if sujet is None or sujet.famille != "facture":
        return sujet
    statut = (tracker.get_slot(INVOICE_SLOT) or {}).get("statut")
    return Sujet("statut", str(statut)) if statut else None


def understood(sujet: Sujet | None) -> Events:
    """Events after an answer: its subject is now current, the count of misunderstandings starts again."""
    events: Events = [SlotSet("incomprehensions", 0.0)]
    if sujet is not None:
        events.append(SlotSet("sujet_courant", str(sujet)))
    return events
