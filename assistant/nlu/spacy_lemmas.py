"""spaCy for tokens and lemmas only."""

from __future__ import annotations

from typing import Any, Dict, Text

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.utils import spacy_utils


# Rasa hands the model of whatever bears this very name to its SpacyTokenizer.
@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.MODEL_LOADER, DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER],
    is_trainable=False,
    model_from="SpacyNLP",
)
class SpacyNLP(spacy_utils.SpacyNLP):
    """Rasa's own without the recogniser of named entities: nothing reads them, and they take a third of spaCy's time.

    `model`: the name of an installed one. Tokens and lemmas stay the same: no other part of the model listens to it.
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {**spacy_utils.SpacyNLP.get_default_config(), "model": None}

    @staticmethod
    def load_model(spacy_model_name: Text) -> spacy_utils.SpacyModel:
        """As Rasa does; raises InvalidModelError when the model is not installed."""
        model = spacy_utils.SpacyNLP.load_model(spacy_model_name)
        if "ner" in model.model.pipe_names:
            model.model.disable_pipe("ner")
        return model
