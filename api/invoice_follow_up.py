"""The page that tells where an invoice stands, by its number. Server-rendered; works without JavaScript.

The number goes in a form, not in the address: it stays out of histories and logs. Behind the access code where there is one.
"""

import json
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from api.dependencies import Context, ContextDep
from api.pages import templates
from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply
from assistant.invoices.lookup.follow_up import About, InvoiceFollowUp, Told
from assistant.invoices.timeline.public import TimelinePublic
from assistant.text import clean

router = APIRouter(include_in_schema=False)

_MAX_NUMBER = 60
_STATE: About = "suivre_facture"
_CHOICE = f"/{_STATE}"


@router.get("/suivi-facture")
async def show_form(request: Request, context: ContextDep) -> HTMLResponse:
    """Where to write the number; or that looking up is off."""
    follow_up = _follow_up(context)
    if follow_up.lookup is None:
        return _page(request, follow_up, {"reponse": follow_up.which().reply}, status=404)
    return _page(request, follow_up, {})


@router.post("/suivi-facture")
async def look_up(
    request: Request,
    context: ContextDep,
    numero: Annotated[str, Form(max_length=200)] = "",
    cle: Annotated[str, Form(max_length=200)] = "",
) -> HTMLResponse:
    """The state of the invoice, or which one of several, or that it is not found."""
    follow_up = _follow_up(context)
    numero = clean(" ".join(numero.split()))
    if follow_up.lookup is None:
        return _page(request, follow_up, {"reponse": follow_up.which().reply}, status=404)
    if not cle and not 0 < len(numero) <= _MAX_NUMBER:
        wrong = "Écrivez le numéro de la facture." if not numero else f"Un numéro de facture a {_MAX_NUMBER} caractères au plus."
        return _page(request, follow_up, {"numero": numero[:_MAX_NUMBER], "erreurs": {"numero": wrong}}, status=422)
    wait = context.messages_throttle.seconds_to_wait(f"suivi-facture:{request.client.host if request.client else '?'}")
    if wait:
        told = {"numero": numero, "erreurs": {"numero": f"Trop de demandes à la suite. Attendez {wait} secondes."}}
        response = _page(request, follow_up, told, status=429)
        response.headers["Retry-After"] = str(wait)
        return response
    found = await (follow_up.by_key(cle, _STATE) if cle else follow_up.by_number(numero, _STATE))
    values: dict[str, object] = {"numero": numero, "reponse": found.reply, "choix": _choices(found.reply)}
    if found.about is not None:
        values |= {"numero": found.about.numero, "frise": _timeline(found), "delai": await _payment(follow_up, found)}
    status = {Kind.UNKNOWN: 404, Kind.ERROR: 503}.get(found.reply.kind, 200)
    return _page(request, follow_up, values, status=status)


def _follow_up(context: Context) -> InvoiceFollowUp:
    follow_up = context.services.invoices
    assert follow_up is not None, "the service wires it (api/app)"
    return follow_up


def _timeline(found: Told) -> dict[str, str] | None:
    """Picture and text of the history, ready for the page."""
    steps = found.reply.timeline
    if steps is None or not steps.etapes:
        return None
    public = TimelinePublic.model_validate(steps.model_dump())
    return {"svg": public.svg, "texte": public.texte}


async def _payment(follow_up: InvoiceFollowUp, found: Told) -> Reply | None:
    """The reckoning in full, under the state; None when the source fails in between (the state stands without it)."""
    assert found.about is not None
    told = await follow_up.by_key(found.about.key, "delai_facture")
    return told.reply if told.reply.kind is Kind.ANSWER else None


def _choices(reply: Reply) -> list[dict[str, str]]:
    """The invoices that a reply offers: words and key."""
    offered = [button for button in reply.buttons if reply.kind is Kind.CHOICES and button.payload.startswith(_CHOICE)]
    return [{"titre": button.title, "cle": str(json.loads(button.payload[len(_CHOICE) :])["facture"])} for button in offered]


def _page(request: Request, follow_up: InvoiceFollowUp, values: Mapping[str, object], *, status: int = 200) -> HTMLResponse:
    shown = {
        "ouvert": follow_up.lookup is not None,
        "demonstration": follow_up.lookup is not None and follow_up.lookup.demonstration,
        "exemple": follow_up.lookup.example if follow_up.lookup is not None else None,
        "textes": follow_up.texts.textes,
        "numero": "",
        "erreurs": {},
        **values,
    }
    response = templates.TemplateResponse(request, "suivi_facture.html", shown, status_code=status)
    response.headers["Cache-Control"] = "no-store"
    return response
