"""The client: one method a service, typed results. Facts and doubts: docs/chorus-pro-api.md."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from types import TracebackType
from typing import Any, Self, TypeVar

from assistant.invoices.chorus_pro.config import ChorusProConfig
from assistant.invoices.chorus_pro.errors import (
    ChorusProBusinessError,
    ChorusProError,
    ChorusProTooManyResults,
    says_no_result,
)
from assistant.invoices.chorus_pro.paging import PAGE_SIZE, Page, Results, collect, page_of, read_pages
from assistant.invoices.chorus_pro.reading import Reader, latest_first
from assistant.invoices.chorus_pro.schemas import (
    CompteRendu,
    CompteRenduDetaille,
    FactureDetail,
    FactureTrouvee,
    Historique,
    Passage,
    Sante,
    ServiceDetail,
    ServiceTrouve,
    Structure,
    StructureTrouvee,
)
from assistant.invoices.chorus_pro.services import Service
from assistant.invoices.chorus_pro.transport import Transport
from assistant.invoices.chorus_pro.values import read_block, read_text

Item = TypeVar("Item")


@dataclass(frozen=True)
class RechercheFactures:
    """Criteria; those left out do not narrow the search. Whether `numero` must be whole is not verified: compare the results."""

    numero: str | None = None
    numero_flux: str | None = None
    statuts: frozenset[str] = field(default_factory=frozenset)
    depot_du: date | None = None
    depot_au: date | None = None
    numero_engagement: str | None = None
    numero_marche: str | None = None
    id_fournisseur: int | None = None

    def body(self, page: int) -> dict[str, Any]:
        """The body of rechercher/fournisseur."""
        asked = {
            "numeroFacture": self.numero,
            "numeroFluxDepot": self.numero_flux,
            "statutCourant": sorted(self.statuts) or None,
            "periodeDateDepotDu": self.depot_du and self.depot_du.isoformat(),
            "periodeDateDepotAu": self.depot_au and self.depot_au.isoformat(),
            "numeroBonCommande": self.numero_engagement,
            "numeroMarche": self.numero_marche,
            "idFournisseur": self.id_fournisseur,
            "rechercheFactureParFournisseur": {"pageResultatDemandee": page, "nbResultatsParPage": PAGE_SIZE},
        }
        return {name: value for name, value in asked.items() if value is not None}


class ChorusProClient:
    """Asks Chorus Pro through PISTE with the operator's technical account; it only reads. Every method raises ChorusProError.

    Use it in one event loop, and close it: `async with ChorusProClient(config, statuts) as client`.
    """

    def __init__(self, config: ChorusProConfig, statuts: Set[str], *, transport: Transport | None = None) -> None:
        """`statuts`: the codes of data/knowledge/statuts.csv (`knowledge.statuts.keys()`)."""
        self._where = config.api_url
        self._transport = transport or Transport(config)
        self._reader = Reader(statuts)

    def __repr__(self) -> str:
        return f"ChorusProClient({self._where})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    # --- invoices ---------------------------------------------------------------------------------------------------

    async def factures(self, recherche: RechercheFactures, *, max_results: int = 200) -> Results[FactureTrouvee]:
        """Invoices that the account's structures sent; `complete` says whether they are all."""
        return await collect(self._page_of_factures(recherche), lambda facture: facture.identifiant, max_results)

    async def iter_factures(self, recherche: RechercheFactures, *, max_results: int = 2000) -> AsyncIterator[FactureTrouvee]:
        """The same one by one. Raises ChorusProTooManyResults at the end when there are more."""
        read, total = 0, None
        async for found in read_pages(self._page_of_factures(recherche), lambda facture: facture.identifiant, max_results):
            if found is None:
                raise ChorusProTooManyResults(Service.FACTURES_RECHERCHER, read, total)
            read, total = read + 1, found[1]
            yield found[0]

    async def facture(self, identifiant: int) -> FactureDetail:
        """One invoice by its technical identifier."""
        answer = await self._transport.call(Service.FACTURES_CONSULTER, {"identifiantFactureCPP": identifiant})
        return self._reader.facture(identifiant, answer)

    async def historique(self, identifiant: int, *, max_results: int = 500) -> Historique:
        """Its history, latest first, all pages."""
        first: dict[str, Any] = {}

        async def fetch(number: int) -> Page[Passage]:
            paging = {"pageResultatDemandeeListeHistoStatut": number, "nbResultatsParPageListeHistoStatut": PAGE_SIZE}
            asked = {"idFacture": identifiant, "paramRechercheHistoStatuts": paging}
            answer = await self._transport.call(Service.FACTURES_HISTORIQUE, asked)
            if not first:
                first.update(answer)
            block = read_block(answer.get("historiquesDesStatuts"))
            items = self._reader.several(Service.FACTURES_HISTORIQUE, Passage, block.get("histoStatut"))
            return page_of(items, block, "HistoStatut")

        found = await collect(fetch, lambda passage: passage.identifiant or passage, max_results)
        return self._reader.one(
            Service.FACTURES_HISTORIQUE,
            Historique,
            {
                "identifiant": identifiant,
                "numero": first.get("numeroFacture"),
                "mode_depot": first.get("modeDepot"),
                "statut": first.get("statutCourantCode"),
                "passages": latest_first(list(found.items)),
                "complet": found.complete,
            },
        )

    async def facture_et_historique(self, identifiant: int) -> tuple[FactureDetail, Historique]:
        """Both at once."""
        return await asyncio.gather(self.facture(identifiant), self.historique(identifiant))

    # --- structures -------------------------------------------------------------------------------------------------

    async def structures(
        self, *, siret: str | None = None, nom: str | None = None, max_results: int = 50
    ) -> Results[StructureTrouvee]:
        """Structures by SIRET or by name."""
        asked = {
            "identifiantStructure": siret,
            "typeIdentifiantStructure": "SIRET" if siret else None,
            "raisonSocialeStructure": nom,
        }
        criteria = {name: value for name, value in asked.items() if value is not None}

        async def fetch(number: int) -> Page[StructureTrouvee]:
            paging = {"pageResultatDemandee": number, "nbResultatsParPage": PAGE_SIZE}
            return await self._page(
                Service.STRUCTURES_RECHERCHER,
                {"structure": criteria, "parametres": paging},
                StructureTrouvee,
                "listeStructures",
            )

        return await collect(fetch, lambda structure: structure.identifiant, max_results)

    async def structure(self, identifiant: int) -> Structure:
        """One structure with what it demands."""
        answer = await self._transport.call(Service.STRUCTURES_CONSULTER, {"idStructureCPP": identifiant})
        return self._reader.structure(identifiant, answer)

    async def structure_de(self, siret: str) -> Structure | None:
        """The structure of a SIRET; None when the search finds no other than the like."""
        found = await self.structures(siret=siret)
        same = [structure for structure in found.items if structure.siret == siret]
        return await self.structure(same[0].identifiant) if same else None

    async def services(self, structure: int, *, max_results: int = 500) -> Results[ServiceTrouve]:
        """Services of a structure, closed ones too: look at `actif` and `entre_organismes_publics`."""

        async def fetch(number: int) -> Page[ServiceTrouve]:
            paging = {"pageResultatDemandee": number, "nbResultatsParPage": PAGE_SIZE}
            asked = {"idStructure": structure, "parametresRechercherServicesStructure": paging}
            return await self._page(Service.STRUCTURES_SERVICES, asked, ServiceTrouve, "listeServices")

        return await collect(fetch, lambda service: service.identifiant, max_results)

    async def service(self, structure: int, service: int) -> ServiceDetail:
        """One service with what it demands."""
        asked = {"idStructure": structure, "idService": service}
        return self._reader.service(await self._transport.call(Service.STRUCTURES_SERVICE, asked))

    # --- flux and health --------------------------------------------------------------------------------------------

    async def compte_rendu_detaille(self, numero: str) -> CompteRenduDetaille:
        """What became of a flux, error by error. Raises ChorusProFluxNotFound."""
        return self._reader.detailed_report(
            numero, await self._transport.call(Service.FLUX_CR_DETAILLE, {"numeroFluxDepot": numero})
        )

    async def compte_rendu(self, numero: str) -> CompteRendu:
        """The same with Chorus Pro's own PDF; the detailed one is the surer for Factur-X."""
        return self._reader.report(numero, await self._transport.call(Service.FLUX_CR, {"numeroFluxDepot": numero}))

    async def sante(self) -> Sante:
        """Does the API answer with these accounts? Never raises."""
        started = time.perf_counter()
        try:
            answer = await self._transport.call(Service.SANTE)
        except ChorusProError as error:
            return Sante(disponible=False, cause=error.key, ms=(time.perf_counter() - started) * 1000)
        code = str(answer.get("statusCodeValue", 200))
        return Sante(
            disponible=code == "200",
            cause=None if code == "200" else "indisponible",
            ms=(time.perf_counter() - started) * 1000,
            dit=read_text(answer.get("statusCode")),
        )

    # --- pages ------------------------------------------------------------------------------------------------------

    def _page_of_factures(self, recherche: RechercheFactures) -> Callable[[int], Awaitable[Page[FactureTrouvee]]]:
        async def fetch(number: int) -> Page[FactureTrouvee]:
            return await self._page(Service.FACTURES_RECHERCHER, recherche.body(number), FactureTrouvee, "listeFactures")

        return fetch

    async def _page(self, service: Service, asked: Mapping[str, Any], shape: type[Any], heading: str) -> Page[Any]:
        try:
            answer = await self._transport.call(service, asked)
        except ChorusProBusinessError as error:
            if says_no_result(error):
                return Page([], None, None)
            raise
        said = answer.get("parametresRetour")
        # One search of Chorus Pro puts these fields at the root.
        return page_of(self._reader.several(service, shape, answer.get(heading)), said if isinstance(said, dict) else answer)
