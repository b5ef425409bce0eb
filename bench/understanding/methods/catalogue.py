"""The methods that are compared."""

from dataclasses import dataclass
from typing import Any

import yaml

from bench.understanding.methods.processes import ROOT, Side

FOLDS = 5
_OURS = "assistant.nlu.kernel_classifier.KernelIntentClassifier"
# It adds messages to the one asked, which only its counterpart behind our classifier takes out again.
_SPLITTER = "assistant.nlu.question_splitter.QuestionSplitter"


@dataclass(frozen=True)
class Method:
    """`title` as the tables show it; `options`: what its worker reads; `folds`: how many of the FOLDS are held out in turn;
    `confident`: it gives probabilities, not bare scores; `all_data`: it learns from all of data/nlu."""

    title: str
    side: Side
    options: dict[str, Any]
    folds: int = FOLDS
    confident: bool = True
    all_data: bool = False


def _diet(epochs: int) -> dict[str, Any]:
    """As `rasa init` sets it; the seed makes a run repeatable."""
    return {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True, "random_seed": 7}


def _rasa_default(epochs: int) -> list[dict[str, Any]]:
    """What `rasa init` writes for 3.6, without the parts that serve entities and responses only."""
    return [
        {"name": "WhitespaceTokenizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        _diet(epochs),
        {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
    ]


def _with_our_features(
    pipeline: list[dict[str, Any]], classifier: dict[str, Any], sequence: bool = False
) -> list[dict[str, Any]]:
    """What stands before our classifier in `pipeline`, then `classifier`; `sequence`: a vector for each token too."""
    names = [part["name"] for part in pipeline]
    features = [part for part in pipeline[: names.index(_OURS)] if part["name"] != _SPLITTER]
    if sequence:
        features = [{**part, "sequence": True} if part.get("alias") == "encoder" else part for part in features]
    return [*features, classifier]


def catalogue(epochs: int) -> dict[str, Method]:
    """All methods by name, in the order of the tables. `epochs`: of DIET."""
    ours = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    diet_pipeline = _with_our_features(ours, {**_diet(epochs), "entity_recognition": False}, sequence=True)
    logistic_pipeline = _with_our_features(ours, {"name": "LogisticRegressionClassifier"})
    return {
        "rasa_default": Method(
            f"Rasa's default, DIET {epochs} epochs", "rasa", {"pipeline": _rasa_default(epochs), "flat": True}, folds=1
        ),
        "diet": Method(
            f"DIET {epochs} epochs, encoder + words + letters", "rasa", {"pipeline": diet_pipeline, "flat": True}, folds=1
        ),
        "logistic": Method(
            "logistic regression, encoder + words + letters", "rasa", {"pipeline": logistic_pipeline, "flat": True}
        ),
        "bm25": Method("BM25 over the fiches", "service", {"method": "bm25"}, confident=False),
        "nearest": Method("nearest example, encoder", "service", {"method": "nearest"}, confident=False),
        "ours": Method("ours (config.yml)", "rasa", {"pipeline": ours, "flat": False}),
        "ours_all": Method("ours, all data (deployed)", "rasa", {"pipeline": ours, "flat": False}, folds=1, all_data=True),
    }
