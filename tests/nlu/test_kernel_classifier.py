"""assistant.nlu.kernel_classifier, on real featurizers and Rasa's local storage."""

import json
from typing import Any, Dict, List

import jsonschema
import numpy as np
import pytest
from conftest import EXAMPLES, NAUGHTY, Component, SmallPipeline
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.schemas.events import USER_UTTERED

from assistant.nlu.kernel_classifier import KernelIntentClassifier, full_intent

WEIGHTS = {"lemmas": 0.2, "letters": 0.2}
QUESTIONS = [
    ("comment on crée un compte ?", "fiche/a"),
    ("j'ai oublié mon mot de passe", "fiche/b"),
    ("MDP OUBLIE", "fiche/b"),
    ("bonjour !", "saluer"),
    ("une recette de pizza", "hors_sujet"),
    ("ça veut dire quoi le statut suspendue", "expliquer_statut"),
]
LABELS = sorted({label for _, label in EXAMPLES})


def output(message: Message) -> Dict[str, Any]:
    return {key: message.get(key) for key in ("intent", "intent_ranking", "response_selector")}


def predict(classifier: KernelIntentClassifier, pipeline: SmallPipeline, *texts: str) -> List[Dict[str, Any]]:
    return [output(message) for message in classifier.process(pipeline.messages(texts))]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Component:
    return Component(tmp_path_factory.mktemp("classifier"))


@pytest.fixture(scope="module")
def trained(pipeline: SmallPipeline, home: Component) -> KernelIntentClassifier:
    classifier = home.create(KernelIntentClassifier, weights=WEIGHTS)
    assert classifier.train(pipeline.training_data) == home.resource
    return classifier


@pytest.mark.parametrize(("text", "full_name"), QUESTIONS)
def test_the_intent_is_the_base_name_and_the_ranking_holds_full_names(
    trained: KernelIntentClassifier, pipeline: SmallPipeline, text: str, full_name: str
) -> None:
    (prediction,) = predict(trained, pipeline, text)
    assert prediction["intent"]["name"] == full_name.split("/")[0]
    assert prediction["intent_ranking"][0] == {"name": full_name, "confidence": prediction["intent"]["confidence"]}
    assert sorted(entry["name"] for entry in prediction["intent_ranking"]) == LABELS


@pytest.mark.parametrize(("text", "full_name"), QUESTIONS)
def test_confidences_are_sorted_probabilities_that_add_up_to_at_most_1(
    trained: KernelIntentClassifier, pipeline: SmallPipeline, text: str, full_name: str
) -> None:
    (prediction,) = predict(trained, pipeline, text)
    confidences = [entry["confidence"] for entry in prediction["intent_ranking"]]
    assert all(isinstance(value, float) and 0 <= value <= 1 for value in confidences)
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) == pytest.approx(1, abs=1e-5)
    assert len({entry["name"] for entry in prediction["intent_ranking"]}) == len(confidences)


def test_the_response_selector_has_rasas_shape(trained: KernelIntentClassifier, pipeline: SmallPipeline) -> None:
    (prediction,) = predict(trained, pipeline, "j'ai oublié mon mot de passe")
    selector = prediction["response_selector"]
    assert set(selector) == {"all_retrieval_intents", "fiche"}
    assert selector["all_retrieval_intents"] == ["fiche"]
    assert set(selector["fiche"]) == {"response", "ranking"}
    assert selector["fiche"]["response"]["intent_response_key"] == "fiche/b"
    assert selector["fiche"]["response"]["confidence"] == prediction["intent"]["confidence"]
    assert [key["intent_response_key"] for key in selector["fiche"]["ranking"]] == ["fiche/b", "fiche/a"]
    assert selector["fiche"]["ranking"][0] == selector["fiche"]["response"]


def test_the_response_selector_is_there_for_a_plain_intent_too(trained: KernelIntentClassifier, pipeline: SmallPipeline) -> None:
    (prediction,) = predict(trained, pipeline, "bonjour")
    assert prediction["intent"]["name"] == "saluer"
    assert {key["intent_response_key"] for key in prediction["response_selector"]["fiche"]["ranking"]} == {"fiche/a", "fiche/b"}


def test_the_prediction_passes_rasas_own_schema_of_a_user_event(trained: KernelIntentClassifier, pipeline: SmallPipeline) -> None:
    # The schema tells Rasa's selectors from others by `all_retrieval_intents`: without it, nothing matches.
    for prediction in predict(trained, pipeline, "j'ai oublié mon mot de passe", "bonjour"):
        jsonschema.validate(
            {"event": "user", "text": "x", "parse_data": {"text": "x", "entities": [], **prediction}}, USER_UTTERED
        )


def test_predictions_are_part_of_rasas_output_and_are_json(trained: KernelIntentClassifier, pipeline: SmallPipeline) -> None:
    (message,) = trained.process(pipeline.messages(["bonjour"]))
    sent = message.as_dict(only_output_properties=True)
    assert {"text", "intent", "intent_ranking", "response_selector"} <= set(sent)
    json.dumps(sent)


def test_a_batch_gives_each_message_what_it_gets_alone(trained: KernelIntentClassifier, pipeline: SmallPipeline) -> None:
    texts = [text for text, _ in QUESTIONS]
    for together, text in zip(predict(trained, pipeline, *texts), texts, strict=True):
        (alone,) = predict(trained, pipeline, text)
        assert [entry["name"] for entry in together["intent_ranking"]] == [entry["name"] for entry in alone["intent_ranking"]]
        assert together["intent"]["confidence"] == pytest.approx(alone["intent"]["confidence"], abs=1e-4)


def test_loaded_again_it_predicts_exactly_the_same(
    trained: KernelIntentClassifier, home: Component, pipeline: SmallPipeline
) -> None:
    loaded = home.load(KernelIntentClassifier, weights=WEIGHTS)
    messages = pipeline.messages([text for text, _ in QUESTIONS])
    expected = [output(message) for message in trained.process(messages)]
    assert [output(message) for message in loaded.process(messages)] == expected


def test_nothing_is_pickled_only_safetensors_and_json_are_persisted(trained: KernelIntentClassifier, home: Component) -> None:
    files = home.files()
    assert sorted(files) == ["component/classifier.json", "component/classifier.safetensors"]
    names = json.loads(files["component/classifier.json"])
    assert names["labels"] == LABELS
    assert set(names["dimensions"]) == {"encoder", "lemmas", "letters"}
    header_size = int.from_bytes(files["component/classifier.safetensors"][:8], "little")
    header = json.loads(files["component/classifier.safetensors"][8 : 8 + header_size])
    assert {"linear", "coefficients", "bias", "dense", "idf/lemmas", "idf/letters"} <= set(header)


def test_training_twice_persists_the_same(
    pipeline: SmallPipeline, home: Component, trained: KernelIntentClassifier, component: Component
) -> None:
    component.create(KernelIntentClassifier, weights=WEIGHTS).train(pipeline.training_data)
    once, twice = home.files(), component.files()
    assert json.loads(once["component/classifier.json"]) == json.loads(twice["component/classifier.json"])
    # safetensors orders its header as it likes; the numbers are what counts.
    from safetensors.numpy import load

    arrays, others = load(once["component/classifier.safetensors"]), load(twice["component/classifier.safetensors"])
    assert arrays.keys() == others.keys()
    assert all(np.array_equal(arrays[key], others[key]) for key in arrays)


def test_loaded_without_training_it_answers_no_intent(component: Component, pipeline: SmallPipeline) -> None:
    (prediction,) = predict(component.load(KernelIntentClassifier), pipeline, "bonjour")
    assert prediction["intent"] == {"name": None, "confidence": 0.0}
    assert prediction["intent_ranking"] == []


@pytest.mark.parametrize("examples", [[], [("bonjour", "saluer")], [("bonjour", "saluer"), ("salut", "saluer")]])
def test_fewer_than_two_intents_train_nothing_and_break_nothing(
    component: Component, pipeline: SmallPipeline, examples: "list[tuple[str, str]]"
) -> None:
    classifier = component.create(KernelIntentClassifier)
    messages = pipeline.messages([text for text, _ in examples])
    for message, (_, intent) in zip(messages, examples, strict=True):
        message.set("intent", intent)
    assert classifier.train(TrainingData(messages)) == component.resource
    assert component.files() == {}
    (prediction,) = predict(classifier, pipeline, "bonjour")
    assert prediction["intent"]["name"] is None


@pytest.mark.parametrize("text", ["", None])
def test_a_message_without_text_gets_no_intent_and_does_not_shift_the_others(
    trained: KernelIntentClassifier, pipeline: SmallPipeline, text: "str | None"
) -> None:
    empty, greeting = Message({"text": text}), pipeline.messages(["bonjour"])[0]
    trained.process([empty, greeting])
    assert empty.get("intent") == {"name": None, "confidence": 0.0}
    assert empty.get("intent_ranking") == []
    assert greeting.get("intent")["name"] == "saluer"


@pytest.mark.parametrize("missing", ["encoder", "lemmas", "letters"])
def test_a_message_that_lacks_the_vectors_of_one_featurizer_is_still_answered(
    trained: KernelIntentClassifier, pipeline: SmallPipeline, missing: str
) -> None:
    (message,) = pipeline.messages(["j'ai oublié mon mot de passe"])
    message.features = [feature for feature in message.features if feature.origin != missing]
    trained.process([message])
    assert message.get("intent")["name"] == "fiche"
    assert message.get("intent_ranking")[0]["name"] == "fiche/b"


def test_vectors_of_an_unknown_featurizer_are_left_aside(trained: KernelIntentClassifier, pipeline: SmallPipeline) -> None:
    (expected,) = predict(trained, pipeline, "bonjour")
    (message,) = pipeline.messages(["bonjour"])
    message.add_features(Features(np.ones((1, 4), dtype=np.float32), "sentence", "text", "stranger"))
    trained.process([message])
    assert output(message) == expected


def test_the_ranking_is_cut_at_its_length(pipeline: SmallPipeline, component: Component) -> None:
    classifier = component.create(KernelIntentClassifier, weights=WEIGHTS, ranking_length=2)
    classifier.train(pipeline.training_data)
    (prediction,) = predict(classifier, pipeline, "j'ai oublié mon mot de passe")
    assert len(prediction["intent_ranking"]) == 2
    assert sum(entry["confidence"] for entry in prediction["intent_ranking"]) <= 1 + 1e-6


def test_a_sparse_featurizer_of_weight_nought_does_not_count(pipeline: SmallPipeline, component: Component) -> None:
    classifier = component.create(KernelIntentClassifier, weights={"lemmas": 0.0, "letters": 0.0})
    classifier.train(pipeline.training_data)
    (expected,) = predict(classifier, pipeline, "bonjour")
    (message,) = pipeline.messages(["bonjour"])
    message.features = [feature for feature in message.features if feature.origin == "encoder"]
    classifier.process([message])
    assert message.get("intent")["confidence"] == pytest.approx(expected["intent"]["confidence"], abs=1e-6)


def test_a_pipeline_without_dense_features_works_too(pipeline: SmallPipeline, component: Component) -> None:
    examples = []
    for message in pipeline.training_data.training_examples:
        sparse_only = Message(message.data, features=[feature for feature in message.features if feature.origin != "encoder"])
        examples.append(sparse_only)
    component.create(KernelIntentClassifier, weights=WEIGHTS).train(TrainingData(examples))
    loaded = component.load(KernelIntentClassifier, weights=WEIGHTS)
    (prediction,) = predict(loaded, pipeline, "mot de passe oublié")
    assert prediction["intent_ranking"][0]["name"] == "fiche/b"


def test_the_examples_themselves_are_recognised(trained: KernelIntentClassifier, pipeline: SmallPipeline) -> None:
    predictions = predict(trained, pipeline, *[text for text, _ in EXAMPLES])
    assert [prediction["intent_ranking"][0]["name"] for prediction in predictions] == [label for _, label in EXAMPLES]


def test_the_full_name_of_an_example_is_its_response_key_or_its_intent() -> None:
    assert full_intent(Message.build(text="x", intent="fiche/a")) == "fiche/a"
    assert full_intent(Message.build(text="x", intent="saluer")) == "saluer"


def test_the_component_is_registered_in_rasas_recipe_as_a_trainable_intent_classifier() -> None:
    registered = DefaultV1Recipe._registered_components["KernelIntentClassifier"]
    assert registered.is_trainable
    assert registered.types == {DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER}


def test_no_nasty_string_makes_it_fail(trained: KernelIntentClassifier, pipeline: SmallPipeline) -> None:
    # Long ones are the encoder's business, and slow.
    for message in trained.process(pipeline.messages([text[:300] for text in NAUGHTY])):
        confidences = [entry["confidence"] for entry in message.get("intent_ranking")]
        assert all(np.isfinite(confidences))
        assert sum(confidences) <= 1 + 1e-5
        assert (message.get("intent")["name"] is None) == (message.get("text") == "")
