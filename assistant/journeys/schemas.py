"""Shapes of data/knowledge/parcours and data/knowledge/quiz. How to write them: docs/journeys.md."""

from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from assistant.knowledge.schemas import Confiance, Source

Cle = Annotated[str, Field(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=40)]
# YAML reads « 40 » as a number.
Texte = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value), Field(min_length=1)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Fondee(_Frozen):
    """What rests on facts: their ids, the fiches that say more, where anybody can read it, how sure it is."""

    faits: list[str] = Field(min_length=1)
    fiches: list[str] = Field(min_length=1)
    sources: list[Source] = Field(min_length=1)
    confiance: Confiance


# --- setting up an account ------------------------------------------------------------------------------------------


class Probleme(_Frozen):
    """What goes wrong in a step, and what to do then."""

    si: Texte
    alors: Texte


class Etape(Fondee):
    """A step: what to do, how to know that it worked, what goes wrong. `facultative`: it may be skipped without harm."""

    id: Cle
    titre: str = Field(max_length=60)
    faire: list[Texte] = Field(min_length=1)
    reussi: Texte
    problemes: list[Probleme] = Field(min_length=1)
    facultative: bool = False


class Branche(_Frozen):
    """A situation, and the ids of its steps in order. `court`: its name on a button."""

    id: Cle
    titre: str = Field(max_length=90)
    court: str = Field(max_length=40)
    description: Texte
    etapes: list[Cle] = Field(min_length=3)


class Compte(_Frozen):
    """The whole journey."""

    titre: str
    question: str
    branches: list[Branche] = Field(min_length=1)
    etapes: list[Etape] = Field(min_length=1)


# --- depositing an invoice ------------------------------------------------------------------------------------------


class Choix(_Frozen):
    """An answer to a question; `vers` is the next question or a result."""

    id: Cle
    titre: str = Field(max_length=110)
    aide: str = ""
    vers: Cle


class Question(_Frozen):
    """A question of the deposit."""

    id: Cle
    question: Texte
    aide: str = ""
    choix: list[Choix] = Field(min_length=2)


class Passage(_Frozen):
    """A stage of the way that a document takes: who holds it, what happens there, in which days."""

    acteur: str = Field(max_length=40)
    action: Texte
    delai: str = ""
    reglementaire: bool = Field(default=True, description="False for what is only usual.")


class Resultat(Fondee):
    """What a deposit is: the cadre (none when there is nothing to deposit), who validates, which pieces, which days, the way."""

    id: Cle
    titre: str = Field(max_length=110)
    cadre: str = Field(default="", pattern=r"^(A\d{1,2})?$")
    type_document: str = ""
    ou: Texte
    valide_par: Texte
    pieces: list[Texte] = Field(min_length=1)
    delais: list[Texte] = Field(min_length=1)
    attention: list[Texte] = []
    chemin: list[Passage] = Field(min_length=2)


class Facture(_Frozen):
    """Questions, from the first, and results."""

    titre: str
    questions: list[Question] = Field(min_length=1)
    resultats: list[Resultat] = Field(min_length=1)


# --- quizzes --------------------------------------------------------------------------------------------------------


class Theme(_Frozen):
    """What a score is told by."""

    id: Cle
    titre: str = Field(max_length=60)


class Item(_Frozen):
    """A question of a quiz: one right choice, three wrong ones."""

    id: str = Field(pattern=r"^[A-Z]{2,3}-\d{2}$")
    theme: Cle
    question: Texte
    bonne: Texte
    mauvaises: list[Texte] = Field(min_length=3, max_length=3)
    explication: Texte
    faits: list[str] = Field(min_length=1)
    fiches: list[str] = Field(min_length=1)
    source: Source
    confiance: Confiance

    @property
    def choix(self) -> list[str]:
        """The right one, then the wrong ones."""
        return [self.bonne, *self.mauvaises]


class Serie(_Frozen):
    """A series of items. A run draws `tirage` of them."""

    id: Cle
    rang: int = Field(ge=1, description="Its place among the series.")
    titre: str
    description: Texte
    tirage: int = Field(default=10, ge=1)
    themes: list[Theme] = Field(min_length=1)
    items: list[Item] = Field(min_length=20)

    @model_validator(mode="after")
    def _enough_to_vary(self) -> Self:
        if len(self.items) < 2 * self.tirage:
            raise ValueError("une série a au moins deux fois plus de questions qu'un tirage")
        return self
