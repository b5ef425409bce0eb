"""The command that `make run` runs: prints the first password once, on the terminal."""

import re

import pytest
import typer
from typer.testing import CliRunner

from assistant.database import Sessions
from assistant.helpdesk import accounts, first_administrator

_PASSWORD = re.compile(r"usage unique : (\S+)")


@pytest.fixture
def command(database_url: str, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    """The command on this test's database."""
    monkeypatch.setenv("CHORISTE_DATABASE_URL", database_url)
    monkeypatch.setenv("CHORISTE_HELPDESK_ADMINISTRATOR", "chef@exemple.fr")
    app = typer.Typer()
    app.command()(first_administrator.main)
    return app


def _run(command: typer.Typer, *words: str) -> tuple[int, str]:
    # A thread of its own: the command starts an event loop.
    result = CliRunner().invoke(command, list(words))
    return result.exit_code, result.output


def test_the_password_is_printed_the_first_time_only(command: typer.Typer) -> None:
    code, told = _run(command)
    assert code == 0
    assert "identifiant : chef@exemple.fr" in told
    assert _PASSWORD.search(told)
    assert _run(command) == (0, "")


async def test_a_lost_password_is_given_anew_and_opens(command: typer.Typer, sessions: Sessions) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:
        thread.submit(_run, command).result()
        code, told = thread.submit(_run, command, "--reinitialiser", "Chef@Exemple.fr").result()
    assert code == 0
    password = _PASSWORD.search(told)
    assert password
    found = await accounts.authenticate(
        sessions=sessions, identifiant="chef@exemple.fr", password=password.group(1), refusal_seconds=0
    )
    assert found is not None
    assert found.doit_changer


def test_an_account_that_does_not_exist_is_told(command: typer.Typer) -> None:
    code, told = _run(command, "--reinitialiser", "personne@exemple.fr")
    assert code == 2
    assert "aucun compte n'a cette adresse" in told
