"""Read data/knowledge into memory. Every mistake is told at once, with the file it stands in."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from assistant.knowledge.schemas import Anomalie, Besoin, Cadre, Categorie, Fiche, MotifCloture, Section, Statut, Terme

Row = TypeVar("Row", bound=BaseModel)

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_SECTIONS = tuple(section.value for section in Section)
# Every request holds them: they need no entry in the list of `besoins`.
ALWAYS_ASKED = frozenset({"description", "contact"})
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


class KnowledgeError(Exception):
    """The knowledge cannot be loaded; `problems` lists every reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Knowledge:
    """Everything the assistant knows, keyed by id, code or term."""

    fiches: dict[str, Fiche]
    statuts: dict[str, Statut]
    anomalies: dict[str, Anomalie]
    cadres: dict[str, Cadre]
    termes: dict[str, Terme]
    categories: dict[str, Categorie]
    besoins: dict[str, Besoin]
    motifs_cloture: dict[str, MotifCloture]
    textes: dict[str, str]


def load_knowledge(directory: Path) -> Knowledge:
    """Read all of `directory` (data/knowledge). Raises KnowledgeError listing every problem found."""
    problems: list[str] = []
    fiches = _fiches(directory / "fiches", problems)
    requests = directory / "sollicitations.yml"
    read = _yaml(requests, problems)
    knowledge = Knowledge(
        fiches=fiches,
        statuts=_keyed(_table(directory / "statuts.csv", Statut, problems), "code", problems),
        anomalies=_keyed(_table(directory / "anomalies.csv", Anomalie, problems), "id", problems),
        cadres=_keyed(_table(directory / "cadres.csv", Cadre, problems), "code", problems),
        termes=_keyed(_table(directory / "glossaire.csv", Terme, problems), "terme", problems),
        categories=_keyed(_entries(read, requests, "categories", "id", Categorie, problems), "id", problems),
        besoins=_keyed(_entries(read, requests, "besoins", "cle", Besoin, problems), "cle", problems),
        motifs_cloture=_keyed(_motifs_cloture(directory / "motifs_cloture.yml", problems), "id", problems),
        textes=_all_texts((directory / "textes.yml", directory / "rapport_facture.yml"), problems),
    )
    if read is not None and not read.get("categories"):
        problems.append(f"{requests}: une liste « categories » est attendue")
    problems.extend(f"{requests}, {problem}" for problem in _wrong_besoins(knowledge.categories.values(), knowledge.besoins))
    if problems:
        raise KnowledgeError(problems)
    return knowledge


def parse_fiche(text: str) -> Fiche:
    """A fiche from its Markdown. Raises ValueError (ValidationError included) saying what is wrong."""
    match = _FRONT_MATTER.match(text)
    if not match:
        raise ValueError("l'en-tête YAML entre deux lignes « --- » manque")
    head = yaml.safe_load(match.group(1))
    if not isinstance(head, dict):
        raise TypeError("l'en-tête n'est pas une liste de champs")
    parts = _HEADING.split(match.group(2).strip())
    lead, _, steps = parts[0].strip().partition("\n\n")
    sections: dict[Section, str] = {}
    for title, body in zip(map(str.strip, parts[1::2]), parts[2::2], strict=True):
        if title not in _SECTIONS:
            raise ValueError(f"« {title} » n'est pas une des sections ({', '.join(_SECTIONS)})")
        if title in sections:
            raise ValueError(f"la section « {title} » existe deux fois")
        sections[Section(title)] = body.strip()
    # Lines of one paragraph are joined: the line breaks of the file are not the reader's.
    return Fiche(reponse=" ".join(lead.split()), etapes=steps.strip(), sections=sections, **head)


def _fiches(directory: Path, problems: list[str]) -> dict[str, Fiche]:
    found: dict[str, Fiche] = {}
    for path in sorted(directory.glob("*/*.md")):
        try:
            fiche = parse_fiche(path.read_text(encoding="utf-8"))
        except (ValueError, TypeError, yaml.YAMLError) as error:
            problems.append(f"{path}: {_plain(error)}")
            continue
        if fiche.id != path.stem or fiche.domaine != path.parent.name:
            problems.append(f"{path}: l'id « {fiche.id} » ou le domaine « {fiche.domaine} » ne correspond pas au fichier")
        if fiche.id in found:
            problems.append(f"{path}: l'id « {fiche.id} » existe deux fois")
        found[fiche.id] = fiche
    if not found and not problems:
        problems.append(f"{directory}: aucune fiche ne s'y trouve")
    return found


def _table(path: Path, shape: type[Row], problems: list[str]) -> Iterator[Row]:
    content = _read(path, problems)
    if content is None:
        return
    for line, row in enumerate(csv.DictReader(io.StringIO(content, newline="")), start=2):
        if None in row:
            problems.append(f"{path}, ligne {line}: cette ligne a plus de cellules que l'en-tête")
            continue
        try:
            yield shape.model_validate(row)
        except ValidationError as error:
            problems.append(f"{path}, ligne {line}: {_plain(error)}")


def _entries(
    content: dict[Any, Any] | None, path: Path, heading: str, key: str, shape: type[Row], problems: list[str]
) -> Iterator[Row]:
    """The entries of one list of a YAML file; `key` names an entry in what is said of it. No content: the file was told of."""
    if content is None:
        return
    entries = content.get(heading, [])
    if not isinstance(entries, list):
        problems.append(f"{path}: une liste « {heading} » est attendue")
        return
    for entry in entries:
        try:
            yield shape.model_validate(entry)
        except ValidationError as error:
            name = entry.get(key) if isinstance(entry, dict) else entry
            problems.append(f"{path}, {name}: {_plain(error)}")


def _motifs_cloture(path: Path, problems: list[str]) -> Iterator[MotifCloture]:
    content = _yaml(path, problems)
    found = list(_entries(content, path, "motifs", "id", MotifCloture, problems))
    if content is not None and {motif.par for motif in found} != {"agent", "usager"}:
        problems.append(f"{path}: il faut des motifs de l'assistance et celui de la personne (par: usager)")
    yield from found


def _wrong_besoins(categories: Iterable[Categorie], besoins: dict[str, Besoin]) -> Iterator[str]:
    """What a category asks for without saying how."""
    for categorie in categories:
        asked = set(categorie.besoins)
        unknown = sorted(asked - set(besoins) - ALWAYS_ASKED)
        yield from (f"{categorie.id}: « {cle} » n'est pas dans la liste « besoins »" for cle in unknown)
        for name, keys in (("essentiels", categorie.essentiels), ("deduits", categorie.deduits)):
            yield from (f"{categorie.id}: « {cle} » ({name}) n'est pas un de ses besoins" for cle in sorted(set(keys) - asked))


def _all_texts(paths: Iterable[Path], problems: list[str]) -> dict[str, str]:
    """The sentences of several files; a key stands in one of them only."""
    found: dict[str, str] = {}
    for path in paths:
        texts = _texts(path, problems)
        problems.extend(f"{path}, {key}: ce texte existe déjà" for key in texts if key in found)
        found |= texts
    return found


def _texts(path: Path, problems: list[str]) -> dict[str, str]:
    texts = _yaml(path, problems) or {}
    wrong = [key for key, value in texts.items() if not isinstance(value, str)]
    problems.extend(f"{path}, {key}: un texte est attendu" for key in wrong)
    return {key: value.strip() for key, value in texts.items() if isinstance(value, str)}


def _read(path: Path, problems: list[str]) -> str | None:
    if not path.is_file():
        problems.append(f"{path}: ce fichier manque")
        return None
    try:
        # Line breaks inside a cell are the reader's business (csv).
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        problems.append(f"{path}: {error}")
        return None


def _yaml(path: Path, problems: list[str]) -> dict[Any, Any] | None:
    content = _read(path, problems)
    if content is None:
        return None
    try:
        found = yaml.safe_load(content)
    except yaml.YAMLError as error:
        problems.append(f"{path}: {error}")
        return None
    if not isinstance(found, dict):
        problems.append(f"{path}: une liste de champs est attendue")
        return None
    return found


def _keyed(rows: Iterable[Row], key: str, problems: list[str]) -> dict[str, Row]:
    keyed: dict[str, Row] = {}
    for row in rows:
        value: Any = getattr(row, key)
        if value in keyed:
            problems.append(f"{type(row).__name__} : « {value} » existe deux fois")
        keyed[value] = row
    return keyed


def _plain(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return " ; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
    return str(error)
