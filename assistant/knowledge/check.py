"""`make check-knowledge`: is what the assistant knows well-formed, linked, sourced and true to the facts?

Run: python -m assistant.knowledge.check [--facts DIRECTORY] [--coverage]. Exit code 1 when something must be mended.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
import yaml

from assistant.knowledge.load import Knowledge, KnowledgeError, load_knowledge
from assistant.knowledge.schemas import TO_COMPLETE, Fiche, Section
from assistant.text import fold, fold_words

MAX_SHORT_ANSWER_WORDS = 60
MIN_EXAMPLES = 15

_LINK = re.compile(r"\]\(([^)]+)\)")
_NUMBER = re.compile(r"(?<![\w-])\d+(?:[ \u00a0\u202f]\d{3})*(?:[.,]\d+)?(?![\w])")
_FORBIDDEN = re.compile(r"non vérifié|<[a-z/]|!\[|^\|", re.IGNORECASE | re.MULTILINE)
_FACT_IDS = (
    (re.compile(r"^### (A-\d+)\.", re.MULTILINE), "compte.md"),
    (re.compile(r"^\*\*(Q\d+)\.", re.MULTILINE), "factures.md"),
    (re.compile(r"^### (E-\d+)\.", re.MULTILINE), "marches-paiement-reforme.md"),
)
# Small numbers stand in steps and lists of any text; they carry no fact by themselves.
_FREE_NUMBERS = {str(number) for number in range(11)}


def check_fiches(knowledge: Knowledge, facts: str | None) -> Iterator[str]:
    """Problems of the fiches, one sentence each; `facts` is the folded text of the base, None to skip the numbers."""
    allowed = _numbers(facts) if facts is not None else None
    titles = Counter(fiche.titre for fiche in knowledge.fiches.values())
    for fiche in knowledge.fiches.values():
        yield from (f"{fiche.id}: {problem}" for problem in _problems_of(fiche, knowledge, allowed))
        if titles[fiche.titre] > 1:
            yield f"{fiche.id}: le titre « {fiche.titre} » sert deux fois"
    for categorie in knowledge.categories.values():
        for other in categorie.fiches:
            if other not in knowledge.fiches:
                yield f"sollicitations.yml, {categorie.id}: la fiche « {other} » n'existe pas"


def _problems_of(fiche: Fiche, knowledge: Knowledge, allowed: set[str] | None) -> Iterator[str]:
    words = len(re.sub(r"[*_`]|\]\([^)]*\)", " ", fiche.reponse).split())
    if words > MAX_SHORT_ANSWER_WORDS:
        yield f"la réponse courte a {words} mots (au plus {MAX_SHORT_ANSWER_WORDS})"
    for other in fiche.voir_aussi:
        if other not in knowledge.fiches:
            yield f"voir_aussi : la fiche « {other} » n'existe pas"
    if Section.AUTREMENT_DIT not in fiche.sections:
        yield "la section « Autrement dit » manque"
    text = "\n\n".join([fiche.texte, *fiche.sections.values()])
    if TO_COMPLETE in text:
        yield f"« {TO_COMPLETE} » : ce brouillon n'est pas terminé"
    forbidden = _FORBIDDEN.search(text)
    if forbidden:
        yield f"« {forbidden.group()} » ne doit pas s'y trouver"
    urls = {source.url for source in fiche.sources}
    for link in _LINK.findall(text):
        if link not in urls and link.rstrip("/") != "https://portail.chorus-pro.gouv.fr":
            yield f"le lien {link} n'est pas une des sources"
    if allowed is not None:
        for number in sorted(_numbers(text) - allowed - _FREE_NUMBERS):
            yield f"le nombre {number} ne se trouve pas dans les faits"


def _numbers(text: str) -> set[str]:
    return {
        re.sub(r"[ \u00a0\u202f]", "", found).replace(".", ",") for found in _NUMBER.findall(re.sub(r"\]\([^)]*\)", "]", text))
    }


def load_examples(directory: Path, leave_out: Path | None = None) -> dict[str, list[str]]:
    """Training examples by intent, from the Rasa files of data/nlu (but `leave_out`)."""
    examples: dict[str, list[str]] = defaultdict(list)
    for path in sorted(directory.glob("*.yml")):
        if path == leave_out:
            continue
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            if "intent" in block:
                lines = [line.strip() for line in block["examples"].splitlines() if line.strip()]
                examples[block["intent"]] += [line.removeprefix("-").strip() for line in lines]
    return dict(examples)


def check_examples(knowledge: Knowledge, examples: dict[str, list[str]]) -> Iterator[str]:
    """Problems of the training examples: too few, twice, or about a fiche that does not exist."""
    for fiche_id in knowledge.fiches:
        count = len(examples.get(f"fiche/{fiche_id}", []))
        if count < MIN_EXAMPLES:
            yield f"{fiche_id}: {count} exemples (il en faut {MIN_EXAMPLES})"
    owner: dict[str, str] = {}
    for intent, texts in examples.items():
        if intent.startswith("fiche/") and intent.removeprefix("fiche/") not in knowledge.fiches:
            yield f"{intent}: cette fiche n'existe pas"
        for text in texts:
            key = " ".join(fold_words(text)) or text
            if key in owner:
                yield f"« {text} » est à la fois dans {owner[key]} et dans {intent}"
            owner[key] = intent


def facts_not_used(knowledge: Knowledge, directory: Path) -> Iterator[str]:
    """Entries of the facts that no fiche and no table names."""
    used = {fact.strip() for fiche in knowledge.fiches.values() for fact in fiche.faits}
    for table in (knowledge.statuts, knowledge.anomalies, knowledge.cadres, knowledge.termes):
        used |= {fact.strip() for row in table.values() for fact in re.split(r"[,;|]", row.faits)}
    for pattern, name in _FACT_IDS:
        for found in pattern.findall((directory / name).read_text(encoding="utf-8")):
            identifier = f"B-{found}" if found.startswith("Q") else found
            if identifier not in used:
                yield f"{identifier} ({name})"


def read_facts(directory: Path) -> str:
    """All the facts as one text."""
    return fold("\n".join(path.read_text(encoding="utf-8") for path in sorted(directory.iterdir()) if path.is_file()))


def main(
    knowledge_dir: Path = Path("data/knowledge"),
    nlu_dir: Path = Path("data/nlu"),
    facts: Annotated[Path, typer.Option(help="La base de faits ; ses contrôles sont passés si elle est absente.")] = Path(
        "../shared/facts"
    ),
) -> None:
    """Print every problem, then the coverage of the facts."""
    try:
        knowledge = load_knowledge(knowledge_dir)
    except KnowledgeError as error:
        for problem in error.problems:
            typer.echo(f"✗ {problem}")
        raise typer.Exit(1) from error
    base = read_facts(facts) if facts.is_dir() else None
    problems = [*check_fiches(knowledge, base), *check_examples(knowledge, load_examples(nlu_dir))]
    for problem in problems:
        typer.echo(f"✗ {problem}")
    by_domain = Counter(fiche.domaine for fiche in knowledge.fiches.values())
    typer.echo(f"{len(knowledge.fiches)} fiches : " + ", ".join(f"{name} {count}" for name, count in sorted(by_domain.items())))
    typer.echo(
        f"{len(knowledge.statuts)} statuts, {len(knowledge.anomalies)} anomalies, {len(knowledge.cadres)} cadres, "
        f"{len(knowledge.termes)} termes, {len(knowledge.categories)} catégories de sollicitation"
    )
    if base is None:
        typer.echo(f"La base de faits n'est pas là ({facts}) : nombres et couverture ne sont pas contrôlés.")
    else:
        unused = list(facts_not_used(knowledge, facts))
        typer.echo(f"Faits sans fiche ({len(unused)}) : " + ", ".join(unused))
    if problems:
        raise typer.Exit(1)
    typer.echo("Les connaissances sont en ordre.")


if __name__ == "__main__":
    typer.run(main)
