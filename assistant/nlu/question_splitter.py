"""Two components around the others: a message with several questions is understood as a whole and question by question.

QuestionSplitter adds a message for each question, so that every component between the two treats them like any other;
QuestionCollector takes them out again and keeps what they were understood as.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Set, Text, Tuple

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import RESPONSE_SELECTOR_PROPERTY_NAME
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.questions import split_questions

QUESTION_OF = "question_de"
QUESTIONS = "questions"
_RANKING = "intent_ranking"
_FALLBACK = "nlu_fallback"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class QuestionSplitter(GraphComponent):
    """Behind each message of several questions, one message for each of them, marked `question_de` the whole.

    Training is not touched.
    """

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> QuestionSplitter:
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        out: List[Message] = []
        for index, message in enumerate(messages):
            out.append(message)
            questions = split_questions(message.get(TEXT) or "")
            if len(questions) > 1:
                out += [Message(data={TEXT: question, QUESTION_OF: index}) for question in questions]
        return out

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class QuestionCollector(GraphComponent, IntentClassifier):
    """Sets `questions` on a message that asks at least two different things, each understood with `sure` or more.

    Each is `{text, intent, intent_ranking, entities, response_selector}`; the message itself then counts as its first question.
    When the message as a whole is not understood and one of its questions is, it counts as that one. `answerable`: the intents
    that say something by themselves (a follow-up such as « combien de temps ? » does not).
    """

    @classmethod
    def required_components(cls) -> List[type]:
        return []

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {"sure": 0.6, "answerable": []}

    def __init__(self, config: Dict[Text, Any]) -> None:
        self.config = {**self.get_default_config(), **config}

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> QuestionCollector:
        return cls(config)

    def process(self, messages: List[Message]) -> List[Message]:
        wholes = [message for message in messages if message.get(QUESTION_OF) is None]
        parts: Dict[int, List[Message]] = {}
        for message in messages:
            if message.get(QUESTION_OF) is not None:
                parts.setdefault(message.get(QUESTION_OF), []).append(message)
        for index, whole in enumerate(wholes):
            self._collect(whole, parts.get(index, []))
        return wholes

    def _collect(self, whole: Message, parts: List[Message]) -> None:
        understood: List[Message] = []
        seen: Set[Tuple[Text, ...]] = set()
        for part in parts:
            subject = self._subject(part)
            if subject is not None and subject not in seen:
                seen.add(subject)
                understood.append(part)
        lost = (whole.get(INTENT) or {}).get("name") in (None, _FALLBACK)
        if len(understood) > 1:
            whole.set(QUESTIONS, [_output(part) for part in understood], add_to_output=True)
        if len(understood) > 1 or (understood and lost):
            for name in (INTENT, _RANKING, ENTITIES, RESPONSE_SELECTOR_PROPERTY_NAME):
                whole.set(name, understood[0].get(name), add_to_output=True)

    def _subject(self, part: Message) -> Optional[Tuple[Text, ...]]:
        """What a question is about, None when that is not sure: its full intent and the values of its entities."""
        ranking = [entry for entry in part.get(_RANKING) or [] if entry["name"] != _FALLBACK]
        if not ranking or ranking[0]["confidence"] < self.config["sure"]:
            return None
        name = ranking[0]["name"]
        if (part.get(INTENT) or {}).get("name") == _FALLBACK or name.split("/", 1)[0] not in self.config["answerable"]:
            return None
        entities = () if "/" in name else tuple(sorted(str(entity["value"]) for entity in part.get(ENTITIES) or []))
        # Two definitions without a known identifier differ by their words only.
        return (name, *entities) if "/" in name or entities else (name, part.get(TEXT))


def _output(part: Message) -> Dict[Text, Any]:
    return {
        TEXT: part.get(TEXT),
        INTENT: part.get(INTENT),
        _RANKING: part.get(_RANKING),
        ENTITIES: part.get(ENTITIES) or [],
        RESPONSE_SELECTOR_PROPERTY_NAME: part.get(RESPONSE_SELECTOR_PROPERTY_NAME),
    }
