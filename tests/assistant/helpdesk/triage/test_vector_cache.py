"""Sentence vectors kept on disk between two starts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.helpdesk.triage.vector_cache import VectorCache


class Counting:
    """An encoder that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Any:
        self.asked += texts
        return np.array([[len(text) / 64, text.count("a") / 64] for text in texts], dtype=np.float32)


def test_what_was_encoded_before_is_read_from_the_file(tmp_path: Path) -> None:
    first = Counting()
    cache = VectorCache(tmp_path / "nouveau", first)
    vectors = cache(["facture", "banane"])
    cache.save()
    second = Counting()
    again = VectorCache(tmp_path / "nouveau", second)(["banane", "pomme", "facture"])
    assert second.asked == ["pomme"]
    np.testing.assert_allclose(again[[2, 0]], vectors, atol=1e-3)
    assert again.dtype == np.float32


def test_what_is_no_more_used_leaves_the_file(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path, Counting())
    cache(["ancien"])
    cache.save()
    cache = VectorCache(tmp_path, Counting())
    cache(["nouveau"])
    cache.save()
    third = Counting()
    VectorCache(tmp_path, third)(["ancien", "nouveau"])
    assert third.asked == ["ancien"]


def test_nothing_new_is_not_written_again(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path, Counting())
    cache(["a"])
    cache.save()
    [path] = tmp_path.iterdir()
    before = path.stat().st_mtime_ns
    cache = VectorCache(tmp_path, Counting())
    cache(["a"])
    cache.save()
    assert path.stat().st_mtime_ns == before


@pytest.mark.parametrize("content", [b"", b"rien d'un npz", b"PK\x03\x04tronque"])
def test_a_broken_file_costs_time_only(tmp_path: Path, content: bytes) -> None:
    cache = VectorCache(tmp_path, Counting())
    cache(["a"])
    cache.save()
    [path] = tmp_path.iterdir()
    path.write_bytes(content)
    counting = Counting()
    repaired = VectorCache(tmp_path, counting)
    repaired(["a"])
    repaired.save()
    assert counting.asked == ["a"]
    assert VectorCache(tmp_path, Counting())(["a"]).shape == (1, 2)


def test_a_directory_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    file = tmp_path / "un-fichier"
    file.write_text("pas un dossier")
    cache = VectorCache(file, Counting())
    assert cache(["a"]).shape == (1, 2)
    cache.save()
    assert file.read_text() == "pas un dossier"
