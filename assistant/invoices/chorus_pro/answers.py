"""What an HTTP answer says: the JSON object, or the typed error."""

import json
import math
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

from assistant.invoices.chorus_pro.errors import (
    ChorusProAccessDenied,
    ChorusProAuthenticationError,
    ChorusProQuotaExceeded,
    ChorusProRequestError,
    ChorusProUnavailable,
    ChorusProUnreadable,
    business_error,
)
from assistant.invoices.chorus_pro.services import Service
from assistant.invoices.chorus_pro.values import read_number, read_text


def read_object(body: bytes) -> dict[str, Any] | None:
    """The JSON object of a body, amounts exact; None when it is something else."""
    try:
        found = json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def read_answer(service: Service, status: int, headers: Any, body: bytes) -> dict[str, Any]:
    """The object of a success. Raises a ChorusProError. A 400 with a codeRetour is a business error too."""
    found = read_object(body)
    code = read_number(found.get("codeRetour")) if found is not None else None
    if status in (200, 400) and found is not None and code:
        raise business_error(service, code, read_text(found.get("libelle")) or "")
    if status == 200:
        if found is None or (code is None and service is not Service.SANTE):
            raise ChorusProUnreadable(service, "no JSON object" if found is None else "no codeRetour")
        return found
    return raise_for_status(service, status, headers)


def raise_for_status(service: Service | None, status: int, headers: Any) -> NoReturn:
    """Raise the error of a status that is not 200."""
    detail = f"HTTP {status}"
    if status == 401:
        raise ChorusProAuthenticationError(service, detail)
    if status == 403:
        raise ChorusProAccessDenied(service, detail)
    if status == 429:
        raise ChorusProQuotaExceeded(service, detail, read_retry_after(headers.get("retry-after")))
    if status >= 500:
        raise ChorusProUnavailable(service, detail)
    if status >= 400:
        raise ChorusProRequestError(service, detail, status)
    raise ChorusProUnreadable(service, detail)


def read_retry_after(value: str | None) -> float | None:
    """Seconds to wait, from seconds or an HTTP date (RFC 9110 §10.2.3); None when absent or unreadable."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            until = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None
