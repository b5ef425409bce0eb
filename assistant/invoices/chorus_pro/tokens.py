"""PISTE's token: kept until a margin before its end, renewed once however many ask for it at the same time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from assistant.invoices.chorus_pro.errors import ChorusProUnavailable

logger = structlog.get_logger()


@dataclass(frozen=True)
class Token:
    """A token and how long it is good, in seconds from when it was asked for."""

    value: str = field(repr=False)
    lifetime: float


class TokenCache:
    """`renew` asks for a new token. Times in seconds on `clock`."""

    def __init__(self, renew: Callable[[], Awaitable[Token]], margin: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._renew = renew
        self._margin = margin
        self._clock = clock
        self._token: Token | None = None
        self._asked_at = 0.0
        self._flight: asyncio.Task[Token] | None = None

    async def get(self) -> Token:
        """A token good now. Raises what `renew` raises."""
        age = self._clock() - self._asked_at
        token = self._token
        # A token shorter than twice the margin is used for half its life, or it would be renewed at each call.
        if token and age < max(token.lifetime - self._margin, token.lifetime / 2):
            return token
        try:
            return await self._renewed()
        except ChorusProUnavailable:
            if token and token is self._token and age < token.lifetime:
                logger.warning("chorus_pro_token_kept")
                return token
            raise

    async def replace(self, refused: Token) -> Token:
        """Another token than `refused`: the one that came meanwhile, or a new one."""
        if self._token is refused:
            self._token = None
        return await self.get()

    async def close(self) -> None:
        """Give up a request under way."""
        if self._flight:
            self._flight.cancel()

    async def _renewed(self) -> Token:
        if self._flight is None:
            self._flight = asyncio.create_task(self._fly())
            self._flight.add_done_callback(self._landed)
        # One of those who wait may leave without taking the request away from the others.
        return await asyncio.shield(self._flight)

    async def _fly(self) -> Token:
        asked_at = self._clock()
        token = await self._renew()
        self._token, self._asked_at = token, asked_at
        return token

    def _landed(self, flight: asyncio.Task[Token]) -> None:
        self._flight = None
        if not flight.cancelled():
            # Read here, or asyncio complains when all who waited have left.
            flight.exception()
