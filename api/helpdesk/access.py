"""The door of /helpdesk: session cookie, roles (api/helpdesk/permissions), forged requests.

A request that changes something must carry the session's CSRF token (form field or header), and, when the browser says where it
comes from (`Sec-Fetch-Site`, `Origin`), come from here: two checks that fail apart. The cookie is SameSite=Strict besides.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from api.dependencies import Context, ContextDep
from api.errors import Problem, problem_response
from api.helpdesk.permissions import BEFORE_FIRST_PASSWORD, LEAST_ROLE, PUBLIC, WITHOUT_ACTIVITY, may
from api.pages import templates
from assistant.helpdesk import accounts
from assistant.helpdesk.accounts import SessionInfo, SessionLimits
from assistant.helpdesk.enums import Role
from assistant.helpdesk.models import Agent
from assistant.settings import Settings

LOGIN_PATH = "/helpdesk/connexion"
PASSWORD_PATH = "/helpdesk/mot-de-passe"  # noqa: S105 - an address
CSRF_FIELD, CSRF_HEADER = "csrf", "X-CSRF-Token"
SESSION_COOKIE, LOGIN_COOKIE = "choriste_desk", "choriste_desk_connexion"

_SAFE = frozenset({"GET", "HEAD"})
_MAX_KEPT = 20_000
_OVER = "Connectez-vous : votre session est absente ou terminée."


class Redirect(Exception):
    """Go to another page of the console instead."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


class Bounce(Exception):
    """Come again from a page of ours: the session cookie (SameSite=Strict) did not come along with a link of another site."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


class SessionOver(Exception):
    """A form came without a session: what was typed in it is given back."""

    def __init__(self, typed: dict[str, str]) -> None:
        super().__init__("session over")
        self.typed = typed


@dataclass(frozen=True)
class Desk:
    """Who asks, in which session."""

    agent: Agent
    session_id: str
    csrf: str

    def may(self, role: Role) -> bool:
        return may(Role(self.agent.role), role)


def limits(settings: Settings) -> SessionLimits:
    """How long sessions last."""
    return SessionLimits(
        idle=timedelta(minutes=settings.helpdesk_session_idle_minutes), absolute=timedelta(hours=settings.helpdesk_session_hours)
    )


async def guard(request: Request, context: ContextDep) -> None:
    """Refuse by default: only what the table allows to this person passes, with a form that is really ours."""
    key = ("GET" if request.method == "HEAD" else request.method, request.scope["route"].path)
    if request.method not in _SAFE and not _comes_from_here(request):
        raise _forged()
    if key in PUBLIC:
        return
    least = LEAST_ROLE.get(key)
    info = await _session(request, context, touch=key not in WITHOUT_ACTIVITY)
    if info is None:
        await _send_to_login(request)
    assert info is not None
    if least is None or not may(Role(info.agent.role), least):
        raise Problem(403, "role_insuffisant", "Votre rôle ne donne pas accès à cette page.")
    if request.method not in _SAFE and not hmac.compare_digest((await _csrf_sent(request)).encode(), info.csrf.encode()):
        raise _forged()
    if info.agent.doit_changer and key not in BEFORE_FIRST_PASSWORD:
        if _wants_page(request):
            raise Redirect(PASSWORD_PATH)
        raise Problem(403, "mot_de_passe_a_changer", "Changez d'abord votre mot de passe à usage unique.")
    request.state.desk = Desk(info.agent, info.id, info.csrf)


def get_desk(request: Request) -> Desk:
    """Who asks; there only behind `guard`."""
    desk: Desk = request.state.desk
    return desk


DeskDep = Annotated[Desk, Depends(get_desk)]


def is_secure(request: Request, settings: Settings) -> bool:
    """Cookies are Secure outside development, and wherever the page came by https."""
    return settings.environment == "production" or request.url.scheme == "https"


def cookie_name(base: str, request: Request, settings: Settings) -> str:
    """`__Host-` (this host only, https only, whole site) wherever cookies are Secure."""
    return f"__Host-{base}" if is_secure(request, settings) else base


def set_cookie(
    response: Response,
    base: str,
    value: str,
    request: Request,
    settings: Settings,
    *,
    lax: bool = False,
    seconds: int | None = None,
) -> None:
    """HttpOnly, SameSite=Strict. `lax` only for what must survive the way back from an identity provider."""
    response.set_cookie(
        cookie_name(base, request, settings),
        value,
        httponly=True,
        secure=is_secure(request, settings),
        samesite="lax" if lax else "strict",
        path="/",
        max_age=seconds,
    )


def drop_cookie(response: Response, base: str, request: Request, settings: Settings) -> None:
    """Take a cookie back."""
    response.delete_cookie(
        cookie_name(base, request, settings), path="/", httponly=True, secure=is_secure(request, settings), samesite="strict"
    )


def read_cookie(base: str, request: Request, settings: Settings) -> str:
    """The cookie's value, or nothing."""
    return request.cookies.get(cookie_name(base, request, settings), "")


async def sign_in(response: Response, request: Request, context: Context, agent: Agent) -> None:
    """Open a session for the agent and give the browser its token. A session that the browser had ends: no fixation."""
    sessions, settings = context.services.sessions, context.settings
    before = await _session(request, context, touch=False)
    if before is not None:
        await accounts.end_session(sessions=sessions, session_id=before.id)
    opened = await accounts.open_session(sessions=sessions, agent_id=agent.id, limits=limits(settings))
    set_cookie(response, SESSION_COOKIE, opened.token, request, settings)
    drop_cookie(response, LOGIN_COOKIE, request, settings)


def login_token(request: Request, settings: Settings) -> str:
    """The token of the log-in form, which has no session yet: the same in a cookie and in the form."""
    given = read_cookie(LOGIN_COOKIE, request, settings)
    return given if 40 <= len(given) <= 64 else secrets.token_urlsafe(32)


async def check_login_token(request: Request, settings: Settings) -> None:
    """Raises Problem when the log-in form is not one that this browser was given."""
    given = read_cookie(LOGIN_COOKIE, request, settings)
    if not given or not hmac.compare_digest(given.encode(), (await _csrf_sent(request)).encode()):
        raise Problem(403, "formulaire_perime", "Cette page de connexion a expiré. Rechargez-la, puis réessayez.")


def safe_path(path: str) -> str:
    """A path of the console to go back to, never another site."""
    parts = urlsplit(path)
    inside = not parts.scheme and not parts.netloc and (parts.path == "/helpdesk" or parts.path.startswith("/helpdesk/"))
    if inside and path.isprintable() and "\\" not in path and "//" not in path and not path.startswith(LOGIN_PATH):
        return path
    return "/helpdesk"


def bounce(request: Request, location: str) -> Response:
    """A page that goes on to `location` by itself: from here the browser sends the session cookie."""
    return templates.TemplateResponse(request, "helpdesk/un_instant.html", {"adresse": safe_path(location)})


def install(app: FastAPI) -> None:
    """What the door's refusals become."""

    @app.exception_handler(Redirect)
    async def _redirect(request: Request, error: Redirect) -> Response:
        return RedirectResponse(error.location, status_code=303)

    @app.exception_handler(Bounce)
    async def _bounce(request: Request, error: Bounce) -> Response:
        return bounce(request, error.location)

    @app.exception_handler(SessionOver)
    async def _over(request: Request, error: SessionOver) -> Response:
        if not _wants_page(request):
            return problem_response(request, 401, "session_absente", _OVER)
        return templates.TemplateResponse(request, "helpdesk/session_finie.html", {"saisie": error.typed}, status_code=401)


async def _session(request: Request, context: Context, *, touch: bool) -> SessionInfo | None:
    token = read_cookie(SESSION_COOKIE, request, context.settings)
    if not token:
        return None
    return await accounts.get_session(
        sessions=context.services.sessions, token=token, limits=limits(context.settings), touch=touch
    )


async def _send_to_login(request: Request) -> None:
    if not _wants_page(request):
        raise Problem(401, "session_absente", _OVER)
    if request.method in _SAFE:
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        if request.headers.get("sec-fetch-site") == "cross-site":
            raise Bounce(safe_path(path))
        raise Redirect(f"{LOGIN_PATH}?suite={quote(safe_path(path), safe='')}")
    form = await request.form()
    typed = {
        name: value[:_MAX_KEPT]
        for name, value in form.items()
        if isinstance(value, str) and value.strip() and name not in (CSRF_FIELD, "version") and "mot_de_passe" not in name
    }
    raise SessionOver(typed)


async def _csrf_sent(request: Request) -> str:
    header = request.headers.get(CSRF_HEADER)
    if header is not None:
        return header
    value = (await request.form()).get(CSRF_FIELD)
    return value if isinstance(value, str) else ""


def _comes_from_here(request: Request) -> bool:
    """False when the browser says that another site sent this. Old browsers and programs say nothing: the token decides then."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    if origin in (None, "null"):
        return origin is None or site == "same-origin"
    # Behind a proxy the scheme may differ; the host is what tells sites apart.
    return urlsplit(origin).netloc == request.headers.get("host", "")


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _forged() -> Problem:
    detail = "Cette demande ne vient pas d'une page à jour de la console. Revenez en arrière, rechargez la page et réessayez."
    return Problem(403, "jeton_csrf_refuse", detail)
