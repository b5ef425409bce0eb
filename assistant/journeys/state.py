"""What is remembered of a journey: ids only, never words of the person. Functions of this package make new states of old ones."""

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict

from assistant.journeys.enums import EtatEtape, Genre


class Refused(ValueError):
    """The command does not fit the journey as it stands; nothing changed. The message is a French sentence."""


class Verbe(StrEnum):
    """What a person can do in a journey."""

    SITUATION = "situation"
    MARQUER = "marquer"
    ALLER = "aller"
    REPONDRE = "repondre"
    RETOUR = "retour"
    # Only in the chat: nothing changes, what was asked is asked again.
    REPRENDRE = "reprendre"
    RECOMMENCER = "recommencer"


class Commande(BaseModel):
    """« marquer:banque:faite » : what is done, to what, how. Buttons of the chat and of the pages carry it as text."""

    model_config = ConfigDict(frozen=True)

    verbe: Verbe
    cible: str = ""
    valeur: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text form. Raises Refused when it is none."""
        verbe, _, rest = text.partition(":")
        cible, _, valeur = rest.partition(":")
        if verbe not in list(Verbe):
            raise Refused("Ce bouton n'est plus valable. Reprenez à la question affichée.")
        return cls(verbe=Verbe(verbe), cible=cible, valeur=valeur)

    def __str__(self) -> str:
        return ":".join(filter(None, (self.verbe, self.cible, self.valeur)))


class _Etat(BaseModel):
    model_config = ConfigDict(frozen=True)


class EtatCompte(_Etat):
    """`etapes`: what was said of each step, also of those of another situation. `courante`: where the person went."""

    branche: str | None = None
    etapes: dict[str, EtatEtape] = {}
    courante: str | None = None


class EtatFacture(_Etat):
    """Question and answer, in the order in which they were given."""

    reponses: list[tuple[str, str]] = []


class Tire(_Etat):
    """An item that was drawn, and the order of its choices: `ordre[0]` is the choice that stands first (0 is the right one)."""

    item: str
    ordre: list[int]


class EtatQuiz(_Etat):
    """A run of a series. `reponses`: item → the choice (0 is the right one, whatever the order on the screen)."""

    graine: int = 0
    tirage: list[Tire] = []
    reponses: dict[str, int] = {}


Etat = EtatCompte | EtatFacture | EtatQuiz
SHAPES: dict[Genre, type[EtatCompte] | type[EtatFacture] | type[EtatQuiz]] = {
    Genre.COMPTE: EtatCompte,
    Genre.FACTURE: EtatFacture,
    Genre.QUIZ: EtatQuiz,
}
