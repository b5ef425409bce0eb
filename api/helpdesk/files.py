"""The queues: lists with counts, filters, search, order, pages; what is done to several at once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.dependencies import Context, ContextDep
from api.errors import Problem
from api.helpdesk import views
from api.helpdesk.access import Desk, DeskDep
from api.helpdesk.broadcast import DESK
from api.helpdesk.context import ConsoleDep
from assistant.database import now
from assistant.helpdesk import accounts, queues
from assistant.helpdesk.queues import File, Filters, Tri
from assistant.sollicitations import lifecycle
from assistant.sollicitations.enums import Priorite
from assistant.sollicitations.models import Sollicitation

router = APIRouter(prefix="/helpdesk")

PAGE_SIZE = 50
MAX_AT_ONCE = 200
_AGES = (1, 3, 7, 14, 30)
_ROUTES = ("support", "organisme_public", "gestionnaire")

Text = Annotated[str, Query(max_length=400)]
FormText = Annotated[str, Form(max_length=400)]
Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True)
class Outcome:
    """What became of one of several."""

    numero: str
    probleme: str | None


@router.get("")
async def home() -> Response:
    """The console begins with what is to triage."""
    return views.go(f"/helpdesk/files/{File.A_TRIER}")


@router.get("/files/{file}")
async def show_queue(file: str, request: Request, context: ContextDep, desk: DeskDep) -> HTMLResponse:
    """One queue."""
    if file not in list(File):
        raise Problem(404, "file_inconnue", "Cette file n'existe pas.")
    return await _list(request, context, desk, File(file))


@router.get("/sollicitations")
async def search(request: Request, context: ContextDep, desk: DeskDep, q: Text = "") -> Response:
    """Search everything; a whole number goes straight to it."""
    wanted = q.strip().upper()
    if wanted.startswith("CHO-") and wanted[4:].replace("-", "").isdigit():
        return views.go(f"/helpdesk/sollicitations/{wanted}")
    return await _list(request, context, desk, None)


@router.post("/lot")
async def act_on_several(
    request: Request,
    context: ContextDep,
    console: ConsoleDep,
    desk: DeskDep,
    choix: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
    geste: FormText = "",
    agent: FormText = "",
    motif: FormText = "",
    categorie: FormText = "",
    retour: FormText = "",
) -> HTMLResponse:
    """Take, assign, close or change the category of several; tells for each what could not be done."""
    if geste == "affecter" and not agent.isdecimal():
        raise Problem(422, "agent_absent", "Choisissez à qui affecter ces demandes.")
    chosen = _chosen(choix)
    act = _gesture(context, desk, geste, agent, motif, categorie)
    outcomes = [Outcome(numero, await _attempt(act, sollicitation_id, version)) for numero, sollicitation_id, version in chosen]
    console.broadcaster.publish(DESK)
    return views.page(
        request,
        "lot",
        desk,
        reussites=[outcome for outcome in outcomes if outcome.probleme is None],
        echecs=[outcome for outcome in outcomes if outcome.probleme is not None],
        retour=f"/helpdesk/files/{retour}" if retour in list(File) else "/helpdesk",
        geste=geste,
    )


Act = Callable[[int, int], Awaitable[Sollicitation]]


def _gesture(context: Context, desk: Desk, geste: str, agent: str, motif: str, categorie: str) -> Act:
    common: dict[str, Any] = {"sessions": context.services.sessions, "desk": context.services.desk, "agent": desk.agent}
    match geste:
        case "prendre":
            return lambda one, version: lifecycle.take(**common, sollicitation_id=one, version=version)
        case "affecter":
            to = int(agent)
            return lambda one, version: lifecycle.assign(**common, sollicitation_id=one, version=version, to_agent_id=to)
        case "rendre":
            return lambda one, version: lifecycle.hand_back(**common, sollicitation_id=one, version=version)
        case "clore":
            return lambda one, version: lifecycle.close(**common, sollicitation_id=one, version=version, motif=motif)
        case "categorie":
            changes = {"categorie": categorie}
            return lambda one, version: lifecycle.modify(**common, sollicitation_id=one, version=version, changes=changes)
    raise Problem(422, "geste_inconnu", "Choisissez ce qu'il faut faire de ces demandes.")


async def _attempt(act: Act, sollicitation_id: int, version: int) -> str | None:
    try:
        await act(sollicitation_id, version)
    except (lifecycle.Conflict, lifecycle.TransitionRefused, lifecycle.NotFound) as error:
        return str(error)
    return None


def _chosen(choices: list[str]) -> list[tuple[str, int, int]]:
    """(number, id, version) of each box that was ticked, written « numero:id:version »."""
    if not choices:
        raise Problem(422, "rien_de_choisi", "Cochez au moins une demande.")
    if len(choices) > MAX_AT_ONCE:
        raise Problem(422, "trop_de_demandes_choisies", f"Cochez {MAX_AT_ONCE} demandes au plus à la fois.")
    found = []
    for choice in choices:
        parts = choice.split(":")
        if len(parts) != 3 or not all(part.isdecimal() and len(part) < 16 for part in parts[1:]):
            raise Problem(422, "choix_illisible", "Une des demandes cochées n'est pas lisible. Rechargez la page.")
        found.append((parts[0][:20], int(parts[1]), int(parts[2])))
    return found


async def _list(request: Request, context: Context, desk: Desk, file: File | None) -> HTMLResponse:
    sessions, moment = context.services.sessions, now()
    asked = {name: value.strip() for name, value in request.query_params.items() if value.strip()}
    filters = _filters(asked, context)
    given: dict[str, Any] = {"sessions": sessions, "file": file, "agent_id": desk.agent.id, "moment": moment, "filters": filters}
    sort = _one_of(Tri, asked.get("tri")) or (Tri.RECENTES if file in (None, File.CLOSES) else Tri.ECHEANCE)
    try:
        page = await queues.list_queue(**given, sort=sort, after=asked.get("apres"), size=PAGE_SIZE)
    except ValueError:
        # An address that somebody changed, or of another order: the first page.
        page = await queues.list_queue(**given, sort=sort, after=None, size=PAGE_SIZE)
    kept = {name: value for name, value in asked.items() if name not in ("apres", "fait")}
    return views.page(
        request,
        "files",
        desk,
        file=file,
        files=list(File),
        comptes=await queues.count_queues(sessions=sessions, agent_id=desk.agent.id, moment=moment),
        page=page,
        filtres=asked,
        filtre=any(name in asked for name in ("categorie", "route", "priorite", "agent", "siret", "age")),
        tri=sort,
        tris=list(Tri),
        suite=urlencode({**kept, "apres": page.suite}) if page.suite else "",
        premiere=urlencode(kept) if "apres" in asked else None,
        agents=await accounts.list_agents(sessions=sessions, active_only=True),
        categories=context.services.knowledge.categories,
        motifs=[motif for motif in context.services.knowledge.motifs_cloture.values() if motif.par == "agent"],
        priorites=list(Priorite),
        routes=_ROUTES,
        ages=_AGES,
        moment=moment,
    )


def _filters(asked: dict[str, str], context: Context) -> Filters:
    """What the address asks; a value that means nothing is left out."""
    agent, age, siret = asked.get("agent", ""), asked.get("age", ""), asked.get("siret", "")
    digits = "".join(char for char in siret if char.isascii() and char.isdigit())
    return Filters(
        categorie=asked.get("categorie") if asked.get("categorie") in context.services.knowledge.categories else None,
        route=asked.get("route") if asked.get("route") in _ROUTES else None,
        priorite=_one_of(Priorite, asked.get("priorite")),
        agent_id=int(agent) if agent.isdecimal() and len(agent) < 10 else None,
        siret=digits[:14] or None,
        age_min_days=int(age) if age.isdecimal() and len(age) < 5 else None,
        texte=asked.get("q", "")[:200] or None,
    )


def _one_of(kind: type[Choice], value: str | None) -> Choice | None:
    return kind(value) if value in list(kind) else None
