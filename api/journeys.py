"""Pages of the journeys: setting up an account, depositing an invoice. Server-rendered; they work without JavaScript."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from api import carnet
from api.dependencies import Context, ContextDep
from api.pages import templates
from api.pieces import read_form
from api.suivi import refuse_other_sites
from assistant.journeys import account, deposit, service
from assistant.journeys.enums import Genre
from assistant.journeys.path_svg import draw_path
from assistant.journeys.state import Commande, EtatCompte, EtatFacture, Refused

router = APIRouter(prefix="/parcours", include_in_schema=False, dependencies=[Depends(refuse_other_sites)])

_REFUSED = "Ce lien n'ouvre aucun parcours. Vérifiez qu'il est entier, ou commencez un nouveau parcours."


@router.get("")
async def overview(request: Request, context: ContextDep) -> HTMLResponse:
    """All journeys, with what was begun in this browser."""
    carnet_id, token = await carnet.find(request, context)
    values: dict[str, Any] = {
        "compte": account.view(context.services.journeys, await _compte(context, carnet_id)),
        "facture": deposit.view(context.services.journeys, await _facture(context, carnet_id)),
        "lien": carnet.link(request, token) if token else "",
    }
    return page(request, "parcours.html", values)


@router.get("/reprendre")
async def ask_for_the_link(request: Request, context: ContextDep) -> HTMLResponse:
    """Where to paste the private link; a small script sends it by itself."""
    return page(request, "parcours_reprendre.html", {"erreur": ""})


@router.post("/reprendre")
async def open_with_the_link(request: Request, context: ContextDep) -> Response:
    """Exchange the secret for the cookie."""
    async with read_form(request) as form:
        token = carnet.read_link(form.fields.get("lien", ""))
    if not await carnet.prove(request, context, token):
        return page(request, "parcours_reprendre.html", {"erreur": _REFUSED}, status=403)
    response = RedirectResponse("/parcours", status_code=303)
    carnet.remember(response, request, context, token)
    return response


@router.post("/fermer")
async def close(request: Request, context: ContextDep) -> Response:
    """Take the carnet out of this browser; its link still opens it."""
    response = RedirectResponse("/parcours", status_code=303)
    carnet.forget(response, request, context)
    return response


@router.get("/compte")
async def show_account(request: Request, context: ContextDep) -> HTMLResponse:
    """The situation to choose, the current step, or the end."""
    return await _account_page(request, context)


@router.get("/compte/liste")
async def checklist(request: Request, context: ContextDep, situation: str = "") -> Response:
    """All steps on paper: of one's own journey, or of a situation without beginning anything."""
    carnet_id, _ = await carnet.find(request, context)
    etat = await _compte(context, carnet_id)
    if situation in context.services.journeys.branches:
        etat = etat.model_copy(update={"branche": situation})
    if etat.branche not in context.services.journeys.branches:
        return RedirectResponse("/parcours/compte", status_code=303)
    return page(request, "parcours_compte_liste.html", {"vu": account.view(context.services.journeys, etat)})


@router.post("/compte")
async def act_on_account(request: Request, context: ContextDep) -> Response:
    """Choose the situation, say something of a step, go to another."""
    return await _act(request, context, Genre.COMPTE)


@router.get("/facture")
async def show_deposit(request: Request, context: ContextDep) -> HTMLResponse:
    """The next question, or the result with its way."""
    return await _deposit_page(request, context)


@router.post("/facture")
async def act_on_deposit(request: Request, context: ContextDep) -> Response:
    """Answer a question, go back, begin again."""
    return await _act(request, context, Genre.FACTURE)


async def _act(request: Request, context: Context, genre: Genre) -> Response:
    async with read_form(request) as form:
        wanted = form.fields.get("commande", "")
    carnet_id, token = await carnet.find_or_open(request, context)
    try:
        await service.act(
            sessions=context.services.sessions,
            journeys=context.services.journeys,
            carnet_id=carnet_id,
            genre=genre,
            commande=Commande.parse(wanted),
        )
    except Refused as refusal:
        shown = _account_page if genre is Genre.COMPTE else _deposit_page
        # Nothing chosen is the commonest case: said as what to do.
        said = str(refusal) if wanted else "Choisissez une réponse, puis continuez."
        response: Response = await shown(request, context, erreur=said)
    else:
        response = RedirectResponse(f"/parcours/{genre}", status_code=303)
    carnet.remember(response, request, context, token)
    return response


async def _account_page(request: Request, context: Context, *, erreur: str = "") -> HTMLResponse:
    carnet_id, token = await carnet.find(request, context)
    services = context.services
    vu = account.view(services.journeys, await _compte(context, carnet_id))
    fiches = vu.courante.etape.fiches if vu.courante else []
    values = {
        "vu": vu,
        "compte": services.journeys.compte,
        "fiches": [services.knowledge.fiches[one] for one in fiches if one in services.knowledge.fiches],
        "lien": carnet.link(request, token) if token else "",
        "erreur": erreur,
    }
    return page(request, "parcours_compte.html", values, status=422 if erreur else 200)


async def _deposit_page(request: Request, context: Context, *, erreur: str = "") -> HTMLResponse:
    carnet_id, token = await carnet.find(request, context)
    services = context.services
    vu = deposit.view(services.journeys, await _facture(context, carnet_id))
    fiches = vu.resultat.fiches if vu.resultat else []
    drawing = draw_path(vu.resultat.chemin, titre="Le chemin de votre document", identifiant="chemin") if vu.resultat else ""
    values = {
        "vu": vu,
        "cadre": services.knowledge.cadres.get(vu.resultat.cadre) if vu.resultat else None,
        "dessin": Markup(drawing),  # noqa: S704 - draw_path escapes every text
        "fiches": [services.knowledge.fiches[one] for one in fiches if one in services.knowledge.fiches],
        "lien": carnet.link(request, token) if token else "",
        "erreur": erreur,
    }
    return page(request, "parcours_facture.html", values, status=422 if erreur else 200)


async def _compte(context: Context, carnet_id: str | None) -> EtatCompte:
    found = await _current(context, carnet_id, Genre.COMPTE)
    return found if isinstance(found, EtatCompte) else EtatCompte()


async def _facture(context: Context, carnet_id: str | None) -> EtatFacture:
    found = await _current(context, carnet_id, Genre.FACTURE)
    return found if isinstance(found, EtatFacture) else EtatFacture()


async def _current(context: Context, carnet_id: str | None, genre: Genre) -> object:
    if carnet_id is None:
        return None
    return await service.current(sessions=context.services.sessions, carnet_id=carnet_id, genre=genre)


def page(request: Request, name: str, values: dict[str, Any], *, status: int = 200) -> HTMLResponse:
    """A page that no cache keeps: it shows what one person did."""
    response = templates.TemplateResponse(request, name, values, status_code=status)
    response.headers["Cache-Control"] = "no-store"
    return response
