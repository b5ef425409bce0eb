"""Alembic, run as `make run` does: the address comes from the settings' environment."""

import pytest
from alembic import command
from alembic.config import Config

from tests.support.paths import ROOT


def alembic_config() -> Config:
    """Alembic's configuration of the project, whatever the current directory is."""
    config = Config(ROOT / "alembic.ini")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database at `url` to a revision. Must not be called inside a running event loop."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHORISTE_DATABASE_URL", url)
        if revision == "base":
            command.downgrade(alembic_config(), "base")
        else:
            command.upgrade(alembic_config(), revision)
