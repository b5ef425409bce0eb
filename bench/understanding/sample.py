"""The messages that all methods learn from and are tried on."""

import hashlib
import json
import random
from collections import defaultdict
from pathlib import Path

from assistant.knowledge.check import load_examples
from assistant.text import fold_words
from bench.understanding.methods.processes import ROOT
from bench.understanding.methods.worker import Example

_SEED = 7
_NLU = ROOT / "data" / "nlu"
# Titles and questions of the fiches: BM25 has them in its documents, so they can judge nobody.
_FROM_FICHES = _NLU / "titres_et_questions.yml"


def _kept(examples: dict[str, list[str]], topics: int | None) -> list[str]:
    """All topics, or so many drawn among them; always the same."""
    names = sorted(examples)
    return names if topics is None else sorted(random.Random(_SEED).sample(names, topics))


def draw(most: int, topics: int | None) -> list[Example]:
    """At most `most` examples a topic, without what comes from the fiches; always the same."""
    examples = load_examples(_NLU, leave_out=_FROM_FICHES)
    chooser = random.Random(_SEED)
    return [
        (text, topic)
        for topic in _kept(examples, topics)
        for text in chooser.sample(sorted(examples[topic]), min(most, len(examples[topic])))
    ]


def everything(topics: int | None) -> list[Example]:
    """All of data/nlu."""
    examples = load_examples(_NLU)
    return [(text, topic) for topic in _kept(examples, topics) for text in examples[topic]]


def split(examples: list[Example], folds: int) -> list[list[Example]]:
    """Stratified: each topic is spread over the folds as evenly as can be, the folds over the messages."""
    by_topic: dict[str, list[str]] = defaultdict(list)
    for text, topic in examples:
        by_topic[topic].append(text)
    chooser = random.Random(_SEED)
    parts: list[list[Example]] = [[] for _ in range(folds)]
    dealt = 0
    for topic in sorted(by_topic):
        for text in chooser.sample(by_topic[topic], len(by_topic[topic])):
            parts[dealt % folds].append((text, topic))
            dealt += 1
    return parts


def taught(file: Path) -> int:
    """How many messages of a JSONL file stand in data/nlu too, give or take case, accents and punctuation."""
    known = {tuple(fold_words(text)) for text, _ in everything(None)}
    lines = file.read_text(encoding="utf-8").splitlines()
    return sum(tuple(fold_words(json.loads(line)["text"])) in known for line in lines if line)


def fingerprint(examples: list[Example]) -> str:
    """Twelve letters that change when the examples do."""
    return hashlib.sha256(json.dumps(sorted(examples)).encode()).hexdigest()[:12]


def write(examples: list[Example], path: Path) -> Path:
    """As JSONL of `text` and `topic`; returns the path."""
    lines = [json.dumps({"text": text, "topic": topic}, ensure_ascii=False) for text, topic in examples]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
