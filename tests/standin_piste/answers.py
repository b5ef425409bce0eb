"""The services' answers, from the made-up data. Fields that have no value are absent, as in the real API."""

import base64
from collections.abc import Callable
from typing import Any

from tests.standin_piste.world import World

Body = dict[str, Any]
DEFAULT_PAGE = 10
TRA = {"codeRetour": 0, "libelle": "TRA_MSG_00.000"}
GCU = {"codeRetour": 0, "libelle": "GCU_MSG_01_000"}
NOTHING = {"codeRetour": 20000, "libelle": "TRA_MSG_00.015"}
# Nobody published what these services answer to an unknown identifier: this one is borrowed from « completer ».
UNKNOWN = {"codeRetour": 20000, "libelle": "GDP_MSG_11.008"}


def _page(
    world: World, items: list[Any], asked: Body, suffix: str = "", ask: tuple[str, str] | None = None
) -> tuple[list[Any], Body]:
    number_name, size_name = ask or ("pageResultatDemandee", "nbResultatsParPage")
    number, size = int(asked.get(number_name, 1)), int(asked.get(size_name, DEFAULT_PAGE))
    said = {
        f"pageCourante{suffix}": number,
        f"pages{suffix}": -(-len(items) // size),
        f"nbResultatsParPage{suffix}": size,
        f"total{suffix}": len(items),
    }
    return items[(number - 1) * size : number * size], said if world.page_facts else {}


def _listed(world: World, items: list[Any], asked: Body, heading: str, success: Body) -> Body:
    if not items:
        return NOTHING if world.empty_as_code else {**success, heading: []}
    shown, said = _page(world, items, asked)
    return {**success, heading: shown, "parametresRetour": said}


def _seller(world: World, facture: Body) -> Body:
    seller: Body = facture.get("fournisseur", world.data["fournisseur"])
    return seller


def _line(world: World, facture: Body) -> Body:
    who, buyer = _seller(world, facture), world.structures[facture["idDestinataire"]]
    return {
        **{name: value for name, value in facture.items() if name not in ("historique", "fournisseur")},
        "typeFacture": "FACTURE",
        "devise": "EUR",
        "codeFournisseur": who["siret"],
        "designationFournisseur": who["nom"],
        "codeDestinataire": buyer["siret"],
        "designationDestinataire": buyer["nom"],
        "commentaireEtatCourant": facture["historique"][0][2],
        "coordBancairesFournisseurCleIban": "FR76 DEMO",
        "champNouveau": {"inconnu": True},
    }


def search_factures(world: World, body: Body) -> Body:
    found = [
        facture
        for facture in world.factures
        if all(
            not body.get(name) or facture.get(name) == body[name]
            for name in ("numeroFacture", "numeroFluxDepot", "numeroBonCommande")
        )
        and (not body.get("statutCourant") or facture["statut"] in body["statutCourant"])
    ]
    lines = [_line(world, facture) for facture in found]
    return _listed(world, lines, body.get("rechercheFactureParFournisseur", {}), "listeFactures", GCU)


def _facture(world: World, identifier: Any) -> Body | None:
    return next((one for one in world.factures if one["identifiantFactureCPP"] == identifier), None)


def read_facture(world: World, body: Body) -> Body:
    facture = _facture(world, body.get("identifiantFactureCPP"))
    if facture is None:
        return UNKNOWN
    who, buyer = _seller(world, facture), world.structures[facture["idDestinataire"]]
    return {
        **GCU,
        "facture": {
            "identifiantFactureCPP": facture["identifiantFactureCPP"],
            "numeroFacture": facture["numeroFacture"],
            "statutFacture": facture["statut"],
            "fournisseur": {
                "codeFournisseur": who["siret"],
                "raisonSocialeFournisseur": who["nom"],
                "coordBancairesBicSwift": "DEMO",
            },
            "destinataire": {
                "idDestinataire": buyer["id"],
                "codeDestinataire": buyer["siret"],
                "libelleDestinataire": buyer["nom"],
            },
            "cadreDeFacturation": {"codeCadreFacturation": "A1_FACTURE_FOURNISSEUR"},
            "references": {"dateFacture": facture["dateFacture"], "dateDepot": facture["dateDepot"], "codeDeviseFacture": "EUR"},
            "montantTotal": {"montantTtcTotal": facture["montantTTC"]},
        },
    }


def read_history(world: World, body: Body) -> Body:
    facture = _facture(world, body.get("idFacture"))
    if facture is None:
        return UNKNOWN
    entries = [
        {
            "histoStatutId": 8_000_000 - rank,
            "histoStatutCode": statut,
            "histoStatutDatePassage": when,
            **({"histoStatutCommentaire": comment} if comment else {}),
            "histoStatutUtilisateurNom": "Personne-inventée",
            "histoStatutUtilisateurEmail": "personne@exemple.invalid",
        }
        for rank, (statut, when, comment) in enumerate(facture["historique"])
    ]
    names = ("pageResultatDemandeeListeHistoStatut", "nbResultatsParPageListeHistoStatut")
    shown, said = _page(world, entries, body.get("paramRechercheHistoStatuts", {}), "HistoStatut", names)
    return {
        **GCU,
        "idFacture": facture["identifiantFactureCPP"],
        "numeroFacture": facture["numeroFacture"],
        "modeDepot": "UPLOAD_API",
        "statutCourantCode": facture["statut"],
        "historiquesDesStatuts": {"histoStatut": shown, **said},
    }


def search_structures(world: World, body: Body) -> Body:
    asked = body.get("structure", {})
    found = [
        {
            "idStructureCPP": one["id"],
            "identifiantStructure": one["siret"],
            "typeIdentifiantStructure": "SIRET",
            "designationStructure": one["nom"],
            "statut": "ACTIF",
        }
        for one in world.structures.values()
        if asked.get("identifiantStructure") in (None, one["siret"])
        and str(asked.get("raisonSocialeStructure", "")).lower() in one["nom"].lower()
    ]
    return _listed(world, found, body.get("parametres", {}), "listeStructures", TRA)


def read_structure(world: World, body: Body) -> Body:
    one = world.structures.get(body.get("idStructureCPP"))
    if one is None:
        return UNKNOWN
    general = {
        "idStructureCPP": one["id"],
        "identifiantStructure": one["siret"],
        "typeIdentifiantStructure": "SIRET",
        "raisonSocialeStructure": one["nom"],
        "dateExpirationMotPasseCompteTech": "2027-01-31",
        **({"structurePriveePublique": one["nature"]} if "nature" in one else {}),
    }
    return {**TRA, "informationGenerales": general, "parametres": one["parametres"]}


def _services(world: World, structure: Any) -> list[Body]:
    return list(world.data["services"].get(structure, []))


def search_services(world: World, body: Body) -> Body:
    asked = body.get("parametresRechercherServicesStructure", {})
    return _listed(world, _services(world, body.get("idStructure")), asked, "listeServices", TRA)


def read_service(world: World, body: Body) -> Body:
    found = [one for one in _services(world, body.get("idStructure")) if one["idService"] == body.get("idService")]
    if not found:
        return UNKNOWN
    general = {"codeService": found[0]["codeService"], "nomService": found[0]["libelleService"]}
    return {**TRA, "informationsGenerales": general, "parametres": {"numeroEngagement": found[0]["numeroEngagement"]}}


def _flux(world: World, number: Any) -> tuple[Body, str] | None:
    flux = world.data["flux"].get(number)
    if flux is None:
        return None
    step = min(world.flux_read[number], len(flux["etats"]) - 1)
    world.flux_read[number] += 1
    return flux, flux["etats"][step]


def read_detailed_report(world: World, body: Body) -> Body:
    found = _flux(world, body.get("numeroFluxDepot"))
    if found is None:
        return {"codeRetour": 20001, "libelle": "POQ_MSG_01.003 - Flux introuvable."}
    flux, state = found
    errors = {name: flux[name] for name in ("listeErreurTechnique", "listeErreurDP") if name in flux}
    return {**TRA, "etatCourantDepotFlux": state, "dateDepotFlux": "2026-09-28", "nomFichier": "demo.xml", **errors}


def read_report(world: World, body: Body) -> Body:
    found = _flux(world, body.get("numeroFluxDepot"))
    if found is None:
        return UNKNOWN
    pdf = base64.b64encode(b"%PDF-1.4 donnees de demonstration").decode()
    return {
        **TRA,
        "etatCourantFlux": found[1],
        "nomFichierFlux": "demo.xml",
        "fichierCR": pdf,
        "numeroFluxDepot": body["numeroFluxDepot"],
    }


SERVICES: dict[str, Callable[[World, Body], Body]] = {
    "factures/v1/rechercher/fournisseur": search_factures,
    "factures/v1/consulter/fournisseur": read_facture,
    "factures/v1/consulter/historique": read_history,
    "structures/v1/rechercher": search_structures,
    "structures/v1/consulter": read_structure,
    "structures/v1/rechercher/services": search_services,
    "structures/v1/consulter/service": read_service,
    "transverses/v1/consulterCRDetaille": read_detailed_report,
    "transverses/v1/consulterCR": read_report,
}
