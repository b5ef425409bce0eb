"""Learning: what the bot could not answer, and the review list. Nothing trains itself."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from api.dependencies import Context, ContextDep
from api.errors import Problem
from api.helpdesk import views
from api.helpdesk.access import Desk, DeskDep
from api.helpdesk.context import Console, ConsoleDep
from api.helpdesk.period import Period, read_period, shortcuts
from assistant.database import now
from assistant.helpdesk import accounts, learning
from assistant.helpdesk.enums import SorteRevue, StatutRevue

router = APIRouter(prefix="/helpdesk/apprentissage")

REVIEW_SIZE = 50

Text = Annotated[str, Form(max_length=20_000)]


@router.get("")
async def show_groups(
    request: Request, context: ContextDep, console: ConsoleDep, desk: DeskDep, du: str = "", au: str = "", raison: str = ""
) -> HTMLResponse:
    """Questions of a period, grouped by nearness, largest first."""
    return await _groups_page(request, context, console, desk, _period(context, du, au), raison)


@router.post("/propositions")
async def propose(
    request: Request,
    context: ContextDep,
    console: ConsoleDep,
    desk: DeskDep,
    sorte: Text = "",
    intention: Text = "",
    texte: Text = "",
    domaine: Text = "",
    titre: Text = "",
    questions: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
    message_id: Text = "",
    du: Text = "",
    au: Text = "",
) -> Response:
    """« Make it training data »: a line of the review list, for people to decide on."""
    common: dict[str, Any] = {
        "sessions": context.services.sessions,
        "knowledge": context.services.knowledge,
        "agent": desk.agent,
        "message_id": message_id or None,
    }
    period = _period(context, du, au)
    try:
        if sorte == SorteRevue.FICHE:
            await learning.propose_fiche_stub(**common, domaine=domaine, titre=titre, questions=questions)
        else:
            await learning.propose_example(**common, intention=intention.strip(), texte=texte)
    except learning.ReviewRefused as error:
        typed = {"sorte": sorte, "intention": intention, "texte": texte, "titre": titre, "message_id": message_id}
        return await _groups_page(request, context, console, desk, period, "", erreur=str(error), saisie=typed, status=422)
    return views.go(f"/helpdesk/apprentissage?{period.query}&fait=revue_ajout")


@router.get("/revue")
async def show_review(request: Request, context: ContextDep, desk: DeskDep, statut: str = "", avant: str = "") -> HTMLResponse:
    """The review list."""
    return await _review_page(request, context, desk, statut=statut, avant=avant)


@router.post("/revue/{revue_id}")
async def decide(
    revue_id: int, request: Request, context: ContextDep, desk: DeskDep, decision: Text = "", texte: Text = ""
) -> Response:
    """Keep, refuse or put back one line, with its text as corrected."""
    if decision not in list(StatutRevue):
        raise Problem(422, "decision_inconnue", "Cette décision n'existe pas.")
    try:
        await learning.decide_review(
            sessions=context.services.sessions,
            revue_id=revue_id,
            statut=StatutRevue(decision),
            agent=desk.agent,
            texte=texte or None,
        )
    except (learning.ReviewRefused, learning.ReviewNotFound) as error:
        typed = {"revue_id": revue_id, "texte": texte}
        return await _review_page(request, context, desk, erreur=str(error), saisie=typed, status=422)
    return views.go("/helpdesk/apprentissage/revue?fait=revue_decision")


@router.get("/export")
async def export(context: ContextDep) -> Response:
    """What was kept, as files for data/ in one ZIP."""
    today = now().astimezone(context.services.desk.hours.zone).date()
    files = await learning.export_review(sessions=context.services.sessions, day=today)
    return Response(
        learning.export_archive(files),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="choriste-revue-{today.isoformat()}.zip"'},
    )


def _period(context: Context, du: str, au: str) -> Period:
    return read_period(du, au, now(), context.services.desk.hours.zone)


async def _groups_page(
    request: Request,
    context: Context,
    console: Console,
    desk: Desk,
    period: Period,
    raison: str,
    *,
    erreur: str = "",
    saisie: dict[str, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    services = context.services
    reasons = tuple(one for one in learning.Raison if one == raison) or tuple(learning.Raison)
    board = await console.groups.show(
        sessions=services.sessions, search=services.search, since=period.since, until=period.until, raisons=reasons
    )
    return views.page(
        request,
        "apprentissage",
        desk,
        status=status,
        periode=period,
        raccourcis=shortcuts(now(), services.desk.hours.zone),
        raison=raison,
        raisons=list(learning.Raison),
        tableau=board,
        trouve=board.groupes,
        intentions=learning.list_intents(services.knowledge),
        domaines=learning.list_domains(services.knowledge),
        erreur=erreur,
        saisie=saisie or {},
    )


async def _review_page(
    request: Request,
    context: Context,
    desk: Desk,
    *,
    statut: str = "",
    avant: str = "",
    erreur: str = "",
    saisie: dict[str, Any] | None = None,
    status: int = 200,
) -> HTMLResponse:
    sessions = context.services.sessions
    wanted = StatutRevue(statut) if statut in list(StatutRevue) else None
    rows = await learning.list_review(
        sessions=sessions, statut=wanted, before=int(avant) if avant.isdecimal() and len(avant) < 10 else None, size=REVIEW_SIZE
    )
    return views.page(
        request,
        "revue",
        desk,
        status=status,
        lignes_revue=rows,
        statut=wanted,
        statuts=list(StatutRevue),
        suite=rows[-1].id if len(rows) == REVIEW_SIZE else None,
        noms={agent.id: agent.nom for agent in await accounts.list_agents(sessions=sessions)},
        intentions=learning.list_intents(context.services.knowledge),
        erreur=erreur,
        saisie=saisie or {},
    )
