"""« Je veux parler à quelqu'un »: offer a person of the help-desk when one is there, else a sollicitation, and say when."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import ChoristeAction, Events, send
from assistant.database import now
from assistant.helpdesk import relay


class ActionParlerHumain(ChoristeAction):
    """Answers a person who asks for a person."""

    def name(self) -> str:
        return "action_parler_humain"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        found = await relay.availability(sessions=self.services.sessions, hours=self.services.desk.hours, moment=now())
        send(dispatcher, relay.offer(texts=self.services.knowledge.textes, found=found, asked=True))
        return []
