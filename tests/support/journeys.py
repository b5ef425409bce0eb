"""A journey in the conversation as Rasa leads it, through the webhook."""

from typing import Any, Self

from sqlalchemy import text

from tests.support.http import Service, Talk
from tests.support.trackers import action_call, button_call, slots_set


class JourneyTalk:
    """A conversation as Rasa leads it: the form asks, a message answers, the form asks again."""

    def __init__(self, service: Service, sender: str, chat: Talk | None = None) -> None:
        self.service = service
        self.sender = sender
        # The same conversation as the person has it, with its token; None when there is none.
        self.chat = chat
        self.slots: dict[str, Any] = {}
        self.said: list[dict[str, Any]] = []
        self.asked: dict[str, Any] | None = None
        self.active = False

    @classmethod
    async def open(cls, service: Service) -> Self:
        """A conversation of its own."""
        chat = await service.open()
        async with service.app.state.context.services.sessions() as session:
            found = await session.execute(text("SELECT rasa_sender FROM conversation WHERE id = :id"), {"id": chat.id})
        return cls(service, str(found.scalar()), chat)

    async def run(self, call: dict[str, Any]) -> dict[str, Any]:
        """Call an action; its slots and its replies are kept."""
        answer = await self.service.action(call)
        self.slots |= slots_set(answer)
        self.said += answer["responses"]
        return answer

    def options(self) -> dict[str, Any]:
        """What every call carries along."""
        return {"slots": dict(self.slots), "sender": self.sender}

    async def begin(self, payload_or_text: str, intent: str = "") -> None:
        """The rule that opens a journey."""
        self.said = []
        if payload_or_text.startswith("/"):
            intent = payload_or_text.removeprefix("/").partition("{")[0]
            await self.run(button_call(f"action_{intent}", payload_or_text, **self.options()))
        else:
            await self.run(action_call(f"action_{intent}", payload_or_text, intent=intent, **self.options()))
        self.active = True
        await self._form(action_call("validate_parcours_form", "", events=[ran(f"action_{intent}")], **self.options()))

    async def say(self, words: str, intent: str = "nlu_fallback") -> bool:
        """A message inside the form; False when the form steps aside for a rule."""
        self.said = []
        call = (
            button_call("validate_parcours_form", words, **self.options())
            if words.startswith("/")
            else action_call("validate_parcours_form", words, intent=intent, **self.options())
        )
        return await self._form(call)

    async def press(self, title: str) -> None:
        """Press a button of the last question, wherever the talk is."""
        assert self.asked is not None
        [payload] = [one["payload"] for one in self.asked["buttons"] if one["title"] == title]
        if self.active:
            await self.say(payload)
        else:
            await self.begin(payload)

    async def come_back(self) -> None:
        """A rule has answered something else: the form only asks again."""
        await self._form(action_call("validate_parcours_form", "?", events=[ran("action_repondre_fiche")], **self.options()))

    async def _form(self, call: dict[str, Any]) -> bool:
        answer = await self.run(call)
        if not answer["events"]:
            return False
        if self.slots["requested_slot"] is None:
            self.active, self.asked = False, None
            await self.run(action_call("action_conclure_parcours", **self.options()))
            return True
        before = len(self.said)
        await self.run(action_call("action_ask_parcours_tour", **self.options()))
        [self.asked] = self.said[before:]
        return True

    @property
    def question(self) -> str:
        """The last question."""
        assert self.asked is not None
        return str(self.asked["text"])

    @property
    def told(self) -> str:
        """All that was said to the last message."""
        return "\n".join(str(one["text"]) for one in self.said)


def ran(action: str) -> dict[str, Any]:
    """The event of an action that has dealt with the last message."""
    return {"event": "action", "name": action, "timestamp": 3.0}
