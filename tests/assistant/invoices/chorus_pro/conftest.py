"""The client against the stand-in, over a real socket."""

import csv
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from pydantic import SecretStr

from assistant.invoices.chorus_pro import ChorusProClient, ChorusProConfig
from assistant.invoices.chorus_pro.transport import Transport
from tests.standin_piste.server import running_standin
from tests.standin_piste.world import Fault, World
from tests.support.paths import KNOWLEDGE


@dataclass
class Standin:
    """The running server and its state."""

    url: str
    world: World

    def breaks(self, kind: str, **more: Any) -> None:
        self.world.faults.append(Fault(kind, **more))


@pytest.fixture(scope="session")
def running() -> Iterator[Standin]:
    world = World()
    with running_standin(world) as url:
        yield Standin(url, world)


@pytest.fixture
def standin(running: Standin) -> Standin:
    running.world.__dict__.update(World().__dict__)
    return running


@pytest.fixture(scope="session")
def statuts() -> frozenset[str]:
    with (KNOWLEDGE / "statuts.csv").open(encoding="utf-8") as rows:
        return frozenset(row["code"] for row in csv.DictReader(rows))


@pytest.fixture
def config(standin: Standin) -> ChorusProConfig:
    world = standin.world.data
    return ChorusProConfig(
        token_url=f"{standin.url}/api/oauth/token",
        api_url=standin.url,
        client_id=SecretStr(world["application"]["client_id"]),
        client_secret=SecretStr(world["application"]["client_secret"]),
        login=SecretStr(world["compte"]["login"]),
        password=SecretStr(world["compte"]["mot_de_passe"]),
        first_wait=0.01,
        longest_wait=0.02,
    )


MakeClient = Callable[..., ChorusProClient]


@pytest.fixture
async def make_client(config: ChorusProConfig, statuts: frozenset[str]) -> AsyncIterator[MakeClient]:
    """A client with other settings than the fixture's, or another clock or sleep."""
    made: list[ChorusProClient] = []

    def make(changes: dict[str, Any] | None = None, **ways: Any) -> ChorusProClient:
        changed = replace(config, **(changes or {}))
        made.append(ChorusProClient(changed, statuts, transport=Transport(changed, **ways)))
        return made[-1]

    yield make
    for one in made:
        await one.close()


@pytest.fixture
def client(make_client: MakeClient) -> ChorusProClient:
    return make_client()
