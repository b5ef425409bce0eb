"""A real HTTP server on loopback that speaks as Rasa's REST channel does, for what the service makes of its answers."""

import asyncio
import json
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

Answer = tuple[int, bytes]


def unused_port() -> int:
    """A port on which nobody listens: connecting to it is refused."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def entry(
    text: str, *, kind: str | None = "answer", buttons: list[dict[str, str]] | None = None, **custom: Any
) -> list[dict[str, Any]]:
    """One message of the bot as the REST channel sends it: the text, then its annotation."""
    said: dict[str, Any] = {"recipient_id": "r", "text": text}
    if buttons:
        said["buttons"] = buttons
    return [said] if kind is None else [said, {"recipient_id": "r", "custom": {"kind": kind, **custom}}]


@dataclass
class RasaStub:
    """`received` holds what was asked, `asked` is set by the first of it; `answer` decides what is said.

    With an answer of None the connection stays open without a word.
    """

    answer: Callable[[dict[str, Any]], Answer | None] = lambda call: (200, b"[]")
    received: list[dict[str, Any]] = field(default_factory=list)
    running: int = 0
    most_at_once: int = 0
    before_answer: Callable[[dict[str, Any]], Any] | None = None
    _server: asyncio.Server | None = None
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    _silent: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._silent.set()
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def says(self, *messages: list[dict[str, Any]]) -> None:
        """Always answer with these messages."""
        self.says_raw(200, json.dumps([item for message in messages for item in message]).encode())

    def says_raw(self, status: int, body: bytes) -> None:
        """Always answer with these bytes."""
        self.answer = lambda call: (status, body)

    def stays_silent(self) -> None:
        """Take the message and never answer."""
        self.answer = lambda call: None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            status, content = await self._respond(head[0].split()[0], body)
            writer.write(
                b"HTTP/1.1 %d Status\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
                % (status, len(content))
                + content
            )
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _respond(self, method: str, body: bytes) -> Answer:
        if method == "GET":
            return 200, b'{"status": "ok"}'
        call = json.loads(body)
        self.received.append(call)
        self.asked.set()
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        try:
            if self.before_answer is not None:
                await self.before_answer(call)
            answer = self.answer(call)
            if answer is None:
                await self._silent.wait()
                return 200, b"[]"
            return answer
        finally:
            self.running -= 1
