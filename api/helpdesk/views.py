"""Showing the pages of the console: what all of them need, French dates, the texts of states."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup, escape

from api.helpdesk.access import Desk
from api.pages import templates
from assistant.helpdesk.queues import LATE_CAP

STATIC = Path(__file__).parent / "static"
_DAYS = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")
_MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


def page(request: Request, name: str, desk: Desk | None, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of the console. `fait` in the address names what was just done (helpdesk/faits.html holds the sentences)."""
    common = {"moi": desk.agent if desk else None, "csrf": desk.csrf if desk else "", "desk": desk}
    common["fait"] = request.query_params.get("fait", "")
    return templates.TemplateResponse(request, f"helpdesk/{name}.html", {**common, **values}, status_code=status)


def go(path: str) -> Response:
    """After a form: go and read the result (a reload repeats nothing)."""
    return RedirectResponse(path, status_code=303)


def install_filters(zone: ZoneInfo) -> None:
    """Filters of the templates: `moment` (a time element with the French date), `duree` (seconds to words), `lignes`."""

    def moment(value: datetime | None) -> Markup:
        if value is None:
            return Markup("–")
        local = value.astimezone(zone)
        year = "" if local.year == datetime.now(zone).year else f" {local.year}"
        day = f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}{year},".replace(" ", "\u00a0")
        # One blank at which a line may end.
        text = f"{day} {local.hour}\u00a0h\u00a0{local.minute:02d}"
        return Markup('<time datetime="{}">{}</time>').format(value.astimezone(UTC).isoformat(timespec="seconds"), text)

    def il_y_a(value: datetime) -> str:
        seconds = (datetime.now(UTC) - value).total_seconds()
        return f"il y a {duree(seconds)}" if seconds >= 60 else "à l'instant"

    def lignes(value: str) -> Markup:
        return Markup("<br>").join(escape(value).split("\n"))

    templates.env.filters.update(
        {"moment": moment, "duree": duree, "il_y_a": il_y_a, "lignes": lignes, "nombre": nombre, "compte": compte}
    )


def french_day(value: datetime) -> str:
    """« 24/11/2026 » (UTC's day: good enough for a letter)."""
    return value.strftime("%d/%m/%Y")


def compte(value: int, capped: bool = False) -> str:
    """A count of a queue; a capped one (assistant/helpdesk/queues) is told as « 10 000+ »."""
    return f"{nombre(LATE_CAP)}+" if capped and value >= LATE_CAP else nombre(value)


def duree(seconds: float | None) -> str:
    """« moins de 1 min », « 45 min », « 3 h 05 », « 2 j 4 h ». Absent: « – »."""
    if seconds is None:
        return "–"
    if abs(seconds) < 60:
        # « 0 min » would read as nothing at all.
        return "moins de 1 min"
    minutes = int(abs(seconds)) // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes:02d}"
    days, hours = divmod(hours, 24)
    return f"{days} j {hours} h" if hours else f"{days} j"


def nombre(value: float | None) -> str:
    """« 12 345 », « 12,5 ». Absent: « – »."""
    if value is None:
        return "–"
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,.1f}".replace(",", "\u202f").replace(".", ",")
    return f"{int(value):,}".replace(",", "\u202f")
