"""Who works at the help-desk, and what they decide."""

from enum import StrEnum


class Role(StrEnum):
    """What a person of the help-desk may do; each role may do what those before it may."""

    AGENT = "agent"
    SUPERVISEUR = "superviseur"
    ADMINISTRATEUR = "administrateur"


class Champ(StrEnum):
    """What triage proposes."""

    CATEGORIE = "categorie"
    ROUTE = "route"
    PRIORITE = "priorite"
    DOUBLON = "doublon"
    REPONSE = "reponse"


class Decision(StrEnum):
    """What became of a proposal."""

    ACCEPTEE = "acceptee"
    CHANGEE = "changee"
    REFUSEE = "refusee"


class SorteRevue(StrEnum):
    """What a line of the review list would become in data/."""

    EXEMPLE = "exemple"
    FICHE = "fiche"


class StatutRevue(StrEnum):
    """People decide: nothing trains itself."""

    PROPOSEE = "proposee"
    RETENUE = "retenue"
    REFUSEE = "refusee"


class Relais(StrEnum):
    """Who answers a conversation when it is not the bot."""

    ATTENTE = "attente"
    AGENT = "agent"
