"""`make check-knowledge`, the journeys' part: every step and every quiz item rests on facts, can be read at a public address and
leads to fiches that exist; every way through the questions ends; one choice is right and one only.

Run: python -m assistant.journeys.check [--facts DIRECTORY]. Exit code 1 when something must be mended.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from pydantic import BaseModel

from assistant.journeys.load import Journeys, load_journeys
from assistant.journeys.schemas import Fondee, Item
from assistant.knowledge.check import read_facts
from assistant.knowledge.load import Knowledge, KnowledgeError, load_knowledge
from assistant.knowledge.schemas import Confiance, Source
from assistant.text import fold, fold_words

# What an unsure answer must say by itself: someone may read it without the page around it.
_RESERVED = re.compile(r"avec réserve|source sûre|ne savons pas|pas sûr|déduction|trouvé|aucune source", re.IGNORECASE)
_FORBIDDEN = re.compile(r"non vérifié|à compléter", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w-])\d+(?:[ \u00a0\u202f]\d{3})*(?:[.,]\d+)?(?![\w])")
_FREE_NUMBERS = {str(number) for number in range(11)}
# Each numbered section of factures.md is B-<number>.
_SECTION = re.compile(r"^#{2,3} (\d+(?:\.\d+)?(?: (?:bis|ter|quater))?)[. ]", re.MULTILINE)
_ENTRIES = (
    (re.compile(r"^### (A-\d+)\.", re.MULTILINE), "compte.md", ""),
    (re.compile(r"^\*\*(Q\d+)\.", re.MULTILINE), "factures.md", "B-"),
    (_SECTION, "factures.md", "B-"),
    (re.compile(r"^### (E-\d+)\.", re.MULTILINE), "marches-paiement-reforme.md", ""),
)


def fact_ids(directory: Path) -> set[str]:
    """The ids of all entries of the base of facts."""
    found = {
        f"{prefix}{identifier}".replace(" ", "")
        for pattern, name, prefix in _ENTRIES
        for identifier in pattern.findall((directory / name).read_text(encoding="utf-8"))
    }
    with (directory / "anomalies.csv").open(encoding="utf-8", newline="") as table:
        found |= {row["id"] for row in csv.DictReader(table)}
    lines = (directory / "quiz.jsonl").read_text(encoding="utf-8").splitlines()
    return found | {json.loads(line)["id"] for line in lines if line.strip()}


def check_journeys(journeys: Journeys, knowledge: Knowledge, facts: Path | None) -> Iterator[str]:
    """Problems, one sentence each; `facts` is the base of facts, None to skip what needs it."""
    known = fact_ids(facts) if facts is not None else None
    numbers = _numbers(read_facts(facts)) if facts is not None else None
    yield from _check_links(journeys, knowledge)
    founded: list[tuple[str, Fondee]] = [
        *((f"parcours/compte.yml, {one.id}", one) for one in journeys.etapes.values()),
        *((f"parcours/facture.yml, {one.id}", one) for one in journeys.resultats.values()),
    ]
    for place, one in founded:
        yield from _check_foundation(place, one.faits, one.fiches, one.sources, knowledge, known)
        yield from _check_texts(place, _texts(one), numbers)
        if one.confiance is Confiance.BASSE and not any(_RESERVED.search(text) for text in _texts(one)):
            yield f"{place}: un fait peu sûr doit être dit comme tel"
    for serie in journeys.series.values():
        for item in serie.items:
            place = f"quiz/{serie.id}.yml, {item.id}"
            yield from _check_foundation(place, item.faits, item.fiches, [item.source], knowledge, known)
            yield from _check_texts(place, [item.question, item.bonne, item.explication], numbers)
            yield from _check_item(place, item, {theme.id for theme in serie.themes})
        unused = {theme.id for theme in serie.themes} - {item.theme for item in serie.items}
        yield from (f"quiz/{serie.id}.yml: le thème « {theme} » n'a aucune question" for theme in sorted(unused))


def _check_foundation(
    place: str,
    faits: Iterable[str],
    fiches: Iterable[str],
    sources: Iterable[Source],
    knowledge: Knowledge,
    known: set[str] | None,
) -> Iterator[str]:
    if known is not None:
        yield from (f"{place}: le fait « {fait} » n'existe pas" for fait in faits if fait not in known)
    yield from (f"{place}: la fiche « {fiche} » n'existe pas" for fiche in fiches if fiche not in knowledge.fiches)
    yield from (
        f"{place}: {source.url} n'est pas une adresse publique"
        for source in sources
        if "." not in (urlsplit(source.url).hostname or "")
    )


def _check_texts(place: str, texts: Iterable[str], numbers: set[str] | None) -> Iterator[str]:
    for text in texts:
        forbidden = _FORBIDDEN.search(text)
        if forbidden:
            yield f"{place}: « {forbidden.group()} » ne doit pas s'y trouver"
        if numbers is not None:
            for number in sorted(_numbers(fold(text)) - numbers - _FREE_NUMBERS):
                yield f"{place}: le nombre {number} ne se trouve pas dans les faits"


def _check_item(place: str, item: Item, themes: set[str]) -> Iterator[str]:
    folded = [" ".join(fold_words(choice)) or choice for choice in item.choix]
    if len(set(folded)) != len(folded):
        yield f"{place}: deux choix disent la même chose"
    if item.theme not in themes:
        yield f"{place}: le thème « {item.theme} » n'existe pas"
    if item.confiance is Confiance.BASSE:
        yield f"{place}: une question ne porte pas sur un fait peu sûr"


def _check_links(journeys: Journeys, knowledge: Knowledge) -> Iterator[str]:
    """Every step of a branch exists and serves; every way through the questions ends, and all of it can be reached."""
    used = {etape for branche in journeys.branches.values() for etape in branche.etapes}
    for branche in journeys.branches.values():
        yield from (
            f"parcours/compte.yml, {branche.id}: l'étape « {etape} » n'existe pas"
            for etape in branche.etapes
            if etape not in journeys.etapes
        )
        if len(set(branche.etapes)) != len(branche.etapes):
            yield f"parcours/compte.yml, {branche.id}: une étape y est deux fois"
    yield from (f"parcours/compte.yml: l'étape « {etape} » ne sert à personne" for etape in sorted(set(journeys.etapes) - used))
    reached: set[str] = set()
    yield from _walk(journeys, journeys.facture.questions[0].id, (), reached)
    for name in sorted((set(journeys.questions) | set(journeys.resultats)) - reached):
        yield f"parcours/facture.yml: rien ne mène à « {name} »"
    for resultat in journeys.resultats.values():
        if resultat.cadre and resultat.cadre not in knowledge.cadres:
            yield f"parcours/facture.yml, {resultat.id}: le cadre {resultat.cadre} n'existe pas"


def _walk(journeys: Journeys, name: str, before: tuple[str, ...], reached: set[str]) -> Iterator[str]:
    if name in before:
        yield f"parcours/facture.yml: les questions tournent en rond ({' → '.join((*before, name))})"
        return
    reached.add(name)
    if name in journeys.questions:
        for choix in journeys.questions[name].choix:
            yield from _walk(journeys, choix.vers, (*before, name), reached)
    elif name not in journeys.resultats:
        yield f"parcours/facture.yml: « {name} » n'est ni une question ni un résultat"


def _texts(value: object) -> list[str]:
    """All texts that a person reads in it, and no id, fact, date or address."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    if not isinstance(value, BaseModel):
        return []
    unread = {"id", "faits", "fiches", "sources", "confiance", "cadre", "vers"}
    return [text for name in type(value).model_fields if name not in unread for text in _texts(getattr(value, name))]


def _numbers(text: str) -> set[str]:
    without_addresses = re.sub(r"https?://\S+", " ", text)
    return {re.sub(r"[ \u00a0\u202f]", "", found).replace(".", ",") for found in _NUMBER.findall(without_addresses)}


def main(
    knowledge_dir: Path = Path("data/knowledge"),
    facts: Annotated[Path, typer.Option(help="La base de faits ; ses contrôles sont passés si elle est absente.")] = Path(
        "../shared/facts"
    ),
) -> None:
    """Print every problem, then how much there is."""
    try:
        knowledge, journeys = load_knowledge(knowledge_dir), load_journeys(knowledge_dir)
    except KnowledgeError as error:
        for problem in error.problems:
            typer.echo(f"✗ {problem}")
        raise typer.Exit(1) from error
    problems = list(check_journeys(journeys, knowledge, facts if facts.is_dir() else None))
    for problem in problems:
        typer.echo(f"✗ {problem}")
    quizzes = ", ".join(f"{serie.id} {len(serie.items)}" for serie in journeys.series.values())
    typer.echo(
        f"{len(journeys.branches)} situations, {len(journeys.etapes)} étapes, {len(journeys.resultats)} issues de dépôt ; "
        f"questions de quiz : {quizzes}"
    )
    if not facts.is_dir():
        typer.echo(f"La base de faits n'est pas là ({facts}) : faits et nombres ne sont pas contrôlés.")
    if problems:
        raise typer.Exit(1)
    typer.echo("Les parcours sont en ordre.")


if __name__ == "__main__":
    typer.run(main)
