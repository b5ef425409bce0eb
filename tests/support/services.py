"""The real knowledge and services, built once for all tests."""

from dataclasses import replace
from functools import cache

from actions.base import Services, build_services
from assistant.database import Sessions
from assistant.knowledge.load import Knowledge, load_knowledge
from tests.support.paths import KNOWLEDGE


@cache
def real_knowledge() -> Knowledge:
    """data/knowledge as it stands."""
    return load_knowledge(KNOWLEDGE)


@cache
def _services_without_database() -> Services:
    return build_services(real_knowledge(), None)  # type: ignore[arg-type]


def real_services(sessions: Sessions | None = None) -> Services:
    """The real services over the real knowledge; `sessions` is the test's own database."""
    return replace(_services_without_database(), sessions=sessions)  # type: ignore[arg-type]
