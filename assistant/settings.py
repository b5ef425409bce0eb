"""All settings, from the environment (prefix CHORISTE_) or a .env file. See docs/settings.md."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from assistant.helpdesk.hours import OpeningHours
from assistant.sollicitations.enums import Priorite

# Good for a laptop, refused anywhere else: everybody can read it here.
DEVELOPMENT_TOKEN = "jeton-de-developpement"  # noqa: S105 - not a secret, and refused outside development

MIN_TOKEN_LENGTH = 16

# Hours of opening until the first answer is due.
_TARGET_HOURS = {Priorite.URGENTE: 2.0, Priorite.HAUTE: 7.0, Priorite.NORMALE: 14.0, Priorite.BASSE: 35.0}


class Settings(BaseSettings):
    """One instance a process. Raises ValidationError with a plain sentence when something is missing or unsafe."""

    model_config = SettingsConfigDict(env_prefix="CHORISTE_", env_file=".env", extra="ignore")

    environment: Literal["development", "test", "production"] = "development"
    data_dir: Path = Field(default=Path("var"), description="Where the database, the logs and the model's state live.")
    knowledge_dir: Path = Field(default=Path("data/knowledge"), description="Fiches and tables.")
    triage_dir: Path = Field(default=Path("data/triage"), description="Examples, rules and texts of triage.")
    database_url: str | None = Field(
        default=None, description="SQLAlchemy address with an async driver; SQLite in data_dir when absent."
    )
    rasa_url: str = Field(default="http://127.0.0.1:5005", description="Rasa, reachable by this service only.")
    rasa_timeout_seconds: float = Field(default=20, gt=0, le=120)
    actions_token: SecretStr = Field(default=SecretStr(DEVELOPMENT_TOKEN), description="Shared with Rasa for the action webhook.")
    max_message_characters: int = Field(default=2000, ge=100, le=10_000)
    conversations_per_minute: int = Field(default=30, ge=1, description="New conversations accepted from one address a minute.")
    messages_per_minute: int = Field(default=40, ge=1, description="Messages accepted in one conversation a minute.")
    follow_up_failures_per_minute: int = Field(
        default=10, ge=1, description="Wrong follow-up links accepted from one address a minute."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    helpdesk_hours: str = Field(
        default="lun-ven 09:00-12:30,14:00-17:30", description="Opening hours; French public holidays are closed."
    )
    helpdesk_zone: str = Field(default="Europe/Paris", description="Time zone of the opening hours.")
    # NoDecode: « urgente=2,haute=7 », not JSON.
    helpdesk_target_hours: Annotated[dict[Priorite, float], NoDecode] = Field(
        default=_TARGET_HOURS, description="Hours of opening until the first answer is due, by priority."
    )
    helpdesk_administrator: str = Field(
        default="administrateur@localhost", max_length=254, description="Identifier of the first administrator."
    )
    helpdesk_session_idle_minutes: int = Field(default=30, ge=1, le=24 * 60, description="A session without activity ends.")
    helpdesk_session_hours: int = Field(default=12, ge=1, le=7 * 24, description="A session ends in any case.")
    helpdesk_logins_per_minute: int = Field(default=20, ge=1, description="Log-ins tried from one address a minute.")
    helpdesk_idle_hours: int = Field(default=72, ge=1, description="A sollicitation that its agent left so long is handed back.")

    # Sign in by OpenID Connect (ProConnect or another): exists when issuer, client id and secret are all given.
    oidc_issuer: str | None = Field(default=None, description="Address whose /.well-known/openid-configuration is read.")
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_scopes: str = "openid given_name usual_name email"
    oidc_acr_values: str | None = Field(default=None, description="Level of assurance asked for; ProConnect: eidas1.")
    oidc_name: str = Field(default="ProConnect", max_length=40, description="What the button on the log-in page says.")
    oidc_trust_email: bool = Field(
        default=False, description="The provider sends no email_verified but vouches for its addresses (ProConnect)."
    )

    @model_validator(mode="after")
    def _refuse_weak_secrets(self) -> Self:
        token = self.actions_token.get_secret_value().strip()
        if not token:
            # An absent header would be as good as an empty token.
            raise ValueError("CHORISTE_ACTIONS_TOKEN : un jeton vide est refusé, choisissez un secret.")
        if self.environment == "production" and token == DEVELOPMENT_TOKEN:
            raise ValueError("CHORISTE_ACTIONS_TOKEN : le jeton de développement est refusé en production, choisissez un secret.")
        if self.environment == "production" and len(token) < MIN_TOKEN_LENGTH:
            raise ValueError(f"CHORISTE_ACTIONS_TOKEN : en production, le secret a {MIN_TOKEN_LENGTH} caractères au moins.")
        return self

    @field_validator("helpdesk_target_hours", mode="before")
    @classmethod
    def _read_target_hours(cls, value: Any) -> Any:
        """« urgente=1,haute=4 »; a priority that is not named keeps its default."""
        if not isinstance(value, str):
            return value
        pairs = [piece.partition("=") for piece in value.split(",") if piece.strip()]
        return _TARGET_HOURS | {name.strip(): hours.strip() for name, _, hours in pairs}

    @field_validator("helpdesk_target_hours")
    @classmethod
    def _check_target_hours(cls, value: dict[Priorite, float]) -> dict[Priorite, float]:
        missing = [priorite for priorite in Priorite if priorite not in value]
        if missing or any(not 0 < hours <= 10_000 for hours in value.values()):
            raise ValueError("CHORISTE_HELPDESK_TARGET_HOURS : des heures au-dessus de zéro, par exemple « urgente=2,haute=7 ».")
        return value

    @model_validator(mode="after")
    def _refuse_wrong_hours(self) -> Self:
        try:
            zone = ZoneInfo(self.helpdesk_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"CHORISTE_HELPDESK_ZONE : « {self.helpdesk_zone} » n'est pas un fuseau horaire connu.") from error
        try:
            OpeningHours.parse(self.helpdesk_hours, zone)
        except ValueError as error:
            raise ValueError(f"CHORISTE_HELPDESK_HOURS : {error}") from error
        return self

    @model_validator(mode="after")
    def _refuse_plain_issuer(self) -> Self:
        issuer = self.oidc_issuer or ""
        if issuer and self.environment == "production" and not issuer.startswith("https://"):
            raise ValueError("CHORISTE_OIDC_ISSUER : en production, l'adresse commence par https://.")
        return self

    @property
    def oidc_enabled(self) -> bool:
        """True when all that OpenID Connect needs is given."""
        return bool(self.oidc_issuer and self.oidc_client_id and self.oidc_client_secret)

    @property
    def resolved_database_url(self) -> str:
        """The address to connect to; the default is an SQLite file in `data_dir`."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir.resolve() / 'choriste.db'}"
