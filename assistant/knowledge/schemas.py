"""Shapes of what stands in data/knowledge. Format of a fiche: docs/writing-knowledge.md."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, HttpUrl

# Stands in a fiche that somebody has begun and nobody has written yet: the check refuses it.
TO_COMPLETE = "À COMPLÉTER"


class Confiance(StrEnum):
    """How sure the facts are."""

    HAUTE = "haute"
    MOYENNE = "moyenne"
    BASSE = "basse"


class Section(StrEnum):
    """Sections of a fiche that follow-up questions ask for, in the order in which they stand."""

    AUTREMENT_DIT = "Autrement dit"
    QUI = "Qui"
    OU = "Où"
    COMBIEN_DE_TEMPS = "Combien de temps"
    POURQUOI = "Pourquoi"
    SI_CA_NE_MARCHE_PAS = "Si ça ne marche pas"
    BON_A_SAVOIR = "Bon à savoir"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _public_address(value: str) -> str:
    HttpUrl(value)
    return value


PublicAddress = Annotated[str, AfterValidator(_public_address)]


class Source(_Frozen):
    """Where a fact can be read by anybody."""

    titre: str = Field(min_length=3)
    url: PublicAddress
    date: Annotated[str, BeforeValidator(str)] = "non datée"


class Fiche(_Frozen):
    """One topic: a short answer, steps, sections."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    titre: str = Field(max_length=60)
    domaine: str
    questions: list[str] = Field(min_length=3, max_length=8)
    confiance: Confiance
    faits: list[str] = Field(min_length=1)
    sources: list[Source] = Field(min_length=1)
    voir_aussi: list[str] = []
    reponse: str = Field(description="First paragraph.")
    etapes: str = Field(default="", description="What follows the first paragraph, before the first section (Markdown).")
    sections: dict[Section, str] = {}

    @property
    def texte(self) -> str:
        """The answer as it is shown: short answer, then steps."""
        return f"{self.reponse}\n\n{self.etapes}".strip()


def _split(value: object) -> object:
    return [part.strip() for part in value.split("|") if part.strip()] if isinstance(value, str) else value


Pipes = Annotated[list[str], BeforeValidator(_split)]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    confiance: Confiance
    faits: str
    source_titre: str = Field(min_length=3)
    source_url: PublicAddress
    source_date: str

    @property
    def source(self) -> Source:
        """The row's source in the shape that answers carry."""
        return Source(titre=self.source_titre, url=self.source_url, date=self.source_date or "non datée")


class Statut(_Row):
    """A status of an invoice, a works document or a flow."""

    code: str
    edi: str
    libelle: str
    alias: Pipes
    domaine: Literal["facture", "travaux", "sous-traitance", "flux", "technique"]
    pose_par: str
    sens: str
    action: str
    delai: str
    numero: Literal["meme", "nouveau", "sans_objet", "non_verifie"]
    numero_texte: str
    final: Literal["oui", "non"]


class Anomalie(_Row):
    """A problem with its cause and its remedy."""

    id: str = Field(pattern=r"^ANO-\d{2}$")
    domaine: str
    titre: str = Field(max_length=70)
    message: Pipes
    symptomes: Pipes
    cause: str
    correction: str


class Cadre(_Row):
    """A cadre de facturation."""

    code: str = Field(pattern=r"^A\d{1,2}$")
    libelle: str
    code_api: str
    deposant: str
    usage: str
    note: str
    questions: Pipes


class Terme(_Row):
    """An entry of the glossary."""

    terme: str
    alias: Pipes
    definition: str
    ne_pas_confondre: str = ""
    difference: str = ""


class Saisie(StrEnum):
    """How a piece of the checklist is typed, hence how it is checked (assistant/sollicitations/checklist)."""

    SIRET = "siret"
    NUMERO_FACTURE = "numero_facture"
    REFERENCE = "reference"
    COURRIEL = "courriel"
    STATUT = "statut"
    DATE = "date"
    TEXTE = "texte"
    TEXTE_LONG = "texte_long"


class Besoin(_Frozen):
    """A piece that a request may need: how it is asked, typed, named."""

    cle: str = Field(pattern=r"^[a-z0-9_]{2,40}$")
    libelle: str = Field(max_length=60, description="As a label and in the recap.")
    question: str = Field(description="In the conversation.")
    aide: str = Field(default="", description="Beside the field of the form.")
    saisie: Saisie
    dans_le_texte: str = Field(default="", description="Before the value in the text to paste; the label when empty.")
    entite: str = Field(default="", description="The entity of the conversation that gives it.")
    ambigu: bool = Field(default=False, description="What was said earlier may be another's: it is offered, never taken.")
    sensible: bool = Field(default=False, description="Shown half hidden when it is offered.")
    mots: list[str] = Field(default=[], description="Words by which people name it.")

    @property
    def nom_colle(self) -> str:
        """What stands before the value in the text to paste."""
        return self.dans_le_texte or self.libelle


class Categorie(_Frozen):
    """A kind of sollicitation (ours: AIFE's labels are not public)."""

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    titre: str = Field(max_length=45)
    description: str
    route: Literal["support", "organisme_public", "gestionnaire"]
    raison_route: str
    ou_ecrire: str
    besoins: list[str]
    # Those of `besoins` that are asked one at a time; the others come in one question.
    essentiels: list[str] = []
    # What the category itself says: « facture rejetée » tells the status.
    deduits: dict[str, str] = {}
    complements: list[str] = []
    eviter: list[str] = []
    fiches: list[str] = []
    mots: list[str] = []
    confiance: Confiance
    sources: list[Source] = Field(min_length=1)


class MotifCloture(_Frozen):
    """A reason to close a sollicitation. `phrase` is what the person reads; `par` is who may give it."""

    id: str = Field(pattern=r"^[a-z0-9_]{2,40}$")
    titre: str = Field(max_length=60)
    phrase: str = Field(min_length=20, max_length=300)
    par: Literal["agent", "usager"] = "agent"
