"""assistant.nlu.spacy_lemmas, beside Rasa's own component."""

import json
from typing import List, Tuple, Type

import pytest
from conftest import ROOT
from rasa.nlu.model import InvalidModelError
from rasa.nlu.utils import spacy_utils

from assistant.nlu.spacy_lemmas import SpacyNLP

MODEL = "fr_core_news_md"


def test_names_are_not_looked_for() -> None:
    assert "ner" not in SpacyNLP.load_model(MODEL).model.pipe_names


def test_tokens_and_lemmas_are_those_of_rasas_own() -> None:
    lines = (ROOT / "bench" / "understanding" / "validation.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"].lower() for line in lines[::4]]

    def read(component: Type[spacy_utils.SpacyNLP]) -> List[List[Tuple[str, str]]]:
        docs = component.load_model(MODEL).model.pipe(texts)
        return [[(token.text, token.lemma_) for token in doc] for doc in docs]

    assert read(SpacyNLP) == read(spacy_utils.SpacyNLP)


def test_a_model_that_is_not_installed_is_refused() -> None:
    with pytest.raises(InvalidModelError):
        SpacyNLP.load_model("fr_core_news_xxl")
