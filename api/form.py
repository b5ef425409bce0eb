"""The way to a sollicitation without chat: a plain form that needs no JavaScript. Two steps: the subject, then what it needs.

What was typed survives every step and every refusal; files must be chosen again, as no browser sends them twice.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from actions.triage import triage_new
from api import follow_up
from api.dependencies import Context, ContextDep
from api.errors import Problem, french_message
from api.helpdesk.broadcast import DESK
from api.helpdesk.context import Console, ConsoleDep
from api.pages import templates
from api.pieces import SentForm, read_form
from api.sollicitations import KEY, KEY_USED, create, throttle
from assistant.masking import Secret, mask_secrets
from assistant.sollicitations import attachments, checklist
from assistant.sollicitations.before import fiches_before
from assistant.sollicitations.changes import USAGER
from assistant.sollicitations.draft import guess_categorie
from assistant.sollicitations.enums import Origine
from assistant.sollicitations.follow_up import is_same_subject, reread_by_number
from assistant.sollicitations.models import Sollicitation
from assistant.sollicitations.render import paste_fields
from assistant.sollicitations.schemas import SollicitationCreate, SollicitationPublic
from assistant.sollicitations.transitions import OUVERTES
from assistant.text import clean

router = APIRouter(include_in_schema=False)

_ALWAYS = ("categorie", "description", "contact")
# What the button that was pressed says (`etape`).
SUBJECT, BACK = "sujet", "changer"


@dataclass(frozen=True)
class Sent:
    """What the form holds so far: values by field, the key that writes once, what is to be mended by field."""

    values: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@router.get("/sollicitation")
async def show_form(request: Request, context: ContextDep) -> HTMLResponse:
    """The first step, empty."""
    return _subject_page(request, context, Sent(key=_new_key()))


@router.post("/sollicitation")
async def submit_form(request: Request, context: ContextDep, console: ConsoleDep) -> HTMLResponse:
    """Go from step to step, then write; or show what is to be mended."""
    async with read_form(request) as form:
        values = {name: form.fields.get(name, "").strip() for name in (*_ALWAYS, *context.services.knowledge.besoins)}
        given_key = form.fields.get("cle_idempotence", "")
        sent = Sent(
            {name: value for name, value in values.items() if value}, given_key if KEY.fullmatch(given_key) else _new_key()
        )
        match form.fields.get("etape", ""):
            case "sujet":
                return await _choose_subject(request, context, sent)
            case "changer":
                return _subject_page(request, context, sent)
        return await _write(request, context, console, sent, form)


async def _choose_subject(request: Request, context: Context, sent: Sent) -> HTMLResponse:
    """The second step of the chosen subject; of the one that the words name when none was chosen."""
    categories = context.services.knowledge.categories
    values, note = dict(sent.values), ""
    if not values.get("categorie"):
        guessed = guess_categorie(values.get("description", ""), categories.values())
        if guessed is not None:
            values["categorie"] = guessed.id
            note = f"Sujet retenu d'après vos mots : « {guessed.titre} ». Vous pouvez le changer."
    categorie = categories.get(values.get("categorie", ""))
    if categorie is None:
        wrong = (
            "Choisissez un sujet dans la liste." if values.get("categorie") else "Choisissez un sujet, ou décrivez le problème."
        )
        return _subject_page(request, context, Sent(values, sent.key, {"categorie": wrong}), status=422)
    # What the subject says by itself is filled in; the person may change it.
    return await _details_page(request, context, Sent({**categorie.deduits, **values}, sent.key, note=note))


async def _write(request: Request, context: Context, console: Console, sent: Sent, form: SentForm) -> HTMLResponse:
    """Write what the form holds, or show it again: nothing typed is lost, and nothing is written twice."""
    body, errors = _check(context, sent.values)
    if "categorie" in errors:
        return _subject_page(request, context, Sent(sent.values, sent.key, errors), status=422)
    if body is None:
        return await _details_page(request, context, Sent(sent.values, sent.key, _with_files(errors, form.files)), status=422)
    try:
        throttle(request, context)
        async with context.pieces.staged(form.files) as batch:
            created = await create(body, context, Origine.FORMULAIRE, sent.key)
            row = await reread_by_number(sessions=context.services.sessions, numero=created.numero)
            await attachments.attach(
                sessions=context.services.sessions, store=context.pieces, sollicitation_id=row.id, batch=batch, acteur=USAGER
            )
    except attachments.RefusedFile as error:
        return await _details_page(request, context, Sent(sent.values, sent.key, {"pieces": str(error)}), status=422)
    except Problem as problem:
        return await _again(request, context, sent, problem, form.files)
    # Before the desk hears of it: whoever opens it finds its proposals.
    await triage_new(context.services, created.numero)
    console.broadcaster.publish(DESK)
    return _done_page(request, context, created, _masked(sent.values) | batch.masques, [one.nom for one in batch.files])


async def _again(request: Request, context: Context, sent: Sent, problem: Problem, files: list[UploadFile]) -> HTMLResponse:
    """The form again after a refusal that no field explains."""
    key, sentence = sent.key, problem.detail
    if problem.code == KEY_USED:
        # The person went back in the browser and changed something: that is another request, once they confirm it.
        key = _new_key()
        sentence = "Une demande est déjà enregistrée depuis cette page. Enregistrez de nouveau pour en créer une autre."
    errors = _with_files({"formulaire": sentence}, files)
    response = await _details_page(request, context, Sent(sent.values, key, errors), status=problem.status)
    response.headers.update(problem.headers or {})
    return response


def _check(context: Context, values: Mapping[str, str]) -> tuple[SollicitationCreate | None, dict[str, str]]:
    """The request to write, or a French sentence for each field that does not fit, all at once."""
    knowledge = context.services.knowledge
    categorie = knowledge.categories.get(values.get("categorie", ""))
    if categorie is None:
        chosen = values.get("categorie")
        return None, {"categorie": "Choisissez un sujet dans la liste." if chosen else "Ce champ est obligatoire."}
    errors: dict[str, str] = {}
    wanted = [cle for cle in (*categorie.besoins, checklist.PRECISIONS) if cle in knowledge.besoins]
    donnees = {cle: values[cle] for cle in wanted if values.get(cle) and cle not in checklist.COLUMNS}
    try:
        donnees = checklist.check_donnees(knowledge=knowledge, categorie=categorie, donnees=donnees)
    except checklist.ChecklistError as error:
        errors |= error.erreurs
    columns = {
        cle: values[cle] for cle in (*_ALWAYS, *checklist.COLUMNS) if values.get(cle) and (cle in wanted or cle in _ALWAYS)
    }
    try:
        body = SollicitationCreate.model_validate(columns)
    except ValidationError as error:
        errors |= {str(item["loc"][0]): french_message(item) for item in error.errors() if item["loc"]}
    return (None, errors) if errors else (body.model_copy(update={"donnees": donnees}), {})


def _masked(values: Mapping[str, str]) -> frozenset[Secret]:
    """The secrets that were taken out of what was typed."""
    return frozenset(kind for value in values.values() for kind in mask_secrets(clean(value)).found)


def _with_files(errors: Mapping[str, str], files: list[UploadFile]) -> dict[str, str]:
    """No browser sends a file twice: the person must choose it again, and is told so."""
    again = (
        {"pieces": "Choisissez de nouveau vos fichiers : ils n'ont pas été gardés."} if files and "pieces" not in errors else {}
    )
    return {**errors, **again}


def _new_key() -> str:
    return secrets.token_urlsafe(16)


# --- pages ----------------------------------------------------------------------------------------------------------


def _subject_page(request: Request, context: Context, sent: Sent, *, status: int = 200) -> HTMLResponse:
    knowledge = context.services.knowledge
    values = {
        "categories": list(knowledge.categories.values()),
        "valeurs": sent.values,
        "erreurs": sent.errors,
        "cle": sent.key,
        "gardees": {name: value for name, value in sent.values.items() if name not in ("categorie", "description")},
    }
    return _page(request, "sollicitation_sujet.html", values, status)


async def _details_page(request: Request, context: Context, sent: Sent, *, status: int = 200) -> HTMLResponse:
    services = context.services
    categorie = services.knowledge.categories[sent.values["categorie"]]
    pieces = checklist.pieces(services.knowledge, categorie)
    shown = {*_ALWAYS, *(piece.besoin.cle for piece in pieces)}
    values = {
        "categorie": categorie,
        "pieces": pieces,
        "statuts": [statut.libelle for statut in services.knowledge.statuts.values() if statut.domaine == "facture"],
        "valeurs": sent.values,
        "erreurs": sent.errors,
        "note": sent.note,
        "cle": sent.key,
        "gardees": {name: value for name, value in sent.values.items() if name not in shown},
        "destinataire": services.knowledge.textes[f"sol_destinataire_{categorie.route}"],
        "fiches": fiches_before(
            knowledge=services.knowledge, search=services.search, categorie=categorie, texte=sent.values.get("description", "")
        ),
        "ouvertes": await _open_ones(request, context, sent.values),
        "etats": {etat: services.knowledge.textes[f"suivi_etat_{etat}"] for etat in OUVERTES},
        "max_fichiers": attachments.MAX_FILES,
        "max_mo": attachments.MAX_BYTES // 1024 // 1024,
    }
    return _page(request, "sollicitation.html", values, status)


async def _open_ones(request: Request, context: Context, values: Mapping[str, str]) -> list[Sollicitation]:
    """What this browser has proved to be the person's own, still open, on the same subject. An address alone shows nothing."""
    return [
        row
        for row in await follow_up.all_remembered(request, context)
        if row.cloture_le is None
        and is_same_subject(
            row,
            categorie=values["categorie"],
            siret="".join(values.get("siret", "").split()) or None,
            numero_facture=values.get("numero_facture") or None,
        )
    ]


def _done_page(
    request: Request, context: Context, created: SollicitationPublic, masques: frozenset[Secret], fichiers: list[str]
) -> HTMLResponse:
    services = context.services
    jeton = created.jeton_suivi
    link = follow_up.link(created.numero, jeton) if jeton else ""
    values = {
        "sollicitation": created,
        "lien": f"{request.url.scheme}://{request.url.netloc}{link}" if link else "",
        "masques": [services.knowledge.textes[f"secret_{kind}"] for kind in Secret if kind in masques],
        "fichiers": fichiers,
        "horaires": follow_up.opening(context),
        "champs": paste_fields(
            knowledge=services.knowledge,
            categorie=created.categorie,
            siret=created.siret,
            numero_facture=created.numero_facture,
            description=created.description,
            contact=created.contact,
            donnees=created.donnees,
        ),
    }
    response = _page(request, "sollicitation_faite.html", values, 200)
    response.headers["Cache-Control"] = "no-store"
    if jeton:
        follow_up.remember(response, request, context, created.numero, jeton)
    return response


def _page(request: Request, name: str, values: Mapping[str, object], status: int) -> HTMLResponse:
    return templates.TemplateResponse(request, name, dict(values), status_code=status)
