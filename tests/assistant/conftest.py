"""Fixtures of tests/support."""

from tests.support.fixtures import (  # noqa: F401 - fixtures are found by their names
    any_sessions,
    database_url,
    desk,
    knowledge,
    migrated_template,
    postgresql_url,
    rasa,
    remembered_vectors,
    service,
    service_without_rasa,
    services,
    sessions,
)
