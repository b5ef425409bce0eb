"""The built-in demonstration set (data/demonstration/factures.yml): made-up invoices, dated in days before today."""

from collections.abc import Callable, Set
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from assistant.invoices.lookup.schemas import (
    FluxError,
    FluxReport,
    HistoryEntry,
    Invoice,
    InvoicePage,
    InvoiceSummary,
    Siret,
    StructureFacts,
)
from assistant.invoices.payment_time import BuyerKind
from assistant.text import fold

# Fewer signs would find an invoice by the end of almost any number.
_MIN_ENDING = 3
_DaysAgo = Annotated[int, Field(ge=0, le=3650)]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class _Step(_Shape):
    statut: str
    il_y_a: _DaysAgo
    par: str = ""
    commentaire: str = ""


class _Invoice(_Shape):
    numero: str
    vendeur: Siret
    client: Siret
    facture_il_y_a: _DaysAgo
    execute_il_y_a: _DaysAgo | None = None
    montant_ttc: Decimal
    acheteur: BuyerKind | None = None
    delai_marche: int | None = None
    historique: list[_Step] = Field(min_length=1)


class _Flux(_Shape):
    numero: str
    vendeur: Siret
    etat: str
    depose_il_y_a: _DaysAgo
    depuis_il_y_a: _DaysAgo
    fichier: str
    erreurs: list[FluxError] = []


class DemonstrationSet(_Shape):
    """The whole file. `exploitant`: SIRETs of the made-up companies whose staff would use this Choriste. `exemple`: the number
    of the invoice that people are told to try."""

    exploitant: list[Siret]
    exemple: str
    noms: dict[Siret, str]
    structures: list[StructureFacts]
    factures: list[_Invoice]
    flux: list[_Flux]

    @model_validator(mode="after")
    def _has_its_example(self) -> Self:
        if sum(facture.numero == self.exemple for facture in self.factures) != 1:
            raise ValueError(f"exemple : « {self.exemple} » n'est pas le numéro d'une seule facture.")
        return self


def load_demonstration(path: Path) -> DemonstrationSet:
    """Read the set. Raises ValueError (pydantic's included) when it is wrong."""
    return DemonstrationSet.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


class DemonstrationLookup:
    """Answers from the set, as if today were what `today` says."""

    def __init__(self, content: DemonstrationSet, today: Callable[[], date]) -> None:
        self._content = content
        self._today = today
        self._structures = {structure.siret: structure for structure in content.structures}

    @property
    def demonstration(self) -> bool:
        return True

    @property
    def example(self) -> str | None:
        return self._content.exemple

    async def find_invoices(self, *, numero: str | None = None, statuts: Set[str] = frozenset()) -> InvoicePage:
        found = [facture for facture in self._content.factures if not statuts or facture.historique[-1].statut in statuts]
        if numero is not None:
            wanted = _compared(numero)
            exact = [facture for facture in found if _compared(facture.numero) == wanted]
            # « la 147 », said for « 2026-0147 ».
            ending = [f for f in found if len(wanted) >= _MIN_ENDING and _compared(f.numero).endswith(wanted)]
            found = exact or ending
        latest = sorted(found, key=lambda facture: facture.historique[-1].il_y_a)
        return InvoicePage(factures=[self._summary(facture) for facture in latest], total=len(latest))

    async def invoice(self, *, key: str) -> Invoice | None:
        facture = next((facture for facture in self._content.factures if _key(facture) == key), None)
        if facture is None:
            return None
        client = self._structures.get(facture.client)
        return Invoice(
            resume=self._summary(facture),
            historique=[
                HistoryEntry(statut=step.statut, le=self._day(step.il_y_a), par=step.par, commentaire=step.commentaire)
                for step in facture.historique
            ],
            acheteur=facture.acheteur,
            execute_le=self._day(facture.execute_il_y_a) if facture.execute_il_y_a is not None else None,
            delai_marche=facture.delai_marche,
            paiement_remonte=client.paiement_remonte if client else None,
        )

    async def structure(self, *, siret: str) -> StructureFacts | None:
        return self._structures.get(siret)

    async def flux(self, *, numero: str) -> FluxReport | None:
        wanted = _compared(numero)
        found = next((flux for flux in self._content.flux if _compared(flux.numero) == wanted), None)
        if found is None:
            return None
        return FluxReport(
            numero=found.numero,
            etat=found.etat,
            depose_le=self._day(found.depose_il_y_a),
            depuis=self._day(found.depuis_il_y_a),
            fichier=found.fichier,
            erreurs=found.erreurs,
            vendeurs=[found.vendeur],
        )

    async def close(self) -> None:
        """Nothing is open."""

    def _summary(self, facture: _Invoice) -> InvoiceSummary:
        names = self._content.noms
        client = self._structures.get(facture.client)
        sent = next((step for step in facture.historique if step.statut == "DEPOSEE"), None)
        return InvoiceSummary(
            key=_key(facture),
            numero=facture.numero,
            vendeur_siret=facture.vendeur,
            vendeur_nom=names.get(facture.vendeur, ""),
            client_siret=facture.client,
            client_nom=client.nom if client else "",
            date_facture=self._day(facture.facture_il_y_a),
            date_depot=self._day(sent.il_y_a) if sent else None,
            statut=facture.historique[-1].statut,
            montant_ttc=facture.montant_ttc,
        )

    def _day(self, ago: int) -> date:
        return self._today() - timedelta(days=ago)


def _key(facture: _Invoice) -> str:
    return f"demo-{facture.vendeur}-{facture.numero}"


def _compared(number: str) -> str:
    return "".join(char for char in fold(number) if char.isalnum())
