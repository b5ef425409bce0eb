"""Entity extractor: identifiers and names of statuses, by rule."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.identifiers import find_identifiers
from assistant.nlu.status_names import StatusNames

_FILE = "statuts.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class IdentifierExtractor(EntityExtractorMixin, GraphComponent):
    """Entities siret, siren, iban, numero_facture, numero_engagement, code_service, numero_flux, cadre, anomalie, statut.

    The names of statuses are read at training time from `statuts` (a path to statuts.csv) and kept in the model as JSON.
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {"statuts": "data/knowledge/statuts.csv"}

    def __init__(
        self,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        statuses: Optional[StatusNames] = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._statuses = statuses or StatusNames([], {})

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IdentifierExtractor:
        return cls(config, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> Optional[Text]:
        """The content of the table, so that Rasa trains again when it changed."""
        path = Path(config["statuts"])
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None

    def train(self, training_data: TrainingData) -> Resource:
        self._statuses = StatusNames.from_csv(Path(self._config["statuts"]))
        with self._model_storage.write_to(self._resource) as directory:
            content = {"labels": self._statuses.labels, "edi": self._statuses.edi, "flux": sorted(self._statuses.flux)}
            (directory / _FILE).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> IdentifierExtractor:
        try:
            with model_storage.read_from(resource) as directory:
                content = json.loads((directory / _FILE).read_text(encoding="utf-8"))
        except ValueError:
            # Rasa's storage raises ValueError when nothing was persisted (NLU-less training): identifiers still work.
            return cls(config, model_storage, resource)
        names = StatusNames([(label, code) for label, code in content["labels"]], content["edi"], content["flux"])
        return cls(config, model_storage, resource, names)

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            text = message.get(TEXT)
            if not text:
                continue
            entities = self.add_extractor_name(self._entities(text))
            message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
        return messages

    def _entities(self, text: Text) -> List[Dict[Text, Any]]:
        spans = [(found.kind, found.value, found.start, found.end) for found in find_identifiers(text)]
        spans += [("statut", found.code, found.start, found.end) for found in self._statuses.find(text)]
        return [
            {
                ENTITY_ATTRIBUTE_TYPE: kind,
                ENTITY_ATTRIBUTE_VALUE: value,
                ENTITY_ATTRIBUTE_START: start,
                ENTITY_ATTRIBUTE_END: end,
            }
            for kind, value, start, end in spans
        ]
