"""What tests of triage share."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from actions.base import Services
from assistant.helpdesk.triage.data import TriageData
from assistant.helpdesk.triage.engine import TriageEngine
from assistant.helpdesk.triage.schemas import Demande

# A Tuesday.
WRITTEN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def engine(services: Services) -> TriageEngine:
    """The real engine, which learned from data/triage."""
    return services.triage


@pytest.fixture(scope="session")
def data(engine: TriageEngine) -> TriageData:
    """data/triage as it stands."""
    return engine.data


@pytest.fixture
def demande() -> Callable[..., Demande]:
    """A sollicitation as triage reads it; what is not given has no importance."""

    def make(description: str = "Le portail ne s'ouvre pas.", **changes: object) -> Demande:
        number = changes.pop("id", 1)
        given: dict[str, object] = {
            "id": number,
            "numero": f"CHO-2026-{number:06d}",
            "categorie": "autre",
            "cree_le": WRITTEN,
            "etat": "soumise",
            "contact": "a@exemple.fr",
            "resume": description[:40],
        }
        return Demande(description=description, **{**given, **changes})  # type: ignore[arg-type]

    return make
