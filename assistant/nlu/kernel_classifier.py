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
from rasa.nlu.constants import RESPONSE_SELECTOR_PROPERTY_NAME, RESPONSE_SELECTOR_RETRIEVAL_INTENTS
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

    `weights`: how much each sparse featurizer counts, by its alias (1.0 when absent; the dense features together count 1).
    `sharpness`: how fast nearness in meaning fades. `regularization`: λ of the least squares.
    """

    @classmethod
    def required_components(cls) -> List[type]:
        return [Featurizer]

    @staticmethod
    def required_packages() -> List[Text]:
        return ["scipy", "safetensors"]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {"weights": {}, "sharpness": 3.0, "regularization": 0.15, "ranking_length": 10}

    def __init__(
        self,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: Optional[LeastSquaresClassifier] = None,
        idf: Optional[Dict[Text, np.ndarray]] = None,
        dimensions: Optional[Dict[Text, int]] = None,
    ) -> None:
        self.config = {**self.get_default_config(), **config}
        self._model_storage = model_storage
        self._resource = resource
        self._model = model
        self._idf: Dict[Text, np.ndarray] = idf or {}
        # Size of each featurizer's vectors: a message may lack those of one (no token, a featurizer that failed).
        self._dimensions: Dict[Text, int] = dimensions or {}

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

    def _features(self, messages: List[Message]) -> Tuple[csr_matrix, Optional[np.ndarray]]:
        """One row a message: sparse blocks, each weighted by rarity, made of length one and weighted; dense ones side by side."""
        blocks = self._blocks(messages)
        sparse_parts = [csr_matrix((len(messages), 1), dtype=np.float32)]
        dense_parts = []
        for origin in sorted(self._dimensions):
            block = blocks.get(origin)
            if block is None:
                block = csr_matrix((len(messages), self._dimensions[origin]), dtype=np.float32)
            if origin not in self._idf:
                dense_parts.append(normalize_rows(block).toarray())
                continue
            # A word said twice says hardly more than once.
            block.data = (1 + np.log(np.maximum(block.data, 1))) * self._idf[origin][block.indices]
            weight = float(self.config["weights"].get(origin, 1.0))
            sparse_parts.append(normalize_rows(block) * np.float32(np.sqrt(weight)))
        sparse = hstack(sparse_parts, format="csr", dtype=np.float32)
        if not dense_parts:
            return sparse, None
        return sparse, np.hstack(dense_parts).astype(np.float32) / np.float32(np.sqrt(len(dense_parts)))

    def _learn_rarity(self, messages: List[Message]) -> None:
        for origin, block in self._blocks(messages).items():
            self._dimensions[origin] = block.shape[1]
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
        sparse, dense = self._features(examples)
        self._model = LeastSquaresClassifier.fit(
            sparse, labels, float(self.config["regularization"]), dense, float(self.config["sharpness"])
        )
        logger.info(
            "Trained on %d examples of %d topics; left-one-out accuracy %.3f.",
            sparse.shape[0],
            len(set(labels)),
            self._model.left_out_accuracy,
        )
        self._persist()
        return self._resource

    def _persist(self) -> None:
        assert self._model is not None
        arrays, names = self._model.to_arrays()
        names["dimensions"] = self._dimensions
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
        model = LeastSquaresClassifier.from_arrays(arrays, names)
        return cls(config, model_storage, resource, model, idf, names["dimensions"])

    # --- prediction ---------------------------------------------------------------------------------------------------

    def process(self, messages: List[Message]) -> List[Message]:
        with_features = [message for message in messages if message.get(TEXT) and message.features]
        for message in messages:
            # Not « in with_features »: messages compare by content, which is costly.
            if self._model is None or not (message.get(TEXT) and message.features):
                message.set(INTENT, {"name": None, "confidence": 0.0}, add_to_output=True)
                message.set("intent_ranking", [], add_to_output=True)
        if with_features and self._model is not None:
            probabilities = self._model.probabilities(*self._features(with_features))
            for message, row in zip(with_features, probabilities, strict=True):
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
        selectors = _response_selector(ranked, self._retrieval_intents())
        message.set(RESPONSE_SELECTOR_PROPERTY_NAME, selectors, add_to_output=True)

    def _retrieval_intents(self) -> List[Text]:
        labels = self._model.labels if self._model is not None else []
        return sorted({label.split("/", 1)[0] for label in labels if "/" in label})


def _response_selector(ranked: List[Tuple[Text, float]], retrieval_intents: List[Text]) -> Dict[Text, Any]:
    """What is read of Rasa's ResponseSelector: the best keys of each retrieval intent (actions), and the names of all
    retrieval intents, without which Rasa neither notes nor tests full names (`rasa test`)."""
    selectors: Dict[Text, Any] = {RESPONSE_SELECTOR_RETRIEVAL_INTENTS: retrieval_intents}
    for label, confidence in ranked:
        if "/" in label:
            key = {"intent_response_key": label, "confidence": confidence}
            entry = selectors.setdefault(label.split("/", 1)[0], {"response": key, "ranking": []})
            entry["ranking"].append(key)
    return selectors


def _stack(rows: List[csr_matrix]) -> csr_matrix:
    from scipy.sparse import vstack

    return vstack(rows, format="csr", dtype=np.float32)
