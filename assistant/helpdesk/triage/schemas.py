"""What triage reads and what it proposes. `Propositions` is stored as JSON in the table `triage` and read by the console."""

from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from assistant.knowledge.schemas import Source

# Answers to the checklist that say what the problem is (data/knowledge/sollicitations.yml, `besoins`).
_IN_WORDS = ("statut", "motif", "message_erreur", "ecran", "habilitation", "piece_travaux", "precisions")


@dataclass(frozen=True)
class Demande:
    """What triage reads of a sollicitation. `contact` is compared, never shown."""

    id: int
    numero: str
    categorie: str
    description: str
    cree_le: datetime
    etat: str
    siret: str | None = None
    numero_facture: str | None = None
    contact: str = ""
    conversation_id: str | None = None
    donnees: dict[str, str] = field(default_factory=dict)
    resume: str = ""

    @property
    def texte(self) -> str:
        """The person's words, with those answers to the checklist that are words: what is classified and compared."""
        return "\n".join([self.description, *(self.donnees[key] for key in _IN_WORDS if self.donnees.get(key))])


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Proposition(_Frozen):
    """One value proposed for a field (an id of the category, of the route, of the priority), with its score and its reasons."""

    valeur: str
    titre: str
    score: float = Field(ge=0, le=1)
    raisons: list[str]


class FicheProche(_Frozen):
    """A fiche that speaks of the same thing."""

    id: str
    titre: str
    score: float = Field(ge=0, le=1)
    raisons: list[str]


class SollicitationProche(_Frozen):
    """Another sollicitation: an open one that is probably the same, or a solved one that may help."""

    id: int
    numero: str
    resume: str
    etat: str
    score: float = Field(ge=0, le=1)
    raisons: list[str]
    # The desk's reply (solved ones only), cut to a few lines.
    reponse: str | None = None


class ReponseProposee(_Frozen):
    """A draft reply made from a fiche: the agent reads it again before it is sent."""

    fiche: str
    titre: str
    texte: str
    source: Source
    score: float = Field(ge=0, le=1)
    raisons: list[str]


class Propositions(_Frozen):
    """All that is proposed for one sollicitation; each list is best first and may be empty.

    `categorie` holds two or three; `route` every route that may be right; `priorite` one; `doublons` open ones to merge into;
    `manques` the keys of the checklist (`besoins`) that nothing answers yet.
    """

    categorie: list[Proposition]
    route: list[Proposition]
    priorite: list[Proposition]
    fiches: list[FicheProche]
    resolues: list[SollicitationProche]
    doublons: list[SollicitationProche]
    manques: list[str]
    reponse: list[ReponseProposee]


class TriageRow(_Frozen):
    """A stored triage."""

    sollicitation_id: int
    propositions: Propositions
    calcule_le: datetime
