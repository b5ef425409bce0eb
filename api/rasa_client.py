"""The service's side of the REST channel: one message in, replies out."""

import asyncio
import re
from typing import Any

import httpx
import structlog
from pydantic import ValidationError

from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply, ReplyButton
from assistant.knowledge.schemas import Source

logger = structlog.get_logger()

_LEADING_SLASHES = re.compile(r"^[\s/⁄∕／]+")


class RasaUnavailable(Exception):
    """Rasa did not answer in time, or not with something readable."""


class RasaClient:
    """Talks to one Rasa server over HTTP; safe for many conversations at once."""

    def __init__(self, base_url: str, timeout_seconds: float) -> None:
        # Not through a proxy of the environment: Rasa is on loopback or a private network, and people's words stay there.
        self._http = httpx.AsyncClient(base_url=base_url, timeout=timeout_seconds, trust_env=False)
        self._timeout_seconds = timeout_seconds

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def send(self, *, sender: str, text: str) -> list[Reply]:
        """What the bot says to one message. Raises RasaUnavailable."""
        try:
            # httpx counts each read anew: a trickle of bytes must not keep the person waiting either.
            async with asyncio.timeout(self._timeout_seconds):
                response = await self._http.post("/webhooks/rest/webhook", json={"sender": sender, "message": text})
            response.raise_for_status()
            entries = response.json()
        except (httpx.HTTPError, TimeoutError, ValueError) as error:
            raise RasaUnavailable(repr(error)) from error
        if not isinstance(entries, list):
            raise RasaUnavailable("the answer is not a list of messages")
        return merge_entries(entries)

    async def is_ready(self) -> bool:
        """True when Rasa's REST channel answers: Rasa opens its port only once the model is loaded."""
        try:
            response = await self._http.get("/webhooks/rest/", timeout=2)
        except httpx.HTTPError:
            return False
        return response.is_success


def as_plain_text(text: str) -> str:
    """A person's text such that Rasa never takes it for an intent: leading slashes and blanks (all that Rasa would strip) go."""
    return _LEADING_SLASHES.sub("", text)


def merge_entries(entries: list[Any]) -> list[Reply]:
    """Rasa's REST channel sends a message in pieces (paragraphs, then `custom`): put each together again.

    What is not a message, or holds nothing to read, is left out.
    """
    replies: list[Reply] = []
    texts: list[str] = []
    buttons: list[ReplyButton] = []
    for entry in entries:
        if not isinstance(entry, dict):
            logger.error("entry_unreadable", type=type(entry).__name__)
            continue
        if entry.get("text"):
            texts.append(str(entry["text"]))
        buttons += _buttons(entry.get("buttons"))
        custom = entry.get("custom")
        if isinstance(custom, dict) and "kind" in custom:
            replies.append(_reply(texts, buttons, custom))
            texts, buttons = [], []
    if texts:
        replies.append(Reply(kind=Kind.NOTICE, text="\n\n".join(texts), buttons=buttons))
    return [reply for reply in replies if reply.text.strip()]


def _buttons(given: Any) -> list[ReplyButton]:
    if not isinstance(given, list):
        return []
    readable = [button for button in given if isinstance(button, dict) and button.get("title") and button.get("payload")]
    return [ReplyButton(title=str(button["title"])[:200], payload=str(button["payload"])) for button in readable]


def _reply(texts: list[str], buttons: list[ReplyButton], custom: dict[str, Any]) -> Reply:
    text = "\n\n".join(texts)
    try:
        return Reply(
            kind=Kind(custom["kind"]),
            text=text,
            buttons=buttons,
            sources=[Source.model_validate(source) for source in custom.get("sources") or []],
            fiche=custom.get("fiche"),
            confidence=custom.get("confidence"),
            timeline=custom.get("timeline"),
            saisie=custom.get("saisie"),
        )
    except (ValidationError, ValueError, TypeError):
        # An annotation that cannot be read must not cost the person the answer itself.
        logger.exception("reply_annotation_unreadable")
        return Reply(kind=Kind.NOTICE, text=text, buttons=buttons)
