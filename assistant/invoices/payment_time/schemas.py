"""What the reckoning takes and gives. Dates are days, amounts euros, rates per cent a year."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class BuyerKind(StrEnum):
    """The kind of public buyer, which fixes the delay (L2192-10, R2192-10, R2192-11)."""

    GENERAL = "general"
    SANTE = "sante"
    ENTREPRISE_PUBLIQUE = "entreprise_publique"


DAYS = {BuyerKind.GENERAL: 30, BuyerKind.SANTE: 50, BuyerKind.ENTREPRISE_PUBLIQUE: 60}
DAYS_AFTER_SUSPENSION = 30
INDEMNITY = Decimal(40)


class State(StrEnum):
    """Where the payment time stands."""

    PAS_COMMENCE = "pas_commence"
    EN_COURS = "en_cours"
    SUSPENDU = "suspendu"
    EN_RETARD = "en_retard"
    PAYE_A_TEMPS = "paye_a_temps"
    PAYE_EN_RETARD = "paye_en_retard"
    ARRETE = "arrete"
    INCONNU = "inconnu"


class Start(StrEnum):
    """What the time runs from."""

    MISE_A_DISPOSITION = "mise_a_disposition"
    EXECUTION = "execution"
    ACCORD_TITULAIRE = "accord_titulaire"
    PIECES_RECUES = "pieces_recues"


class Note(StrEnum):
    """What the person must know beside the dates; the sentences are in data/knowledge/suivi_factures.yml."""

    SUSPENSION_A_VERIFIER = "suspension_a_verifier"
    SECONDE_SUSPENSION = "seconde_suspension"
    SUSPENSION_APRES_MANDATEMENT = "suspension_apres_mandatement"
    SUSPENSION_APRES_ECHEANCE = "suspension_apres_echeance"
    RECYCLEE = "recyclee"
    SOUS_TRAITANT = "sous_traitant"
    ETAT_EDI = "etat_edi"
    TAUX_INCONNU = "taux_inconnu"
    TAUX_A_VERIFIER = "taux_a_verifier"
    MISE_EN_PAIEMENT_NON_REMONTEE = "mise_en_paiement_non_remontee"
    ACHETEUR_INCONNU = "acheteur_inconnu"


@dataclass(frozen=True)
class Step:
    """The day on which an invoice took a status."""

    statut: str
    on: date


@dataclass(frozen=True)
class Rate:
    """The yearly rate for interest that begins to run between two days, both included."""

    first: date
    last: date
    percent: Decimal


@dataclass(frozen=True)
class Estimate:
    """An estimate, never a decision. `due` is the last day to pay; `late_days` run from the next day to the payment or today.

    `interest` is absent when nothing is late, when the amount is not known or when no rate is known for that half-year.
    """

    state: State
    buyer: BuyerKind
    days: int
    start: date | None = None
    start_reason: Start | None = None
    due: date | None = None
    suspended_since: date | None = None
    paid_on: date | None = None
    days_left: int = 0
    late_days: int = 0
    rate: Decimal | None = None
    interest: Decimal | None = None
    indemnity: Decimal = Decimal(0)
    notes: tuple[Note, ...] = ()
