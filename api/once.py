"""What was answered a moment ago, so that a message that is sent again is not taken for a second one."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

_KEPT_SECONDS = 15 * 60.0
_MAX_KEPT = 10_000

Answer = TypeVar("Answer")


class Answered(Generic[Answer]):
    """Answers by conversation and key, in the memory of one process; old ones go. To use within a turn."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[tuple[str, str], tuple[float, Answer]] = OrderedDict()

    def get(self, conversation_id: str, key: str | None) -> Answer | None:
        """The answer that was given under this key, None for a new key or none."""
        self._forget()
        found = self._kept.get((conversation_id, key)) if key else None
        return found[1] if found else None

    def keep(self, conversation_id: str, key: str | None, answer: Answer) -> None:
        """Remember an answer; nothing without a key."""
        if key:
            self._kept[conversation_id, key] = (self._clock(), answer)
            self._forget()

    def _forget(self) -> None:
        moment = self._clock()
        while self._kept:
            oldest = next(iter(self._kept.values()))[0]
            if len(self._kept) <= _MAX_KEPT and moment - oldest < _KEPT_SECONDS:
                return
            self._kept.popitem(last=False)
