"""What can be asked of the queues, and what comes back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from assistant.sollicitations.enums import Etat, Priorite


class File(StrEnum):
    """A queue. A merged sollicitation stands in none."""

    A_TRIER = "a_trier"
    LES_MIENNES = "les_miennes"
    NON_AFFECTEES = "non_affectees"
    ATTENTE_USAGER = "attente_usager"
    RENVOYEES = "renvoyees"
    EN_RETARD = "en_retard"
    CLOSES = "closes"


class Tri(StrEnum):
    """The order of a list. `PRIORITE`: most urgent first, then the oldest."""

    ECHEANCE = "echeance"
    PRIORITE = "priorite"
    ANCIENNES = "anciennes"
    RECENTES = "recentes"


@dataclass(frozen=True)
class Filters:
    """All that is given must hold. `texte` is what a person typed in the search field."""

    categorie: str | None = None
    route: str | None = None
    priorite: Priorite | None = None
    agent_id: int | None = None
    siret: str | None = None
    age_min_days: int | None = None
    texte: str | None = None


@dataclass(frozen=True)
class Row:
    """One line of a list."""

    id: int
    numero: str
    etat: Etat
    categorie: str
    route: str
    priorite: Priorite
    resume: str
    siret: str | None
    numero_facture: str | None
    agent_id: int | None
    agent_nom: str | None
    cree_le: datetime
    maj_le: datetime
    echeance_le: datetime | None
    cloture_le: datetime | None
    version: int
    fictive: bool


@dataclass(frozen=True)
class Page:
    """A page of a list. `suite` is the `after` of the next page, None on the last one.

    `partielle`: a word that stands in very many texts was looked for only as far as is quick; there may be more after `suite`.
    """

    rows: list[Row]
    suite: str | None
    partielle: bool = False
