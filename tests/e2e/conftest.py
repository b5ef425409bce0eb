"""A person who talks to a live Choriste over the public contract."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest


class Talk:
    """One conversation."""

    def __init__(self, url: str, headers: dict[str, str] | None = None) -> None:
        """`headers` go with every call: the access, where the chat is behind a code."""
        self.http = httpx.Client(base_url=f"{url}/api/v1", timeout=60, headers=headers)
        opened = self.http.post("/conversations")
        assert opened.status_code == 201, opened.text
        self.id = opened.json()["id"]
        self.token = opened.json()["token"]
        self.last: list[dict[str, Any]] = opened.json()["messages"]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def post(self, body: dict[str, Any]) -> httpx.Response:
        return self.http.post(f"/conversations/{self.id}/messages", json=body, headers=self.headers)

    def say(self, text: str) -> list[dict[str, Any]]:
        """Say something; the bot's messages."""
        response = self.post({"text": text})
        assert response.status_code == 200, response.text
        self.last = response.json()["messages"]
        assert self.last, "the bot kept silent"
        return self.last

    def press(self, words: str) -> list[dict[str, Any]]:
        """Press the button of the last messages whose title holds `words`."""
        buttons = [button for message in self.last for button in message["buttons"]]
        found = [button for button in buttons if words.lower() in button["title"].lower()]
        assert found, f"no button « {words} » among {[button['title'] for button in buttons]}"
        response = self.post({"button": found[0]["id"]})
        assert response.status_code == 200, response.text
        self.last = response.json()["messages"]
        assert self.last, "the bot kept silent"
        return self.last

    def history(self) -> list[dict[str, Any]]:
        """All messages."""
        response = self.http.get(f"/conversations/{self.id}", headers=self.headers)
        assert response.status_code == 200, response.text
        messages: list[dict[str, Any]] = response.json()["messages"]
        return messages

    def kinds(self) -> list[str]:
        """Kinds of the last messages."""
        return [message["kind"] for message in self.last]

    def text(self) -> str:
        """All that the bot said last."""
        return "\n".join(message["text"] for message in self.last)


@pytest.fixture
def talk(live_service_url: str) -> Talk:
    """A new conversation."""
    return Talk(live_service_url)


@pytest.fixture
def open_talk(live_service_url: str) -> Callable[[], Talk]:
    """Opens further conversations."""
    return lambda: Talk(live_service_url)
