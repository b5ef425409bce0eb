"""What a journey is, and what may be said of one of its steps."""

from enum import StrEnum


class Genre(StrEnum):
    """The kinds of journeys."""

    COMPTE = "compte"
    FACTURE = "facture"
    QUIZ = "quiz"


class EtatEtape(StrEnum):
    """What the person said of a step."""

    FAITE = "faite"
    BLOQUEE = "bloquee"
    PASSEE = "passee"
