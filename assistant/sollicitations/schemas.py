"""What comes in and goes out about sollicitations. Messages of errors are French: people read them."""

from datetime import datetime
from typing import Annotated, Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from assistant.masking import mask_secrets
from assistant.sollicitations.enums import Etat
from assistant.sollicitations.siret import normalize_siret
from assistant.text import clean, has_words

# Values by keys of the checklist (data/knowledge/sollicitations.yml, `besoins`); checklist.py checks them.
Donnees = dict[
    Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{2,40}$")], Annotated[str, StringConstraints(max_length=4000)]
]

DESCRIPTION_MIN = 10
DESCRIPTION_MAX = 4000


def check_siret(value: str) -> str:
    """Fourteen digits with right keys, spaces removed. Raises ValueError with a French sentence."""
    return normalize_siret(value)


def check_numero_facture(value: str) -> str:
    """An invoice number as Chorus Pro takes it: 1 to 20 characters. Raises ValueError with a French sentence."""
    value = " ".join(clean(value).split())
    if not value or not has_words(value):
        raise ValueError("Indiquez le numéro de la facture, tel qu'il est écrit dessus.")
    if len(value) > 20:
        raise ValueError("Un numéro de facture a 20 caractères au plus sur Chorus Pro. Vérifiez la saisie.")
    return value


def check_description(value: str) -> str:
    """A description of 10 to 4,000 characters, secrets masked. Raises ValueError with a French sentence."""
    value = clean(value)
    if len(value) <= DESCRIPTION_MAX:
        value = mask_secrets(value).text
    if len(value) < DESCRIPTION_MIN or not has_words(value):
        raise ValueError("Décrivez le problème en une phrase au moins : ce que vous faisiez, et ce qui s'affiche.")
    if len(value) > DESCRIPTION_MAX:
        raise ValueError(f"La description a {DESCRIPTION_MAX} caractères au plus. Gardez l'essentiel.")
    return value


def check_contact(value: str) -> str:
    """An e-mail address that can exist. Raises ValueError with a French sentence."""
    try:
        return validate_email(clean(value), check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise ValueError("Cette adresse électronique n'est pas valable. Exemple : prenom.nom@entreprise.fr") from error


class SollicitationCreate(BaseModel):
    """A request to write down. `categorie` is an id of data/knowledge/sollicitations.yml."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    categorie: str = Field(max_length=64, examples=["facture_suspendue"])
    siret: str | None = Field(default=None, max_length=40, examples=["73282932000074"])
    numero_facture: str | None = Field(default=None, max_length=64, examples=["2026-0042"])
    description: str = Field(max_length=20_000)
    contact: str = Field(max_length=320, examples=["compta@exemple.fr"])
    donnees: Donnees = Field(default_factory=dict, max_length=30, examples=[{"motif": "Pièce justificative manquante"}])

    @field_validator("siret")
    @classmethod
    def _siret(cls, value: str | None) -> str | None:
        return check_siret(value) if value else None

    @field_validator("numero_facture")
    @classmethod
    def _numero_facture(cls, value: str | None) -> str | None:
        return check_numero_facture(value) if value else None

    @field_validator("description")
    @classmethod
    def _description(cls, value: str) -> str:
        return check_description(value)

    @field_validator("contact")
    @classmethod
    def _contact(cls, value: str) -> str:
        return check_contact(value)

    @field_validator("donnees")
    @classmethod
    def _donnees(cls, value: dict[str, str]) -> dict[str, str]:
        masked = {cle: mask_secrets(clean(text)).text for cle, text in value.items()}
        return {cle: text for cle, text in masked.items() if text}


class SollicitationPublic(BaseModel):
    """What the person gets back. `texte` is ready to paste in the portal's form."""

    model_config = ConfigDict(from_attributes=True)

    numero: str
    etat: Etat
    categorie: str
    categorie_titre: str
    route: Literal["support", "organisme_public", "gestionnaire"]
    route_raison: str
    ou_ecrire: str
    siret: str | None
    numero_facture: str | None
    description: str
    contact: str
    donnees: dict[str, str]
    texte: str
    cree_le: datetime
    # The secret of the follow-up link: given when the sollicitation is written, kept as a hash only.
    jeton_suivi: str | None = None
