"""Where a PostgreSQL should be, tests that need it do not pass silently without it."""

import pytest

from tests.support.postgresql import VARIABLE, own_schema
from tests.support.rasa_stub import unused_port


def test_a_server_that_was_promised_and_does_not_answer_fails_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, f"postgresql://127.0.0.1:{unused_port()}/test")
    with pytest.raises(pytest.fail.Exception, match="No PostgreSQL answers"), own_schema():
        pass


def test_without_a_promise_the_test_is_skipped_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr("tests.support.postgresql.DEFAULT", f"postgresql://127.0.0.1:{unused_port()}/test")
    with pytest.raises(pytest.skip.Exception, match=f"set {VARIABLE}"), own_schema():
        pass
