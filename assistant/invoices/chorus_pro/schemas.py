"""What Chorus Pro answered, typed. None means « not said », never « no ». Unknown fields are left out.

Persons' names, addresses, telephone numbers and bank details of the answers are not read at all.
"""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from assistant.invoices.chorus_pro.values import Amount, Day, Flag, Moment, Number, Text, read_text
from assistant.text import fold

# Kept for billing between public bodies: a supplier who names it is rejected.
PUBLIC_BODIES_SERVICE = "FACTURES_PUBLIQUES"


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Statut(_Answer):
    """A status: `code` as it came, `connu` the code of data/knowledge/statuts.csv, None when the knowledge has none."""

    code: str
    connu: str | None = None


def _statut(value: object, info: ValidationInfo) -> object:
    if isinstance(value, Statut):
        return value
    code = read_text(value)
    if code is None:
        return None
    known = info.context["statuts"] if info.context else frozenset()
    same = "_".join(fold(code).upper().replace("-", " ").replace("_", " ").split())
    return Statut(code=code, connu=same if same in known else None)


Status = Annotated[Statut | None, BeforeValidator(_statut)]


class FactureTrouvee(_Answer):
    """A line of rechercher/fournisseur. `identifiant` (identifiantFactureCPP) names the invoice for the other services."""

    identifiant: int = Field(alias="identifiantFactureCPP")
    numero: Text = Field(default=None, alias="numeroFacture")
    statut: Status = None
    statut_depuis: Moment = Field(default=None, alias="dateHeureEtatCourant")
    commentaire: Text = Field(default=None, alias="commentaireEtatCourant")
    rejet_traite: Flag = Field(default=None, alias="rejetTraite")
    type_facture: Text = Field(default=None, alias="typeFacture")
    date_facture: Day = Field(default=None, alias="dateFacture")
    date_depot: Day = Field(default=None, alias="dateDepot")
    montant_ht: Amount = Field(default=None, alias="montantHT")
    montant_ttc: Amount = Field(default=None, alias="montantTTC")
    montant_a_payer: Amount = Field(default=None, alias="montantAPayer")
    devise: Text = None
    fournisseur_code: Text = Field(default=None, alias="codeFournisseur")
    fournisseur_nom: Text = Field(default=None, alias="designationFournisseur")
    destinataire_id: Number = Field(default=None, alias="idDestinataire")
    destinataire_code: Text = Field(default=None, alias="codeDestinataire")
    destinataire_nom: Text = Field(default=None, alias="designationDestinataire")
    code_service: Text = Field(default=None, alias="codeServiceExecutant")
    numero_engagement: Text = Field(default=None, alias="numeroBonCommande")
    numero_marche: Text = Field(default=None, alias="numeroMarche")
    numero_flux: Text = Field(default=None, alias="numeroFluxDepot")
    mode_depot: Text = Field(default=None, alias="modeDepot")


class FactureDetail(_Answer):
    """consulter/fournisseur, flattened."""

    identifiant: int
    numero: Text = None
    statut: Status = None
    mode_depot: Text = None
    rejet_traite: Flag = None
    type_facture: Text = None
    cadre_facturation: Text = None
    date_facture: Day = None
    date_depot: Day = None
    date_echeance: Day = None
    devise: Text = None
    montant_ht: Amount = None
    montant_tva: Amount = None
    montant_ttc: Amount = None
    montant_a_payer: Amount = None
    fournisseur_code: Text = None
    fournisseur_nom: Text = None
    destinataire_id: Number = None
    destinataire_code: Text = None
    destinataire_nom: Text = None
    code_service: Text = None
    nom_service: Text = None
    mise_en_paiement_remontee: Flag = None
    numero_engagement: Text = None
    numero_marche: Text = None
    commentaire: Text = None


class Passage(_Answer):
    """A status taken. `commentaire` is the public body's own words: untrusted."""

    identifiant: Number = Field(default=None, alias="histoStatutId")
    statut: Status = Field(default=None, alias="histoStatutCode")
    quand: Moment = Field(default=None, alias="histoStatutDatePassage")
    commentaire: Text = Field(default=None, alias="histoStatutCommentaire")


class Historique(_Answer):
    """An invoice's history, latest first. `complet` is False when not all could be read."""

    identifiant: int
    numero: Text = None
    mode_depot: Text = None
    statut: Status = None
    passages: tuple[Passage, ...] = ()
    complet: bool = True

    @property
    def motif(self) -> str | None:
        """The comment with which the current status was taken."""
        latest = self.passages[0] if self.passages else None
        same = latest and self.statut and latest.statut and latest.statut.code == self.statut.code
        return latest.commentaire if latest and same else None


class StructureTrouvee(_Answer):
    """A line of structures/rechercher."""

    identifiant: int = Field(alias="idStructureCPP")
    siret: Text = Field(default=None, alias="identifiantStructure")
    type_identifiant: Text = Field(default=None, alias="typeIdentifiantStructure")
    nom: Text = Field(default=None, alias="designationStructure")
    statut: Text = None


class Demandes(_Answer):
    """What the buyer wants on an invoice. `l_un_ou_l_autre`: a code service or an engagement, as the supplier likes."""

    code_service: bool | None = None
    engagement: bool | None = None
    l_un_ou_l_autre: bool | None = None


class Structure(_Answer):
    """structures/consulter, flattened."""

    identifiant: int
    siret: Text = None
    type_identifiant: Text = None
    nom: Text = None
    nature: Text = None
    code_service_exige: Flag = None
    engagement_exige: Flag = None
    service_ou_engagement: Flag = None
    moa_uniquement: Flag = None
    mise_en_paiement_ne_remonte_pas: Flag = None
    mot_de_passe_expire: Day = None

    @property
    def demandes(self) -> Demandes:
        """The rule of docs/chorus-pro-api.md. What the answer left out stays unknown."""
        if self.service_ou_engagement:
            return Demandes(l_un_ou_l_autre=True)
        # Without this flag, « nothing is asked » could hide « one of the two ».
        known = self.service_ou_engagement is False
        return Demandes(
            code_service=self.code_service_exige if known or self.code_service_exige else None,
            engagement=self.engagement_exige if known or self.engagement_exige else None,
            l_un_ou_l_autre=self.service_ou_engagement,
        )


class ServiceTrouve(_Answer):
    """A line of structures/rechercher/services."""

    identifiant: int = Field(alias="idService")
    code: Text = Field(default=None, alias="codeService")
    libelle: Text = Field(default=None, alias="libelleService")
    actif: Flag = Field(default=None, alias="estActif")
    debut: Day = Field(default=None, alias="dateDbtService")
    fin: Day = Field(default=None, alias="dateFinService")

    @property
    def entre_organismes_publics(self) -> bool:
        """True for the service that a supplier must not name."""
        return self.code == PUBLIC_BODIES_SERVICE


class ServiceDetail(_Answer):
    """structures/consulter/service, flattened. `engagement_exige` holds even when the structure asks for none."""

    code: Text = None
    nom: Text = None
    engagement_exige: Flag = None
    mise_en_paiement: Flag = None
    debut: Day = None
    fin: Day = None


class ErreurTechnique(_Answer):
    """An error of the whole flux. The wording may be cut short by Chorus Pro."""

    code: Text = Field(default=None, alias="codeErreur")
    libelle: Text = Field(default=None, alias="libelleErreur")
    nature: Text = Field(default=None, alias="natureErreur")


class ErreurFacture(_Answer):
    """An error of one invoice of the flux; several wordings come joined by « | » and are parted here."""

    numero: Text = Field(default=None, alias="numeroDP")
    fournisseur: Text = Field(default=None, alias="identifiantFournisseur")
    destinataire: Text = Field(default=None, alias="identifiantDestinataire")
    libelles: Annotated[tuple[str, ...], BeforeValidator(lambda value: _parted(value))] = Field(
        default=(), alias="libelleErreurDP"
    )


def _parted(value: object) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return tuple(part.strip() for part in (read_text(value) or "").split("|") if part.strip())


class CompteRenduDetaille(_Answer):
    """consulterCRDetaille. « Received » is not « integrated »: read `etat`."""

    numero: str
    etat: Status = Field(default=None, alias="etatCourantDepotFlux")
    depose_le: Moment = Field(default=None, alias="dateDepotFlux")
    etat_depuis: Moment = Field(default=None, alias="dateHeureEtatCourantFlux")
    fichier: Text = Field(default=None, alias="nomFichier")
    interface: Text = Field(default=None, alias="codeInterfaceDepotFlux")
    erreurs_techniques: tuple[ErreurTechnique, ...] = ()
    erreurs_factures: tuple[ErreurFacture, ...] = ()


class CompteRendu(_Answer):
    """consulterCR. `pdf` is the report itself when there is one that can be read."""

    numero: str
    etat: Status = Field(default=None, alias="etatCourantFlux")
    depose_le: Moment = Field(default=None, alias="dateDepotFlux")
    etat_depuis: Moment = Field(default=None, alias="dateHeureEtatCourantFlux")
    fichier: Text = Field(default=None, alias="nomFichierFlux")
    pdf: bytes | None = Field(default=None, repr=False)


class Sante(_Answer):
    """Does the API answer? `cause` is the key of the error's sentence when it does not; `ms` how long that took."""

    disponible: bool
    cause: str | None = None
    ms: float = 0
    dit: Any = None
