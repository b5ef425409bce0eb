"""Pages of the quizzes. Server-rendered; they work without JavaScript."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import carnet
from api.dependencies import Context, ContextDep
from api.errors import Problem
from api.journeys import page
from api.pieces import read_form
from api.suivi import refuse_other_sites
from assistant.journeys import quiz, service
from assistant.journeys.enums import Genre
from assistant.journeys.schemas import Serie
from assistant.journeys.state import Commande, EtatQuiz, Refused, Verbe

router = APIRouter(prefix="/quiz", include_in_schema=False, dependencies=[Depends(refuse_other_sites)])


@router.get("")
async def overview(request: Request, context: ContextDep) -> HTMLResponse:
    """The series, with the run that goes on and the last score of each."""
    carnet_id, token = await carnet.find(request, context)
    journeys, rows = context.services.journeys, []
    for serie in journeys.series.values():
        etat = await _run(context, carnet_id, serie)
        finished = await _finished(context, carnet_id, serie)
        rows.append(
            {
                "serie": serie,
                "vu": quiz.view(journeys, serie, etat) if etat else None,
                "dernier": quiz.score(quiz.view(journeys, serie, finished[-1])) if finished else None,
                "essais": len(finished),
            }
        )
    return page(request, "quiz.html", {"lignes": rows, "lien": carnet.link(request, token) if token else ""})


@router.get("/{cle}")
async def show(cle: str, request: Request, context: ContextDep, vu: str = "") -> Response:
    """The question that comes next, the explanation of the one that was just answered (`vu`), or the result."""
    return await _quiz_page(request, context, _serie(context, cle), vu)


@router.post("/{cle}")
async def act(cle: str, request: Request, context: ContextDep) -> Response:
    """Begin a run, or answer a question of it."""
    serie = _serie(context, cle)
    async with read_form(request) as form:
        wanted = form.fields.get("commande", "")
    carnet_id, token = await carnet.find_or_open(request, context)
    shown = ""
    try:
        commande = Commande.parse(wanted)
        await service.act(
            sessions=context.services.sessions,
            journeys=context.services.journeys,
            carnet_id=carnet_id,
            genre=Genre.QUIZ,
            cle=serie.id,
            commande=commande,
        )
        shown = commande.cible if commande.verbe is Verbe.REPONDRE else ""
    except Refused as refusal:
        said = str(refusal) if wanted else "Choisissez une réponse, puis validez."
        response: Response = await _quiz_page(request, context, serie, "", erreur=said)
    else:
        response = RedirectResponse(f"/quiz/{serie.id}" + (f"?vu={shown}" if shown else ""), status_code=303)
    carnet.remember(response, request, context, token)
    return response


async def _quiz_page(request: Request, context: Context, serie: Serie, seen: str, *, erreur: str = "") -> Response:
    carnet_id, token = await carnet.find(request, context)
    services, journeys = context.services, context.services.journeys
    etat = await _run(context, carnet_id, serie)
    if etat is None:
        return RedirectResponse("/quiz", status_code=303)
    vu = quiz.view(journeys, serie, etat)
    corrected = vu.item(seen)
    if corrected is not None and corrected.reponse is None:
        corrected = None
    over = vu.courant is None and corrected is None
    score = quiz.score(vu)
    fiches = score.a_relire if over else corrected.item.fiches if corrected else []
    values = {
        "serie": serie,
        "vu": vu,
        "corrige": corrected,
        "score": score,
        "comparaison": quiz.compare(journeys, serie, await _finished(context, carnet_id, serie)) if over else None,
        "fiches": [services.knowledge.fiches[one] for one in fiches if one in services.knowledge.fiches],
        "lien": carnet.link(request, token) if token else "",
        "erreur": erreur,
    }
    return page(request, "quiz_resultat.html" if over else "quiz_question.html", values, status=422 if erreur else 200)


async def _run(context: Context, carnet_id: str | None, serie: Serie) -> EtatQuiz | None:
    if carnet_id is None:
        return None
    found = await service.current(sessions=context.services.sessions, carnet_id=carnet_id, genre=Genre.QUIZ, cle=serie.id)
    return found if isinstance(found, EtatQuiz) else None


async def _finished(context: Context, carnet_id: str | None, serie: Serie) -> list[EtatQuiz]:
    if carnet_id is None:
        return []
    return await service.finished_runs(sessions=context.services.sessions, carnet_id=carnet_id, serie=serie.id)


def _serie(context: Context, cle: str) -> Serie:
    serie = context.services.journeys.series.get(cle)
    if serie is None:
        raise Problem(404, "quiz_inconnu", "Ce quiz n'existe pas. Les séries sont sur la page « Quiz ».")
    return serie
