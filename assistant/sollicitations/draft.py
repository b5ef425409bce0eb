"""The draft of a sollicitation: what is known, what is still to be asked, what a message fills. Pure rules."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Self

from assistant.knowledge.schemas import Categorie
from assistant.sollicitations import schemas
from assistant.text import fold


@dataclass(frozen=True)
class Field:
    """A thing to ask: its name, the piece of `besoins` that calls for it (None: always), and its check."""

    name: str
    besoin: str | None
    check: Callable[[str], str]
    optional: bool = False


SKIPPED = "sans"

FIELDS: tuple[Field, ...] = (
    Field("siret", "siret", schemas.check_siret, optional=True),
    Field("numero_facture", "numero_facture", schemas.check_numero_facture, optional=True),
    Field("description", None, schemas.check_description),
    Field("contact", None, schemas.check_contact),
)
_BY_NAME = {field.name: field for field in FIELDS}

_SKIP = frozenset(
    {
        "je ne sais pas",
        "je sais pas",
        "sais pas",
        "jsp",
        "aucun",
        "aucune",
        "pas de siret",
        "pas de numero",
        "je n'en ai pas",
        "j'en ai pas",
        "je n'ai pas",
        "j'ai pas",
        "sans",
        "passer",
        "ignorer",
        "non",
        "je ne l'ai pas",
        "je l'ai pas",
        "je ne l'ai plus",
    }
)


@dataclass(frozen=True)
class Draft:
    """What the person has given so far; `SKIPPED` stands where they said that they have none."""

    categorie: Categorie | None = None
    siret: str | None = None
    numero_facture: str | None = None
    description: str | None = None
    contact: str | None = None

    def fields(self) -> list[Field]:
        """The fields that this category needs, in the order in which they are asked."""
        besoins = self.categorie.besoins if self.categorie else []
        return [field for field in FIELDS if field.besoin is None or field.besoin in besoins]

    def next_field(self) -> str | None:
        """The first thing still to ask: « categorie », a field's name, or None when the draft is complete."""
        if self.categorie is None:
            return "categorie"
        return next((field.name for field in self.fields() if getattr(self, field.name) is None), None)

    def with_answer(self, name: str, text: str) -> Self:
        """The draft with the answer to one question. Raises ValueError with a French sentence when it does not fit."""
        field = _BY_NAME[name]
        if field.optional and fold(text).strip(" .!?") in _SKIP:
            return self.skipping(name)
        return self._with(name, field.check(text))

    def can_skip(self, name: str) -> bool:
        """True for what a sollicitation can do without."""
        return _BY_NAME[name].optional

    def skipping(self, name: str) -> Self:
        """The draft with one optional thing (see `can_skip`) left out, as the person has none."""
        return self._with(name, SKIPPED)

    def _with(self, name: str, value: str) -> Self:
        changes: dict[str, Any] = {name: value}
        return replace(self, **changes)

    def given(self, name: str) -> str | None:
        """The value of a field, None when absent or skipped."""
        value = getattr(self, name)
        return None if value in (None, SKIPPED) else str(value)

    def to_create(self) -> schemas.SollicitationCreate:
        """The complete draft as the request to write. Raises ValueError when something is missing."""
        if self.categorie is None or self.next_field() is not None:
            raise ValueError(f"Il manque : {self.next_field()}.")
        wanted = {field.name for field in self.fields()}
        return schemas.SollicitationCreate(
            categorie=self.categorie.id,
            siret=self.given("siret") if "siret" in wanted else None,
            numero_facture=self.given("numero_facture") if "numero_facture" in wanted else None,
            description=self.given("description") or "",
            contact=self.given("contact") or "",
        )


def guess_categorie(text: str, categories: Iterable[Categorie]) -> Categorie | None:
    """The category whose words (`mots`) the text names most, None when it names none or two equally."""
    folded = fold(text)
    scores = [(sum(len(mot) for mot in categorie.mots if _names(mot, folded)), categorie) for categorie in categories]
    scores = sorted((item for item in scores if item[0] > 0), key=lambda item: -item[0])
    if not scores or (len(scores) > 1 and scores[0][0] == scores[1][0]):
        return None
    return scores[0][1]


def _names(mot: str, folded: str) -> bool:
    """True when the text holds the whole word or its plural: « mercredi » does not name « EDI »."""
    return re.search(rf"(?<![a-z0-9]){re.escape(fold(mot))}(?:e?s)?(?![a-z0-9])", folded) is not None
