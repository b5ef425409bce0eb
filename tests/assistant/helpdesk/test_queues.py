"""The queues, page by page, against what a reader of the whole table would say; on SQLite and PostgreSQL."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import lazyload

from assistant.database import Sessions, create_engine, create_sessions, now, transaction
from assistant.helpdesk import queues
from assistant.helpdesk.queues import File, Filters, Page, Tri, count_queues, list_queue
from assistant.helpdesk.search_words import parse_search
from assistant.helpdesk.seed import seed
from assistant.sollicitations.desk import Desk
from assistant.sollicitations.enums import Etat, Priorite
from assistant.sollicitations.models import Sollicitation
from assistant.sollicitations.transitions import TOUR_DE_L_USAGER
from tests.support.http import sqlite_url
from tests.support.migrations import migrate
from tests.support.postgresql import own_schema
from tests.support.sollicitations import Helpdesk, new_agent

URGENT_FIRST = [Priorite.URGENTE, Priorite.HAUTE, Priorite.NORMALE, Priorite.BASSE]
FAR = datetime(9999, 1, 1, tzinfo=UTC)


async def fill(sessions: Sessions, desk: Desk, count: int) -> None:
    """Sollicitations in all states, many of the same moment, some merged, some late."""
    await seed(sessions=sessions, desk=desk, count=count)
    chance = random.Random(5)
    async with transaction(sessions) as session:
        rows = list(await session.scalars(select(Sollicitation).where(Sollicitation.fictive).options(lazyload("*"))))
        for row in rows:
            etat = chance.choice([etat for etat in Etat if etat is not Etat.BROUILLON])
            row.etat = etat
            row.echeance_le = None
            if etat not in (*TOUR_DE_L_USAGER, Etat.CLOTUREE):
                # Whole hours: many are due at once.
                row.echeance_le = now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=chance.randint(-30, 30))
            row.cree_le = row.cree_le.replace(hour=chance.randint(0, 2), minute=0, second=0, microsecond=0)
            row.fusion_dans_id = None
            row.agent_id = row.agent_id if etat is not Etat.SOUMISE and chance.random() < 0.8 else None
        for row in chance.sample([row for row in rows if row.etat != Etat.CLOTUREE], count // 12):
            row.fusion_dans_id = rows[0].id


async def connected(url: str, use: Callable[[Sessions], Awaitable[None]]) -> None:
    engine = create_engine(url)
    await use(create_sessions(engine))
    await engine.dispose()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled_url(request: pytest.FixtureRequest, desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database of its own, filled once for the tests that only read."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = sqlite_url(tmp_path_factory.mktemp("queues") / "choriste.db")
        else:
            url = stack.enter_context(own_schema())
        migrate(url)
        asyncio.run(connected(url, lambda sessions: fill(sessions, desk, 400)))
        yield url


@pytest_asyncio.fixture
async def filled(filled_url: str) -> AsyncIterator[Sessions]:
    """Sessions on it."""
    engine = create_engine(filled_url)
    yield create_sessions(engine)
    await engine.dispose()


async def everything(sessions: Sessions) -> list[Sollicitation]:
    """All rows, without their timelines."""
    async with sessions() as session:
        return list(await session.scalars(select(Sollicitation).options(lazyload("*"))))


def stands_in(row: Sollicitation, file: File | None, agent_id: int, moment: datetime) -> bool:
    """The definition of each queue."""
    if file is None:
        return True
    if file is File.CLOSES:
        return row.etat == Etat.CLOTUREE
    if row.etat == Etat.CLOTUREE or row.fusion_dans_id is not None:
        return False
    return {
        File.A_TRIER: row.etat == Etat.SOUMISE,
        File.LES_MIENNES: row.agent_id == agent_id,
        File.NON_AFFECTEES: row.agent_id is None,
        File.ATTENTE_USAGER: row.etat in TOUR_DE_L_USAGER,
        File.RENVOYEES: row.etat == Etat.RENVOYEE,
        File.EN_RETARD: row.echeance_le is not None and row.echeance_le < moment,
    }[file]


def passes(row: Sollicitation, filters: Filters, moment: datetime) -> bool:
    """The definition of each filter."""
    wanted = [(row.categorie, filters.categorie), (row.route, filters.route), (row.priorite, filters.priorite)]
    wanted += [(row.agent_id, filters.agent_id), (row.siret, filters.siret)]
    if any(value is not None and value != own for own, value in wanted):
        return False
    if filters.age_min_days is not None and row.cree_le > moment - timedelta(days=filters.age_min_days):
        return False
    text = f" {row.texte_recherche} "
    return all(any(needle in text for needle in word.needles) for word in parse_search(filters.texte or ""))


def order(sort: Tri, file: File | None) -> Callable[[Sollicitation], tuple[object, ...]]:
    """The definition of each order."""
    if sort is Tri.PRIORITE:
        return lambda row: (URGENT_FIRST.index(Priorite(row.priorite)), row.cree_le, row.id)
    if sort is Tri.ANCIENNES:
        return lambda row: (row.cree_le, row.id)
    if sort is Tri.RECENTES or file in (None, File.CLOSES):
        return lambda row: (-row.cree_le.timestamp(), -row.id)
    return lambda row: (row.echeance_le or FAR, row.id)


async def read_all(sessions: Sessions, size: int, **asked: object) -> list[int]:
    """Ids over all pages."""
    found: list[int] = []
    after: str | None = None
    while True:
        page = await list_queue(sessions=sessions, size=size, after=after, **asked)  # type: ignore[arg-type]
        assert page.partielle is False
        assert len(page.rows) == size or page.suite is None
        found += [row.id for row in page.rows]
        after = page.suite
        if after is None:
            return found


def some_filters(rows: list[Sollicitation], chance: random.Random) -> list[Filters]:
    """None, each alone, some together, and what nothing has."""

    def some(name: str) -> object:
        return getattr(chance.choice([row for row in rows if getattr(row, name) is not None]), name)

    alone = [
        Filters(categorie=some("categorie")),
        Filters(route=some("route")),
        Filters(priorite=some("priorite")),
        Filters(agent_id=some("agent_id")),
        Filters(siret=some("siret")),
        Filters(age_min_days=chance.choice([0, 30, 400])),
    ]
    together = [
        replace(chance.choice(alone), route="support"),
        replace(chance.choice(alone), priorite=Priorite.NORMALE, age_min_days=100),
        replace(chance.choice(alone), categorie=some("categorie"), agent_id=some("agent_id")),
    ]
    return [Filters(), *alone, *together, Filters(categorie="aucune")]


@pytest.mark.parametrize("sort", list(Tri))
async def test_every_queue_filter_and_page_is_what_the_whole_table_says(filled: Sessions, sort: Tri) -> None:
    rows = await everything(filled)
    chance = random.Random(sort)
    agent_id = next(row.agent_id for row in rows if row.agent_id and row.fictive)
    moment = now()
    seen = 0
    for file in (*File, None):
        for filters in some_filters(rows, chance):
            expected = [row for row in rows if stands_in(row, file, agent_id, moment) and passes(row, filters, moment)]
            expected.sort(key=order(sort, file))
            found = await read_all(
                filled, chance.choice([7, 50, 200]), file=file, agent_id=agent_id, filters=filters, sort=sort, moment=moment
            )
            assert found == [row.id for row in expected], (file, filters)
            seen += len(found)
    assert seen > 1000


SEARCHED = ["facture", "Numéro d'engagement", "lemp", "058", "service acheteur mairie", "introuvable", "12", "FAC-2026"]


@pytest.mark.parametrize("few", [0, 10**6], ids=["along the queue", "from the matches"])
@pytest.mark.parametrize("sort", [Tri.RECENTES, Tri.PRIORITE, Tri.ECHEANCE])
async def test_a_search_is_what_the_whole_table_says_whichever_way_it_goes(
    filled: Sessions, sort: Tri, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "_FEW", few)
    rows = await everything(filled)
    fictive = [row for row in rows if row.fictive]
    agent_id = next(row.agent_id for row in fictive if row.agent_id)
    moment = now()
    sample = random.Random(2).choice([row for row in fictive if row.numero_facture])
    typed = [*SEARCHED, sample.numero, str(sample.siret), str(sample.numero_facture), sample.contact, str(sample.siret)[:5]]
    seen = 0
    for file in (None, File.CLOSES, File.NON_AFFECTEES, File.EN_RETARD):
        for texte in typed:
            for filters in (
                Filters(texte=texte),
                Filters(texte=texte, priorite=Priorite.NORMALE),
                Filters(texte=texte, route="support"),
            ):
                expected = [row for row in rows if stands_in(row, file, agent_id, moment) and passes(row, filters, moment)]
                expected.sort(key=order(sort, file))
                found = await read_all(filled, 40, file=file, agent_id=agent_id, filters=filters, sort=sort, moment=moment)
                assert found == [row.id for row in expected], (file, filters)
                seen += len(found)
    assert seen > 500


async def test_a_common_word_is_looked_for_so_far_and_the_rest_comes_with_the_next_page(
    filled: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "_FEW", 0)
    monkeypatch.setattr(queues, "_STEPS", (20, 30))
    rows = sorted(await everything(filled), key=order(Tri.RECENTES, None))
    rare = next(word for word in rows[-1].texte_recherche.split() if word.startswith("cho20"))
    found: list[int] = []
    pages = 0
    after: str | None = None
    while True:
        page = await list_queue(
            sessions=filled, file=None, agent_id=0, filters=Filters(texte=rare), sort=Tri.RECENTES, after=after, size=10
        )
        pages += 1
        found += [row.id for row in page.rows]
        after = page.suite
        assert page.partielle is (after is not None)
        if after is None:
            break
    assert found == [rows[-1].id]
    assert pages == len(rows) // 50 + 1


# --- lines and pages ------------------------------------------------------------------------------------------------


async def test_a_line_tells_what_a_list_shows(any_sessions: Sessions, desk: Desk) -> None:
    helpdesk = Helpdesk(any_sessions, desk)
    anne = await new_agent(any_sessions, "Anne Martin")
    row = await helpdesk.write_in(Etat.AFFECTEE, anne, numero_facture="F-7", categorie="facture_rejetee")
    page = await list_queue(sessions=any_sessions, file=File.LES_MIENNES, agent_id=anne.id)
    [line] = page.rows
    assert (line.id, line.numero, line.etat, line.priorite) == (row.id, row.numero, Etat.AFFECTEE, Priorite.NORMALE)
    assert (line.categorie, line.route, line.resume) == ("facture_rejetee", "organisme_public", "Le portail ne s'ouvre pas.")
    assert (line.siret, line.numero_facture, line.agent_id, line.agent_nom) == (row.siret, "F-7", anne.id, "Anne Martin")
    assert (line.cree_le, line.maj_le, line.echeance_le, line.cloture_le) == (row.cree_le, row.maj_le, row.echeance_le, None)
    assert (line.version, line.fictive) == (2, False)
    assert type(line.etat) is Etat and type(line.priorite) is Priorite and type(line.fictive) is bool


async def test_pages_do_not_repeat_or_skip_when_rows_come_in_between(any_sessions: Sessions, desk: Desk) -> None:
    helpdesk = Helpdesk(any_sessions, desk)
    anne = await new_agent(any_sessions)
    mine = [await helpdesk.write_in(Etat.AFFECTEE, anne) for _ in range(6)]
    asked = {"sessions": any_sessions, "file": File.LES_MIENNES, "agent_id": anne.id, "sort": Tri.RECENTES, "size": 3}
    first: Page = await list_queue(**asked)  # type: ignore[arg-type]
    await helpdesk.write_in(Etat.AFFECTEE, anne)
    await helpdesk.do("close", mine[5], anne, motif="doublon")
    second: Page = await list_queue(**asked, after=first.suite)  # type: ignore[arg-type]
    assert [row.id for row in (*first.rows, *second.rows)] == [row.id for row in reversed(mine)]


@pytest.mark.parametrize(
    "after",
    [
        "",
        "n'importe quoi",
        "recentes.0.1",
        "recentes.0.1.2",
        "echeance.0.99999999999999999999.1",
        "echeance.0.1.1; DROP TABLE sollicitation",
        "echeance.0.1.99999999999999999999",
    ],
)
async def test_a_place_that_was_not_given_for_this_order_is_refused(sessions: Sessions, after: str) -> None:
    call = list_queue(sessions=sessions, file=File.A_TRIER, agent_id=1, sort=Tri.ECHEANCE, after=after)
    if not after:
        assert (await call).rows == []
        return
    with pytest.raises(ValueError, match="revenez à la première page"):
        await call


async def test_the_size_of_a_page_has_its_limits(sessions: Sessions, desk: Desk) -> None:
    await seed(sessions=sessions, desk=desk, count=260)
    for asked, given in ((0, 1), (-5, 1), (10_000, queues.MAX_SIZE)):
        page = await list_queue(sessions=sessions, file=None, agent_id=1, size=asked)
        assert len(page.rows) == given


async def test_signs_alone_find_nothing_and_blanks_are_no_search(sessions: Sessions, desk: Desk) -> None:
    await seed(sessions=sessions, desk=desk, count=5)
    for typed, count in (("?!…", 0), ("   ", 5), ("", 5)):
        page = await list_queue(sessions=sessions, file=None, agent_id=1, filters=Filters(texte=typed))
        assert len(page.rows) == count


@pytest.mark.parametrize("typed", ['" OR 1=1 --', "a* NEAR b", "'); DROP TABLE agent;--", "facture:* & !x", "\x00\ud800", "%_%"])
async def test_what_is_typed_is_never_part_of_a_query(any_sessions: Sessions, typed: str) -> None:
    page = await list_queue(
        sessions=any_sessions, file=File.A_TRIER, agent_id=1, filters=Filters(texte=typed, categorie=typed[:5])
    )
    assert page.rows == []


@pytest.mark.parametrize(
    "filters",
    [
        Filters(categorie="\x00"),
        Filters(route="\ud800", texte="facture"),
        Filters(siret="1' OR '1'='1"),
        Filters(agent_id=10**18),
        Filters(age_min_days=10**9),
    ],
)
async def test_a_filter_that_nothing_can_have_finds_nothing(filled: Sessions, filters: Filters) -> None:
    for file in (File.LES_MIENNES, File.CLOSES, None):
        assert await list_queue(sessions=filled, file=file, agent_id=1, filters=filters) == Page([], None)


# --- counts ---------------------------------------------------------------------------------------------------------


async def check_counts(sessions: Sessions) -> dict[File, int]:
    rows = await everything(sessions)
    moment = now()
    agents = [*sorted({row.agent_id for row in rows if row.agent_id})[:3], 10**6]
    for agent_id in agents:
        told = await count_queues(sessions=sessions, agent_id=agent_id, moment=moment)
        assert told == {file: sum(stands_in(row, file, agent_id, moment) for row in rows) for file in File}
    return told


async def test_counts_are_exact_whatever_way_the_rows_change(any_sessions: Sessions, desk: Desk) -> None:
    await fill(any_sessions, desk, 120)
    before = await check_counts(any_sessions)
    assert all(count for file, count in before.items() if file is not File.LES_MIENNES)

    async def changed(change: Callable[[AsyncSession], object]) -> None:
        async with transaction(any_sessions) as session:
            await change(session)  # type: ignore[misc]
        await check_counts(any_sessions)

    fictive = Sollicitation.fictive
    await changed(lambda session: session.execute(update(Sollicitation).where(fictive).values(agent_id=None)))
    merged = Sollicitation.fusion_dans_id.is_not(None)
    await changed(lambda session: session.execute(update(Sollicitation).where(merged).values(fusion_dans_id=None)))
    soumise = Sollicitation.etat == Etat.SOUMISE
    await changed(lambda session: session.execute(update(Sollicitation).where(fictive, soumise).values(etat=Etat.RENVOYEE)))
    await changed(lambda session: session.execute(update(Sollicitation).where(fictive).values(resume="Rien de nouveau")))


async def test_counts_go_down_with_what_is_deleted(any_sessions: Sessions, desk: Desk) -> None:
    row = await Helpdesk(any_sessions, desk).write()
    async with transaction(any_sessions) as session:
        # Without events, as they cannot be deleted: a row of its own.
        copy = {column.key: getattr(row, column.key) for column in Sollicitation.__table__.columns if column.key != "id"}
        added = Sollicitation(**{**copy, "numero": f"X{row.id}", "jeton_hache": None})
        session.add(added)
    before = (await check_counts(any_sessions))[File.A_TRIER]
    async with transaction(any_sessions) as session:
        await session.execute(delete(Sollicitation).where(Sollicitation.id == added.id))
    assert (await check_counts(any_sessions))[File.A_TRIER] == before - 1


async def test_an_empty_desk_has_nothing_in_its_queues(sessions: Sessions) -> None:
    assert await count_queues(sessions=sessions, agent_id=1) == dict.fromkeys(File, 0)
    for file in (*File, None):
        assert await list_queue(sessions=sessions, file=file, agent_id=1) == Page([], None)
