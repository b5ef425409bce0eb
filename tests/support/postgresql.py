"""A schema of its own in a real PostgreSQL, made and dropped by the test."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import make_url

URL = os.environ.get("CHORISTE_TEST_POSTGRESQL_URL", "postgresql+psycopg://root@127.0.0.1:5432/test")


@contextmanager
def own_schema() -> Iterator[str]:
    """An address whose search path is a new schema; skips the test when no PostgreSQL answers."""
    url = make_url(URL)
    schema = f"choriste_{uuid.uuid4().hex[:12]}"
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        connection = psycopg.connect(plain, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        pytest.skip(f"No PostgreSQL answers at {url.host}:{url.port}: start one, or set CHORISTE_TEST_POSTGRESQL_URL.")
    with connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        try:
            yield url.update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
        finally:
            connection.execute(f"DROP SCHEMA {schema} CASCADE")
