"""What the client needs to know, and the public addresses of PISTE."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from pydantic import SecretStr

from assistant.settings import Settings

_HOSTS = {
    "sandbox": ("https://sandbox-oauth.piste.gouv.fr/api/oauth/token", "https://sandbox-api.piste.gouv.fr"),
    "production": ("https://oauth.piste.gouv.fr/api/oauth/token", "https://api.piste.gouv.fr"),
}


@dataclass(frozen=True)
class ChorusProConfig:
    """Addresses, accounts and bounds. Times in seconds."""

    token_url: str
    api_url: str
    client_id: SecretStr
    client_secret: SecretStr
    login: SecretStr
    password: SecretStr
    timeout: float = 8
    total: float = 15
    attempts: int = 3
    first_wait: float = 0.25
    longest_wait: float = 4
    # A token is renewed so long before its end.
    token_margin: float = 240
    max_response_bytes: int = 25_000_000

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Raises ValueError naming what is missing when the feature's settings are not complete."""
        secrets = (settings.piste_client_id, settings.piste_client_secret, settings.cpro_login, settings.cpro_password)
        if not settings.chorus_pro_enabled:
            missing = ", ".join(settings.chorus_pro_missing)
            raise ValueError(f"L'accès à Chorus Pro n'est pas complet ; il manque : {missing}.")
        client_id, client_secret, login, password = (secret or SecretStr("") for secret in secrets)
        token_url, api_url = _HOSTS[settings.piste_environment]
        return cls(
            token_url=settings.piste_token_url or token_url,
            api_url=(settings.piste_api_url or api_url).rstrip("/"),
            client_id=client_id,
            client_secret=client_secret,
            login=login,
            password=password,
            timeout=settings.piste_timeout_seconds,
            total=settings.piste_total_seconds,
            attempts=settings.piste_attempts,
        )

    @property
    def on_loopback(self) -> bool:
        """True for a stand-in on this machine: no proxy of the environment stands between."""
        return urlsplit(self.api_url).hostname in ("127.0.0.1", "localhost", "::1")
