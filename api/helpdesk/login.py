"""Log-in, log-out, passwords, one's own account."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.dependencies import Context, ContextDep
from api.helpdesk import access, views
from api.helpdesk.access import DeskDep
from api.helpdesk.context import Console, ConsoleDep
from assistant.helpdesk import accounts

logger = structlog.get_logger()
router = APIRouter(prefix="/helpdesk")

Text = Annotated[str, Form(max_length=2000)]


@router.get("/connexion")
async def show_login(request: Request, context: ContextDep, console: ConsoleDep) -> HTMLResponse:
    """The log-in form."""
    return _login_page(request, context, console, suite=request.query_params.get("suite", ""))


@router.post("/connexion")
async def log_in(
    request: Request,
    context: ContextDep,
    console: ConsoleDep,
    identifiant: Text = "",
    mot_de_passe: Text = "",
    suite: Text = "",
) -> Response:
    """Sign in by password. Every failure gets the same sentence (assistant/helpdesk/accounts says why)."""
    await access.check_login_token(request, context.settings)
    wait = console.logins_throttle.seconds_to_wait(request.client.host if request.client else "?")
    if wait:
        error = f"Trop d'essais depuis votre adresse. Attendez {wait} secondes."
        return _login_page(request, context, console, error=error, identifiant=identifiant, suite=suite, status=429)
    agent = await accounts.authenticate(sessions=context.services.sessions, identifiant=identifiant, password=mot_de_passe)
    if agent is None:
        logger.warning("desk_login_refused")
        return _login_page(request, context, console, error="refus", identifiant=identifiant, suite=suite, status=422)
    logger.info("desk_login", agent=agent.id)
    response = RedirectResponse(access.PASSWORD_PATH if agent.doit_changer else access.safe_path(suite), status_code=303)
    await access.sign_in(response, request, context, agent)
    return response


@router.post("/deconnexion")
async def log_out(request: Request, context: ContextDep, desk: DeskDep) -> Response:
    """End this session."""
    await accounts.end_session(sessions=context.services.sessions, session_id=desk.session_id)
    response = RedirectResponse(f"{access.LOGIN_PATH}?fait=deconnexion", status_code=303)
    access.drop_cookie(response, access.SESSION_COOKIE, request, context.settings)
    return response


@router.get("/mot-de-passe")
async def show_password(request: Request, desk: DeskDep) -> HTMLResponse:
    """The form to change one's password; the first thing seen with a one-time password."""
    return views.page(request, "mot_de_passe", desk)


@router.post("/mot-de-passe")
async def change_password(
    request: Request,
    context: ContextDep,
    console: ConsoleDep,
    desk: DeskDep,
    actuel: Text = "",
    nouveau: Text = "",
    encore: Text = "",
) -> Response:
    """Change it; other sessions end, and this one gets a new token."""
    sessions = context.services.sessions
    errors: dict[str, str] = {}
    wait = console.logins_throttle.seconds_to_wait(f"agent:{desk.agent.id}")
    if wait:
        # Whoever sits down at an open session must not try all passwords here.
        errors["actuel"] = f"Trop d'essais. Attendez {wait} secondes."
    elif nouveau != encore:
        errors["encore"] = "Les deux saisies du nouveau mot de passe sont différentes."
    else:
        try:
            await accounts.change_password(sessions=sessions, agent_id=desk.agent.id, current=actuel, new=nouveau)
        except accounts.WeakPassword as error:
            errors["nouveau"] = str(error)
        except accounts.AccountError as error:
            errors["actuel"] = str(error)
    if errors:
        return views.page(request, "mot_de_passe", desk, status=422, erreurs=errors)
    response = RedirectResponse("/helpdesk?fait=mot_de_passe", status_code=303)
    await access.sign_in(response, request, context, desk.agent)
    return response


@router.get("/compte")
async def show_account(request: Request, context: ContextDep, desk: DeskDep) -> HTMLResponse:
    """One's own account."""
    counts = await accounts.count_sessions(sessions=context.services.sessions, limits=access.limits(context.settings))
    return views.page(request, "compte", desk, autres=counts.get(desk.agent.id, 1) - 1)


@router.post("/compte/sessions")
async def end_other_sessions(context: ContextDep, desk: DeskDep) -> Response:
    """Sign one's other browsers out."""
    await accounts.end_all_sessions(sessions=context.services.sessions, agent_id=desk.agent.id, but=desk.session_id)
    return views.go("/helpdesk/compte?fait=sessions")


@router.get("/raccourcis")
async def show_shortcuts(request: Request, desk: DeskDep) -> HTMLResponse:
    """Keyboard shortcuts, as a page too: the panel needs JavaScript."""
    return views.page(request, "raccourcis", desk)


def _login_page(
    request: Request,
    context: Context,
    console: Console,
    *,
    error: str = "",
    identifiant: str = "",
    suite: str = "",
    status: int = 200,
) -> HTMLResponse:
    token = access.login_token(request, context.settings)
    response = views.page(
        request,
        "connexion",
        None,
        status=status,
        jeton=token,
        suite=access.safe_path(suite),
        erreur=error,
        identifiant=identifiant,
        oidc=context.settings.oidc_name if console.oidc else "",
    )
    access.set_cookie(response, access.LOGIN_COOKIE, token, request, context.settings)
    return response
