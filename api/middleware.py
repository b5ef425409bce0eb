"""Around each request: id, size limit, security headers, one log line, metrics."""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import incident, problem_response
from api.pieces import MAX_FORM_BYTES

logger = structlog.get_logger()

REQUESTS = Counter("choriste_requests_total", "HTTP requests", ["method", "route", "status"])
DURATION = Histogram("choriste_request_seconds", "Time to answer an HTTP request", ["route"])

MAX_BODY_BYTES = 256 * 1024
# Forms that may come with files.
_WITH_FILES = re.compile(r"/sollicitation|/suivi/[^/]+/complement|/api/v1/sollicitations/[^/]+/pieces")
# Forms with one invoice, or a lot of them; how much they may weigh is a setting.
_WITH_INVOICE = re.compile(r"/verifier|/api/v1/invoices/check")
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
        exchange = _Exchange(
            receive, send, self._max_bytes(request), lambda headers: self._add_headers(scope, headers, request_id)
        )
        try:
            await self._answer(scope, request, exchange)
        finally:
            self._report(scope, exchange.status, time.perf_counter() - started)

    async def _answer(self, scope: Scope, request: Request, exchange: "_Exchange") -> None:
        length = request.headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            refusal = problem_response(request, 400, "taille_illisible", "La taille annoncée de la demande n'est pas un nombre.")
            await refusal(scope, exchange.receive, exchange.send)
            return
        exchange.too_large = int(length) > exchange.left
        if not exchange.too_large:
            try:
                await self._app(scope, exchange.receive, exchange.send)
            except Exception as error:
                if exchange.started:
                    raise
                if not exchange.too_large:
                    await incident(request, error)(scope, exchange.receive, exchange.send)
        if exchange.too_large and not exchange.started:
            exchange.too_large = False
            remedy = "joignez moins de fichiers" if _may_have_files(request) else "raccourcissez le texte"
            if _has_invoice(request):
                remedy = "allégez le fichier, ou scindez le lot"
            detail = f"Votre demande est trop grande : {remedy}."
            await problem_response(request, 413, "demande_trop_grande", detail)(scope, exchange.receive, exchange.send)

    @staticmethod
    def _add_headers(scope: Scope, headers: MutableHeaders, request_id: str) -> None:
        headers["X-Request-ID"] = request_id
        if scope["path"].startswith("/helpdesk"):
            # With « no-referrer » a form of our own would come with « Origin: null », which says nothing of where it comes from.
            headers.setdefault("Referrer-Policy", "same-origin")
            if not scope["path"].startswith("/helpdesk/static/"):
                headers.setdefault("Cache-Control", "no-store")
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        if scope["path"].startswith("/api/"):
            headers.setdefault("Cache-Control", "no-store")

    @staticmethod
    def _request_id(request: Request) -> str:
        given = request.headers.get("x-request-id", "")
        return given if _REQUEST_ID.match(given) else str(uuid.uuid4())

    @staticmethod
    def _max_bytes(request: Request) -> int:
        # Rasa sends the whole tracker with each action; the webhook is not for the outside.
        if request.url.path.startswith("/rasa/"):
            return 16 * 1024 * 1024
        if _has_invoice(request):
            most: int = request.app.state.context.max_invoice_bytes
            return most + MAX_BODY_BYTES
        return MAX_FORM_BYTES if _may_have_files(request) else MAX_BODY_BYTES

    @staticmethod
    def _report(scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "autre")
        REQUESTS.labels(scope["method"], route, str(status)).inc()
        DURATION.labels(route).observe(seconds)
        logger.info("request", method=scope["method"], route=route, status=status, milliseconds=round(seconds * 1000, 1))


def _may_have_files(request: Request) -> bool:
    return _is_multipart(request) and bool(_WITH_FILES.fullmatch(request.url.path))


def _has_invoice(request: Request) -> bool:
    return _is_multipart(request) and bool(_WITH_INVOICE.fullmatch(request.url.path))


def _is_multipart(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("multipart/form-data")


class _Exchange:
    """One request's body, counted, and its response, with the headers that all have."""

    def __init__(self, receive: Receive, send: Send, max_bytes: int, add_headers: Callable[[MutableHeaders], None]) -> None:
        self._receive = receive
        self._send = send
        self._add_headers = add_headers
        self.left = max_bytes
        self.too_large = False
        self.started = False
        self.status = 500

    async def receive(self) -> Message:
        """Stop reading a body that grows past the limit although it announced less."""
        message = await self._receive()
        self.left -= len(message.get("body", b""))
        if self.left >= 0:
            return message
        self.too_large = True
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """What the application makes of a body that was cut off is not sent: the client is told that it is too large."""
        if self.too_large and not self.started:
            return
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            self._add_headers(MutableHeaders(scope=message))
        await self._send(message)
