"""The real knowledge and services, built once for all tests."""

from dataclasses import replace
from functools import cache

from actions.base import Services, build_services
from assistant.database import Sessions
from assistant.knowledge.load import Knowledge, load_knowledge
from assistant.settings import Settings
from assistant.sollicitations.desk import Desk, build_desk
from tests.support.paths import KNOWLEDGE, TRIAGE


@cache
def real_knowledge() -> Knowledge:
    """data/knowledge as it stands."""
    return load_knowledge(KNOWLEDGE)


@cache
def real_desk() -> Desk:
    """The desk with the hours and targets that a new installation has."""
    return build_desk(settings=Settings(_env_file=None, environment="test"), knowledge=real_knowledge())


@cache
def _services_without_database() -> Services:
    return build_services(real_knowledge(), None, real_desk(), TRIAGE)  # type: ignore[arg-type]


def real_services(sessions: Sessions | None = None, desk: Desk | None = None) -> Services:
    """The real services over the real knowledge; `sessions` is the test's own database."""
    return replace(_services_without_database(), sessions=sessions, desk=desk or real_desk())  # type: ignore[arg-type]
