"""Chorus Pro as a source of the look-ups (assistant/invoices/lookup/port.py)."""

import asyncio
from collections.abc import Awaitable, Sequence, Set
from decimal import Decimal
from typing import TypeVar

from assistant.invoices.chorus_pro.client import ChorusProClient, RechercheFactures
from assistant.invoices.chorus_pro.errors import ChorusProBusinessError, ChorusProError, ChorusProFluxNotFound
from assistant.invoices.chorus_pro.schemas import FactureTrouvee, ServiceTrouve, Statut
from assistant.invoices.lookup.port import LookupFailed
from assistant.invoices.lookup.schemas import (
    FluxError,
    FluxReport,
    HistoryEntry,
    Invoice,
    InvoicePage,
    InvoiceSummary,
    ServiceFacts,
    StructureFacts,
)

Result = TypeVar("Result")

SHOWN_SERVICES = 50
# Each costs a call: beyond, nobody is told what each service demands, and the answer says so.
READ_SERVICES = 5


class ChorusProLookup:
    """The operator's own account. The kinds of its failures are the keys of the client's errors (errors.py)."""

    def __init__(self, client: ChorusProClient) -> None:
        self._client = client

    @property
    def demonstration(self) -> bool:
        return False

    @property
    def example(self) -> str | None:
        return None

    async def find_invoices(self, *, numero: str | None = None, statuts: Set[str] = frozenset()) -> InvoicePage:
        found = await _asked(self._client.factures(RechercheFactures(numero=numero, statuts=frozenset(statuts))))
        factures = sorted(map(_summary, found.items), key=lambda one: str(one.date_depot or ""), reverse=True)
        # One more than is known when the list is a part: it must not pass for all.
        total = len(factures) if found.complete else max(found.total or 0, len(factures) + 1)
        return InvoicePage(factures=factures, total=total)

    async def invoice(self, *, key: str) -> Invoice | None:
        if not (key.isascii() and key.isdigit()):
            return None
        detail, history = await _asked(self._client.facture_et_historique(int(key)))
        return Invoice(
            resume=InvoiceSummary(
                key=key,
                numero=detail.numero or history.numero or key,
                vendeur_siret=detail.fournisseur_code or "",
                vendeur_nom=detail.fournisseur_nom or "",
                client_siret=detail.destinataire_code or "",
                client_nom=detail.destinataire_nom or "",
                date_facture=detail.date_facture,
                date_depot=detail.date_depot,
                statut=_code(history.statut or detail.statut),
                montant_ttc=detail.montant_ttc,
                devise=detail.devise or "EUR",
            ),
            historique=[
                HistoryEntry(statut=_code(one.statut), le=one.quand.date(), commentaire=one.commentaire or "")
                for one in history.passages
                if one.quand
            ],
            paiement_remonte=detail.mise_en_paiement_remontee,
        )

    async def structure(self, *, siret: str) -> StructureFacts | None:
        found = await _asked(self._client.structure_de(siret))
        if found is None:
            return None
        services = await _asked(self._client.services(found.identifiant))
        shown = [one for one in services.items if one.code and not one.entre_organismes_publics]
        strict = await self._engagements(found.identifiant, [one for one in shown if one.actif])
        demandes = found.demandes
        return StructureFacts(
            siret=siret,
            nom=found.nom or "",
            publique=(found.nature or "").strip().upper().startswith("PUBLIQUE"),
            code_service=demandes.code_service,
            engagement=demandes.engagement,
            l_un_ou_l_autre=bool(demandes.l_un_ou_l_autre),
            # The field tells only those who never report the payment.
            paiement_remonte=False if found.mise_en_paiement_ne_remonte_pas else None,
            services=[
                ServiceFacts(
                    code=one.code or "",
                    libelle=one.libelle or "",
                    actif=one.actif,
                    engagement=strict.get(one.identifiant),
                )
                for one in shown[:SHOWN_SERVICES]
            ],
            services_total=len(shown) if services.complete else max(services.total or 0, len(shown) + 1),
        )

    async def _engagements(self, structure: int, active: Sequence[ServiceTrouve]) -> dict[int, bool | None]:
        """By service: does it want an engagement number although its structure may not? Nothing when they are many."""
        if len(active) > READ_SERVICES:
            return {}
        details = await _asked(asyncio.gather(*(self._client.service(structure, one.identifiant) for one in active)))
        return {one.identifiant: detail.engagement_exige for one, detail in zip(active, details, strict=True)}

    async def flux(self, *, numero: str) -> FluxReport | None:
        try:
            report = await self._client.compte_rendu_detaille(numero)
            # A flux holds invoices that can be found only once it is integrated.
            inside = await self._client.factures(RechercheFactures(numero_flux=numero))
        except ChorusProFluxNotFound:
            return None
        except ChorusProError as error:
            raise _failure(error) from None
        errors = [FluxError(message=one.libelle or "", code=one.code or "") for one in report.erreurs_techniques]
        errors += [
            FluxError(message=words, facture=one.numero or "", vendeur_siret=one.fournisseur or "")
            for one in report.erreurs_factures
            for words in one.libelles
        ]
        sellers = {one.fournisseur_code for one in inside.items} | {one.fournisseur for one in report.erreurs_factures}
        return FluxReport(
            numero=numero,
            etat=_code(report.etat),
            depose_le=report.depose_le.date() if report.depose_le else None,
            depuis=report.etat_depuis.date() if report.etat_depuis else None,
            fichier=report.fichier or "",
            erreurs=errors,
            vendeurs=sorted(seller for seller in sellers if seller),
        )

    async def close(self) -> None:
        await self._client.close()


async def _asked(question: Awaitable[Result]) -> Result:
    try:
        return await question
    except ChorusProError as error:
        raise _failure(error) from None


def _failure(error: ChorusProError) -> LookupFailed:
    code = (error.service.key, error.code) if isinstance(error, ChorusProBusinessError) else None
    return LookupFailed(error.key, str(error), code)


def _code(statut: Statut | None) -> str:
    return (statut.connu or statut.code) if statut else "TECHNIQUE_INCONNU"


def _summary(facture: FactureTrouvee) -> InvoiceSummary:
    amount: Decimal | None = facture.montant_ttc
    return InvoiceSummary(
        key=str(facture.identifiant),
        numero=facture.numero or str(facture.identifiant),
        vendeur_siret=facture.fournisseur_code or "",
        vendeur_nom=facture.fournisseur_nom or "",
        client_siret=facture.destinataire_code or "",
        client_nom=facture.destinataire_nom or "",
        date_facture=facture.date_facture,
        date_depot=facture.date_depot,
        statut=_code(facture.statut),
        montant_ttc=amount,
        devise=facture.devise or "EUR",
    )
