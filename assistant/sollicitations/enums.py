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


class Priorite(StrEnum):
    """How soon it must be dealt with."""

    BASSE = "basse"
    NORMALE = "normale"
    HAUTE = "haute"
    URGENTE = "urgente"


class TypeEvenement(StrEnum):
    """What an entry of the append-only timeline tells. `NOTE` is for the help-desk only, never shown to the person."""

    SOUMISSION = "soumission"
    AFFECTATION = "affectation"
    DESAFFECTATION = "desaffectation"
    DEMANDE_COMPLEMENT = "demande_complement"
    COMPLEMENT = "complement"
    REPONSE = "reponse"
    NOTE = "note"
    RENVOI = "renvoi"
    CLOTURE = "cloture"
    MODIFICATION = "modification"
    TRANSFERT = "transfert"
    FUSION = "fusion"
    DEFUSION = "defusion"
    PIECE_JOINTE = "piece_jointe"
