"""One sollicitation: everything about it, and what an agent does with it."""

from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from api.dependencies import Context, ContextDep
from api.errors import Problem
from api.helpdesk import views
from api.helpdesk.access import Desk, DeskDep
from api.helpdesk.broadcast import DESK
from api.helpdesk.context import Console, ConsoleDep
from api.pieces import piece_response
from assistant.database import now
from assistant.helpdesk import accounts, dossier, presence
from assistant.helpdesk.dossier import Dossier
from assistant.helpdesk.enums import Champ, Decision
from assistant.helpdesk.reply_models import still_to_fill
from assistant.helpdesk.triage import service as triage
from assistant.helpdesk.triage.schemas import Propositions
from assistant.knowledge.schemas import Fiche
from assistant.sollicitations import checklist, lifecycle
from assistant.sollicitations.enums import Priorite
from assistant.sollicitations.models import Sollicitation

logger = structlog.get_logger()
router = APIRouter(prefix="/helpdesk/sollicitations/{numero}")

ROUTES = ("support", "organisme_public", "gestionnaire")
_TEXT_GESTURES = ("complement", "reponse", "transferer", "note")

Short = Annotated[str, Form(max_length=400)]
Long = Annotated[str, Form(max_length=20_000)]
Many = Annotated[list[str], Form()]
Version = Annotated[int, Form()]


@router.get("")
async def show(
    numero: str, request: Request, context: ContextDep, console: ConsoleDep, desk: DeskDep, modele: str = "", brouillon: str = ""
) -> HTMLResponse:
    """The whole of it. `modele` puts a reply model in the box, `brouillon` a draft that triage made from a fiche."""
    found = await _read(context, numero)
    return await _page(request, context, console, desk, found, modele=modele, brouillon=brouillon)


@router.get("/pieces/{piece_id}")
async def download(numero: str, piece_id: str, context: ContextDep) -> Response:
    """A file, always as a download."""
    found = await _read(context, numero)
    mine = [piece for piece in found.pieces if piece.id == piece_id]
    if not mine:
        raise Problem(404, "piece_inconnue", "Cette pièce jointe n'existe pas pour cette demande.")
    return piece_response(context, mine[0])


@router.post("/presence")
async def be_here(numero: str, context: ContextDep, desk: DeskDep, ici: Short = "1") -> JSONResponse:
    """The page is still open (or is left, `ici=0`); who else is here, and which version stands."""
    found = await _read(context, numero)
    row, sessions = found.sollicitation, context.services.sessions
    if ici == "0":
        await presence.leave(sessions=sessions, sollicitation_id=row.id, agent_id=desk.agent.id)
        return JSONResponse({"autres": [], "version": row.version})
    others = await presence.see(sessions=sessions, sollicitation_id=row.id, agent_id=desk.agent.id, moment=now())
    return JSONResponse({"autres": others, "version": row.version})


@router.get("/fusion")
async def compare(
    numero: str, request: Request, context: ContextDep, desk: DeskDep, avec: str = "", erreur: str = ""
) -> HTMLResponse:
    """Two sollicitations side by side, to decide which one stays."""
    return await _merge_page(request, context, desk, numero, avec)


@router.post("/fusion")
async def merge(
    numero: str,
    request: Request,
    context: ContextDep,
    console: ConsoleDep,
    desk: DeskDep,
    avec: Short = "",
    garder: Short = "",
    version: Version = 0,
    version_avec: Version = 0,
) -> Response:
    """Make one the duplicate of the other: `garder` is the number of the one that stays."""
    one, other = (await _read(context, numero)).sollicitation, (await _read(context, avec.strip().upper())).sollicitation
    if garder not in (one.numero, other.numero):
        return await _merge_page(
            request, context, desk, numero, avec, erreur="Choisissez la demande qui reste ouverte.", status=422
        )
    duplicate, kept, seen = (other, one, version_avec) if garder == one.numero else (one, other, version)
    try:
        await lifecycle.merge(
            sessions=context.services.sessions,
            desk=context.services.desk,
            agent=desk.agent,
            sollicitation_id=duplicate.id,
            version=seen,
            into_id=kept.id,
        )
    except (lifecycle.TransitionRefused, lifecycle.Conflict) as error:
        status = 409 if isinstance(error, lifecycle.Conflict) else 422
        return await _merge_page(request, context, desk, numero, avec, erreur=str(error), status=status)
    await _record(context, desk, one.id, Champ.DOUBLON, Decision.ACCEPTEE, propose=other.numero)
    console.broadcaster.publish(DESK)
    return views.go(f"/helpdesk/sollicitations/{kept.numero}?fait=fusion")


@router.post("/defusion")
async def unmerge(
    numero: str, request: Request, context: ContextDep, console: ConsoleDep, desk: DeskDep, version: Version = 0
) -> Response:
    """Take a duplicate out again."""
    found = await _read(context, numero)
    try:
        await lifecycle.unmerge(
            sessions=context.services.sessions,
            desk=context.services.desk,
            agent=desk.agent,
            sollicitation_id=found.sollicitation.id,
            version=version,
        )
    except lifecycle.Conflict as error:
        return await _conflict(request, context, desk, numero, "defusion", {}, error)
    except lifecycle.TransitionRefused as error:
        return await _page(request, context, console, desk, found, erreur=str(error), status=422)
    console.broadcaster.publish(DESK)
    return views.go(f"/helpdesk/sollicitations/{numero}?fait=defusion")


@router.post("/triage")
async def decide(
    numero: str,
    request: Request,
    context: ContextDep,
    console: ConsoleDep,
    desk: DeskDep,
    champ: Short = "",
    decision: Short = "",
    propose: Short = "",
    retenu: Short = "",
    version: Version = 0,
) -> Response:
    """Accept, change or refuse one proposal (the change is made, the choice is recorded), or compute them anew."""
    found = await _read(context, numero)
    row = found.sollicitation
    if decision == "recalculer":
        await triage.compute(sessions=context.services.sessions, triage=context.services.triage, sollicitation_id=row.id)
        return views.go(f"/helpdesk/sollicitations/{numero}?fait=triage_refait#triage")
    if champ not in list(Champ) or decision not in list(Decision):
        raise Problem(422, "choix_inconnu", "Cette décision n'existe pas.")
    value = propose if decision == Decision.ACCEPTEE else retenu
    try:
        if decision != Decision.REFUSEE and champ in (Champ.CATEGORIE, Champ.ROUTE, Champ.PRIORITE):
            await _apply(context, desk, row, str(champ), value, version)
        await _record(
            context, desk, row.id, Champ(champ), Decision(decision), propose=propose, retenu=retenu or None, strict=True
        )
    except lifecycle.Conflict as error:
        return await _conflict(request, context, desk, numero, "triage", {}, error)
    except (lifecycle.TransitionRefused, triage.NoProposal, triage.DecisionRefused) as error:
        return await _page(request, context, console, desk, found, erreur=str(error), status=422)
    console.broadcaster.publish(DESK)
    return views.go(f"/helpdesk/sollicitations/{numero}?fait=triage#triage")


@router.post("/{geste}")
async def act(
    numero: str,
    geste: str,
    request: Request,
    context: ContextDep,
    console: ConsoleDep,
    desk: DeskDep,
    version: Version = 0,
    texte: Long = "",
    pieces: Many = [],  # noqa: B006 - FastAPI copies it
    agent: Short = "",
    motif: Short = "",
    categorie: Short = "",
    route: Short = "",
    priorite: Short = "",
    raison: Short = "",
    brouillon: Short = "",
) -> Response:
    """One change. What another changed meanwhile, and what was typed, are shown together; nothing typed is lost."""
    found = await _read(context, numero)
    row = found.sollicitation
    typed = {"texte": texte, "motif": motif, "raison": raison, "agent": agent, "pieces": pieces, "brouillon": brouillon}
    lacks = still_to_fill(texte) if geste != "note" else []
    if lacks:
        error = f"Complétez d'abord le texte : {', '.join(lacks)}."
        return await _page(request, context, console, desk, found, erreur=error, saisie={**typed, "geste": geste}, status=422)
    try:
        changes = {"categorie": categorie, "route": route, "priorite": priorite}
        await _act(context, desk, row, geste, version, texte, pieces, agent, motif, _really(row, changes), raison)
    except lifecycle.Conflict as error:
        return await _conflict(request, context, desk, numero, geste, {**typed, **changes}, error)
    except (lifecycle.TransitionRefused, lifecycle.NotFound) as error:
        return await _page(
            request, context, console, desk, found, erreur=str(error), saisie={**typed, "geste": geste}, status=422
        )
    if brouillon and geste == "reponse":
        await _record_draft(context, desk, row.id, brouillon, texte)
    console.broadcaster.publish(DESK)
    return views.go(f"/helpdesk/sollicitations/{numero}?fait={geste}")


async def _act(
    context: Context,
    desk: Desk,
    row: Sollicitation,
    geste: str,
    version: int,
    texte: str,
    pieces: list[str],
    agent: str,
    motif: str,
    changes: dict[str, str],
    raison: str,
) -> None:
    common: dict[str, Any] = {
        "sessions": context.services.sessions,
        "desk": context.services.desk,
        "agent": desk.agent,
        "sollicitation_id": row.id,
    }
    match geste:
        case "prendre":
            await lifecycle.take(**common, version=version)
        case "affecter":
            if not agent.isdecimal():
                raise lifecycle.TransitionRefused("Choisissez à qui affecter la demande.")
            await lifecycle.assign(**common, version=version, to_agent_id=int(agent))
        case "rendre":
            await lifecycle.hand_back(**common, version=version)
        case "complement":
            await lifecycle.ask_complement(**common, version=version, texte=texte, pieces=pieces)
        case "reponse":
            await lifecycle.propose_solution(**common, version=version, texte=texte)
        case "transferer":
            await lifecycle.transfer(**common, version=version, texte=texte)
        case "note":
            await lifecycle.add_note(**common, texte=texte)
        case "modifier":
            await lifecycle.modify(**common, version=version, changes=changes, raison=raison)
        case "clore":
            await lifecycle.close(**common, version=version, motif=motif, texte=texte or None)
        case _:
            raise Problem(404, "geste_inconnu", "Cette action n'existe pas.")


def _really(row: Sollicitation, changes: dict[str, str]) -> dict[str, str]:
    """Only what the form holds and differs: the form shows all three."""
    return {name: value for name, value in changes.items() if value and getattr(row, name) != value}


async def _apply(context: Context, desk: Desk, row: Sollicitation, champ: str, value: str, version: int) -> None:
    if getattr(row, champ) == value:
        return
    await lifecycle.modify(
        sessions=context.services.sessions,
        desk=context.services.desk,
        agent=desk.agent,
        sollicitation_id=row.id,
        version=version,
        changes={champ: value},
        raison="proposition du triage",
    )


async def _record(
    context: Context,
    desk: Desk,
    sollicitation_id: int,
    champ: Champ,
    decision: Decision,
    *,
    propose: str,
    retenu: str | None = None,
    strict: bool = False,
) -> None:
    """Remember what became of a proposal. Without `strict`, there may have been none: nothing to remember."""
    try:
        await triage.decide(
            sessions=context.services.sessions,
            sollicitation_id=sollicitation_id,
            champ=champ,
            decision=decision,
            agent=desk.agent,
            propose=propose,
            retenu=retenu,
        )
    except triage.NoProposal:
        if strict:
            raise


async def _record_draft(context: Context, desk: Desk, sollicitation_id: int, fiche: str, texte: str) -> None:
    stored = await triage.get(sessions=context.services.sessions, sollicitation_id=sollicitation_id)
    drafts = stored.propositions.reponse if stored else []
    same = any(draft.fiche == fiche and _same(draft.texte, texte) for draft in drafts)
    decision = Decision.ACCEPTEE if same else Decision.CHANGEE
    await _record(context, desk, sollicitation_id, Champ.REPONSE, decision, propose=fiche)


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()) == " ".join(other.split())


async def _read(context: Context, numero: str) -> Dossier:
    found = await dossier.read(sessions=context.services.sessions, knowledge=context.services.knowledge, numero=numero)
    if found is None:
        raise Problem(404, "sollicitation_inconnue", "Aucune demande ne porte ce numéro.")
    return found


async def _page(
    request: Request,
    context: Context,
    console: Console,
    desk: Desk,
    found: Dossier,
    *,
    erreur: str = "",
    saisie: dict[str, Any] | None = None,
    modele: str = "",
    brouillon: str = "",
    status: int = 200,
) -> HTMLResponse:
    sessions, knowledge, row = context.services.sessions, context.services.knowledge, found.sollicitation
    stored = await triage.get(sessions=sessions, sollicitation_id=row.id)
    propositions = stored.propositions if stored else None
    models = _models(context, console, desk, found, propositions)
    typed = saisie or {}
    if not typed and modele in models:
        typed = {"texte": models[modele]["texte"], "geste": models[modele]["geste"]}
    if not typed and brouillon and propositions:
        drafts = [one for one in propositions.reponse if one.fiche == brouillon]
        typed = {"texte": drafts[0].texte, "geste": "reponse", "brouillon": brouillon} if drafts else {}
    categorie = knowledge.categories.get(row.categorie)
    values = checklist.values_of(row)
    return views.page(
        request,
        "sollicitation",
        desk,
        status=status,
        dossier=found,
        s=row,
        categorie=categorie,
        categories=knowledge.categories,
        fiches=knowledge.fiches,
        categories_options=[(one.id, one.titre) for one in knowledge.categories.values()],
        motifs_par_id=knowledge.motifs_cloture,
        donnees=[
            (besoin, checklist.shown(besoin, values[besoin.cle])) for besoin in knowledge.besoins.values() if besoin.cle in values
        ],
        motifs=[motif for motif in knowledge.motifs_cloture.values() if motif.par == "agent"],
        motif_clos=knowledge.motifs_cloture.get(row.motif_cloture or ""),
        agents=await accounts.list_agents(sessions=sessions, active_only=True),
        priorites=list(Priorite),
        routes=ROUTES,
        possibles={str(action) for action in lifecycle.possible_actions(row.etat, merged=row.fusion_dans_id is not None)},
        modeles=models,
        triage=stored,
        decisions={(one.champ, one.propose): one for one in await triage.decisions(sessions=sessions, sollicitation_id=row.id)},
        autres=await presence.see(sessions=sessions, sollicitation_id=row.id, agent_id=desk.agent.id, moment=now()),
        erreur=erreur,
        saisie=typed,
        moment=now(),
    )


_GESTURE_OF = {"reponse": "reponse", "complement": "complement", "transfert": "transferer", "cloture": "clore"}


def _models(
    context: Context, console: Console, desk: Desk, found: Dossier, propositions: Propositions | None
) -> dict[str, dict[str, str]]:
    """Reply models filled in for this sollicitation, those of its category first."""
    knowledge, row = context.services.knowledge, found.sollicitation
    values = dossier.variables(
        dossier=found,
        knowledge=knowledge,
        agent_nom=desk.agent.nom,
        fiche=_nearest_fiche(context, row, propositions),
        date=views.french_day(found.dernier_complement) if found.dernier_complement else "",
    )
    ordered = sorted(console.models.values(), key=lambda model: row.categorie not in model.categories)
    return {model.id: {"titre": model.titre, "geste": _GESTURE_OF[model.usage], "texte": model.fill(values)} for model in ordered}


def _nearest_fiche(context: Context, row: Sollicitation, propositions: Propositions | None) -> Fiche | None:
    knowledge = context.services.knowledge
    categorie = knowledge.categories.get(row.categorie)
    names = [near.id for near in propositions.fiches] if propositions else []
    names += categorie.fiches if categorie else []
    return next((knowledge.fiches[name] for name in names if name in knowledge.fiches), None)


async def _conflict(
    request: Request, context: Context, desk: Desk, numero: str, geste: str, typed: dict[str, Any], error: lifecycle.Conflict
) -> HTMLResponse:
    """« Modifiée entre-temps par X », with what was typed and the state as it is now."""
    found = await _read(context, numero)
    return views.page(
        request,
        "conflit",
        desk,
        status=409,
        s=found.sollicitation,
        dossier=found,
        categories=context.services.knowledge.categories,
        conflit=str(error),
        geste=geste,
        saisie={name: value for name, value in typed.items() if value},
        a_texte=geste in _TEXT_GESTURES or geste == "clore",
    )


async def _merge_page(
    request: Request, context: Context, desk: Desk, numero: str, avec: str, *, erreur: str = "", status: int = 200
) -> HTMLResponse:
    one = await _read(context, numero)
    other = (
        await dossier.read(sessions=context.services.sessions, knowledge=context.services.knowledge, numero=avec.strip().upper())
        if avec.strip()
        else None
    )
    if avec.strip() and other is None:
        erreur, status = erreur or "Aucune demande ne porte ce numéro.", 404
    if other is not None and other.sollicitation.id == one.sollicitation.id:
        other, erreur, status = None, "Une demande ne se réunit pas avec elle-même.", 422
    return views.page(
        request,
        "fusion",
        desk,
        status=status,
        une=one,
        autre=other,
        avec=avec,
        erreur=erreur,
        categories=context.services.knowledge.categories,
    )
