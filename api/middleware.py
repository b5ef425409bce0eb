"""Around each request: id, size limit, security headers, one log line, metrics."""

import re
import time
import uuid

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem_response

logger = structlog.get_logger()

REQUESTS = Counter("choriste_requests_total", "HTTP requests", ["method", "route", "status"])
DURATION = Histogram("choriste_request_seconds", "Time to answer an HTTP request", ["route"])

MAX_BODY_BYTES = 256 * 1024
_REQUEST_ID = re.compile(r"^[A-Za-z0-9_.-]{8,64}$")
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class RequestContext:
    """ASGI middleware: everything that is the same for all routes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        request_id = self._request_id(request)
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            if int(request.headers.get("content-length") or 0) > self._max_bytes(scope["path"]):
                await self._too_large(request)(scope, receive, send_with_headers)
            else:
                await self._app(scope, self._limited(receive, scope["path"]), send_with_headers)
        finally:
            self._report(scope, status, time.perf_counter() - started)

    @staticmethod
    def _request_id(request: Request) -> str:
        given = request.headers.get("x-request-id", "")
        return given if _REQUEST_ID.match(given) else str(uuid.uuid4())

    @staticmethod
    def _max_bytes(path: str) -> int:
        # Rasa sends the whole tracker with each action; the webhook is not for the outside.
        return 16 * 1024 * 1024 if path.startswith("/rasa/") else MAX_BODY_BYTES

    def _limited(self, receive: Receive, path: str) -> Receive:
        """Stop reading a body that grows past the limit although it announced less."""
        left = self._max_bytes(path)

        async def limited() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            return message if left >= 0 else {"type": "http.disconnect"}

        return limited

    @staticmethod
    def _too_large(request: Request) -> ASGIApp:
        return problem_response(request, 413, "demande_trop_grande", "Votre demande est trop grande : raccourcissez le texte.")

    @staticmethod
    def _report(scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "autre")
        REQUESTS.labels(scope["method"], route, str(status)).inc()
        DURATION.labels(route).observe(seconds)
        logger.info("request", method=scope["method"], route=route, status=status, milliseconds=round(seconds * 1000, 1))
