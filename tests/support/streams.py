"""Server-sent events of the application, read while they come: httpx's transport would wait for the end of the stream."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI

_WAIT_SECONDS = 10.0


@dataclass
class Stream:
    """An open stream. `status` is known from the start."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    _parts: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)
    _pending: str = ""

    async def next(self, name: str) -> Any:
        """The data of the next event of that name; others in between are passed over. Fails when the stream ends first."""
        while True:
            while "\n\n" not in self._pending:
                part = await asyncio.wait_for(self._parts.get(), _WAIT_SECONDS)
                assert part is not None, f"the stream ended before « {name} »"
                self._pending += part
            event, self._pending = self._pending.split("\n\n", 1)
            lines = dict(line.split(": ", 1) for line in event.split("\n") if ": " in line)
            if lines.get("event") == name:
                return json.loads(lines["data"])

    async def ended(self) -> list[str]:
        """Wait until the stream ends by itself; the names of the events that were still to come."""
        while (part := await asyncio.wait_for(self._parts.get(), _WAIT_SECONDS)) is not None:
            self._pending += part
        return [line.removeprefix("event: ") for line in self._pending.split("\n") if line.startswith("event: ")]


@asynccontextmanager
async def streaming(app: FastAPI, path: str, headers: dict[str, str]) -> AsyncIterator[Stream]:
    """Ask for `path` and read what comes; the client goes away after the block."""
    plain, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": plain,
        "raw_path": plain.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in {"Host": "choriste.test", **headers}.items()],
        "client": ("192.0.2.8", 50000),
        "server": ("choriste.test", 80),
        "state": {},
    }
    stream, begun, gone = Stream(), asyncio.Event(), asyncio.Event()
    asked = False

    async def receive() -> dict[str, Any]:
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            stream.status = message["status"]
            stream.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            begun.set()
        elif message["type"] == "http.response.body":
            if message.get("body"):
                stream._parts.put_nowait(message["body"].decode())
            if not message.get("more_body"):
                stream._parts.put_nowait(None)

    task = asyncio.create_task(app(scope, receive, send))
    try:
        await asyncio.wait_for(begun.wait(), _WAIT_SECONDS)
        yield stream
    finally:
        gone.set()
        await asyncio.wait_for(task, _WAIT_SECONDS)
