"""The page that checks an invoice. Server-rendered; works without JavaScript; keeps neither the file nor the report."""

import base64
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from actions.invoice_report import error_text, invoice_number, ranked, sollicitation_category
from api import invoice_upload as upload
from api.dependencies import Context, ContextDep
from api.errors import Problem
from api.invoices import received_form, run
from api.pages import templates
from assistant.invoices.files.limits import readable_size
from assistant.invoices.schemas import CheckReport, Finding, Severity
from assistant.masking import mask_secrets
from assistant.sollicitations.attachments import MAX_BYTES

router = APIRouter(include_in_schema=False)
templates.env.filters["taille"] = readable_size

_FIELDS = ("siret_destinataire", "code_service_exige", "engagement_exige", "cadre")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,64}")
# Codes of Problem that a field of the form explains.
_ABOUT_FILE = frozenset({"fichier_absent", "plusieurs_fichiers", "fichier_trop_grand"})


@dataclass(frozen=True)
class Typed:
    """What the form holds: values by field, the token that joins the checks of one page, what is to be mended."""

    values: Mapping[str, str] = field(default_factory=dict)
    token: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


@router.get("/verifier")
async def show_form(request: Request, context: ContextDep) -> HTMLResponse:
    """The empty form."""
    return _form_page(request, context, Typed(token=_new_token()))


@router.post("/verifier/autre")
async def check_another(
    request: Request, context: ContextDep, verifications: Annotated[str, Form(max_length=200)] = ""
) -> HTMLResponse:
    """The form again, for another invoice of the same person: a number used twice is then told."""
    return _form_page(request, context, Typed(token=_kept_token(verifications)))


@router.post("/verifier")
async def check(request: Request, context: ContextDep) -> HTMLResponse:
    """The report, or the form with what is to be mended."""
    typed = Typed(token=_new_token())
    try:
        async with received_form(request, context) as sent:
            token = _kept_token(sent.fields.get("verifications", ""))
            typed = Typed({name: sent.fields[name] for name in _FIELDS if sent.fields.get(name)}, token)
            report = await run(context, sent, scope=f"page:{token}")
    except Problem as problem:
        response = _form_page(request, context, Typed(typed.values, typed.token, _errors(problem)), status=problem.status)
        response.headers.update(problem.headers or {})
        return response
    return _report_page(request, context, typed, report)


def _errors(problem: Problem) -> dict[str, str]:
    wrong = (problem.extra or {}).get("erreurs")
    if wrong:
        return {one["champ"]: one["message"] for one in wrong}
    return {"file" if problem.code in _ABOUT_FILE else "formulaire": problem.detail}


def _kept_token(given: str) -> str:
    return given if _TOKEN.fullmatch(given) else _new_token()


def _new_token() -> str:
    return secrets.token_urlsafe(24)


# --- pages ----------------------------------------------------------------------------------------------------------


def _form_page(request: Request, context: Context, typed: Typed, *, status: int = 200) -> HTMLResponse:
    values = {
        "saisie": typed.values,
        "jeton": typed.token,
        "erreurs": typed.errors,
        "cadres": list(context.services.knowledge.cadres.values()),
        "taille_max": readable_size(upload.max_bytes(context)),
        "textes": context.services.knowledge.textes,
    }
    return _page(request, "verifier.html", values, status)


def _report_page(request: Request, context: Context, typed: Typed, report: CheckReport) -> HTMLResponse:
    knowledge = context.services.knowledge
    values = {
        "rapport": report,
        "parties": parts_of(report),
        "montre": shown_value,
        "textes": knowledge.textes,
        "anomalies": knowledge.anomalies,
        "fiches": knowledge.fiches,
        "compte": _counts(report),
        "saisie": typed.values,
        "jeton": typed.token,
        "json": _download(report),
        "nom_json": _download_name(report),
        "demande": _request_values(context, typed, report),
        "joindre": report.file.kind in ("pdf", "factur-x") and report.file.size <= MAX_BYTES,
        "fait_le": upload.read_options(context, {})[0].today,
    }
    return _page(request, "verifier_rapport.html", values, 200)


@dataclass(frozen=True)
class Part:
    """One section of the page: a report without its members, its findings in order. `number`: its place in a lot."""

    report: CheckReport
    findings: Sequence[Finding]
    number: int | None = None


def parts_of(report: CheckReport) -> list[Part]:
    """The report itself, then one part an invoice of the lot."""

    def part(one: CheckReport, number: int | None) -> Part:
        return Part(one, ranked(one.model_copy(update={"members": []})), number)

    return [part(report, None), *(part(member, number) for number, member in enumerate(report.members, start=1))]


def shown_value(value: str) -> str:
    """A date as it stands on a French invoice, any other value as it is."""
    year, month, day = found.groups() if (found := _ISO_DATE.fullmatch(value)) else ("", "", "")
    return f"{day}/{month}/{year}" if year else value


def _counts(report: CheckReport) -> dict[str, int]:
    found = [finding.severity for finding in ranked(report)]
    return {severity.value: found.count(severity) for severity in Severity}


def _request_values(context: Context, typed: Typed, report: CheckReport) -> dict[str, str]:
    """What the form of a sollicitation is filled with."""
    knowledge = context.services.knowledge
    given = {
        "categorie": sollicitation_category(knowledge, report),
        "numero_facture": invoice_number(report) or "",
        "siret_destinataire": typed.values.get("siret_destinataire", ""),
        "message_erreur": mask_secrets(error_text(knowledge.textes, report)).text,
        "format_fichier": f"{knowledge.textes[f'verif_type_{report.file.kind}']}, {readable_size(report.file.size)}",
    }
    return {name: value for name, value in given.items() if value}


def _download(report: CheckReport) -> str:
    """The report as an address that holds it: it need not be kept here to be downloaded."""
    text = report.model_dump_json(indent=2)
    return "data:application/json;charset=utf-8;base64," + base64.b64encode(text.encode()).decode()


def _download_name(report: CheckReport) -> str:
    stem = re.sub(r"[^A-Za-z0-9]+", "-", report.file.name.rpartition(".")[0] or report.file.name).strip("-")[:40]
    return f"rapport-{stem or 'facture'}.json"


def _page(request: Request, name: str, values: Mapping[str, object], status: int) -> HTMLResponse:
    response = templates.TemplateResponse(request, name, dict(values), status_code=status)
    response.headers["Cache-Control"] = "no-store"
    return response
