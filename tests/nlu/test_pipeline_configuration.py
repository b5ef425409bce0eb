"""config.yml: what it names of assistant.nlu exists, with options that exist, in an order that works."""

import importlib
from typing import Any, Dict, List

import pytest
from conftest import ROOT
from rasa.shared.utils.io import read_yaml_file

PIPELINE: List[Dict[str, Any]] = read_yaml_file(ROOT / "config.yml")["pipeline"]
OURS = [entry for entry in PIPELINE if entry["name"].startswith("assistant.")]


def position(name: str) -> int:
    return next(index for index, entry in enumerate(PIPELINE) if entry["name"].rsplit(".", 1)[-1] == name)


@pytest.mark.parametrize("entry", OURS, ids=lambda entry: entry["name"].rsplit(".", 1)[-1])
def test_each_component_exists_and_knows_its_options(entry: Dict[str, Any]) -> None:
    module, name = entry["name"].rsplit(".", 1)
    component = getattr(importlib.import_module(module), name)
    assert set(entry) - {"name"} <= set(component.get_default_config())


def test_the_text_is_normalised_before_anything_reads_it() -> None:
    assert position("FrenchNormalizer") == 0


def test_the_guard_stands_between_the_classifier_and_the_fallback() -> None:
    assert position("KernelIntentClassifier") < position("UnknownWordsGuard") < position("FallbackClassifier")


def test_questions_are_split_before_words_are_counted_and_collected_last() -> None:
    assert position("FrenchNormalizer") < position("QuestionSplitter") < position("SpacyTokenizer")
    assert position("QuestionCollector") == len(PIPELINE) - 1


def test_the_collector_knows_intents_of_the_domain_only() -> None:
    domain = read_yaml_file(ROOT / "domain.yml")
    names = {next(iter(intent)) if isinstance(intent, dict) else intent for intent in domain["intents"]}
    assert set(PIPELINE[-1]["answerable"]) <= names


def test_the_classifier_weighs_featurizers_that_exist() -> None:
    aliases = {entry.get("alias") for entry in PIPELINE}
    (classifier,) = [entry for entry in OURS if entry["name"].endswith("KernelIntentClassifier")]
    assert set(classifier["weights"]) <= aliases


def test_exempt_intents_and_the_table_of_statuses_exist() -> None:
    domain = (ROOT / "domain.yml").read_text(encoding="utf-8")
    (guard,) = [entry for entry in OURS if entry["name"].endswith("UnknownWordsGuard")]
    assert all(f"\n- {intent}\n" in domain for intent in guard["exempt"])
    (extractor,) = [entry for entry in OURS if entry["name"].endswith("IdentifierExtractor")]
    assert (ROOT / extractor["statuts"]).is_file()
