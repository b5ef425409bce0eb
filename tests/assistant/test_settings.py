"""Settings: one class, from the environment, unsafe ones refused."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from assistant.settings import DEVELOPMENT_TOKEN, Settings


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine, no .env file."""
    import os

    for name in os.environ:
        if name.startswith("CHORISTE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_the_development_token_is_good_for_a_laptop_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().actions_token.get_secret_value() == DEVELOPMENT_TOKEN
    monkeypatch.setenv("CHORISTE_ENVIRONMENT", "production")
    with pytest.raises(ValidationError, match="CHORISTE_ACTIONS_TOKEN : le jeton de développement est refusé en production"):
        Settings()


@pytest.mark.parametrize("token", ["", "   ", "court"])
def test_production_refuses_a_token_that_anybody_could_guess(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("CHORISTE_ENVIRONMENT", "production")
    monkeypatch.setenv("CHORISTE_ACTIONS_TOKEN", token)
    with pytest.raises(ValidationError, match="CHORISTE_ACTIONS_TOKEN"):
        Settings()


def test_an_empty_token_is_refused_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHORISTE_ACTIONS_TOKEN", "")
    with pytest.raises(ValidationError, match="CHORISTE_ACTIONS_TOKEN"):
        Settings()


def test_a_secret_of_ones_own_opens_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHORISTE_ENVIRONMENT", "production")
    monkeypatch.setenv("CHORISTE_ACTIONS_TOKEN", "0f3c9a7be2d54c1f8a60")
    assert Settings().environment == "production"


def test_a_secret_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHORISTE_ACTIONS_TOKEN", "0f3c9a7be2d54c1f8a60")
    settings = Settings()
    assert "0f3c9a7be2d54c1f8a60" not in repr(settings) + str(settings) + settings.model_dump_json()


def test_the_database_is_a_file_in_the_data_directory_unless_an_address_is_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CHORISTE_DATA_DIR", "donnees")
    assert Settings().resolved_database_url == f"sqlite+aiosqlite:///{tmp_path}/donnees/choriste.db"
    monkeypatch.setenv("CHORISTE_DATABASE_URL", "postgresql+psycopg://root@127.0.0.1/test")
    assert Settings().resolved_database_url == "postgresql+psycopg://root@127.0.0.1/test"


def test_a_file_named_env_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "CHORISTE_RASA_URL=http://10.0.0.1:5005\nCHORISTE_LOG_LEVEL=DEBUG\nAUTRE=1\n", encoding="utf-8"
    )
    monkeypatch.setenv("CHORISTE_LOG_LEVEL", "ERROR")
    settings = Settings()
    assert (settings.rasa_url, settings.log_level) == ("http://10.0.0.1:5005", "ERROR")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CHORISTE_ENVIRONMENT", "prod"),
        ("CHORISTE_RASA_TIMEOUT_SECONDS", "0"),
        ("CHORISTE_MAX_MESSAGE_CHARACTERS", "20"),
        ("CHORISTE_MESSAGES_PER_MINUTE", "0"),
        ("CHORISTE_LOG_LEVEL", "tout"),
    ],
)
def test_a_value_that_makes_no_sense_stops_the_start_and_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name.removeprefix("CHORISTE_").lower()):
        Settings()


# --- opening hours and targets --------------------------------------------------------------------------------------


def test_the_desk_has_hours_and_targets_from_the_start() -> None:
    settings = Settings()
    assert settings.helpdesk_hours == "lun-ven 09:00-12:30,14:00-17:30"
    assert settings.helpdesk_zone == "Europe/Paris"
    assert settings.helpdesk_target_hours == {"urgente": 2, "haute": 7, "normale": 14, "basse": 35}


def test_targets_are_given_by_priority_and_the_others_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHORISTE_HELPDESK_TARGET_HOURS", "urgente=0.5, basse = 70")
    assert Settings().helpdesk_target_hours == {"urgente": 0.5, "haute": 7, "normale": 14, "basse": 70}


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("CHORISTE_HELPDESK_HOURS", "lundi", "CHORISTE_HELPDESK_HOURS : « lundi »"),
        ("CHORISTE_HELPDESK_HOURS", "", "CHORISTE_HELPDESK_HOURS : .*au moins un jour"),
        ("CHORISTE_HELPDESK_ZONE", "Europe/Nulle-Part", "CHORISTE_HELPDESK_ZONE : « Europe/Nulle-Part »"),
        ("CHORISTE_HELPDESK_ZONE", "../../etc/passwd", "CHORISTE_HELPDESK_ZONE"),
        ("CHORISTE_HELPDESK_TARGET_HOURS", "urgente=0", "CHORISTE_HELPDESK_TARGET_HOURS"),
        ("CHORISTE_HELPDESK_TARGET_HOURS", "urgente=-2", "CHORISTE_HELPDESK_TARGET_HOURS"),
        ("CHORISTE_HELPDESK_TARGET_HOURS", "urgente=vite", "helpdesk_target_hours"),
        ("CHORISTE_HELPDESK_TARGET_HOURS", "urgente=nan", "helpdesk_target_hours|CHORISTE_HELPDESK_TARGET_HOURS"),
        ("CHORISTE_HELPDESK_TARGET_HOURS", "pressée=2", "helpdesk_target_hours"),
        ("CHORISTE_HELPDESK_TARGET_HOURS", "2", "helpdesk_target_hours"),
    ],
)
def test_hours_or_targets_that_make_no_sense_stop_the_start_and_are_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=told):
        Settings()
