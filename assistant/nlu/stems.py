"""What the word features count: stems without accents and empty words, abbreviations written out."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Dict, List, Text

import snowballstemmer
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.french_text import expand_abbreviations, words

_EMPTY_WORDS_TEXT = (
    "a au aux avec ce ces c d dans de des du elle en est et il ils j je l la le les leur lui m ma mais me mes mon n ne nos "
    "notre nous on ou par pas pour qu que qui s sa se ses si son sur t ta te tes un une vos votre vous y suis es sont ai as ont"
)
_EMPTY_WORDS = frozenset(_EMPTY_WORDS_TEXT.split())
_REMEMBERED = 20_000


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class FrenchStems(GraphComponent):
    """Replace each token's lemma by the stem of its lemma: spaCy's lemmas miss misspelt and unaccented words, stems do not.

    « Rejetées », « rejeté » and « rejeter » count as one word; « mdp » counts as « mot », « passe ». Offsets do not change.
    """

    def __init__(self) -> None:
        self._stemmer = snowballstemmer.stemmer("french")
        # The same words come again and again, and the stemmer is plain Python.
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._of_word)

    @classmethod
    def required_components(cls) -> List[type]:
        return [Tokenizer]

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FrenchStems:
        return cls()

    def stem(self, text: Text) -> Text:
        """Stems of the words of `text`, separated by spaces; empty when all are empty words."""
        kept = [word for word in words(expand_abbreviations(text)) if word not in _EMPTY_WORDS]
        return " ".join(self._stemmer.stemWords(kept))

    def _of_word(self, text: Text, lemma: Text) -> Text:
        # An abbreviation has no lemma of its own; any other word is better known by spaCy's.
        written_out = expand_abbreviations(text)
        return self.stem(written_out if written_out != text else lemma or text)

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            for token in message.get(TOKENS_NAMES[TEXT]) or []:
                token.lemma = self._remembered(token.text, token.lemma)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data
