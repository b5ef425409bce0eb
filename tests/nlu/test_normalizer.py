"""assistant.nlu.normalizer."""

import pytest
from conftest import NAUGHTY, Component, short
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.normalizer import ORIGINAL_TEXT, FrenchNormalizer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  L’e\u0301tat  de\u00a0ma facture ", "L'état de ma facture"),
        ("Facture FA–2026–0042", "Facture FA-2026-0042"),
        ("déjà propre", "déjà propre"),
        ("SIRET 732\u202f829\u202f320\u202f00074", "SIRET 732 829 320 00074"),
    ],
)
def test_the_text_is_rewritten_and_what_was_typed_is_kept(component: Component, text: str, expected: str) -> None:
    message = Message({"text": text})
    assert component.create(FrenchNormalizer).process([message]) == [message]
    assert message.get("text") == expected
    assert message.get(ORIGINAL_TEXT) == text


def test_what_was_typed_is_not_sent_back_by_rasa(component: Component) -> None:
    message = Message({"text": "L’état"})
    component.create(FrenchNormalizer).process([message])
    assert message.as_dict(only_output_properties=True) == {"text": "L'état"}


@pytest.mark.parametrize("data", [{}, {"text": ""}, {"text": None}, {"action_name": "action_listen"}])
def test_a_message_without_text_stays_as_it_is(component: Component, data: dict) -> None:
    message = Message(dict(data))
    component.create(FrenchNormalizer).process([message])
    assert message.data == data


def test_training_examples_are_rewritten_too_and_keep_their_intent(component: Component) -> None:
    data = TrainingData([Message.build(text="L’état ", intent="fiche/a"), Message.build(text="bonjour", intent="saluer")])
    result = component.create(FrenchNormalizer).process_training_data(data)
    assert [example.get("text") for example in result.training_examples] == ["L'état", "bonjour"]
    assert result.training_examples[0].get("intent") == "fiche"
    assert result.training_examples[0].get("intent_response_key") == "fiche/a"


def test_the_component_is_registered_in_rasas_recipe_and_needs_no_training() -> None:
    registered = DefaultV1Recipe._registered_components["FrenchNormalizer"]
    assert registered.clazz is FrenchNormalizer
    assert not registered.is_trainable
    assert registered.types == {DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER}


@pytest.mark.parametrize("text", NAUGHTY, ids=short)
def test_no_nasty_string_makes_it_fail(component: Component, text: str) -> None:
    message = Message({"text": text})
    component.create(FrenchNormalizer).process([message])
    assert message.get("text") == message.get("text").strip()
