"""The real application in this process, started and asked over ASGI."""

import hashlib
import io
import logging
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import make_url

import api.app
from api.app import create_app
from assistant.settings import Settings
from tests.support.paths import KNOWLEDGE, TRIAGE
from tests.support.services import real_knowledge, real_services

# Gone when the tests end.
_SCRATCH = tempfile.TemporaryDirectory(prefix="choriste-essais-")

ACTIONS_TOKEN = "un-jeton-des-actions-pour-les-tests"


@dataclass
class Service:
    """A started application: `http` asks it, `log` holds the lines that it wrote."""

    app: FastAPI
    http: httpx.AsyncClient
    settings: Settings
    log_buffer: io.StringIO = field(default_factory=io.StringIO)

    @property
    def log(self) -> str:
        return self.log_buffer.getvalue()

    async def action(self, call: dict[str, Any]) -> dict[str, Any]:
        """Call an action as Rasa does; the answer is checked to be a success."""
        response = await self.http.post("/rasa/webhook", json=call, headers={"X-Choriste-Actions-Token": ACTIONS_TOKEN})
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def open(self) -> "Talk":
        """Open a conversation."""
        response = await self.http.post("/api/v1/conversations")
        assert response.status_code == 201, response.text
        body = response.json()
        return Talk(self, body["id"], body["token"], body["messages"])


@dataclass
class Talk:
    """A conversation with its token."""

    service: Service
    id: str
    token: str
    greeting: list[dict[str, Any]]

    @property
    def path(self) -> str:
        return f"/api/v1/conversations/{self.id}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def post(self, body: object) -> httpx.Response:
        return await self.service.http.post(f"{self.path}/messages", json=body, headers=self.headers)

    async def say(self, text: str) -> list[dict[str, Any]]:
        """Say something; the bot's messages."""
        response = await self.post({"text": text})
        assert response.status_code == 200, response.text
        messages: list[dict[str, Any]] = response.json()["messages"]
        return messages

    async def press(self, button_id: str) -> list[dict[str, Any]]:
        response = await self.post({"button": button_id})
        assert response.status_code == 200, response.text
        messages: list[dict[str, Any]] = response.json()["messages"]
        return messages

    async def read(self) -> list[dict[str, Any]]:
        """The whole conversation."""
        response = await self.service.http.get(self.path, headers=self.headers)
        assert response.status_code == 200, response.text
        messages: list[dict[str, Any]] = response.json()["messages"]
        return messages


def make_settings(database_url: str, **changes: Any) -> Settings:
    """Settings that read no file and no environment but what is given here."""
    given = {
        "environment": "test",
        "database_url": database_url,
        "knowledge_dir": KNOWLEDGE,
        "triage_dir": TRIAGE,
        "data_dir": _data_dir(database_url),
        "actions_token": ACTIONS_TOKEN,
        "conversations_per_minute": 1000,
        "messages_per_minute": 1000,
        "follow_up_failures_per_minute": 1000,
        "helpdesk_logins_per_minute": 1000,
        "invoice_checks_per_minute": 1000,
    }
    return Settings(_env_file=None, **{**given, **changes})


def _data_dir(database_url: str) -> Path:
    """Beside an SQLite file; a folder of the schema's own for PostgreSQL."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        return Path(url.database).parent
    name = hashlib.sha256(database_url.encode()).hexdigest()[:16]
    return Path(_SCRATCH.name) / name


@asynccontextmanager
async def started(settings: Settings) -> AsyncIterator[Service]:
    """Start the application, over services that are built only once for all tests, and stop it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api.app, "load_knowledge", lambda directory: real_knowledge())
        patch.setattr(api.app, "build_services", lambda knowledge, sessions, desk, *_: real_services(sessions, desk))
        async with really_started(settings) as service:
            yield service


@asynccontextmanager
async def really_started(settings: Settings) -> AsyncIterator[Service]:
    """Start the application with all that it builds by itself, and stop it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    app = create_app(settings)
    buffer = io.StringIO()
    assert isinstance(root.handlers[0], logging.StreamHandler)
    root.handlers[0].setStream(buffer)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("192.0.2.1", 50000))
    try:
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://choriste.test") as http,
        ):
            yield Service(app, http, settings, buffer)
    finally:
        root.handlers = handlers
        root.setLevel(level)


def sqlite_url(path: Path) -> str:
    """The address of an SQLite file."""
    return f"sqlite+aiosqlite:///{path}"
