"""Intent classifier: regularised least squares over several kinds of features, calibrated on its own left-out answers.

Why not Rasa's own: it must tell the sub-intents of a retrieval intent apart (`fiche/…`, hundreds of them), train in seconds
on two cores, and give a confidence that means something. The comparison is bench/understanding.
"""

from __future__ import annotations

import json
import logging
from typing import Any, Dict, List, Optional, Text, Tuple

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from safetensors.numpy import load_file, save_file
from scipy.sparse import csr_matrix, hstack

from assistant.nlu.least_squares import LeastSquaresClassifier, normalize_rows

logger = logging.getLogger(__name__)

_WEIGHTS = "classifier.safetensors"
_NAMES = "classifier.json"


def full_intent(message: Message) -> Text:
    """`fiche/compte-creer` for an example of a retrieval intent, the plain intent otherwise."""
    return message.get(INTENT_RESPONSE_KEY) or message.get(INTENT)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class KernelIntentClassifier(IntentClassifier, GraphComponent):
    """Sets `intent`, `intent_ranking` (full names, so that two fiches can be found close) and, for a retrieval intent,
    `response_selector` in the shape of Rasa's own ResponseSelector. Confidences are probabilities in 0-1.

    `weights`: how much each featurizer counts, by its alias (1.0 when absent). `regularization`: λ of the least squares.
    """

    @classmethod
    def required_components(cls) -> List[type]:
        return [Featurizer]

    @staticmethod
    def required_packages() -> List[Text]:
        return ["scipy", "safetensors"]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {"weights": {}, "regularization": 0.3, "ranking_length": 10}

    def __init__(
        self,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: Optional[LeastSquaresClassifier] = None,
        idf: Optional[Dict[Text, np.ndarray]] = None,
    ) -> None:
        self.config = {**self.get_default_config(), **config}
        self._model_storage = model_storage
        self._resource = resource
        self._model = model
        self._idf: Dict[Text, np.ndarray] = idf or {}

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> KernelIntentClassifier:
        return cls(config, model_storage, resource)

    # --- features ---------------------------------------------------------------------------------------------------

    @staticmethod
    def _blocks(messages: List[Message]) -> Dict[Text, csr_matrix]:
        """Sentence features of the messages, one matrix (len(messages), dimension) for each featurizer."""
        rows: Dict[Text, List[Optional[csr_matrix]]] = {}
        for index, message in enumerate(messages):
            for feature in message.features:
                if feature.attribute == TEXT and feature.type == FEATURE_TYPE_SENTENCE:
                    column = rows.setdefault(feature.origin, [None] * len(messages))
                    column[index] = csr_matrix(feature.features, dtype=np.float32)
        blocks = {}
        for origin, column in rows.items():
            dimension = next(row.shape[1] for row in column if row is not None)
            empty = csr_matrix((1, dimension), dtype=np.float32)
            blocks[origin] = _stack([row if row is not None else empty for row in column])
        return blocks

    def _matrix(self, messages: List[Message]) -> csr_matrix:
        """One row a message: the blocks, each weighted by rarity (sparse ones), made of length one, and by its weight."""
        blocks = self._blocks(messages)
        parts = []
        for origin in sorted(blocks):
            block = blocks[origin]
            if origin in self._idf:
                block = block.multiply(self._idf[origin][None, :]).tocsr()
            weight = float(self.config["weights"].get(origin, 1.0))
            parts.append(normalize_rows(block) * np.float32(np.sqrt(weight)))
        return hstack(parts, format="csr", dtype=np.float32)

    def _learn_rarity(self, messages: List[Message]) -> None:
        for origin, block in self._blocks(messages).items():
            if block.nnz < 0.5 * block.shape[0] * block.shape[1]:
                seen = np.bincount(block.indices, minlength=block.shape[1])
                self._idf[origin] = np.log((1 + block.shape[0]) / (1 + seen)).astype(np.float32) + 1

    # --- training and persistence -------------------------------------------------------------------------------------

    def train(self, training_data: TrainingData) -> Resource:
        examples = [message for message in training_data.intent_examples if message.get(TEXT) and message.get(INTENT)]
        labels = [full_intent(message) for message in examples]
        if len(set(labels)) < 2:
            logger.warning("Fewer than two intents in the training data: no classifier is trained.")
            return self._resource
        self._learn_rarity(examples)
        matrix = self._matrix(examples)
        self._model = LeastSquaresClassifier.fit(matrix, labels, float(self.config["regularization"]))
        logger.info(
            "Trained on %d examples of %d topics; left-one-out accuracy %.3f.",
            matrix.shape[0],
            len(set(labels)),
            self._model.left_out_accuracy,
        )
        self._persist()
        return self._resource

    def _persist(self) -> None:
        assert self._model is not None
        arrays, names = self._model.to_arrays()
        arrays.update({f"idf/{origin}": values for origin, values in self._idf.items()})
        with self._model_storage.write_to(self._resource) as directory:
            save_file(arrays, directory / _WEIGHTS)
            (directory / _NAMES).write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> KernelIntentClassifier:
        try:
            with model_storage.read_from(resource) as directory:
                arrays = load_file(directory / _WEIGHTS)
                names = json.loads((directory / _NAMES).read_text(encoding="utf-8"))
        except ValueError:
            # Rasa's storage raises ValueError when nothing was persisted: answer no intent, as Rasa's classifiers do.
            return cls(config, model_storage, resource)
        idf = {key[len("idf/") :]: value for key, value in arrays.items() if key.startswith("idf/")}
        return cls(config, model_storage, resource, LeastSquaresClassifier.from_arrays(arrays, names), idf)

    # --- prediction ---------------------------------------------------------------------------------------------------

    def process(self, messages: List[Message]) -> List[Message]:
        with_features = [message for message in messages if message.get(TEXT) and message.features]
        for message in messages:
            if message not in with_features or self._model is None:
                message.set(INTENT, {"name": None, "confidence": 0.0}, add_to_output=True)
                message.set("intent_ranking", [], add_to_output=True)
        if with_features and self._model is not None:
            probabilities = self._model.probabilities(self._matrix(with_features))
            for message, row in zip(with_features, probabilities):
                self._set_prediction(message, row)
        return messages

    def _set_prediction(self, message: Message, row: np.ndarray) -> None:
        assert self._model is not None
        order = np.argsort(-row)
        ranked = [(self._model.labels[i], float(row[i])) for i in order[: self.config["ranking_length"]]]
        name, confidence = ranked[0]
        intent = name.split("/", 1)[0]
        message.set(INTENT, {"name": intent, "confidence": confidence}, add_to_output=True)
        ranking = [{"name": label, "confidence": value} for label, value in ranked]
        message.set("intent_ranking", ranking, add_to_output=True)
        message.set("response_selector", _response_selector(ranked), add_to_output=True)


def _response_selector(ranked: List[Tuple[Text, float]]) -> Dict[Text, Any]:
    """The part of Rasa's ResponseSelector output that an action reads: the best keys of each retrieval intent."""
    selectors: Dict[Text, Any] = {}
    for label, confidence in ranked:
        if "/" in label:
            key = {"intent_response_key": label, "confidence": confidence}
            entry = selectors.setdefault(label.split("/", 1)[0], {"response": key, "ranking": []})
            entry["ranking"].append(key)
    return selectors


def _stack(rows: List[csr_matrix]) -> csr_matrix:
    from scipy.sparse import vstack

    return vstack(rows, format="csr", dtype=np.float32)
