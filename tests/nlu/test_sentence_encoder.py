"""assistant.nlu.sentence_encoder."""

import numpy as np
import pytest
from conftest import NAUGHTY, Component
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.sentence_encoder import DIMENSION, SentenceEncoder


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder({**SentenceEncoder.get_default_config(), "alias": "encoder"}, "encoder")


def test_vectors_have_512_dimensions_and_length_one(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(["ma facture est rejetée", "bonjour", ""])
    assert vectors.shape == (3, DIMENSION) == (3, 512)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-4)


def test_no_text_gives_no_vector(encoder: SentenceEncoder) -> None:
    assert encoder.encode([]).shape == (0, DIMENSION)


def test_the_order_of_the_texts_is_kept_across_batches(encoder: SentenceEncoder) -> None:
    texts = [f"facture numéro {i} " + "rejetée " * (i % 5) for i in range(70)]
    together = encoder.encode(texts)
    for index in (0, 4, 33, 69):
        assert together[index] == pytest.approx(encoder.encode([texts[index]])[0], abs=1e-4)


@pytest.mark.parametrize(
    ("one", "other"), [("MDP OUBLIÉ", "mot de passe oublié"), ("c koi un EJ", "c'est quoi un engagement juridique")]
)
def test_case_and_abbreviations_make_no_difference(encoder: SentenceEncoder, one: str, other: str) -> None:
    vectors = encoder.encode([one, other])
    assert vectors[0] == pytest.approx(vectors[1], abs=1e-5)


def test_a_rewording_is_nearer_than_another_question(encoder: SentenceEncoder) -> None:
    question, rewording, other = encoder.encode(
        ["comment créer un compte ?", "je voudrais m'inscrire et ouvrir un compte", "ma facture a été rejetée par la mairie"]
    )
    assert question @ rewording > question @ other + 0.1


def test_encoding_twice_gives_the_same_vectors(encoder: SentenceEncoder) -> None:
    assert np.array_equal(encoder.encode(["facture rejetée"]), encoder.encode(["facture rejetée"]))


def test_a_message_gets_one_sentence_vector_under_the_alias(component: Component) -> None:
    message = Message({"text": "bonjour"})
    component.create(SentenceEncoder, alias="encoder").process([message])
    (feature,) = message.features
    assert (feature.origin, feature.type, feature.attribute) == ("encoder", "sentence", "text")
    assert feature.features.shape == (1, 512)
    assert feature.is_dense()


def test_with_sequence_the_vector_is_repeated_for_each_token(pipeline, component: Component) -> None:
    message = Message({"text": "ma facture rejetée"})
    pipeline.tokenizer.process([message])
    component.create(SentenceEncoder, alias="encoder", sequence=True).process([message])
    shapes = {feature.type: feature.features.shape for feature in message.features}
    assert shapes == {"sequence": (3, 512), "sentence": (1, 512)}


def test_messages_without_text_get_no_vector_and_do_not_shift_the_others(component: Component) -> None:
    encoder = component.create(SentenceEncoder, alias="encoder")
    empty, full, none = Message({"text": ""}), Message({"text": "bonjour"}), Message({})
    encoder.process([empty, full, none])
    assert not empty.features
    assert not none.features
    assert full.features[0].features[0] == pytest.approx(encoder.encode(["bonjour"])[0], abs=1e-5)


def test_texts_of_responses_are_encoded_as_well(component: Component) -> None:
    data = TrainingData([Message({"text": "bonjour", "response": "Bonjour à vous"})])
    component.create(SentenceEncoder, alias="encoder").process_training_data(data)
    assert [feature.attribute for feature in data.training_examples[0].features] == ["text", "response"]


def test_no_nasty_string_makes_it_fail_or_gives_no_number(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(NAUGHTY)
    assert np.isfinite(vectors).all()
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(NAUGHTY)), abs=1e-3)


def test_a_huge_message_is_encoded_by_its_beginning(encoder: SentenceEncoder) -> None:
    huge = "ma facture est rejetée. " * 20_000
    assert encoder.encode([huge])[0] == pytest.approx(encoder.encode([huge[:4000]])[0], abs=1e-4)
