"""What people can change of triage without touching code: data/triage (examples, rules of priority, texts)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.knowledge.load import Knowledge
from assistant.sollicitations.enums import Priorite
from assistant.text import fold_words

MIN_EXAMPLES = 25
# In fiches.yml: this fiche teaches nothing.
NO_CATEGORY = "-"


class TriageDataError(Exception):
    """data/triage cannot be read; the message lists every reason."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PalierJours(_Frozen):
    """Points from a number of days on (or up to it, for a deadline)."""

    jours: int
    points: int


class PalierEuros(_Frozen):
    """Points from an amount on."""

    euros: int
    points: int


class RegleEcheance(_Frozen):
    """A deadline near."""

    phrase: str
    phrase_depassee: str
    paliers: list[PalierJours]


class RegleAttente(_Frozen):
    """A long wait; `mots` are beginnings of words that say that money or an invoice is at stake."""

    phrase: str
    mots: list[str]
    paliers: list[PalierJours]


class RegleMontant(_Frozen):
    """A large amount."""

    phrase: str
    paliers: list[PalierEuros]


class Signal(_Frozen):
    """Expressions (folded; « * » stands for any end of a word) and what they are worth together."""

    id: str
    phrase: str
    points: int
    mots: list[str] = Field(min_length=1)


class Niveaux(_Frozen):
    """Points from which a level is reached; below `normale` it is « basse »."""

    urgente: int
    haute: int
    normale: int

    def level(self, points: int) -> Priorite:
        """The level of a sum of points."""
        if points >= self.urgente:
            return Priorite.URGENTE
        if points >= self.haute:
            return Priorite.HAUTE
        return Priorite.NORMALE if points >= self.normale else Priorite.BASSE


class ReglesPriorite(_Frozen):
    """data/triage/priorite.yml."""

    niveaux: Niveaux
    categories: dict[str, int]
    echeance: RegleEcheance
    attente: RegleAttente
    montant: RegleMontant
    signaux: list[Signal]


@dataclass(frozen=True)
class TriageData:
    """All of data/triage; `examples` by id of category."""

    examples: dict[str, list[str]]
    priorite: ReglesPriorite
    textes: dict[str, str]
    # The category that each fiche leads to; absent when it leads to several.
    fiches: dict[str, str]


def load_triage_data(directory: Path, knowledge: Knowledge) -> TriageData:
    """Read data/triage. Raises TriageDataError listing every problem, with the file it stands in."""
    problems: list[str] = []
    examples = _examples(directory / "exemples.yml", knowledge, problems)
    priorite = _priorite(directory / "priorite.yml", knowledge, problems)
    textes = _textes(directory / "textes.yml", problems)
    fiches = _fiches(directory / "fiches.yml", knowledge, problems)
    if problems or priorite is None:
        raise TriageDataError("\n".join(problems))
    return TriageData(examples, priorite, textes, fiches)


def read_examples(path: Path) -> dict[str, list[str]]:
    """Lists of texts by category, as they stand in the file. Raises OSError, ValueError."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or not all(
        isinstance(texts, list) and all(isinstance(text, str) for text in texts) for texts in content.values()
    ):
        raise ValueError("une liste de textes par catégorie est attendue")
    return content


def _examples(path: Path, knowledge: Knowledge, problems: list[str]) -> dict[str, list[str]]:
    try:
        examples = read_examples(path)
    except (OSError, ValueError, yaml.YAMLError) as error:
        problems.append(f"{path}: {error}")
        return {}
    problems += [f"{path}: la catégorie « {name} » n'existe pas" for name in examples if name not in knowledge.categories]
    owner: dict[str, str] = {}
    for categorie in knowledge.categories:
        texts = examples.get(categorie, [])
        if len(texts) < MIN_EXAMPLES:
            problems.append(f"{path}, {categorie}: {len(texts)} exemples (il en faut {MIN_EXAMPLES})")
        for text in texts:
            key = " ".join(fold_words(text))
            if key in owner:
                problems.append(f"{path}: « {text} » est à la fois dans {owner[key]} et dans {categorie}")
            owner[key] = categorie
    # In the order of the categories, so that what is learned does not depend on the order of the file.
    return {categorie: examples[categorie] for categorie in knowledge.categories if categorie in examples}


def _priorite(path: Path, knowledge: Knowledge, problems: list[str]) -> ReglesPriorite | None:
    content = _yaml(path, problems)
    if content is None:
        return None
    try:
        rules = ReglesPriorite.model_validate(content)
    except ValidationError as error:
        problems += [f"{path}, {'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()]
        return None
    problems += [f"{path}: la catégorie « {name} » n'existe pas" for name in rules.categories if name not in knowledge.categories]
    return rules


def _fiches(path: Path, knowledge: Knowledge, problems: list[str]) -> dict[str, str]:
    """Category by fiche: as a category names it, as the list says, or as its domaine; « - » means none."""
    content = _yaml(path, problems) or {}
    domains, listed = content.get("domaines") or {}, content.get("fiches") or {}
    known = {*knowledge.categories, NO_CATEGORY}
    problems += [
        f"{path}: la catégorie « {name} » n'existe pas" for name in sorted({*domains.values(), *listed.values()} - known)
    ]
    problems += [f"{path}: la fiche « {name} » n'existe pas" for name in listed if name not in knowledge.fiches]
    found = {fiche.id: listed.get(fiche.id, domains.get(fiche.domaine, NO_CATEGORY)) for fiche in knowledge.fiches.values()}
    named = {fiche: categorie.id for categorie in knowledge.categories.values() for fiche in categorie.fiches}
    return {fiche: categorie for fiche, categorie in {**found, **named}.items() if categorie != NO_CATEGORY}


def _textes(path: Path, problems: list[str]) -> dict[str, str]:
    content = _yaml(path, problems) or {}
    problems += [f"{path}, {key}: un texte est attendu" for key, value in content.items() if not isinstance(value, str)]
    return {key: str(value) for key, value in content.items()}


def _yaml(path: Path, problems: list[str]) -> dict[str, Any] | None:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        problems.append(f"{path}: {error}")
        return None
    if not isinstance(content, dict):
        problems.append(f"{path}: une liste de champs est attendue")
        return None
    return content
