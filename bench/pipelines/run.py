"""`make bench-pipelines`: intent classifiers compared on the same data, features and split, in one run (Rasa side).

A sample of topics (up to --most examples of each), every intent flat, one fifth held out, stratified. Accuracy and macro F1
over the held-out messages, share right among the first three, seconds of training (features included), milliseconds a message.
This machine is shared: read the ratios, not the seconds.

Run: python -m bench.pipelines.run [--topics 40] [--most 20]    (writes bench/pipelines/README.md; .venv/rasa)
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import ruamel.yaml
from rasa.core.agent import Agent
from rasa.model_training import train_nlu
from sklearn.metrics import accuracy_score, f1_score

ROOT = Path(__file__).resolve().parent.parent.parent
RESULT = Path(__file__).with_name("README.md")
Example = tuple[str, str]

_FEATURES: list[dict[str, Any]] = [
    {"name": "assistant.nlu.normalizer.FrenchNormalizer"},
    {"name": "SpacyNLP", "model": "fr_core_news_md", "case_sensitive": False},
    {"name": "SpacyTokenizer"},
    {"name": "assistant.nlu.stems.FrenchStems"},
    {"name": "assistant.nlu.sentence_encoder.SentenceEncoder", "alias": "encoder"},
    {"name": "CountVectorsFeaturizer", "alias": "lemmas", "strip_accents": "unicode", "min_ngram": 1, "max_ngram": 2},
    {
        "name": "CountVectorsFeaturizer",
        "alias": "letters",
        "use_lemma": False,
        "analyzer": "char_wb",
        "strip_accents": "unicode",
        "min_ngram": 2,
        "max_ngram": 5,
    },
]
_WITH_SEQUENCE = [{**part, "sequence": True} if part.get("alias") == "encoder" else part for part in _FEATURES]
PIPELINES: dict[str, list[dict[str, Any]]] = {
    "Rasa default (words, letters, DIET 100 epochs)": [
        {"name": "WhitespaceTokenizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True},
    ],
    "encoder + lemmas + letters, DIET 100 epochs": [
        *_WITH_SEQUENCE,
        {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True, "entity_recognition": False},
    ],
    "encoder + lemmas + letters, LogisticRegression": [*_FEATURES, {"name": "LogisticRegressionClassifier"}],
    "encoder + lemmas + letters, least squares (ours)": [
        *_FEATURES,
        {
            "name": "assistant.nlu.kernel_classifier.KernelIntentClassifier",
            "weights": {"lemmas": 0.3, "letters": 0.2},
            "sharpness": 3.0,
            "regularization": 0.15,
        },
    ],
}


def load_examples() -> dict[str, list[str]]:
    """All training examples, retrieval intents made flat (`fiche/x` → `fiche_x`)."""
    reader = ruamel.yaml.YAML(typ="safe")
    examples: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for block in reader.load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = [line.strip()[1:].strip() for line in block["examples"].splitlines() if line.strip()]
            examples[block["intent"].replace("/", "_")] += lines
    return examples


def split(examples: dict[str, list[str]], topics: int, most: int) -> tuple[list[Example], list[Example]]:
    """A sample of topics; one fifth of each held out."""
    chooser = random.Random(7)
    train: list[Example] = []
    held_out: list[Example] = []
    for intent in chooser.sample(sorted(examples), min(topics, len(examples))):
        texts = sorted(examples[intent])
        chooser.shuffle(texts)
        texts = texts[:most]
        cut = max(1, len(texts) // 5)
        held_out += [(text, intent) for text in texts[:cut]]
        train += [(text, intent) for text in texts[cut:]]
    return train, held_out


def write_yaml(path: Path, content: Any) -> None:
    """One YAML file."""
    with path.open("w", encoding="utf-8") as handle:
        ruamel.yaml.YAML().dump(content, handle)


async def predict(model: str, held_out: list[Example]) -> tuple[list[list[str]], list[float]]:
    """Ranked intents and milliseconds for each message."""
    agent = Agent.load(model_path=model)
    await agent.parse_message("échauffement")
    ranked, times = [], []
    for text, _ in held_out:
        started = time.perf_counter()
        parsed = await agent.parse_message(text)
        times.append((time.perf_counter() - started) * 1000)
        ranked.append([entry["name"] for entry in parsed["intent_ranking"]] or [""])
    return ranked, times


def measure(name: str, pipeline: list[dict[str, Any]], train: list[Example], held_out: list[Example], folder: Path) -> list[str]:
    """One row of the table."""
    by_intent: dict[str, list[str]] = defaultdict(list)
    for text, intent in train:
        by_intent[intent].append(text)
    nlu = [{"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)} for intent, texts in by_intent.items()]
    write_yaml(folder / "nlu.yml", {"version": "3.1", "nlu": nlu})
    write_yaml(folder / "config.yml", {"recipe": "default.v1", "assistant_id": "bench", "language": "fr", "pipeline": pipeline})
    started = time.monotonic()
    model = train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder), fixed_model_name="bench")
    seconds = time.monotonic() - started
    ranked, times = asyncio.run(predict(str(model), held_out))
    truth = [intent for _, intent in held_out]
    first = [names[0] for names in ranked]
    in_three = sum(intent in names[:3] for intent, names in zip(truth, ranked, strict=True)) / len(truth)
    return [
        name,
        f"{accuracy_score(truth, first):.3f}",
        f"{f1_score(truth, first, average='macro', zero_division=0):.3f}",
        f"{in_three:.3f}",
        f"{seconds:.0f}",
        f"{statistics.median(times):.1f}",
        f"{statistics.quantiles(times, n=20)[18]:.1f}",
    ]


def main() -> None:
    """Compare, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--topics", type=int, default=40)
    parser.add_argument("--most", type=int, default=20, help="examples of a topic at most")
    asked = parser.parse_args()
    topics = asked.topics
    train, held_out = split(load_examples(), topics, asked.most)
    lines = [
        "# Intent classifiers compared",
        "",
        f"Written by `make bench-pipelines`: {topics} topics drawn from `data/nlu` (every intent flat), "
        f"{len(train)} messages to learn from,",
        f"{len(held_out)} held out, the same for all, one run on a shared two-core machine: read the ratios.",
        "",
        "| pipeline | accuracy | macro F1 | right in the first three | training, s | p50, ms | p95, ms |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, pipeline in PIPELINES.items():
        with tempfile.TemporaryDirectory() as folder:
            row = measure(name, pipeline, train, held_out, Path(folder))
        lines.append("| " + " | ".join(row) + " |")
        print(lines[-1], flush=True)
        RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
