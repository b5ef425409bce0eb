"""assistant.nlu.question_splitter: the two components around the pipeline."""

from typing import Any, Dict, List, Optional, Tuple

import pytest
from conftest import Component, SmallPipeline
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.kernel_classifier import KernelIntentClassifier
from assistant.nlu.question_splitter import QUESTION_OF, QUESTIONS, QuestionCollector, QuestionSplitter

TWO = "Comment créer un compte ? Et comment changer mon mot de passe ?"
ANSWERABLE = ["fiche", "expliquer_statut"]


@pytest.fixture
def splitter(component: Component) -> QuestionSplitter:
    return component.create(QuestionSplitter)


@pytest.fixture
def collector(component: Component) -> QuestionCollector:
    return component.create(QuestionCollector, answerable=ANSWERABLE)


def understood(text: str, name: str, confidence: float, of: Optional[int] = None, entities: Tuple[str, ...] = ()) -> Message:
    """A message as the components before the collector leave it."""
    data: Dict[str, Any] = {
        "text": text,
        "intent": {"name": name.split("/")[0], "confidence": confidence},
        "intent_ranking": [{"name": name, "confidence": confidence}],
        "entities": [{"entity": "statut", "value": value} for value in entities],
        "response_selector": {"fiche": {"response": {"intent_response_key": name}}},
    }
    return Message(data if of is None else {**data, QUESTION_OF: of})


def lost(text: str) -> Message:
    message = understood(text, "nlu_fallback", 0.3)
    message.set("intent_ranking", [{"name": "nlu_fallback", "confidence": 0.3}, {"name": "fiche/c", "confidence": 0.2}])
    return message


def test_a_message_of_two_questions_is_followed_by_both(splitter: QuestionSplitter) -> None:
    whole, other = Message({"text": TWO}), Message({"text": "bonjour"})
    out = splitter.process([other, whole])
    assert out[:2] == [other, whole]
    assert [(message.get("text"), message.get(QUESTION_OF)) for message in out[2:]] == [
        ("Comment créer un compte ?", 1),
        ("Et comment changer mon mot de passe ?", 1),
    ]


@pytest.mark.parametrize("data", [{}, {"text": ""}, {"text": None}, {"text": "bonjour"}])
def test_a_message_of_one_question_or_none_stays_alone(splitter: QuestionSplitter, data: Dict[str, Any]) -> None:
    message = Message(dict(data))
    assert splitter.process([message]) == [message]
    assert message.data == data


def test_training_data_is_left_as_it_is(splitter: QuestionSplitter) -> None:
    data = TrainingData([Message.build(text=TWO, intent="fiche/a")])
    assert [example.get("text") for example in splitter.process_training_data(data).training_examples] == [TWO]


def test_two_different_sure_questions_are_kept_and_the_message_counts_as_the_first(collector: QuestionCollector) -> None:
    whole = understood(TWO, "fiche/c", 0.4)
    parts = [understood("un", "fiche/a", 0.9, of=0), understood("deux", "fiche/b", 0.7, of=0)]
    assert collector.process([whole, *parts]) == [whole]
    assert [question["text"] for question in whole.get(QUESTIONS)] == ["un", "deux"]
    assert whole.get("intent_ranking")[0] == {"name": "fiche/a", "confidence": 0.9}
    assert whole.get("response_selector")["fiche"]["response"]["intent_response_key"] == "fiche/a"
    assert whole.get("text") == TWO
    assert QUESTIONS in whole.as_dict(only_output_properties=True)


@pytest.mark.parametrize(
    "parts",
    [
        [("un", "fiche/a", 0.9), ("deux", "fiche/a", 0.8)],
        [("un", "fiche/a", 0.9), ("deux", "fiche/b", 0.59)],
        [("un", "fiche/a", 0.9), ("deux", "saluer", 0.99)],
        [("un", "fiche/a", 0.9)],
    ],
    ids=["the same thing twice", "one is not sure", "one says nothing by itself", "only one"],
)
def test_otherwise_a_message_that_was_understood_stays_as_it_was(
    collector: QuestionCollector, parts: List[Tuple[str, str, float]]
) -> None:
    whole = understood(TWO, "fiche/c", 0.8)
    assert collector.process([whole, *(understood(*part, of=0) for part in parts)]) == [whole]
    assert whole.get(QUESTIONS) is None
    assert whole.get("intent_ranking")[0]["name"] == "fiche/c"


def test_a_message_that_was_not_understood_counts_as_its_one_sure_question(collector: QuestionCollector) -> None:
    whole = lost("Long récit. Comment créer un compte ? Et puis voilà quoi ?")
    collector.process([whole, understood("un", "fiche/a", 0.9, of=0), understood("deux", "fiche/b", 0.2, of=0)])
    assert whole.get("intent") == {"name": "fiche", "confidence": 0.9}
    assert whole.get(QUESTIONS) is None


def test_two_statuses_are_two_questions_and_the_same_status_is_one(collector: QuestionCollector) -> None:
    whole = lost("…")
    parts = [understood(text, "expliquer_statut", 0.9, of=0, entities=(text,)) for text in ("REJETEE", "SUSPENDUE", "REJETEE")]
    collector.process([whole, *parts])
    assert [question["entities"][0]["value"] for question in whole.get(QUESTIONS)] == ["REJETEE", "SUSPENDUE"]


def test_each_message_of_a_batch_gets_its_own_questions(collector: QuestionCollector) -> None:
    first, second = understood("a", "saluer", 0.9), understood("b", "fiche/c", 0.9)
    parts = [understood("un", "fiche/a", 0.9, of=1), understood("deux", "fiche/b", 0.9, of=1)]
    assert collector.process([first, second, *parts]) == [first, second]
    assert first.get(QUESTIONS) is None
    assert len(second.get(QUESTIONS)) == 2


def test_both_fit_around_a_real_classifier(
    component: Component, pipeline: SmallPipeline, splitter: QuestionSplitter, collector: QuestionCollector
) -> None:
    classifier = component.create(KernelIntentClassifier, weights={"lemmas": 0.3, "letters": 0.2})
    classifier.train(pipeline.training_data)
    messages = splitter.process([Message({"text": TWO})])
    for part in (pipeline.normalizer, pipeline.tokenizer, pipeline.encoder, pipeline.lemmas, pipeline.letters, classifier):
        messages = part.process(messages)
    (whole,) = collector.process(messages)
    names = [question["intent_ranking"][0]["name"] for question in whole.get(QUESTIONS) or []]
    assert names == ["fiche/a", "fiche/b"]


def test_both_are_registered_and_need_no_training() -> None:
    for name in ("QuestionSplitter", "QuestionCollector"):
        assert not DefaultV1Recipe._registered_components[name].is_trainable
