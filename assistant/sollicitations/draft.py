"""The draft of a sollicitation: what is known, what is still to be asked, what a message fills. Pure rules.

Essential pieces of the checklist are asked one at a time, then the description, then all other pieces in one question, then the
address. What the person has not got is left out, never insisted upon.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from assistant.knowledge.load import Knowledge
from assistant.knowledge.schemas import Categorie
from assistant.sollicitations import checklist, schemas
from assistant.sollicitations.recognition import Entity, recognise, sure_values
from assistant.text import fold

# Stands for what the person said that they have not got.
SKIPPED = "sans"

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
        "rien",
        "rien d'autre",
        "rien a ajouter",
        "je n'ai rien a ajouter",
        "c'est tout",
        "non merci",
        "je ne l'ai pas",
        "je l'ai pas",
        "je ne l'ai plus",
    }
)
_NOT_GOT = re.compile(
    r"(?:(?:non|bah|euh|alors|desole|pardon)[\s,]+)*(?:je |j')?(?:n'|ne )?(?:l'|le |la |les |en )?"
    r"(?:ai|connais|trouve|retrouve|sais|possede) (?:pas|plus|aucun|aucune|rien)\b[^?]*"
)
_LONGEST_NOT_GOT = 9


def says_none(text: str) -> bool:
    """True for « je ne l'ai pas » and the like: said shortly, about nothing else."""
    if text.rstrip().endswith("?"):
        return False
    folded = fold(text).strip(" .!?")
    return folded in _SKIP or (len(folded.split()) <= _LONGEST_NOT_GOT and _NOT_GOT.fullmatch(folded) is not None)


@dataclass(frozen=True)
class Question:
    """What to ask next. `field`: « categorie », « siret », « numero_facture », « piece », « description » or « contact »;
    `keys`: the pieces of the checklist that it asks for (several: in one question)."""

    field: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """What the person has given so far; `values` holds the pieces of the checklist by key: `SKIPPED` where they have none, empty
    where they took back what they had said."""

    knowledge: Knowledge
    categorie: Categorie | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    description: str | None = None
    contact: str | None = None

    def question(self) -> Question | None:
        """What to ask next, None when the draft is complete."""
        if self.categorie is None:
            return Question("categorie")
        for piece in self.pieces():
            if piece.essentiel and self.value(piece.besoin.cle) is None:
                return _question([piece.besoin.cle])
        if self.description is None:
            return Question("description")
        others = [piece.besoin.cle for piece in self.pieces() if not piece.essentiel and self.value(piece.besoin.cle) is None]
        if others:
            return _question(others)
        return Question("contact") if self.contact is None else None

    def pieces(self) -> list[checklist.Piece]:
        """What the category asks for, in its order; nothing before there is a category."""
        return checklist.pieces(self.knowledge, self.categorie) if self.categorie else []

    def value(self, cle: str) -> str | None:
        """A piece as it was given, `SKIPPED`, or as the category itself tells it; None when it is still to be asked."""
        if cle in self.values:
            return self.values[cle] or None
        return self.categorie.deduits.get(cle) if self.categorie else None

    def given(self, cle: str) -> str | None:
        """The value of a piece, None when it is absent or skipped."""
        value = self.value(cle)
        return None if value in (None, SKIPPED) else value

    def known(self) -> list[str]:
        """Names of all that can be corrected: « categorie », keys of the checklist, « description », « contact »."""
        found = ["categorie"] if self.categorie else []
        found += [piece.besoin.cle for piece in self.pieces() if self.value(piece.besoin.cle) is not None]
        found += [checklist.PRECISIONS] if self.given(checklist.PRECISIONS) else []
        return [*found, *(name for name in ("description", "contact") if getattr(self, name) is not None)]

    # --- answers ----------------------------------------------------------------------------------------------------

    def with_answer(self, question: Question, text: str, entities: Sequence[Entity] = ()) -> Self:
        """The draft with the answer to one question. Raises ValueError with a French sentence when it does not fit.

        In answer to several pieces at once each takes its part of the message; what is left is kept as a precision.
        """
        match question.field:
            case "description":
                return replace(self, description=schemas.check_description(text))
            case "contact":
                return replace(self, contact=schemas.check_contact(text))
        if says_none(text):
            return self.skipping(question.keys)
        besoins = [self.knowledge.besoins[cle] for cle in question.keys]
        if len(besoins) == 1:
            return self.with_values({besoins[0].cle: checklist.check(self.knowledge, besoins[0], text)})
        found = recognise(self.knowledge, text, entities, besoins)
        draft = self.with_values(found.values)
        if found.rest:
            before = self.given(checklist.PRECISIONS)
            rest = f"{before} ; {found.rest}" if before else found.rest
            besoin = self.knowledge.besoins[checklist.PRECISIONS]
            draft = draft.with_values({besoin.cle: checklist.check(self.knowledge, besoin, rest)})
        return draft.skipping([cle for cle in question.keys if cle not in found.values])

    def with_values(self, values: Mapping[str, str]) -> Self:
        """The draft with these pieces, checked already."""
        return replace(self, values={**self.values, **values})

    def skipping(self, keys: Iterable[str]) -> Self:
        """The draft without these pieces: the person has none."""
        return self.with_values(dict.fromkeys(keys, SKIPPED))

    def without(self, cle: str) -> Self:
        """The draft in which one piece is to be asked again, even if the category told it."""
        return self.with_values({cle: ""})

    def absorbing(self, entities: Sequence[Entity]) -> Self:
        """The draft with the pieces that identifiers of a message give beyond doubt, where they are still missing."""
        open_ = [piece.besoin for piece in self.pieces() if not self.values.get(piece.besoin.cle)]
        return self.with_values(sure_values(self.knowledge, entities, open_))

    def to_create(self) -> schemas.SollicitationCreate:
        """The complete draft as the request to write. Raises ValueError when something is missing."""
        question = self.question()
        if self.categorie is None or question is not None:
            raise ValueError(f"Il manque : {question.field if question else 'categorie'}.")
        keys = [piece.besoin.cle for piece in self.pieces()]
        given = {cle: value for cle in [*keys, checklist.PRECISIONS] if (value := self.given(cle)) is not None}
        return schemas.SollicitationCreate(
            categorie=self.categorie.id,
            siret=given.pop("siret", None),
            numero_facture=given.pop("numero_facture", None),
            description=self.description or "",
            contact=self.contact or "",
            donnees=given,
        )


def _question(keys: Sequence[str]) -> Question:
    alone = keys[0] if len(keys) == 1 else None
    return Question(alone if alone in checklist.COLUMNS else "piece", tuple(keys))


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
