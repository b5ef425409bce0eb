"""What tests of the life of a sollicitation share."""

import pytest

from assistant.database import Sessions
from assistant.sollicitations.desk import Desk
from tests.support.sollicitations import Helpdesk


@pytest.fixture
def helpdesk(any_sessions: Sessions, desk: Desk) -> Helpdesk:
    """The functions of `lifecycle` on SQLite, then on PostgreSQL."""
    return Helpdesk(any_sessions, desk)


@pytest.fixture
def quick_helpdesk(sessions: Sessions, desk: Desk) -> Helpdesk:
    """The same on SQLite only, for rules that do not depend on the engine."""
    return Helpdesk(sessions, desk)
