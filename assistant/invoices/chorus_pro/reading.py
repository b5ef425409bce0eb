"""From the nested answers to the flat results."""

import base64
import binascii
from collections.abc import Mapping, Set
from datetime import datetime
from typing import Any, TypeVar

import structlog
from pydantic import BaseModel, ValidationError

from assistant.invoices.chorus_pro.errors import ChorusProUnreadable
from assistant.invoices.chorus_pro.schemas import (
    CompteRendu,
    CompteRenduDetaille,
    ErreurFacture,
    ErreurTechnique,
    FactureDetail,
    Passage,
    ServiceDetail,
    Structure,
)
from assistant.invoices.chorus_pro.services import Service
from assistant.invoices.chorus_pro.values import PARIS, read_block, read_blocks, read_number

logger = structlog.get_logger()

Shape = TypeVar("Shape", bound=BaseModel)

_LONG_AGO = datetime(1900, 1, 1, tzinfo=PARIS)


class Reader:
    """`statuts` are the codes of data/knowledge/statuts.csv."""

    def __init__(self, statuts: Set[str]) -> None:
        self._context = {"statuts": frozenset(statuts)}

    def one(self, service: Service, shape: type[Shape], found: Mapping[str, Any]) -> Shape:
        """Raises ChorusProUnreadable when what names the thing is missing."""
        try:
            return shape.model_validate(found, context=self._context)
        except ValidationError as error:
            raise ChorusProUnreadable(service, f"{shape.__name__}: {_where(error)}") from None

    def several(self, service: Service, shape: type[Shape], found: object) -> list[Shape]:
        """The objects of a list. Raises ChorusProUnreadable: a line left out would be a wrong answer."""
        return [self.one(service, shape, item) for item in read_blocks(found)]

    def facture(self, identifiant: int, answer: Mapping[str, Any]) -> FactureDetail:
        """consulter/fournisseur."""
        service = Service.FACTURES_CONSULTER
        facture = read_block(answer.get("facture"))
        if not facture:
            raise ChorusProUnreadable(service, "no facture")
        who, buyer = read_block(facture.get("fournisseur")), read_block(facture.get("destinataire"))
        terms, amounts = read_block(facture.get("references")), read_block(facture.get("montantTotal"))
        if read_number(facture.get("identifiantFactureCPP")) not in (None, identifiant):
            raise ChorusProUnreadable(service, "another invoice")
        return self.one(
            service,
            FactureDetail,
            {
                "identifiant": identifiant,
                "numero": facture.get("numeroFacture"),
                "statut": facture.get("statutFacture"),
                "mode_depot": facture.get("modeDepot"),
                "rejet_traite": facture.get("rejetTraite"),
                "type_facture": terms.get("typeFacture"),
                "cadre_facturation": read_block(facture.get("cadreDeFacturation")).get("codeCadreFacturation"),
                "date_facture": terms.get("dateFacture"),
                "date_depot": terms.get("dateDepot"),
                "date_echeance": terms.get("dateEcheancePaiement"),
                "devise": terms.get("codeDeviseFacture"),
                "montant_ht": amounts.get("montantHtTotal"),
                "montant_tva": amounts.get("montantTVA"),
                "montant_ttc": amounts.get("montantTtcTotal"),
                "montant_a_payer": amounts.get("montantAPayer"),
                "fournisseur_code": who.get("codeFournisseur"),
                "fournisseur_nom": who.get("raisonSocialeFournisseur") or who.get("designationFournisseur"),
                "destinataire_id": buyer.get("idDestinataire"),
                "destinataire_code": buyer.get("codeDestinataire"),
                "destinataire_nom": buyer.get("libelleDestinataire") or buyer.get("designationDestinataire"),
                "code_service": buyer.get("codeServiceExecutant"),
                "nom_service": buyer.get("libelleServiceExecutant"),
                "mise_en_paiement_remontee": buyer.get("miseEnPaiementDestinataire"),
                "numero_engagement": terms.get("numeroBonCommande"),
                "numero_marche": terms.get("numeroMarche"),
                "commentaire": facture.get("commentaire"),
            },
        )

    def structure(self, identifiant: int, answer: Mapping[str, Any]) -> Structure:
        """structures/consulter."""
        general, rules = read_block(answer.get("informationGenerales")), read_block(answer.get("parametres"))
        if not general:
            raise ChorusProUnreadable(Service.STRUCTURES_CONSULTER, "no informationGenerales")
        return self.one(
            Service.STRUCTURES_CONSULTER,
            Structure,
            {
                "identifiant": identifiant,
                "siret": general.get("identifiantStructure"),
                "type_identifiant": general.get("typeIdentifiantStructure"),
                "nom": general.get("raisonSocialeStructure") or general.get("libelleStructure"),
                "nature": general.get("structurePriveePublique"),
                "code_service_exige": rules.get("codeServiceDoitEtreRenseigne"),
                "engagement_exige": rules.get("numeroEJDoitEtreRenseigne"),
                "service_ou_engagement": rules.get("gestionNumeroEJOuCodeService"),
                "moa_uniquement": rules.get("estMoaUniquement"),
                "mise_en_paiement_ne_remonte_pas": rules.get("statutMiseEnPaiementNestPasRemonte"),
                "mot_de_passe_expire": general.get("dateExpirationMotPasseCompteTech"),
            },
        )

    def service(self, answer: Mapping[str, Any]) -> ServiceDetail:
        """structures/consulter/service."""
        general, rules = read_block(answer.get("informationsGenerales")), read_block(answer.get("parametres"))
        return self.one(
            Service.STRUCTURES_SERVICE,
            ServiceDetail,
            {
                "code": general.get("codeService"),
                "nom": general.get("nomService"),
                "engagement_exige": rules.get("numeroEngagement"),
                "mise_en_paiement": rules.get("miseEnPaiement"),
                "debut": rules.get("dateDebutValidite"),
                "fin": rules.get("dateFinValidite"),
            },
        )

    def detailed_report(self, numero: str, answer: Mapping[str, Any]) -> CompteRenduDetaille:
        """consulterCRDetaille; the state has another name in consulterCR, and is read by either."""
        service = Service.FLUX_CR_DETAILLE
        state = answer.get("etatCourantDepotFlux") or answer.get("etatCourantFlux")
        extra = {
            "numero": numero,
            "etatCourantDepotFlux": state,
            "erreurs_techniques": self.several(service, ErreurTechnique, answer.get("listeErreurTechnique")),
            "erreurs_factures": self.several(service, ErreurFacture, answer.get("listeErreurDP")),
        }
        return self.one(service, CompteRenduDetaille, {**answer, **extra})

    def report(self, numero: str, answer: Mapping[str, Any]) -> CompteRendu:
        """consulterCR."""
        state = answer.get("etatCourantFlux") or answer.get("etatCourantDepotFlux")
        extra = {"numero": numero, "etatCourantFlux": state, "pdf": _decoded(answer.get("fichierCR"))}
        return self.one(Service.FLUX_CR, CompteRendu, {**answer, **extra})


def latest_first(passages: list[Passage]) -> tuple[Passage, ...]:
    """By moment; those of the same minute stay as they came, turned round when they came oldest first."""
    moments = [passage.quand for passage in passages if passage.quand]
    ascending = len(moments) > 1 and moments[0] < moments[-1]
    ordered = passages[::-1] if ascending else list(passages)
    if len(moments) < len(passages):
        # Nobody can tell where one without a moment belongs: the order of the answer is the better guess.
        return tuple(ordered)
    return tuple(sorted(ordered, key=lambda passage: passage.quand or _LONG_AGO, reverse=True))


def _decoded(value: object) -> bytes | None:
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except binascii.Error:
        logger.warning("chorus_pro_report_unreadable")
        return None


def _where(error: ValidationError) -> str:
    # Places only: pydantic's own words quote the values.
    return ", ".join(".".join(map(str, item["loc"])) for item in error.errors(include_input=False, include_context=False))
