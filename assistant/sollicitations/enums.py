"""States and events of a sollicitation (DESIGN §7)."""

from enum import StrEnum


class Etat(StrEnum):
    """Where a sollicitation stands."""

    BROUILLON = "brouillon"
    SOUMISE = "soumise"
    AFFECTEE = "affectee"
    COMPLEMENT_DEMANDE = "complement_demande"
    COMPLEMENT_RECU = "complement_recu"
    SOLUTION_PROPOSEE = "solution_proposee"
    CLOTUREE = "cloturee"
    RENVOYEE = "renvoyee"


class Origine(StrEnum):
    """The way by which a sollicitation came in."""

    CONVERSATION = "conversation"
    FORMULAIRE = "formulaire"
    API = "api"


class TypeEvenement(StrEnum):
    """What an entry of the append-only timeline tells."""

    SOUMISSION = "soumission"
