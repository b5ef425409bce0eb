"""Fixtures that the tests of assistant, actions and api share; each conftest imports those it needs."""

import shutil
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path

import pytest
import pytest_asyncio

from actions.base import Services
from assistant.database import Sessions, create_engine, create_sessions
from assistant.knowledge.load import Knowledge
from assistant.sollicitations.desk import Desk
from tests.support.http import Service, make_settings, sqlite_url, started
from tests.support.migrations import migrate
from tests.support.postgresql import own_schema
from tests.support.rasa_stub import RasaStub, unused_port
from tests.support.services import real_desk, real_knowledge, real_services
from tests.support.vectors import remember_vectors


@pytest.fixture(scope="session", autouse=True)
def remembered_vectors(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each text goes through the sentence encoder once."""
    remembered = remember_vectors(Path(request.config.cache.mkdir("choriste-vectors")))
    yield
    remembered.save()


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """data/knowledge as it stands."""
    return real_knowledge()


@pytest.fixture(scope="session")
def desk() -> Desk:
    """The desk of a new installation: its hours, its targets."""
    return real_desk()


@pytest.fixture(scope="session")
def services(remembered_vectors: None) -> Services:
    """The real services, without a database."""
    return real_services()


@cache
def _migrated_template(directory: Path) -> Path:
    path = directory / "choriste.db"
    migrate(sqlite_url(path))
    return path


@pytest.fixture(scope="session")
def migrated_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file on which the real migrations ran once."""
    return _migrated_template(tmp_path_factory.getbasetemp())


@pytest.fixture
def database_url(migrated_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite file of this test only."""
    copy = tmp_path / "choriste.db"
    shutil.copy(migrated_template, copy)
    return sqlite_url(copy)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A migrated schema of its own in a real PostgreSQL; skipped with a sentence when there is none."""
    with own_schema() as url:
        migrate(url)
        yield url


@pytest_asyncio.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    """Sessions on this test's SQLite file."""
    engine = create_engine(database_url)
    yield create_sessions(engine)
    await engine.dispose()


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def any_sessions(request: pytest.FixtureRequest) -> AsyncIterator[Sessions]:
    """Sessions on SQLite, then on PostgreSQL."""
    engine = create_engine(request.getfixturevalue("database_url" if request.param == "sqlite" else "postgresql_url"))
    yield create_sessions(engine)
    await engine.dispose()


@pytest_asyncio.fixture
async def rasa() -> AsyncIterator[RasaStub]:
    """A server that answers as Rasa's REST channel does."""
    async with RasaStub() as stub:
        yield stub


@pytest_asyncio.fixture
async def service(database_url: str, rasa: RasaStub, remembered_vectors: None) -> AsyncIterator[Service]:
    """The application, with a Rasa that says what the test wants."""
    async with started(make_settings(database_url, rasa_url=rasa.url)) as running:
        yield running


@pytest_asyncio.fixture
async def service_without_rasa(database_url: str, remembered_vectors: None) -> AsyncIterator[Service]:
    """The application while Rasa is down: connections are refused."""
    async with started(make_settings(database_url, rasa_url=f"http://127.0.0.1:{unused_port()}")) as running:
        yield running
