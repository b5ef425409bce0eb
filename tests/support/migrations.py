"""Alembic, run as `make run` does: the address comes from the settings' environment."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.config import Config

from tests.support.paths import ROOT


def alembic_config() -> Config:
    """Alembic's configuration of the project, whatever the current directory is."""
    config = Config(ROOT / "alembic.ini")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database at `url` to a revision; « base » and « -1 » go back."""
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(1) as thread:
        patch.setenv("CHORISTE_DATABASE_URL", url)
        change = command.downgrade if revision == "base" or revision.startswith("-") else command.upgrade
        # A thread of its own: Alembic starts an event loop, and the caller may be inside one.
        thread.submit(change, alembic_config(), revision).result()
