"""Waking up whoever looks: « something changed on this subject, read again ».

Nothing is carried but the call itself: the database holds the truth, and every stream reads it again by itself after a few
seconds. So a call that is lost, or made in another process, costs a short delay and never a change. With several processes, an
implementation over Redis or PostgreSQL's LISTEN would only make it quicker.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

DESK = "desk"


def conversation_topic(conversation_id: str) -> str:
    """What streams of one conversation listen to."""
    return f"conversation:{conversation_id}"


class Broadcaster(Protocol):
    """Calls on a subject."""

    def publish(self, topic: str) -> None:
        """Wake those who listen to `topic`; never waits."""

    def listening(self, topic: str) -> int:
        """How many listen to `topic`."""

    def listen(self, topic: str) -> AbstractContextManager["Listener"]:
        """Listen as long as the block lasts."""


class Listener:
    """One who listens. Calls made while nobody waited are not lost: the next wait returns at once."""

    def __init__(self) -> None:
        self._called = asyncio.Event()

    def call(self) -> None:
        """Wake up."""
        self._called.set()

    async def wait(self, seconds: float) -> bool:
        """True as soon as a call came, False after `seconds` without one."""
        try:
            async with asyncio.timeout(seconds):
                await self._called.wait()
        except TimeoutError:
            return False
        self._called.clear()
        return True


class InProcessBroadcaster:
    """The broadcaster of one process."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[Listener]] = defaultdict(set)

    def publish(self, topic: str) -> None:
        """Wake those who listen to `topic` in this process."""
        for listener in self._listeners.get(topic, ()):
            listener.call()

    def listening(self, topic: str) -> int:
        """How many listen to `topic` in this process."""
        return len(self._listeners.get(topic, ()))

    @contextmanager
    def listen(self, topic: str) -> Iterator[Listener]:
        """Listen as long as the block lasts."""
        listener = Listener()
        self._listeners[topic].add(listener)
        try:
            yield listener
        finally:
            self._listeners[topic].discard(listener)
            if not self._listeners[topic]:
                del self._listeners[topic]
