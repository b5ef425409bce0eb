"""Worker for Rasa pipelines (.venv/rasa, Python 3.10). Options: `pipeline`, and `flat` for classifiers that would see only the
first half of `fiche/x`.
"""

import asyncio
from collections import defaultdict
from pathlib import Path

from rasa.core.agent import Agent
from rasa.model_training import train_nlu
from rasa.shared.utils.io import write_yaml

from bench.understanding.methods.worker import Example, Ranker, Ranking, Task, run

_FLAT = "__"


def train(task: Task, examples: list[Example]) -> None:
    """Train on the examples; `model` is a file *.tar.gz."""
    model, flat = Path(task["model"]), task["options"]["flat"]
    by_intent: dict[str, list[str]] = defaultdict(list)
    for text, topic in examples:
        by_intent[topic.replace("/", _FLAT) if flat else topic].append(text)
    nlu = [{"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)} for intent, texts in by_intent.items()]
    config = {"recipe": "default.v1", "assistant_id": "bench", "language": "fr", "pipeline": task["options"]["pipeline"]}
    nlu_file, config_file = model.with_name("nlu.yml"), model.with_name("config.yml")
    write_yaml({"version": "3.1", "nlu": nlu}, nlu_file)
    write_yaml(config, config_file)
    train_nlu(str(config_file), str(nlu_file), str(model.parent), fixed_model_name=model.name.removesuffix(".tar.gz"))


def load(task: Task) -> Ranker:
    """Ranks by Rasa's `intent_ranking`, its fallback left out."""
    agent = Agent.load(model_path=task["model"])
    loop = asyncio.new_event_loop()

    def rank(text: str) -> Ranking:
        parsed = loop.run_until_complete(agent.parse_message(text))
        entries = [entry for entry in parsed["intent_ranking"] if entry["name"] != "nlu_fallback"]
        return [(entry["name"].replace(_FLAT, "/"), float(entry["confidence"])) for entry in entries]

    return rank


if __name__ == "__main__":
    run(train, load)
