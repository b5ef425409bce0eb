"""What a look-up brings back, whoever answers it. Codes of statuses are those of data/knowledge/statuts.csv."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationInfo, field_validator

from assistant.invoices.payment_time import BuyerKind

Siret = Annotated[str, StringConstraints(pattern=r"^\d{14}$")]


class LookupMode(StrEnum):
    """Setting CHORISTE_LOOKUP_MODE."""

    DEMO = "demo"
    OFF = "off"
    OPERATOR = "operator"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class InvoiceSummary(_Frozen):
    """A line of a list. `key` names the invoice for `invoice()`; amounts in `devise`, taxes included."""

    key: str
    numero: str
    vendeur_siret: str
    vendeur_nom: str = ""
    client_siret: str = ""
    client_nom: str = ""
    date_facture: date | None = None
    date_depot: date | None = None
    statut: str
    montant_ttc: Decimal | None = None
    devise: str = "EUR"


class HistoryEntry(_Frozen):
    """A status taken one day. `commentaire` is the public body's own words: untrusted."""

    statut: str
    le: date
    par: str = ""
    commentaire: str = ""


class Invoice(_Frozen):
    """An invoice with its history, oldest first. None everywhere means « not known », never « no »."""

    resume: InvoiceSummary
    historique: list[HistoryEntry]
    acheteur: BuyerKind | None = None
    execute_le: date | None = None
    delai_marche: int | None = None
    paiement_remonte: bool | None = None
    etat_edi: bool | None = None

    @field_validator("historique")
    @classmethod
    def _oldest_first(cls, value: list[HistoryEntry], info: ValidationInfo) -> list[HistoryEntry]:
        """Sources may give the latest first: statuses of one day must not change places."""
        resume: InvoiceSummary | None = info.data.get("resume")
        if len(value) > 1:
            days_fall = value[0].le > value[-1].le
            current_first = resume is not None and value[0].statut == resume.statut != value[-1].statut
            if days_fall or (value[0].le == value[-1].le and current_first):
                value = value[::-1]
        return sorted(value, key=lambda entry: entry.le)


class InvoicePage(_Frozen):
    """Invoices found, latest first; `total` may be more than what is shown."""

    factures: list[InvoiceSummary] = []
    total: int = 0


class ServiceFacts(_Frozen):
    """A service of a public body. `engagement`: it wants an engagement number although its structure may not."""

    code: str
    libelle: str = ""
    actif: bool | None = None
    engagement: bool | None = None


class StructureFacts(_Frozen):
    """A structure and what it demands. `l_un_ou_l_autre`: a code service or an engagement, at the supplier's choice."""

    siret: str
    nom: str = ""
    publique: bool = False
    active: bool | None = None
    code_service: bool | None = None
    engagement: bool | None = None
    l_un_ou_l_autre: bool = False
    paiement_remonte: bool | None = None
    services: list[ServiceFacts] = []
    services_total: int = 0


class FluxError(_Frozen):
    """A line of a flux report; about one invoice when `facture` is given."""

    message: str
    code: str = ""
    facture: str = ""
    vendeur_siret: str = ""


class FluxReport(_Frozen):
    """What became of a flux. `vendeurs`: SIRETs of those whose invoices it holds, where known."""

    numero: str
    etat: str
    depose_le: date | None = None
    depuis: date | None = None
    fichier: str = ""
    erreurs: list[FluxError] = []
    vendeurs: list[str] = []
