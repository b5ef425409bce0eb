"""All settings, from the environment (prefix CHORISTE_) or a .env file. See docs/settings.md."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# Good for a laptop, refused anywhere else: everybody can read it here.
DEVELOPMENT_TOKEN = "jeton-de-developpement"  # noqa: S105 - not a secret, and refused outside development

MIN_TOKEN_LENGTH = 16


class Settings(BaseSettings):
    """One instance a process. Raises ValidationError with a plain sentence when something is missing or unsafe."""

    model_config = SettingsConfigDict(env_prefix="CHORISTE_", env_file=".env", extra="ignore")

    environment: Literal["development", "test", "production"] = "development"
    data_dir: Path = Field(default=Path("var"), description="Where the database, the logs and the model's state live.")
    knowledge_dir: Path = Field(default=Path("data/knowledge"), description="Fiches and tables.")
    database_url: str | None = Field(
        default=None, description="SQLAlchemy address with an async driver; SQLite in data_dir when absent."
    )
    rasa_url: str = Field(default="http://127.0.0.1:5005", description="Rasa, reachable by this service only.")
    rasa_timeout_seconds: float = Field(default=20, gt=0, le=120)
    actions_token: SecretStr = Field(default=SecretStr(DEVELOPMENT_TOKEN), description="Shared with Rasa for the action webhook.")
    max_message_characters: int = Field(default=2000, ge=100, le=10_000)
    conversations_per_minute: int = Field(default=30, ge=1, description="New conversations accepted from one address a minute.")
    messages_per_minute: int = Field(default=40, ge=1, description="Messages accepted in one conversation a minute.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

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

    @property
    def resolved_database_url(self) -> str:
        """The address to connect to; the default is an SQLite file in `data_dir`."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir.resolve() / 'choriste.db'}"
