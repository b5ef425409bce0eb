"""The journeys as they stand."""

import pytest

from assistant.journeys.load import Journeys, load_journeys
from tests.support.paths import KNOWLEDGE


@pytest.fixture(scope="session")
def journeys() -> Journeys:
    """data/knowledge/parcours and data/knowledge/quiz."""
    return load_journeys(KNOWLEDGE)
