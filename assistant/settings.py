"""All settings, from the environment (prefix CHORISTE_) or a .env file. See docs/settings.md."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from assistant.access_code import is_access_hash
from assistant.helpdesk.hours import OpeningHours
from assistant.invoices.lookup.schemas import LookupMode
from assistant.sollicitations.enums import Priorite
from assistant.sollicitations.siret import normalize_siret

# Good for a laptop, refused anywhere else: everybody can read it here.
DEVELOPMENT_TOKEN = "jeton-de-developpement"  # noqa: S105 - not a secret, and refused outside development

MIN_TOKEN_LENGTH = 16

# A scheme and a host as browsers write them, never « * »: a site is named or it is not.
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::\d{1,5})?")

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

    # Check of an invoice before deposit: processes of their own read the files (docs/settings.md).
    invoice_max_file_mb: int = Field(default=10, ge=1, le=50, description="A larger file is not read.")
    invoice_max_lot_mb: int = Field(default=120, ge=1, le=500, description="A larger lot is not read, packed or not.")
    invoice_workers: int = Field(default=2, ge=1, le=64, description="Processes that read files; each takes some 300 MB at rest.")
    invoice_queue: int = Field(default=16, ge=0, le=1000, description="Checks that may wait; one more is told to try again.")
    invoice_checks_per_minute: int = Field(default=20, ge=1, description="Checks of invoices accepted from one address a minute.")
    invoice_seconds: float = Field(default=4.5, ge=1, le=60, description="A file that takes longer is given up.")
    invoice_lot_seconds: float = Field(default=60, ge=1, le=600, description="What is left of a lot then is said to be unread.")
    invoice_memory_mb: int = Field(default=300, ge=50, le=4000, description="A file that makes a process grow more is given up.")
    invoice_recycle_after: int = Field(default=500, ge=1, description="A process that read so many files gives way to a new one.")

    # NoDecode: origins apart by commas, not JSON.
    widget_origins: Annotated[frozenset[str], NoDecode] = Field(
        default=frozenset(), description="Other sites that may show the widget: their origins, « https://www.exemple.fr »."
    )

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

    # « Où en est ma facture ? »: made-up invoices, nothing, or the operator's own, behind sign-in.
    lookup_mode: LookupMode = LookupMode.DEMO
    demonstration_dir: Path = Field(default=Path("data/demonstration"), description="Made-up invoices of the demo mode.")
    # NoDecode: SIRETs apart by commas, not JSON.
    operator_sirets: Annotated[frozenset[str], NoDecode] = Field(
        default=frozenset(), description="Structures whose invoices the operator mode may show, no others."
    )
    access_code_hash: SecretStr | None = Field(
        default=None, description="Argon2 hash of the code that opens the chat (python -m assistant.access_code)."
    )
    access_hours: int = Field(default=12, ge=1, le=31 * 24, description="How long a code that was given opens the chat.")
    access_failures_per_minute: int = Field(default=5, ge=1, description="Wrong access codes accepted from one address a minute.")

    # The Chorus Pro API through PISTE (docs/chorus-pro-api.md): exists when the four secrets are given.
    piste_environment: Literal["sandbox", "production"] = "sandbox"
    piste_client_id: SecretStr | None = None
    piste_client_secret: SecretStr | None = None
    cpro_login: SecretStr | None = Field(default=None, description="Technical account, TECH_…@cpro.fr.")
    cpro_password: SecretStr | None = None
    piste_token_url: str | None = Field(default=None, description="Instead of PISTE's own: a stand-in.")
    piste_api_url: str | None = Field(default=None, description="Instead of PISTE's own: a stand-in.")
    piste_timeout_seconds: float = Field(default=8, gt=0, le=60, description="One try.")
    piste_total_seconds: float = Field(default=15, gt=0, le=120, description="A call with all its tries.")
    piste_attempts: int = Field(default=3, ge=1, le=6)

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

    @field_validator("widget_origins", mode="before")
    @classmethod
    def _read_widget_origins(cls, value: Any) -> Any:
        """« https://www.exemple.fr, https://aide.exemple.fr »."""
        if not isinstance(value, str):
            return value
        origins = frozenset(piece.strip().rstrip("/") for piece in value.split(",") if piece.strip())
        wrong = sorted(origin for origin in origins if not _ORIGIN.fullmatch(origin))
        if wrong:
            raise ValueError(
                f"CHORISTE_WIDGET_ORIGINS : « {wrong[0]} » n'est pas une origine, par exemple « https://www.exemple.fr »."
            )
        return origins

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

    @field_validator("operator_sirets", mode="before")
    @classmethod
    def _read_operator_sirets(cls, value: Any) -> Any:
        """« 21000001400014, 000 200 014 00017 »."""
        if not isinstance(value, str):
            return value
        try:
            return frozenset(normalize_siret(piece) for piece in value.split(",") if piece.strip())
        except ValueError as error:
            raise ValueError(f"CHORISTE_OPERATOR_SIRETS : {error}") from error

    @model_validator(mode="after")
    def _refuse_open_look_ups(self) -> Self:
        """Real invoices are the operator's own people's business: no look-up without a lock on the chat."""
        code = self.access_code_hash.get_secret_value() if self.access_code_hash else ""
        if code and not is_access_hash(code):
            raise ValueError(
                "CHORISTE_ACCESS_CODE_HASH : pas une empreinte Argon2. Obtenez-la par « python -m assistant.access_code »."
            )
        if self.lookup_mode is not LookupMode.OPERATOR:
            return self
        if not code:
            raise ValueError(
                "CHORISTE_LOOKUP_MODE=operator : de vraies factures seraient visibles de tous, le service refuse de démarrer. "
                "Protégez la conversation par un code d'accès (CHORISTE_ACCESS_CODE_HASH), ou choisissez « demo » ou « off »."
            )
        if not self.operator_sirets:
            raise ValueError(
                "CHORISTE_LOOKUP_MODE=operator : dites quelles structures peuvent être montrées (CHORISTE_OPERATOR_SIRETS). "
                "Aucune autre ne le sera."
            )
        return self

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

    @model_validator(mode="after")
    def _refuse_plain_piste(self) -> Self:
        """These addresses receive secrets; both are replaced or none."""
        given = [address for address in (self.piste_token_url, self.piste_api_url) if address]
        if len(given) == 1:
            raise ValueError("CHORISTE_PISTE_TOKEN_URL et CHORISTE_PISTE_API_URL : donnez les deux adresses, ou aucune.")
        schemes = ("https://",) if self.environment == "production" else ("https://", "http://")
        if not all(address.startswith(schemes) for address in given):
            raise ValueError("CHORISTE_PISTE_TOKEN_URL, CHORISTE_PISTE_API_URL : en production, l'adresse commence par https://.")
        return self

    @property
    def chorus_pro_missing(self) -> tuple[str, ...]:
        """Variables still to give before the Chorus Pro API can be used."""
        secrets = {
            "CHORISTE_PISTE_CLIENT_ID": self.piste_client_id,
            "CHORISTE_PISTE_CLIENT_SECRET": self.piste_client_secret,
            "CHORISTE_CPRO_LOGIN": self.cpro_login,
            "CHORISTE_CPRO_PASSWORD": self.cpro_password,
        }
        return tuple(name for name, secret in secrets.items() if not (secret and secret.get_secret_value().strip()))

    @property
    def chorus_pro_enabled(self) -> bool:
        """True when all that the Chorus Pro API needs is given."""
        return not self.chorus_pro_missing

    @property
    def oidc_enabled(self) -> bool:
        """True when all that OpenID Connect needs is given."""
        return bool(self.oidc_issuer and self.oidc_client_id and self.oidc_client_secret)

    @property
    def access_required(self) -> bool:
        """True when the chat opens only to who gave the access code."""
        return bool(self.access_code_hash and self.access_code_hash.get_secret_value())

    @property
    def resolved_database_url(self) -> str:
        """The address to connect to; the default is an SQLite file in `data_dir`."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir.resolve() / 'choriste.db'}"
