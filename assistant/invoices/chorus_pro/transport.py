"""One call to one service: token, headers, bounded tries, and what the answer says."""

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

import httpx
import structlog
from pydantic import SecretStr
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_random_exponential

from assistant.invoices.chorus_pro.answers import raise_for_status, read_answer, read_object
from assistant.invoices.chorus_pro.config import ChorusProConfig
from assistant.invoices.chorus_pro.errors import (
    ChorusProAuthenticationError,
    ChorusProError,
    ChorusProQuotaExceeded,
    ChorusProTimeout,
    ChorusProUnavailable,
    ChorusProUnreadable,
)
from assistant.invoices.chorus_pro.services import Service
from assistant.invoices.chorus_pro.tokens import Token, TokenCache
from assistant.invoices.chorus_pro.values import read_amount, read_text

logger = structlog.get_logger()

Result = TypeVar("Result")
Answer = tuple[int, httpx.Headers, bytes]

# When the answer does not say how long the token is good.
_UNSAID_LIFETIME = 300.0


class Calls(Protocol):
    """What the services need of a transport."""

    async def call(self, service: Service, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The JSON object of a success. Raises ChorusProError."""


class Transport:
    """Safe for many calls at once, in one event loop. Raises ChorusProError only."""

    def __init__(
        self,
        config: ChorusProConfig,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._config = config
        self._clock = clock
        self._sleep = sleep
        self._tokens = TokenCache(self._ask_token, config.token_margin, clock)
        account = f"{config.login.get_secret_value()}:{config.password.get_secret_value()}"
        self._account = SecretStr(base64.b64encode(account.encode()).decode("ascii"))
        # No redirection: the secrets go to these two addresses and nowhere else.
        self._http = httpx.AsyncClient(
            timeout=config.timeout,
            limits=httpx.Limits(max_connections=20, max_keepalive_connections=10),
            follow_redirects=False,
            trust_env=not config.on_loopback,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._tokens.close()
        await self._http.aclose()

    async def call(self, service: Service, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Ask `service`; every service of the list reads, so a failed try may be made again."""
        started = time.perf_counter()
        try:
            found = await self._tried(service, lambda: self._once(service, body))
        except ChorusProError as error:
            logger.warning("chorus_pro_failed", service=service.key, kind=error.key, detail=error.detail, ms=_since(started))
            raise
        logger.debug("chorus_pro_answered", service=service.key, ms=_since(started))
        return found

    async def _once(self, service: Service, body: Mapping[str, Any] | None) -> dict[str, Any]:
        token = await self._tokens.get()
        answer = await self._send(service, token, body)
        if answer[0] == 401:
            token = await self._tokens.replace(token)
            answer = await self._send(service, token, body)
        return read_answer(service, *answer)

    async def _send(self, service: Service, token: Token, body: Mapping[str, Any] | None) -> Answer:
        request = self._http.build_request(
            service.method,
            self._config.api_url + service.path,
            headers={
                "Authorization": f"Bearer {token.value}",
                "cpro-account": self._account.get_secret_value(),
                "Content-Type": "application/json;charset=utf-8",
                "Accept": "application/json",
            },
            json=None if service.method == "GET" else dict(body or {}),
        )
        return await self._exchange(service, request)

    async def _ask_token(self) -> Token:
        return await self._tried(None, self._ask_token_once)

    async def _ask_token_once(self) -> Token:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._config.client_id.get_secret_value(),
            "client_secret": self._config.client_secret.get_secret_value(),
            "scope": "openid",
        }
        status, headers, body = await self._exchange(None, self._http.build_request("POST", self._config.token_url, data=form))
        # PISTE answers 400 or 401 to an unknown application, by the source that one reads.
        if status in (400, 401):
            raise ChorusProAuthenticationError(None, f"HTTP {status}")
        if status != 200:
            raise_for_status(None, status, headers)
        found = read_object(body) or {}
        value = read_text(found.get("access_token"))
        if value is None or not (value.isascii() and value.isprintable()):
            raise ChorusProUnreadable(None, "no access_token")
        return Token(value, float(read_amount(found.get("expires_in")) or _UNSAID_LIFETIME))

    async def _exchange(self, service: Service | None, request: httpx.Request) -> Answer:
        """Status, headers and body. httpx's own errors hold the request, hence secrets: they go no further."""
        try:
            async with asyncio.timeout(self._config.timeout):
                response = await self._http.send(request, stream=True)
                try:
                    body = await self._read(service, response)
                finally:
                    await response.aclose()
        except (TimeoutError, httpx.TimeoutException) as error:
            raise ChorusProTimeout(service, type(error).__name__) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ChorusProUnavailable(service, type(error).__name__) from None
        return response.status_code, response.headers, body

    async def _read(self, service: Service | None, response: httpx.Response) -> bytes:
        pieces = bytearray()
        async for piece in response.aiter_bytes():
            pieces += piece
            if len(pieces) > self._config.max_response_bytes:
                raise ChorusProUnreadable(service, "answer too big")
        return bytes(pieces)

    async def _tried(self, service: Service | None, once: Callable[[], Awaitable[Result]]) -> Result:
        retrying = AsyncRetrying(
            stop=self._stop(time.monotonic()),
            wait=self._wait,
            # A token that could not be had was tried for already.
            retry=retry_if_exception(lambda error: _is_passing(error) and getattr(error, "service", None) is service),
            sleep=self._sleep,
            reraise=True,
        )

        async def attempt() -> Result:
            # tenacity awaits only what it sees to be a coroutine function.
            return await once()

        try:
            # The tries and the waits together: nobody waits longer.
            async with asyncio.timeout(self._config.total):
                return await retrying(attempt)
        except TimeoutError:
            raise ChorusProTimeout(service, "all tries together") from None

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, ChorusProQuotaExceeded) and error.retry_after is not None:
            return error.retry_after
        # Full jitter: between nothing and a bound that doubles.
        return wait_random_exponential(multiplier=self._config.first_wait, max=self._config.longest_wait)(state)

    def _stop(self, started: float) -> Callable[[RetryCallState], bool]:
        enough = stop_after_attempt(self._config.attempts)

        def stop(state: RetryCallState) -> bool:
            # A wait that would outlast the call is not begun: what is known is said at once.
            return enough(state) or time.monotonic() + state.upcoming_sleep - started >= self._config.total

        return stop


def _is_passing(error: BaseException) -> bool:
    """What another try may mend. A time-out is not: the person has waited, and the server is loaded."""
    if isinstance(error, ChorusProTimeout):
        return False
    return isinstance(error, ChorusProUnavailable | ChorusProQuotaExceeded)


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
