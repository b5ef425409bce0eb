"""assistant.nlu.unknown_words_guard."""

import copy
import json
from pathlib import Path
from typing import Any, Dict

import pytest
from conftest import NAUGHTY, Component, SmallPipeline, short
from hypothesis import given
from hypothesis import strategies as st
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.kernel_classifier import KernelIntentClassifier
from assistant.nlu.unknown_words_guard import UnknownWordsGuard, known_share

VOCABULARY = frozenset({"ma", "facture", "est", "rejetee", "mot", "de", "passe", "l", "etat", "engagement", "juridique"})
KNOWN = ["ma", "facture", "est", "rejetee", "mot", "de", "passe", "etat", "engagement", "juridique"]


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("ma facture est rejetée", 1.0),
        ("MA FACTURE EST REJETÉE !", 1.0),
        ("l'état", 1.0),
        ("mdp", 1.0),
        ("ej 1300012345", 1.0),
        ("ma facture FA-2026-0042 est rejetée 73282932000074", 1.0),
        ("ma pizza", 0.5),
        ("ma facture est froide", 0.75),
        ("pizza froide", 0.0),
        # A likely misspelling counts half: one slip in a word of five letters or more.
        ("factuer", 0.5),
        ("facure", 0.5),
        ("faccture", 0.5),
        ("facturo", 0.5),
        ("fcatuer", 0.0),
        ("motx", 0.0),
        ("etta", 0.0),
        ("passé", 1.0),
        ("passer", 0.5),
        # Nothing to count.
        ("", 0.0),
        ("😀 !!!", 0.0),
        ("73282932000074", 0.0),
        ("A9 2026", 0.0),
    ],
)
def test_the_share_of_known_words_counts_words_misspellings_by_half_and_no_identifiers(text: str, share: float) -> None:
    assert known_share(text, VOCABULARY) == pytest.approx(share)


def test_an_empty_vocabulary_knows_nothing() -> None:
    assert known_share("ma facture", frozenset()) == 0.0


@given(st.text(max_size=60))
def test_the_share_is_between_0_and_1_for_any_text(text: str) -> None:
    assert 0.0 <= known_share(text, VOCABULARY) <= 1.0


@pytest.mark.parametrize("text", NAUGHTY, ids=short)
def test_no_nasty_string_makes_the_share_fail(text: str) -> None:
    assert 0.0 <= known_share(text, VOCABULARY) <= 1.0


# --- the component ---------------------------------------------------------------------------------------------------------

PREDICTION: Dict[str, Any] = {
    "intent": {"name": "fiche", "confidence": 0.8},
    "intent_ranking": [{"name": "fiche/a", "confidence": 0.8}, {"name": "fiche/b", "confidence": 0.15}],
    "response_selector": {
        "all_retrieval_intents": ["fiche"],
        "fiche": {
            "response": {"intent_response_key": "fiche/a", "confidence": 0.8},
            "ranking": [
                {"intent_response_key": "fiche/a", "confidence": 0.8},
                {"intent_response_key": "fiche/b", "confidence": 0.15},
            ],
        },
    },
}


def guard(component: Component, **options: Any) -> UnknownWordsGuard:
    made = component.create(UnknownWordsGuard, **options)
    made.train(TrainingData([Message.build(text="ma facture est rejetée mot de passe l'état engagement juridique", intent="x")]))
    return made


def guarded(guard: UnknownWordsGuard, text: str, **changes: Any) -> Message:
    message = Message({"text": text, **copy.deepcopy({**PREDICTION, **changes})})
    guard.process([message])
    return message


def sentence(known: int, unknown: int) -> str:
    return " ".join((KNOWN * 10)[:known] + ["zzz"] * unknown)


@pytest.mark.parametrize(
    ("enough", "known", "unknown", "factor"),
    [
        (0.6, 6, 4, 1.0),  # at « enough », nothing changes
        (0.6, 7, 3, 1.0),
        (0.6, 10, 0, 1.0),
        (0.6, 59, 41, 0.59 / 0.6),  # just below, hardly anything
        (0.6, 5, 5, 0.5 / 0.6),
        (0.6, 3, 7, 0.5),
        (0.6, 0, 10, 0.0),
        (1.0, 10, 0, 1.0),
        (1.0, 9, 1, 0.9),
        (0.5, 1, 1, 1.0),
        (0.5, 49, 51, 0.98),
        (0.0, 0, 10, 1.0),  # 0 switches it off
    ],
)
def test_below_enough_every_confidence_shrinks_with_the_share_of_known_words(
    component: Component, enough: float, known: int, unknown: int, factor: float
) -> None:
    message = guarded(guard(component, enough=enough), sentence(known, unknown))
    assert message.get("intent") == {"name": "fiche", "confidence": pytest.approx(0.8 * factor)}
    assert [entry["name"] for entry in message.get("intent_ranking")] == ["fiche/a", "fiche/b"]
    assert [entry["confidence"] for entry in message.get("intent_ranking")] == pytest.approx([0.8 * factor, 0.15 * factor])
    selector = message.get("response_selector")
    assert selector["all_retrieval_intents"] == ["fiche"]
    assert selector["fiche"]["response"] == {"intent_response_key": "fiche/a", "confidence": pytest.approx(0.8 * factor)}
    assert [key["confidence"] for key in selector["fiche"]["ranking"]] == pytest.approx([0.8 * factor, 0.15 * factor])


@pytest.mark.parametrize("text", ["😀😀", "???", "…", "73282932000074"])
def test_a_message_without_a_word_falls_to_nought(component: Component, text: str) -> None:
    assert guarded(guard(component), text).get("intent") == {"name": "fiche", "confidence": 0.0}


def test_an_exempt_intent_keeps_its_confidence(component: Component) -> None:
    made = guard(component, exempt=["charabia"])
    kept = guarded(made, "zzz zzz", intent={"name": "charabia", "confidence": 0.7})
    assert kept.get("intent") == {"name": "charabia", "confidence": 0.7}
    assert kept.get("intent_ranking") == PREDICTION["intent_ranking"]
    assert guarded(made, "zzz zzz").get("intent")["confidence"] == 0.0


@pytest.mark.parametrize("data", [{"text": "zzz"}, {"text": "", "intent": {"name": None, "confidence": 0.0}}, {}])
def test_a_message_without_text_or_prediction_is_left_as_it_is(component: Component, data: Dict[str, Any]) -> None:
    message = Message(copy.deepcopy(data))
    guard(component).process([message])
    assert message.data == data


def test_no_intent_stays_no_intent(component: Component) -> None:
    message = guarded(
        guard(component), "zzz", intent={"name": None, "confidence": 0.0}, intent_ranking=[], response_selector=None
    )
    assert message.get("intent") == {"name": None, "confidence": 0.0}


def test_the_vocabulary_has_the_folded_words_of_the_examples_abbreviations_written_out(component: Component) -> None:
    data = TrainingData([Message.build(text="L'ÉTAT de mon EJ", intent="x"), Message.build(text="mdp", intent="fiche/a")])
    component.create(UnknownWordsGuard).train(data)
    ((name, content),) = component.files().items()
    assert name == "component/vocabulary.json"
    assert json.loads(content) == sorted(["l", "etat", "de", "mon", "engagement", "juridique", "mot", "passe"])


def test_loaded_again_it_shrinks_the_same(component: Component) -> None:
    made = guard(component, enough=0.6, exempt=["charabia"])
    loaded = component.load(UnknownWordsGuard, enough=0.6, exempt=["charabia"])
    for text in ("ma facture est rejetée", "ma pizza zzz", "factuer zzz zzz", "😀", "mdp zzz zzz"):
        assert guarded(loaded, text).data == guarded(made, text).data


def test_loaded_without_training_it_stays_out(component: Component) -> None:
    assert guarded(component.load(UnknownWordsGuard), "zzz zzz").data == {"text": "zzz zzz", **PREDICTION}


def test_trained_without_examples_it_stays_out(component: Component) -> None:
    made = component.create(UnknownWordsGuard)
    assert made.train(TrainingData([])) == component.resource
    assert guarded(made, "zzz").get("intent") == PREDICTION["intent"]


def test_the_component_is_registered_in_rasas_recipe_as_a_trainable_intent_classifier() -> None:
    registered = DefaultV1Recipe._registered_components["UnknownWordsGuard"]
    assert registered.is_trainable
    assert registered.types == {DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER}


def test_behind_the_real_classifier_known_words_pass_and_unknown_ones_do_not(
    pipeline: SmallPipeline, component: Component, tmp_path: Path
) -> None:
    classifier = component.create(KernelIntentClassifier)
    classifier.train(pipeline.training_data)
    (tmp_path / "guard").mkdir()
    made = Component(tmp_path / "guard").create(UnknownWordsGuard)
    made.train(pipeline.training_data)
    texts = ["j'ai oublié mon mot de passe", "le badge cantine mot zzz xyz", "😀"]
    before = [message.get("intent")["confidence"] for message in classifier.process(pipeline.messages(texts))]
    messages = classifier.process(pipeline.messages(texts))
    made.process(messages)
    after = [message.get("intent")["confidence"] for message in messages]
    assert after[0] == pytest.approx(before[0], abs=1e-6)
    assert after[1] < before[1]
    assert after[2] == 0.0
