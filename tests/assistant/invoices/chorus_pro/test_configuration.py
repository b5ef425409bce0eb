"""From the settings to the client's configuration."""

from typing import Any

import pytest
from pydantic import ValidationError

from assistant.invoices.chorus_pro import ChorusProConfig
from assistant.settings import Settings

SECRETS = {
    "piste_client_id": "application-inventée",
    "piste_client_secret": "secret-inventé",
    "cpro_login": "TECH_1_INVENTE@cpro.fr",
    "cpro_password": "mot-de-passe-inventé",
}


def _settings(**given: Any) -> Settings:
    return Settings(_env_file=None, **given)


@pytest.mark.parametrize("left_out", list(SECRETS))
def test_the_feature_exists_only_when_the_four_secrets_are_given(left_out: str) -> None:
    assert _settings(**SECRETS).chorus_pro_enabled
    partial = _settings(**{**SECRETS, left_out: "  "})
    assert not partial.chorus_pro_enabled
    assert partial.chorus_pro_missing == (f"CHORISTE_{left_out.upper()}",)
    with pytest.raises(ValueError, match=f"CHORISTE_{left_out.upper()}"):
        ChorusProConfig.from_settings(partial)


@pytest.mark.parametrize(
    ("environment", "api"), [("sandbox", "https://sandbox-api.piste.gouv.fr"), ("production", "https://api.piste.gouv.fr")]
)
def test_each_environment_has_its_addresses(environment: str, api: str) -> None:
    config = ChorusProConfig.from_settings(_settings(**SECRETS, piste_environment=environment))
    assert config.api_url == api and not config.on_loopback
    assert config.token_url == api.replace("api.", "oauth.", 1) + "/api/oauth/token"


def test_a_stand_in_takes_the_place_of_both_addresses_or_none() -> None:
    both = {"piste_token_url": "http://127.0.0.1:24080/t", "piste_api_url": "http://127.0.0.1:24080/"}
    config = ChorusProConfig.from_settings(_settings(**SECRETS, **both))
    assert (config.token_url, config.api_url, config.on_loopback) == (both["piste_token_url"], "http://127.0.0.1:24080", True)
    with pytest.raises(ValidationError, match="donnez les deux adresses"):
        _settings(piste_api_url="http://127.0.0.1:24080")
    with pytest.raises(ValidationError, match="https://"):
        _settings(environment="production", actions_token="0f3c9a7be2d54c1f8a60", **both)


def test_secrets_are_shown_by_neither_settings_nor_configuration() -> None:
    settings = _settings(**SECRETS)
    shown = repr(settings) + settings.model_dump_json() + repr(ChorusProConfig.from_settings(settings))
    assert not [secret for secret in SECRETS.values() if secret in shown]
