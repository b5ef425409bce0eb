"""Structured logs: one JSON object a line, with the request id, without users' secrets and without their words."""

import logging
import sys
from typing import Any

import structlog

from assistant.masking import mask_secrets

# Keys whose value is never written, whatever it is.
_SECRET_KEYS = frozenset({"authorization", "token", "password", "jeton", "secret", "cookie", "x-choriste-actions-token"})


def _mask(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    for key, value in event.items():
        if key.lower() in _SECRET_KEYS:
            event[key] = "••••"
        elif isinstance(value, str):
            event[key] = mask_secrets(value).text
    return event


def configure_logging(level: str) -> None:
    """Send structlog and the standard library's logging, masked, as JSON to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _mask,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            foreign_pre_chain=shared,
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    # Our own line for each request says more; uvicorn's would hold the full query string.
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("httpx").setLevel("WARNING")
    # rasa-sdk 3.21 warns at each call that Rasa 3.6 is older: known and tested (docs/adr/0001).
    logging.getLogger("rasa_sdk").setLevel("ERROR")
