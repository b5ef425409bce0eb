"""Worker for the methods without Rasa (.venv/service). Option: `method`, `bm25` or `nearest`. Scores are no confidences yet."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.knowledge import search
from assistant.knowledge.encoder import encode
from assistant.knowledge.load import load_knowledge
from bench.understanding.methods.worker import Example, Ranker, Ranking, Task, run

_KNOWLEDGE = Path("data/knowledge")
_BATCH = 64


def _bm25() -> Ranker:
    """The lexical half of our search over the fiches, by BM25 score; fiches without a common word are left out."""
    # The semantic half gets vectors of nothing, so that neither the encoder's time nor its memory counts.
    search.encode = lambda texts: np.zeros((len(texts), 1))  # type: ignore[attr-defined]
    fiches = list(load_knowledge(_KNOWLEDGE).fiches.values())
    index = search.SearchIndex(fiches)

    def rank(text: str) -> Ranking:
        hits = [hit for hit in index.search(text, limit=len(fiches)) if hit.lexical > 0]
        return sorted(((f"fiche/{hit.fiche.id}", hit.lexical) for hit in hits), key=lambda item: -item[1])

    return rank


def _vectors(texts: Sequence[str]) -> np.ndarray[Any, Any]:
    """Shape (len(texts), 512), rows of length one."""
    return np.concatenate([encode(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)])


def _nearest(model: Path) -> Ranker:
    """Topics by the cosine similarity of their nearest example."""
    topics = json.loads((model / "topics.json").read_text(encoding="utf-8"))
    vectors = np.load(model / "vectors.npy")
    names, owner = np.unique(topics, return_inverse=True)

    def rank(text: str) -> Ranking:
        best = np.full(len(names), -1.0)
        np.maximum.at(best, owner, vectors @ encode([text])[0])
        return [(str(names[i]), float(best[i])) for i in np.argsort(-best)]

    return rank


def train(task: Task, examples: list[Example]) -> None:
    """BM25 only builds its index, from the fiches and not the examples; `nearest` writes the examples' vectors to the folder
    `model`."""
    if task["options"]["method"] == "bm25":
        _bm25()
        return
    model = Path(task["model"])
    model.mkdir()
    np.save(model / "vectors.npy", _vectors([text for text, _ in examples]))
    (model / "topics.json").write_text(json.dumps([topic for _, topic in examples]), encoding="utf-8")


def load(task: Task) -> Ranker:
    """The ranker of `method`."""
    return _bm25() if task["options"]["method"] == "bm25" else _nearest(Path(task["model"]))


if __name__ == "__main__":
    run(train, load)
