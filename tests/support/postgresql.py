"""A schema of its own in a real PostgreSQL, made and dropped by the test."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import make_url

VARIABLE = "TEST_POSTGRES_URL"
DEFAULT = "postgresql://127.0.0.1:5432/test"


@contextmanager
def own_schema() -> Iterator[str]:
    """An address whose search path is a new schema.

    When no PostgreSQL answers the test is skipped, but fails where TEST_POSTGRES_URL says that one should be there.
    """
    url = make_url(os.environ.get(VARIABLE) or DEFAULT).set(drivername="postgresql+psycopg")
    schema = f"choriste_{uuid.uuid4().hex[:12]}"
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        connection = psycopg.connect(plain, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        told = f"No PostgreSQL answers at {url.host}:{url.port}: start one, or set {VARIABLE}."
        if os.environ.get(VARIABLE):
            pytest.fail(f"{told} {error}")
        pytest.skip(told)
    with connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        try:
            yield url.update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
        finally:
            connection.execute(f"DROP SCHEMA {schema} CASCADE")


def empty(address: str) -> None:
    """Take every row out of the schema that `own_schema` gave, and begin ids anew."""
    plain = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'alembic_version'"
        ).fetchall()
        names = ", ".join(f'"{name}"' for (name,) in rows)
        connection.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
