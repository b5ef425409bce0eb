"""What a layout is: a PDF and the values that a person reads in it. Données de démonstration.

The SIRETs have right keys and name nobody on purpose.
"""

from collections.abc import Callable
from dataclasses import dataclass

SELLER = "12345678200010"
BUYER = "98765432400019"
PUBLIC = "21750001600019"
VAT = "FR11123456782"
IBAN = "FR7630006000011234567890189"
LEGAL = (
    "Pénalités de retard : trois fois le taux d'intérêt légal. Indemnité forfaitaire pour frais de recouvrement : 40 €.",
    "Pas d'escompte pour paiement anticipé.",
)


@dataclass(frozen=True)
class Layout:
    """A PDF and its values by field name; a name holds several values for rates."""

    pdf: bytes
    values: dict[str, str | set[str]]


LAYOUTS: dict[str, Callable[[], Layout]] = {}


def layout(make: Callable[[], Layout]) -> Callable[[], Layout]:
    LAYOUTS[make.__name__] = make
    return make


def values(**changes: str | set[str] | None) -> dict[str, str | set[str]]:
    base: dict[str, str | set[str] | None] = {
        "numero": "FA-2026-0147",
        "date": "2026-11-02",
        "date_echeance": "2026-12-02",
        "siret_fournisseur": SELLER,
        "siret_destinataire": BUYER,
        "numero_tva": VAT,
        "numero_engagement": "4500123456",
        "code_service": "SERV-ACHATS",
        "montant_ht": "1234.56",
        "montant_tva": "246.91",
        "montant_ttc": "1481.47",
        "net_a_payer": "1481.47",
        "taux_tva": {"20"},
        "iban": "FR76 … 0189",
        "bic": "AGRIFRPP",
    }
    base.update(changes)
    return {name: value for name, value in base.items() if value is not None}
