"""A guard behind the classifier: a message made of words it never met must not be answered with assurance."""

from __future__ import annotations

import json
from typing import Any, Dict, FrozenSet, List, Optional, Text

from rapidfuzz import process
from rapidfuzz.distance import OSA
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import RESPONSE_SELECTOR_PROPERTY_NAME
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.french_text import expand_abbreviations, words

_FILE = "vocabulary.json"
# A word this long that differs from a known one by a single slip is taken for a misspelling of it.
_MIN_LETTERS_FOR_SLIP = 5


def known_share(text: Text, vocabulary: FrozenSet[Text]) -> float:
    """Share (0-1) of the words of `text` that are known, a likely misspelling counting half. 0 when there is no word.

    Words that hold a digit are identifiers: they are left out of the count.
    """
    found = [word for word in words(expand_abbreviations(text)) if not any(char.isdigit() for char in word)]
    if not found:
        return 0.0
    return sum(_weight(word, vocabulary) for word in found) / len(found)


def _weight(word: Text, vocabulary: FrozenSet[Text]) -> float:
    if word in vocabulary:
        return 1.0
    if len(word) < _MIN_LETTERS_FOR_SLIP:
        return 0.0
    return 0.5 if process.extractOne(word, vocabulary, scorer=OSA.distance, score_cutoff=1) else 0.0


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class UnknownWordsGuard(IntentClassifier, GraphComponent):
    """Multiply every confidence by min(1, known share / `enough`): below `enough`, doubt grows with each unknown word.

    A message without a single word (emojis, signs) falls to 0. A message whose intent is in `exempt` is left as it is.
    """

    @classmethod
    def required_components(cls) -> List[type]:
        # It stands behind a classifier, but learns without one: in Rasa's training graph none has run yet.
        return []

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {"enough": 0.6, "exempt": []}

    def __init__(
        self,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        vocabulary: FrozenSet[Text] = frozenset(),
    ) -> None:
        self.config = config
        self._model_storage = model_storage
        self._resource = resource
        self._vocabulary = vocabulary

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> UnknownWordsGuard:
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        texts = [message.get(TEXT) for message in training_data.intent_examples if message.get(TEXT)]
        self._vocabulary = frozenset(word for text in texts for word in words(expand_abbreviations(text)))
        with self._model_storage.write_to(self._resource) as directory:
            (directory / _FILE).write_text(json.dumps(sorted(self._vocabulary), ensure_ascii=False), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> UnknownWordsGuard:
        vocabulary: Optional[List[Text]] = None
        try:
            with model_storage.read_from(resource) as directory:
                vocabulary = json.loads((directory / _FILE).read_text(encoding="utf-8"))
        except ValueError:
            # Rasa's storage raises ValueError when nothing was persisted: without a vocabulary the guard stays out.
            vocabulary = None
        return cls(config, model_storage, resource, frozenset(vocabulary or ()))

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            intent = message.get(INTENT)
            if self._vocabulary and message.get(TEXT) and intent and intent.get("name") not in self.config["exempt"]:
                share = known_share(message.get(TEXT), self._vocabulary)
                enough = float(self.config["enough"])
                self._scale(message, min(1.0, share / enough) if enough > 0 else 1.0)
        return messages

    @staticmethod
    def _scale(message: Message, factor: float) -> None:
        if factor >= 1.0:
            return
        intent = message.get(INTENT)
        message.set(INTENT, {**intent, "confidence": intent["confidence"] * factor}, add_to_output=True)
        ranking = [{**entry, "confidence": entry["confidence"] * factor} for entry in message.get("intent_ranking", [])]
        message.set("intent_ranking", ranking, add_to_output=True)
        selectors = message.get(RESPONSE_SELECTOR_PROPERTY_NAME)
        if selectors:
            message.set(RESPONSE_SELECTOR_PROPERTY_NAME, _scaled(selectors, factor), add_to_output=True)


def _scaled(value: Any, factor: float) -> Any:
    """A copy of a response selector's output with every confidence in it multiplied."""
    if isinstance(value, dict):
        return {key: item * factor if key == "confidence" else _scaled(item, factor) for key, item in value.items()}
    return [_scaled(item, factor) for item in value] if isinstance(value, list) else value
