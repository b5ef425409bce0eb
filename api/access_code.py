"""The access code in front of the chat, where the settings ask for one (CHORISTE_ACCESS_CODE_HASH, docs/security.md).

A browser gives it once on a page and gets a cookie; a program gives it once and sends the token it gets as a header.
"""

from typing import Annotated
from urllib.parse import quote, urlsplit

import structlog
from fastapi import APIRouter, FastAPI, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import Context, ContextDep
from api.errors import Problem
from api.helpdesk.access import read_cookie, set_cookie
from api.pages import templates
from assistant.access_code import AccessTokens, is_right

logger = structlog.get_logger()
router = APIRouter(tags=["access"])

PATH = "/acces"
COOKIE = "choriste_acces"
HEADER = "X-Choriste-Acces"
_MAX_CODE = 200


class AccessPageNeeded(Exception):
    """The page asked for opens only after the code."""


class CodeIn(BaseModel):
    """The access code."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(max_length=_MAX_CODE)


class AccessGiven(BaseModel):
    """Send `jeton` as the header X-Choriste-Acces; it ends after `heures`."""

    jeton: str
    heures: int


def has_access(request: Request, context: Context) -> bool:
    """True where no code is asked for, or for who gave it."""
    if not context.settings.access_required:
        return True
    given = request.headers.get(HEADER) or read_cookie(COOKIE, request, context.settings)
    return bool(given) and _tokens(context).is_good(given)


async def guard_api(request: Request, context: ContextDep) -> None:
    """For calls of the API. Raises Problem."""
    if not has_access(request, context):
        detail = "Cette conversation est réservée : donnez d'abord le code d'accès de votre organisme."
        raise Problem(401, "acces_requis", detail, {"WWW-Authenticate": "Choriste-Acces"})


async def guard_page(request: Request, context: ContextDep) -> None:
    """For pages: to the page that asks for the code."""
    if not has_access(request, context):
        raise AccessPageNeeded


def install(app: FastAPI) -> None:
    """Answer AccessPageNeeded."""

    async def to_the_code(request: Request, error: Exception) -> Response:
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"{PATH}?suite={quote(_inside(here), safe='')}", status_code=303)

    app.add_exception_handler(AccessPageNeeded, to_the_code)


@router.post("/api/v1/acces", operation_id="access_give_code")
async def give_code(body: CodeIn, request: Request, context: ContextDep) -> AccessGiven:
    """Exchange the access code for a token. Wrong codes are counted by address."""
    if not context.settings.access_required:
        raise Problem(404, "acces_libre", "Aucun code d'accès n'est demandé ici.")
    wait = await _wait_or_try(body.code, request, context)
    if wait:
        raise Problem(429, "trop_de_demandes", _wait_sentence(wait), {"Retry-After": str(wait)})
    if wait is None:
        raise Problem(401, "code_refuse", "Ce code d'accès n'est pas le bon.", {"WWW-Authenticate": "Choriste-Acces"})
    return AccessGiven(jeton=_tokens(context).new(), heures=context.settings.access_hours)


@router.get(PATH, include_in_schema=False)
async def ask_for_the_code(request: Request, context: ContextDep, suite: str = "/") -> Response:
    """The page that asks for the code."""
    if has_access(request, context):
        return RedirectResponse(_inside(suite), status_code=303)
    return _page(request, suite)


@router.post(PATH, include_in_schema=False)
async def open_with_the_code(
    request: Request,
    context: ContextDep,
    code: Annotated[str, Form(max_length=_MAX_CODE)] = "",
    suite: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    """The code typed on the page: a cookie, then the page that was wanted."""
    if not context.settings.access_required:
        return RedirectResponse(_inside(suite), status_code=303)
    wait = await _wait_or_try(code, request, context)
    if wait != 0:
        erreur = "Ce code d'accès n'est pas le bon." if wait is None else _wait_sentence(wait)
        return _page(request, suite, erreur=erreur, status=401 if wait is None else 429)
    response = RedirectResponse(_inside(suite), status_code=303)
    seconds = context.settings.access_hours * 3600
    # Lax: a link to the assistant on the operator's intranet must not ask for the code again; no GET changes anything here.
    set_cookie(response, COOKIE, _tokens(context).new(), request, context.settings, lax=True, seconds=seconds)
    return response


async def _wait_or_try(code: str, request: Request, context: Context) -> int | None:
    """0: it is the code. None: it is not. Above: seconds to wait, nothing was tried."""
    address = request.client.host if request.client else "?"
    # Counted before the costly check: a crowd of tries at once must not all get through.
    wait = context.access_throttle.seconds_to_wait(address)
    if wait:
        return wait
    hashed = context.settings.access_code_hash
    assert hashed is not None, "asked only where a code is set"
    if await is_right(code, hashed.get_secret_value()):
        return 0
    logger.warning("access_code_refused")
    return None


def _tokens(context: Context) -> AccessTokens:
    hashed = context.settings.access_code_hash
    assert hashed is not None, "asked only where a code is set"
    return AccessTokens(hashed.get_secret_value(), context.settings.access_hours)


def _inside(path: str) -> str:
    """A path of this service, never another site."""
    parts = urlsplit(path)
    safe = not parts.scheme and not parts.netloc and path.startswith("/") and path.isprintable() and "\\" not in path
    return path if safe and not path.startswith(("//", PATH)) else "/"


def _wait_sentence(wait: int) -> str:
    return f"Trop d'essais depuis votre adresse. Attendez {wait} secondes."


def _page(request: Request, suite: str, *, erreur: str = "", status: int = 200) -> HTMLResponse:
    values = {"suite": _inside(suite), "erreur": erreur}
    return templates.TemplateResponse(request, "acces.html", values, status_code=status, headers={"Cache-Control": "no-store"})
