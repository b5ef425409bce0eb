"""Supervision: the figures of a period as pictures and tables, and as CSV."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api.dependencies import Context, ContextDep
from api.errors import Problem
from api.helpdesk import charts, views
from api.helpdesk.access import DeskDep
from api.helpdesk.charts import Series
from api.helpdesk.period import Period, read_period, shortcuts
from assistant.database import now
from assistant.helpdesk import statistics
from assistant.helpdesk.enums import Champ
from assistant.helpdesk.statistics import Granularite, Rapport
from assistant.helpdesk.statistics_csv import to_csv

router = APIRouter(prefix="/helpdesk")

_CHAMPS = {
    Champ.CATEGORIE: "Sujet",
    Champ.ROUTE: "Destinataire",
    Champ.PRIORITE: "Priorité",
    Champ.DOUBLON: "Doublon",
    Champ.REPONSE: "Brouillon de réponse",
}
_DAYS_BY_DAY, _DAYS_BY_WEEK = 62, 400


@router.get("/supervision")
async def show_figures(
    request: Request, context: ContextDep, desk: DeskDep, du: str = "", au: str = "", par: str = ""
) -> HTMLResponse:
    """The figures of a period."""
    period = read_period(du, au, now(), context.services.desk.hours.zone)
    report = await _report(context, period, par)
    return views.page(
        request,
        "supervision",
        desk,
        periode=period,
        raccourcis=shortcuts(now(), period.zone),
        granularites=list(Granularite),
        r=report,
        dessins=_pictures(context, report),
        categories=context.services.knowledge.categories,
        fiches=context.services.knowledge.fiches,
    )


@router.get("/supervision.csv")
async def export_figures(context: ContextDep, du: str = "", au: str = "", par: str = "") -> Response:
    """The same as a file that a French spreadsheet opens as it is."""
    period = read_period(du, au, now(), context.services.desk.hours.zone)
    content = to_csv(await _report(context, period, par), knowledge=context.services.knowledge)
    name = f"choriste-supervision-{period.du.isoformat()}-{period.au.isoformat()}.csv"
    return Response(
        content, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


async def _report(context: Context, period: Period, par: str) -> Rapport:
    usual = (
        Granularite.JOUR
        if period.days <= _DAYS_BY_DAY
        else Granularite.SEMAINE
        if period.days <= _DAYS_BY_WEEK
        else Granularite.MOIS
    )
    try:
        return await statistics.report(
            sessions=context.services.sessions,
            hours=context.services.desk.hours,
            since=period.since,
            until=period.until,
            granularite=Granularite(par) if par in list(Granularite) else usual,
        )
    except ValueError as error:
        raise Problem(422, "periode_refusee", str(error)) from error


def _pictures(context: Context, report: Rapport) -> dict[str, str]:
    knowledge = context.services.knowledge
    days = [f"{one.debut.day:02d}/{one.debut.month:02d}" for one in report.tranches]
    titles = {name: one.titre for name, one in knowledge.categories.items()}
    subjects = [(knowledge.fiches[name].titre if name in knowledge.fiches else name, float(n)) for name, n in report.sujets]
    agreed = [(_CHAMPS[one.champ], 100.0 * one.taux) for one in report.accord if one.taux is not None]
    return {
        "volumes": charts.bars(
            "Demandes reçues et closes",
            days,
            [
                Series("Reçues", [one.creees for one in report.tranches]),
                Series("Closes", [one.closes for one in report.tranches]),
            ],
        ),
        "conversations": charts.lines(
            "Conversations avec l'assistant", days, [Series("Conversations", [one.conversations for one in report.tranches])]
        ),
        "categories": charts.ranks(
            "Demandes par sujet", [(titles.get(name, name), float(n)) for name, n in list(report.par_categorie.items())[:12]]
        ),
        "sujets": charts.ranks("Fiches les plus données par l'assistant", subjects),
        "accord": charts.ranks("Propositions de tri acceptées, en pour cent", agreed),
    }
