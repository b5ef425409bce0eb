"""Fixtures of the console's tests."""

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.database import Sessions
from assistant.sollicitations import service as writing
from assistant.sollicitations.enums import Origine
from assistant.sollicitations.models import Sollicitation
from assistant.sollicitations.schemas import SollicitationCreate
from tests.support.desk import sessions_of
from tests.support.http import Service, sqlite_url
from tests.support.postgresql import empty

Write = Callable[..., Awaitable[str]]


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, migrated_template: Path, tmp_path: Path) -> str:
    """An empty database of this test only: the console is tried on both engines."""
    if request.param == "sqlite":
        copy = tmp_path / "choriste.db"
        shutil.copy(migrated_template, copy)
        return sqlite_url(copy)
    url: str = request.getfixturevalue("postgresql_url")
    empty(url)
    return url


@pytest.fixture
def write(service: Service) -> Write:
    """Write a sollicitation as the API does; returns its number."""

    async def _write(**changes: Any) -> str:
        return await write_into(service, sessions_of(service), **changes)

    return _write


async def write_into(service: Service, sessions: Sessions, **changes: Any) -> str:
    given = {
        "categorie": "facture_suspendue",
        "description": "Ma facture est suspendue depuis trois semaines et je ne sais pas pourquoi.",
        "contact": "compta@exemple.fr",
        **changes,
    }
    origin = {name: given.pop(name) for name in ("conversation_id",) if name in given}
    created = await writing.create(
        sessions=sessions,
        desk=service.app.state.context.services.desk,
        request=SollicitationCreate.model_validate(given),
        origine=Origine.FORMULAIRE,
        **origin,
    )
    return created.numero


async def read_row(service: Service, numero: str) -> Sollicitation:
    """The row as it stands."""
    from sqlalchemy import select

    async with sessions_of(service)() as session:
        return (await session.scalars(select(Sollicitation).where(Sollicitation.numero == numero))).one()
