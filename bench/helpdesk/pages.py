"""Whole pages of the console as a browser gets them: log-in, guard, queries, template, over ASGI in this process."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import httpx
from sqlalchemy import select

from assistant.database import Sessions, now
from assistant.helpdesk.enums import Role
from assistant.helpdesk.queue_sql import Cursor
from assistant.helpdesk.queues import File, Tri
from assistant.sollicitations.enums import Etat
from assistant.sollicitations.models import Sollicitation
from bench.helpdesk.calls import PAGE, Call, Sample
from tests.support.desk import Browser, add_agent, sessions_of, signed_in
from tests.support.http import Service

# The exports are measured, but are no pages.
EXPORTS = ("supervision of a year as CSV", "review list as ZIP")


async def pages(service: Service, sample: Sample) -> dict[str, Call]:
    """What a supervisor opens, by name; each call opens another one of its kind and checks that it is a page."""
    sessions = sessions_of(service)
    browser = await signed_in(service, await add_agent(sessions, Role.SUPERVISEUR, nom="Mesure"))
    found: dict[str, Call] = {}

    def add(name: str, path: Callable[[], str]) -> None:
        found[name] = lambda: _open(browser, path())

    for file in File:
        add(f"queue {file}", lambda file=file: f"/helpdesk/files/{file}")
    add("queue non_affectees, filters", lambda: f"/helpdesk/files/{File.NON_AFFECTEES}?categorie=connexion&priorite=urgente")
    add("queue closes, filters", lambda: f"/helpdesk/files/{File.CLOSES}?categorie=facture_rejetee&agent={sample.agent()}")
    last = {file: await _last_page(sessions, file) for file in (File.CLOSES, File.ATTENTE_USAGER)}
    for file, query in last.items():
        add(f"queue {file}, last page", lambda file=file, query=query: f"/helpdesk/files/{file}?{query}")
    typed: dict[str, Callable[[], str]] = {
        "a rare word": sample.rare_word,
        "facture": lambda: "facture",
        "three frequent words": lambda: "service acheteur facture",
        "frequent words that never meet": lambda: "mairie maçonnerie",
        "a frequent and a rare word": lambda: f"facture {sample.rare_word()}",
        "two figures": lambda: str(sample.chance.randint(10, 28)),
        "a SIRET": lambda: sample.row()[2],
        "an invoice": lambda: next(row[3] for row in iter(sample.row, None) if row[3]),
        "what nothing holds": lambda: "introuvable zzz",
    }
    for name, words in typed.items():
        add(f"search: {name}", lambda words=words: f"/helpdesk/sollicitations?{urlencode({'q': words()})}")
    add("search in closes: facture", lambda: f"/helpdesk/files/{File.CLOSES}?q=facture")
    add("search by priority: facture", lambda: "/helpdesk/sollicitations?q=facture&tri=priorite")
    add("one sollicitation", lambda: f"/helpdesk/sollicitations/{sample.row()[1]}")
    add("merge page", lambda: "/helpdesk/sollicitations/{}/fusion?avec={}".format(*sample.two_numbers()))
    for name, days, by in (
        ("a week by day", 7, "jour"),
        ("a month by day", 30, "jour"),
        ("a quarter by week", 90, "semaine"),
        ("a year by week", 365, "semaine"),
        ("a year by day", 365, "jour"),
        ("two years by month", 730, "mois"),
    ):
        add(f"supervision, {name}", lambda days=days, by=by: f"/helpdesk/supervision?{_period(days)}&par={by}")
    learning = {
        name: f"/helpdesk/apprentissage?{_period(days)}" for name, days in (("a week", 7), ("a month", 30), ("a year", 365))
    }
    learning["a year of bad votes"] = f"{learning['a year']}&raison=vote_negatif"
    for name, path in learning.items():
        add(f"learning, {name}", lambda path=path: path)
        # A first view says that groups are being prepared, unless they are few: what is measured is what people come back to.
        await _open(browser, path)
        await service.app.state.console.groups.settle()
    add("review list", lambda: "/helpdesk/apprentissage/revue")
    add("live conversations", lambda: "/helpdesk/direct")
    add("own account", lambda: "/helpdesk/compte")
    add(EXPORTS[0], lambda: f"/helpdesk/supervision.csv?{_period(365)}&par=semaine")
    add(EXPORTS[1], lambda: "/helpdesk/apprentissage/export")
    return found


async def _open(browser: Browser, path: str) -> httpx.Response:
    answer = await browser.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return answer


def _period(days: int) -> str:
    today = now().date()
    return f"du={(today - timedelta(days=days - 1)).isoformat()}&au={today.isoformat()}"


async def _last_page(sessions: Sessions, file: File) -> str:
    """The query of a queue's last full page, oldest ones at its end."""
    states = {File.CLOSES: [Etat.CLOTUREE], File.ATTENTE_USAGER: [Etat.COMPLEMENT_DEMANDE, Etat.SOLUTION_PROPOSEE]}[file]
    stands = Sollicitation.etat.in_(states)
    if file is not File.CLOSES:
        stands &= Sollicitation.fusion_dans_id.is_(None)
    oldest = select(Sollicitation.cree_le, Sollicitation.id).where(stands)
    async with sessions() as session:
        before = (await session.execute(oldest.order_by(Sollicitation.cree_le, Sollicitation.id).offset(PAGE).limit(1))).one()
    return urlencode({"tri": Tri.RECENTES, "apres": Cursor(Tri.RECENTES, 0, before.cree_le, before.id).encode()})
