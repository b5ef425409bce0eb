"""Read data/knowledge/parcours and data/knowledge/quiz. Every mistake of form is told at once, with its file."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from assistant.journeys.schemas import Branche, Compte, Etape, Facture, Item, Question, Resultat, Serie
from assistant.knowledge.load import KnowledgeError

Shape = TypeVar("Shape", bound=BaseModel)
Keyed = TypeVar("Keyed", Branche, Etape, Question, Resultat, Item, Serie)


@dataclass(frozen=True)
class Journeys:
    """All journeys, with their parts by id, and the sentences that the chat says."""

    compte: Compte
    branches: dict[str, Branche]
    etapes: dict[str, Etape]
    facture: Facture
    questions: dict[str, Question]
    resultats: dict[str, Resultat]
    series: dict[str, Serie]
    items: dict[str, Item]
    textes: dict[str, str]


def load_journeys(directory: Path) -> Journeys:
    """Read the journeys of `directory` (data/knowledge). Raises KnowledgeError listing every problem of form."""
    problems: list[str] = []
    compte = _shape(directory / "parcours" / "compte.yml", Compte, problems)
    facture = _shape(directory / "parcours" / "facture.yml", Facture, problems)
    paths = sorted((directory / "quiz").glob("*.yml"))
    if not paths:
        problems.append(f"{directory / 'quiz'}: aucun quiz ne s'y trouve")
    series = [serie for path in paths if (serie := _shape(path, Serie, problems)) is not None]
    textes = _texts(directory / "parcours" / "textes.yml", problems)
    if compte is None or facture is None or problems:
        raise KnowledgeError(problems)
    journeys = Journeys(
        compte=compte,
        branches=_keyed(compte.branches, problems),
        etapes=_keyed(compte.etapes, problems),
        facture=facture,
        questions=_keyed(facture.questions, problems),
        resultats=_keyed(facture.resultats, problems),
        series=_keyed(sorted(series, key=lambda serie: serie.rang), problems),
        items=_keyed((item for serie in series for item in serie.items), problems),
        textes=textes,
    )
    if problems:
        raise KnowledgeError(problems)
    return journeys


def _shape(path: Path, shape: type[Shape], problems: list[str]) -> Shape | None:
    content = _yaml(path, problems)
    if content is None:
        return None
    try:
        return shape.model_validate(content)
    except ValidationError as error:
        for item in error.errors():
            problems.append(f"{path}, {_place(content, item['loc'])}: {item['msg']}")
        return None


def _place(content: Any, location: tuple[int | str, ...]) -> str:
    """Where a mistake stands, with the ids of the entries instead of their numbers."""
    words = []
    for part in location:
        try:
            content = content[part]
        except (KeyError, IndexError, TypeError):
            # What is missing has no place of its own.
            content = None
        words.append(str(content.get("id", part)) if isinstance(content, dict) else str(part))
    return ".".join(words)


def _texts(path: Path, problems: list[str]) -> dict[str, str]:
    content = _yaml(path, problems)
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        problems.append(f"{path}: une liste de textes est attendue")
        return {}
    return {key: value.strip() for key, value in content.items()}


def _yaml(path: Path, problems: list[str]) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        problems.append(f"{path}: {error}")
        return None


def _keyed(entries: Iterable[Keyed], problems: list[str]) -> dict[str, Keyed]:
    keyed: dict[str, Keyed] = {}
    for entry in entries:
        if entry.id in keyed:
            problems.append(f"« {entry.id} » existe deux fois dans les parcours")
        keyed[entry.id] = entry
    return keyed
