"""What judges never teaches: the held-out messages of bench/understanding are not among the training examples."""

import json

import pytest

from assistant.knowledge.check import load_examples
from assistant.text import fold_words
from tests.support.paths import ROOT


@pytest.mark.parametrize("name", ["validation.jsonl", "questions.jsonl"])
def test_no_held_out_message_is_a_training_example(name: str) -> None:
    examples = {" ".join(fold_words(text)) for texts in load_examples(ROOT / "data" / "nlu").values() for text in texts}
    lines = (ROOT / "bench" / "understanding" / name).read_text(encoding="utf-8").splitlines()
    held_out = [json.loads(line)["text"] for line in lines]
    assert len(held_out) > 200
    assert [text for text in held_out if " ".join(fold_words(text)) in examples] == []
