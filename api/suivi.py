"""The page on which the person who asks follows their sollicitation. Server-rendered; works without JavaScript.

The secret comes after « # » in the link, which a small script (or the person, who pastes the link) sends in a form; it is
exchanged at once for a cookie of half an hour. Why: docs/security.md.
"""

from dataclasses import dataclass, field

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import follow_up as person
from api.dependencies import Context, ContextDep
from api.errors import Problem
from api.helpdesk.context import ConsoleDep
from api.pages import templates
from api.pieces import piece_response, read_form
from assistant.masking import Secret
from assistant.sollicitations import attachments, lifecycle
from assistant.sollicitations.follow_up import ActionUsager
from assistant.sollicitations.models import Sollicitation

_REFUSED = "Ce lien de suivi n'ouvre aucune demande. Vérifiez qu'il est entier, ou écrivez une nouvelle demande."
_EXPIRED = "Pour votre sécurité, la page de suivi s'est refermée. Collez de nouveau votre lien."


async def refuse_other_sites(request: Request) -> None:
    """The cookie is SameSite=Strict; where the browser also says that another site sent the form, nothing is even read."""
    if request.method == "POST" and request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        raise Problem(403, "autre_site", "Cette demande vient d'un autre site. Ouvrez votre lien de suivi et recommencez.")


router = APIRouter(prefix="/suivi", include_in_schema=False, dependencies=[Depends(refuse_other_sites)])


@dataclass(frozen=True)
class Typed:
    """What the person wrote in one of the forms, kept when it cannot be taken."""

    action: str = ""
    texte: str = ""


@dataclass(frozen=True)
class Told:
    """What the page says first: what was done, what was masked, what is wrong (by form)."""

    fait: str = ""
    masques: list[str] = field(default_factory=list)
    erreurs: dict[str, str] = field(default_factory=dict)


@router.get("")
async def ask_for_the_link(request: Request, context: ContextDep) -> HTMLResponse:
    """Where to paste the link."""
    return _open_page(request, "")


@router.post("")
async def open_with_the_link(request: Request, context: ContextDep) -> Response:
    """Exchange the secret for the cookie. What could not be sent before the page closed is shown again."""
    async with read_form(request) as form:
        typed = Typed(form.fields.get("action", ""), form.fields.get("texte", ""))
        given = person.read_link(form.fields.get("lien", "")) or (
            form.fields.get("numero", "").strip().upper(),
            form.fields.get("lien", "").strip().rpartition("#")[2],
        )
    row = await person.prove(request, context, *given)
    if row is None:
        return _open_page(request, given[0], typed=typed, erreur=_REFUSED, status=403)
    if typed.texte:
        response: Response = await _state_page(request, context, row, typed=typed)
    else:
        response = RedirectResponse(f"/suivi/{row.numero}", status_code=303)
    person.remember(response, request, context, row.numero, given[1])
    return response


@router.get("/{numero}")
async def show(numero: str, request: Request, context: ContextDep, fait: str = "", masque: str = "") -> HTMLResponse:
    """The state, to whom holds the cookie; to all others the same page, whether the number exists or not."""
    row, jeton = await _proved(request, context, numero)
    if row is None:
        response = _open_page(request, numero if person.NUMERO.fullmatch(numero) else "")
        if jeton:
            # A proof that proves nothing (any more) would count as a wrong link at each visit.
            person.forget(response, request, context, numero)
        return response
    kinds = [kind for kind in Secret if kind in masque.split(",")]
    masques = [context.services.knowledge.textes[f"secret_{kind}"] for kind in kinds]
    fait = fait if fait in list(ActionUsager) else ""
    response = await _state_page(request, context, row, told=Told(fait, masques))
    person.remember(response, request, context, row.numero, jeton)
    return response


@router.post("/{numero}/fermer")
async def close_page(numero: str, request: Request, context: ContextDep) -> Response:
    """Take the proof out of the browser."""
    response = RedirectResponse("/suivi", status_code=303)
    if person.NUMERO.fullmatch(numero):
        person.forget(response, request, context, numero)
    return response


@router.post("/{numero}/{action}")
async def act(numero: str, action: ActionUsager, request: Request, context: ContextDep, console: ConsoleDep) -> Response:
    """Complete, return or close. What was typed survives every refusal; files must be chosen again."""
    async with read_form(request) as form:
        typed = Typed(action, form.fields.get("texte", ""))
        row, jeton = await _proved(request, context, numero)
        if row is None:
            return _open_page(request, numero, typed=typed, erreur=_EXPIRED, status=403)
        try:
            done = await person.act(context, console, row, action, typed.texte, form.files)
        except (lifecycle.TransitionRefused, attachments.RefusedFile, Problem) as error:
            status = error.status if isinstance(error, Problem) else 422
            told = Told(erreurs={action: f"{error}{_files_again(len(form.files))}"})
            fresh, _ = await _proved(request, context, numero)
            return await _state_page(request, context, fresh or row, typed=typed, told=told, status=status)
    masque = ",".join(sorted(done.masques))
    response = RedirectResponse(f"/suivi/{numero}?fait={action}" + (f"&masque={masque}" if masque else ""), status_code=303)
    person.remember(response, request, context, numero, jeton)
    return response


@router.get("/{numero}/pieces/{piece_id}")
async def download(numero: str, piece_id: str, request: Request, context: ContextDep) -> Response:
    """A file, as a download; the answer does not tell whether the sollicitation, or the file, exists."""
    row, _ = await _proved(request, context, numero)
    piece = (
        await attachments.get_piece(sessions=context.services.sessions, sollicitation_id=row.id, piece_id=piece_id)
        if row is not None
        else None
    )
    if piece is None:
        raise Problem(404, "piece_inconnue", "Ce fichier n'existe pas, ou votre page de suivi s'est refermée.")
    return piece_response(context, piece)


async def _proved(request: Request, context: Context, numero: str) -> tuple[Sollicitation | None, str]:
    jeton = person.remembered(request, context, numero) if person.NUMERO.fullmatch(numero) else ""
    return (await person.prove(request, context, numero, jeton) if jeton else None), jeton


def _files_again(count: int) -> str:
    if not count:
        return ""
    return " Choisissez de nouveau votre fichier." if count == 1 else " Choisissez de nouveau vos fichiers."


def _open_page(request: Request, numero: str, *, typed: Typed | None = None, erreur: str = "", status: int = 200) -> HTMLResponse:
    values = {"numero": numero, "saisie": typed or Typed(), "erreur": erreur}
    return _page(request, "suivi_ouvrir.html", values, status)


async def _state_page(
    request: Request,
    context: Context,
    row: Sollicitation,
    *,
    typed: Typed | None = None,
    told: Told | None = None,
    status: int = 200,
) -> HTMLResponse:
    values = {
        "suivi": await person.read(context, row),
        "saisie": typed or Typed(),
        "dit": told or Told(),
        "max_fichiers": attachments.MAX_FILES,
        "max_mo": attachments.MAX_BYTES // 1024 // 1024,
    }
    return _page(request, "suivi.html", values, status)


def _page(request: Request, name: str, values: dict[str, object], status: int) -> HTMLResponse:
    response = templates.TemplateResponse(request, name, values, status_code=status)
    response.headers["Cache-Control"] = "no-store"
    return response
