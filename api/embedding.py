"""The widget on other sites: which of them may call the service, and how. Default: none (docs/widget.md)."""

import re
from collections.abc import Collection

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access_code import HEADER as ACCESS_HEADER

# All that the widget calls, nothing else: neither the console, nor the follow-up of a sollicitation.
_WIDGET_CALLS = re.compile(r"/api/v1/(?:acces|conversations(?:/.*)?|invoices/check|fiches(?:/[^/]*)?)")


class Embedding:
    """ASGI middleware: CORS for the widget's calls, for the origins that were named. The browser sends no cookie with them."""

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self._app = app
        self._open = (
            CORSMiddleware(
                app,
                allow_origins=sorted(origins),
                allow_methods=["GET", "POST", "DELETE"],
                allow_headers=["Authorization", "Content-Type", "Idempotency-Key", ACCESS_HEADER],
                expose_headers=["Retry-After", "X-Request-ID"],
                max_age=600,
            )
            if origins
            else app
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        widget = scope["type"] == "http" and _WIDGET_CALLS.fullmatch(scope["path"])
        await (self._open if widget else self._app)(scope, receive, send)
