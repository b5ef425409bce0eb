"""A limit on how often something may be done in a minute, in memory, for one process."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable

_WINDOW_SECONDS = 60.0
_MAX_KEYS = 50_000


class Throttle:
    """Sliding window of one minute for each key (an address, a conversation)."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def seconds_to_wait(self, key: str) -> int:
        """0 when it may be done now (it is then counted), else the whole seconds to wait."""
        wait = self.seconds_left(key)
        times = self._times.setdefault(key, deque())
        self._times.move_to_end(key)
        if wait == 0:
            times.append(self._clock())
            while len(self._times) > _MAX_KEYS:
                self._times.popitem(last=False)
        return wait

    def seconds_left(self, key: str) -> int:
        """The whole seconds to wait, 0 for none; nothing is counted: for what is counted only when it fails."""
        times = self._times.get(key)
        moment = self._clock()
        while times and moment - times[0] >= _WINDOW_SECONDS:
            times.popleft()
        if times is None or len(times) < self._per_minute:
            return 0
        return int(_WINDOW_SECONDS - (moment - times[0])) + 1
