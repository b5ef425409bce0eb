"""`make bench-triage`: how often triage names the right category and the right route, and what it costs.

Judges: cross-validation on the examples that teach (5 folds, stratified by category); requests held out (controle.yml); the
messages that set the bot's thresholds (bench/understanding/validation.jsonl), by the category of their fiches; and the
development requests (../shared/eval), read here and never shown: only scores come out. Their topics are wider than our
categories: TOPICS, written from their labels alone, says which categories a desk would accept for each.

Run: python -m bench.triage.run [--requests FILE] [--no-write]
"""

import json
import math
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from assistant.helpdesk.triage.classifier import TEMPERATURE, CategoryClassifier, encode_in_batches
from assistant.helpdesk.triage.data import load_triage_data, read_examples
from assistant.helpdesk.triage.engine import TriageEngine, requests_as_lessons
from assistant.helpdesk.triage.schemas import Demande
from assistant.knowledge.encoder import encode
from assistant.knowledge.load import Knowledge, load_knowledge
from assistant.knowledge.search import SearchIndex

RESULT = Path(__file__).with_name("README.md")
HELD_OUT = Path(__file__).with_name("controle.yml")
BOT_MESSAGES = Path(__file__).parents[1] / "understanding" / "validation.jsonl"
FOLDS = 5
# Labels of the development requests → categories that are right for them. « avoir » and « banque » have no category of ours.
TOPICS: dict[str, set[str]] = {
    "avoir": {"depot_facture_erreur", "facture_rejetee", "autre"},
    "banque": {"creation_structure", "retard_paiement", "autre"},
    "delai_paiement": {"retard_paiement"},
    "depot": {"depot_facture_erreur"},
    "hors_sujet": {"autre"},
    "recyclage": {"facture_a_recycler"},
    "reglementation": {"autre"},
    "rejet": {"facture_rejetee", "facture_suspendue"},
    "structure": {"creation_structure", "rattachement_habilitation", "gestionnaire_absent"},
    "support": {"autre", "anomalie_portail"},
    "travaux": {"travaux_moe_moa"},
}

Judged = tuple[str, set[str]]


@dataclass
class Score:
    """Shares of right answers over `count` requests."""

    name: str
    count: int
    first: float
    among_two: float
    route: float

    def line(self) -> str:
        """A row of the table."""
        return f"| {self.name} | {self.count} | {self.first:.1%} | **{self.among_two:.1%}** | **{self.route:.1%}** |"


class Remembering:
    """The encoder, each text once: five folds learn from the same texts."""

    def __init__(self) -> None:
        self._vectors: dict[str, Any] = {}

    def __call__(self, texts: Sequence[str]) -> Any:
        missing = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if missing:
            self._vectors.update(zip(missing, encode(missing), strict=True))
        return np.stack([self._vectors[text] for text in texts])


def best_temperature(rankings: Sequence[tuple[list[float], float]]) -> float:
    """The softmax' inverse temperature under which the right categories are likeliest, from (all, right) probabilities."""

    def loss(ratio: float) -> float:
        return -statistics.mean(
            ratio * math.log(max(right, 1e-12)) - math.log(sum(max(one, 1e-12) ** ratio for one in every))
            for every, right in rankings
        )

    return TEMPERATURE * min((step / 20 for step in range(5, 60)), key=loss)


def judge(name: str, engine_of: Callable[[str], TriageEngine], requests: Sequence[Judged]) -> Score:
    """Rank each request (its text alone: no category declared) with the engine that may see it."""
    first = among_two = route = 0
    for text, right in requests:
        engine = engine_of(text)
        ranked = engine.rank(text)
        names = [one.categorie for one in ranked]
        first += names[0] in right
        among_two += bool(right & set(names[:2]))
        routes = {engine.knowledge.categories[one].route for one in right}
        route += next(iter(engine.route_scores(ranked))) in routes
    count = len(requests)
    return Score(name, count, first / count, among_two / count, route / count)


def folds(examples: dict[str, list[str]], seed: int) -> list[dict[str, list[str]]]:
    """FOLDS parts with the same share of each category."""
    parts: list[dict[str, list[str]]] = [{} for _ in range(FOLDS)]
    for categorie, texts in examples.items():
        shuffled = random.Random(f"{seed}{categorie}").sample(texts, len(texts))
        for number, part in enumerate(parts):
            part[categorie] = shuffled[number::FOLDS]
    return parts


def cross_validated(
    base: TriageEngine, knowledge: Knowledge, remembering: Remembering, seeds: Sequence[int]
) -> tuple[Score, float]:
    """The mean over several ways to cut the examples, and the best temperature."""
    rankings = []
    others_lessons = base.other_lessons(knowledge, base.search, base.data)
    scores = []
    for seed in seeds:
        parts = folds(base.data.examples, seed)
        engines: dict[str, TriageEngine] = {}
        for number, part in enumerate(parts):
            others = [other for index, other in enumerate(parts) if index != number]
            taught = {categorie: [text for other in others for text in other[categorie]] for categorie in part}
            lessons = [*requests_as_lessons(taught), *others_lessons]
            classifier = CategoryClassifier.fit(list(knowledge.categories), lessons, remembering)
            engine = TriageEngine(knowledge, base.search, base.data, classifier, remembering)
            engines.update({text: engine for texts in part.values() for text in texts})
        requests = [(text, {categorie}) for categorie, texts in base.data.examples.items() for text in texts]
        scores.append(judge("", engines.__getitem__, requests))
        for text, right in requests:
            ranked = engines[text].rank(text)
            every = {one.categorie: one.probability for one in ranked}
            rankings.append((list(every.values()), every[next(iter(right))]))
    mean = Score(
        f"examples, {FOLDS} folds, mean of {len(seeds)} cuts",
        scores[0].count,
        statistics.mean(score.first for score in scores),
        statistics.mean(score.among_two for score in scores),
        statistics.mean(score.route for score in scores),
    )
    return mean, best_temperature(rankings)


def bot_messages(engine: TriageEngine) -> list[Judged]:
    """Validation messages of the bot whose fiches lead to a category: questions more than requests, by other writers."""
    judged = []
    for line in BOT_MESSAGES.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        fiches = [intent.removeprefix("fiche/") for intent in entry["accept"]]
        right = {engine.data.fiches[fiche] for fiche in fiches if fiche in engine.data.fiches}
        if right:
            judged.append((entry["text"], right))
    return judged


def development(path: Path, engine: TriageEngine) -> tuple[list[Score], str]:
    """Scores on the development requests; those whose topic has one category only are also told apart. No text comes out."""
    entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    judged = [(entry["text"], TOPICS[entry["topic"]]) for entry in entries]
    strict = [one for one in judged if len(one[1]) == 1]
    scores = [
        judge("development requests", lambda text: engine, judged),
        judge("… of which topics with one category only", lambda text: engine, strict),
    ]
    hints = [
        engine.propose(_demande(entry["text"])).priorite[0].valeur.replace("urgente", "haute") == entry["priority_hint"]
        for entry in entries
    ]
    return scores, f"Priority as the development requests hint at it (urgente counted as haute): {sum(hints)} of {len(hints)}."


def measure(engine: TriageEngine, texts: Sequence[str]) -> str:
    """What one proposal costs, alone and beside as many candidates as are ever compared."""
    others = [_demande(text, number) for number, text in enumerate(texts[:240], 1)]
    alone, beside = [], []
    for text in texts[:30]:
        started = time.perf_counter()
        engine.propose(_demande(text))
        alone.append(time.perf_counter() - started)
        started = time.perf_counter()
        engine.propose(_demande(text, 10_000), solved=others, open_=others)
        beside.append(time.perf_counter() - started)
    return (
        f"One proposal (median): {statistics.median(alone) * 1000:.0f} ms; beside 240 open and 240 solved candidates: "
        f"{statistics.median(beside) * 1000:.0f} ms."
    )


def main(
    requests: Annotated[Path, typer.Option(help="Development requests; left out when absent.")] = Path(
        "../shared/eval/sollicitations.jsonl"
    ),
    write: Annotated[bool, typer.Option(help="Keep the table in bench/triage/README.md.")] = True,
    cuts: Annotated[int, typer.Option(help="Ways to cut the examples into folds.")] = 3,
) -> None:
    """Print and keep the table."""
    knowledge = load_knowledge(Path("data/knowledge"))
    search = SearchIndex(list(knowledge.fiches.values()))
    started = time.perf_counter()
    engine = TriageEngine.build(knowledge, search, Path("data/triage"))
    building = time.perf_counter() - started
    data = load_triage_data(Path("data/triage"), knowledge)
    remembering = Remembering()
    taught = [text for texts in data.examples.values() for text in texts]
    encode_in_batches(taught, remembering)
    held_out = [(text, {categorie}) for categorie, texts in read_examples(HELD_OUT).items() for text in texts]
    crossed, temperature = cross_validated(engine, knowledge, remembering, range(cuts))
    scores = [crossed, judge("held out, same writer", lambda text: engine, held_out)]
    notes = [f"Inverse temperature that fits the folds best: {temperature:.1f} (used: {TEMPERATURE:.0f})."]
    scores.append(judge("messages to the bot, other writers", lambda text: engine, bot_messages(engine)))
    if requests.is_file():
        measured, hints = development(requests, engine)
        scores += measured
        notes.append(hints)
    notes.append(f"Learning at start-up: {building:.1f} s for {len(taught)} requests. {measure(engine, taught)}")
    table = _table(scores, notes)
    typer.echo(table)
    if write:
        RESULT.write_text(table, encoding="utf-8")


def _demande(text: str, number: int = 0) -> Demande:
    return Demande(
        id=number,
        numero=f"CHO-{number}",
        categorie="autre",
        description=text,
        cree_le=datetime(2026, 11, 24, tzinfo=UTC),
        etat="soumise",
    )


def _table(scores: Sequence[Score], notes: Sequence[str]) -> str:
    lines = [
        "# Triage: right category, right route",
        "",
        "Written by `make bench-triage` (`python -m bench.triage.run`). Each request is judged by its text alone. Wanted:",
        "the right category among the first two for 85 %, the right route for 95 %. How far each line can be trusted:",
        "",
        "- Examples and held-out requests come from one writer, who had seen the former when writing the latter: they flatter.",
        "- The messages to the bot are questions more than requests and come from others; their category is that of their fiche.",
        "- The development requests are few (each is worth 7 points) and never teach; their topics are wider than our categories",
        "  (`TOPICS` in `run.py`, written from the labels before the first measure); their route is that of the categories.",
        "",
        "| judged on | requests | right first | right among two | right route |",
        "|---|---:|---:|---:|---:|",
        *(score.line() for score in scores),
        "",
        *(f"- {note}" for note in notes),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    typer.run(main)
