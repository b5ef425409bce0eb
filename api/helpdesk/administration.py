"""Administration: accounts, roles, sessions."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from api.dependencies import Context, ContextDep
from api.errors import Problem
from api.helpdesk import access, views
from api.helpdesk.access import Desk, DeskDep
from assistant.database import now
from assistant.helpdesk import accounts
from assistant.helpdesk.enums import Role

router = APIRouter(prefix="/helpdesk/administration")

Text = Annotated[str, Form(max_length=2000)]


@router.get("")
async def show_agents(request: Request, context: ContextDep, desk: DeskDep) -> HTMLResponse:
    """All accounts."""
    return await _page(request, context, desk)


@router.post("/agents")
async def create_agent(
    request: Request, context: ContextDep, desk: DeskDep, identifiant: Text = "", nom: Text = "", role: Text = ""
) -> HTMLResponse:
    """A new account; its one-time password is shown on the answer, and never again."""
    typed = {"identifiant": identifiant, "nom": nom, "role": role}
    if role not in list(Role):
        return await _page(request, context, desk, status=422, erreur="Choisissez un rôle.", saisie=typed)
    try:
        created = await accounts.create_agent(
            sessions=context.services.sessions, identifiant=identifiant, nom=nom, role=Role(role)
        )
    except accounts.AccountError as error:
        return await _page(request, context, desk, status=422, erreur=str(error), saisie=typed)
    return await _page(request, context, desk, secret={"agent": created.agent, "mot_de_passe": created.password})


@router.post("/agents/{agent_id}")
async def change_agent(
    agent_id: int, request: Request, context: ContextDep, desk: DeskDep, geste: Text = "", role: Text = ""
) -> Response:
    """One change of one account: role, off, on, new password, end sessions, lift a lock."""
    sessions = context.services.sessions
    try:
        agent = await accounts.get_agent(sessions=sessions, agent_id=agent_id)
        match geste:
            case "role" if role in list(Role):
                await accounts.set_role(sessions=sessions, agent_id=agent_id, role=Role(role))
            case "desactiver":
                await accounts.set_active(sessions=sessions, agent_id=agent_id, active=False)
            case "activer":
                await accounts.set_active(sessions=sessions, agent_id=agent_id, active=True)
            case "sessions":
                await accounts.end_all_sessions(sessions=sessions, agent_id=agent_id)
            case "debloquer":
                await accounts.unlock(sessions=sessions, agent_id=agent_id)
            case "mot_de_passe":
                password = await accounts.reset_password(sessions=sessions, agent_id=agent_id)
                return await _page(request, context, desk, secret={"agent": agent, "mot_de_passe": password})
            case _:
                raise Problem(422, "geste_inconnu", "Cette action n'existe pas.")
    except accounts.AccountError as error:
        return await _page(request, context, desk, status=422, erreur=str(error))
    return views.go("/helpdesk/administration?fait=compte")


async def _page(request: Request, context: Context, desk: Desk, *, status: int = 200, **values: object) -> HTMLResponse:
    sessions = context.services.sessions
    counts = await accounts.count_sessions(sessions=sessions, limits=access.limits(context.settings))
    agents = await accounts.list_agents(sessions=sessions)
    return views.page(
        request,
        "administration",
        desk,
        status=status,
        agents=agents,
        sessions=counts,
        roles=list(Role),
        maintenant=now(),
        **values,
    )
