"""Server-sent events: one event as text, and the response that streams them."""

import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi.responses import StreamingResponse

# A silent stream is cut by proxies and noticed late by browsers.
KEEP_ALIVE_SECONDS = 15.0
KEEP_ALIVE = ": encore là\n\n"


def event(name: str, data: Any) -> str:
    """One event; `data` becomes JSON on one line."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def stream(events: AsyncIterator[str]) -> StreamingResponse:
    """The response; `X-Accel-Buffering` keeps nginx from holding events back."""
    return StreamingResponse(
        events, media_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
