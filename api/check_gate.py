"""How many checks run at the same moment: one more is told to come again, it does not wait in memory."""

from collections.abc import Iterator
from contextlib import contextmanager


class Full(Exception):
    """All places are taken."""


class CheckGate:
    """`places` for one process."""

    def __init__(self, places: int) -> None:
        self._free = places

    @contextmanager
    def enter(self) -> Iterator[None]:
        """A place for the block. Raises Full."""
        if self._free <= 0:
            raise Full
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1
