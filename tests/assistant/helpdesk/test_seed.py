"""Made-up sollicitations: marked as such, of all states, with timelines that hold together."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
import typer
from sqlalchemy import func, select
from typer.testing import CliRunner

from assistant.database import Sessions, now
from assistant.helpdesk.fictitious import LABEL, Made, Maker
from assistant.helpdesk.models import Agent
from assistant.helpdesk.queues import File, Filters, count_queues, list_queue
from assistant.helpdesk.seed import AGENTS, ensure_agents, main, seed
from assistant.sollicitations.desk import Desk
from assistant.sollicitations.enums import Etat, TypeEvenement
from assistant.sollicitations.models import Sollicitation, SollicitationEvent
from assistant.sollicitations.search_text import search_text
from assistant.sollicitations.siret import is_valid_siret
from assistant.sollicitations.transitions import TOUR_DE_L_USAGER, TOUR_DU_SERVICE
from tests.support.paths import KNOWLEDGE
from tests.support.sollicitations import Helpdesk, new_agent, read


def made(desk: Desk, count: int, seed: int = 1, moment: datetime | None = None) -> list[Made]:
    maker = Maker(desk=desk, count=count, agents={3: "Agent A", 4: "Agent B"}, moment=moment or now(), seed=seed)
    return [maker.one(id_) for id_ in range(11, 11 + count)]


def test_each_says_that_it_is_made_up_and_names_nobody(desk: Desk) -> None:
    for one in made(desk, 300):
        assert one.row["fictive"] is True
        assert one.row["description"].startswith(LABEL)
        assert is_valid_siret(one.row["siret"]) and one.row["siret"].startswith("0")
        assert one.row["contact"].endswith("@exemple.invalid")
        assert one.row["jeton_hache"] is None


def test_all_states_categories_and_kinds_of_event_are_there(desk: Desk) -> None:
    all_of_them = made(desk, 3000)
    assert {one.row["etat"] for one in all_of_them} == set(Etat) - {Etat.BROUILLON}
    assert {one.row["categorie"] for one in all_of_them} == set(desk.knowledge.categories)
    told = {event["type"] for one in all_of_them for event in one.events}
    assert told >= {
        TypeEvenement.SOUMISSION,
        TypeEvenement.AFFECTATION,
        TypeEvenement.DEMANDE_COMPLEMENT,
        TypeEvenement.COMPLEMENT,
        TypeEvenement.REPONSE,
        TypeEvenement.RENVOI,
        TypeEvenement.NOTE,
        TypeEvenement.CLOTURE,
        TypeEvenement.FUSION,
    }
    # 200,000 of them make a million events.
    assert sum(len(one.events) for one in all_of_them) >= 5 * len(all_of_them)


def test_the_timeline_leads_to_the_state_and_never_into_the_future(desk: Desk) -> None:
    moment = now() + timedelta(seconds=1)
    for one in made(desk, 500):
        times = [event["cree_le"] for event in one.events]
        assert times == sorted(times) and times[0] == one.row["cree_le"] and times[-1] <= moment
        moves = [event["detail"] for event in one.events if "etat" in event["detail"]]
        assert moves[-1]["etat"] == one.row["etat"]
        assert all(after["avant"] == before["etat"] for before, after in pairwise(moves))
        assert one.row["version"] == len(one.events)
        assert (one.row["echeance_le"] is not None) == (one.row["etat"] in TOUR_DU_SERVICE)
        assert (one.row["secondes_restantes"] is not None) == (one.row["etat"] in TOUR_DE_L_USAGER)
        assert (one.row["cloture_le"] is not None) == (one.row["etat"] is Etat.CLOTUREE)


@pytest.mark.parametrize("day", range(21, 28))
@pytest.mark.parametrize("hour", [1, 7, 8, 13, 20])
def test_agents_work_in_opening_hours_and_each_thing_they_do_bears_their_name(desk: Desk, day: int, hour: int) -> None:
    moment = datetime(2026, 12, day, hour, 56, tzinfo=UTC)
    last_open = desk.hours.add_seconds(moment, -1)
    of_all = made(desk, 250, moment=moment)
    by_agents = [event for one in of_all for event in one.events if event["acteur"].startswith("agent:")]
    assert len(by_agents) > 500
    for event in by_agents:
        assert desk.hours.is_open(event["cree_le"]) or event["type"] == TypeEvenement.FUSION or event["cree_le"] > last_open
        assert event["detail"]["agent_nom"].startswith("Agent ")


def test_what_was_deposited_was_deposited_shortly_before_the_request(desk: Desk) -> None:
    dated = 0
    for one in made(desk, 500):
        for day, month in re.findall(r"\b(\d\d)/(\d\d)\b", one.row["description"]):
            dated += 1
            created = one.row["cree_le"].date()
            ages = [(created - date(year, int(month), int(day))).days for year in (created.year, created.year - 1)]
            assert any(3 <= age <= 45 for age in ages)
    assert dated > 50


def test_a_merge_leads_to_the_other_request_and_a_beginning_says_where_it_came_from(desk: Desk) -> None:
    numbers: dict[int, str] = {}
    merged = 0
    for one in made(desk, 3000):
        numbers[one.row["id"]] = one.row["numero"]
        assert one.events[0]["detail"]["origine"] == one.row["origine"]
        told = [event["detail"]["dans"] for event in one.events if event["type"] == TypeEvenement.FUSION]
        into = one.row["fusion_dans_id"]
        assert told == ([numbers[into]] if into else [])
        merged += len(told)
    assert merged > 0


def test_the_search_words_are_those_that_the_service_writes(desk: Desk) -> None:
    for one in made(desk, 100):
        row = one.row
        said = [event["detail"]["texte"] for event in one.events if "texte" in event["detail"]]
        expected = search_text(
            numero=row["numero"],
            siret=row["siret"],
            numero_facture=row["numero_facture"],
            description=row["description"],
            contact=row["contact"],
            donnees={},
            said=said,
        )
        assert Counter(row["texte_recherche"].split()) == Counter(expected.split())


def test_the_same_number_gives_the_same_ones_and_another_gives_others(desk: Desk) -> None:
    first, again, other = ([one.row["description"] for one in made(desk, 20, number)] for number in (1, 1, 2))
    assert first == again
    assert first != other


async def test_the_database_is_filled_beside_what_is_there(any_sessions: Sessions, desk: Desk) -> None:
    helpdesk = Helpdesk(any_sessions, desk)
    mine = await helpdesk.write()
    async with any_sessions() as session:
        before = await session.scalar(select(func.count()).where(Sollicitation.fictive)) or 0
    told: list[int] = []
    await seed(sessions=any_sessions, desk=desk, count=150, told=told.append)
    await seed(sessions=any_sessions, desk=desk, count=30, chance=2)
    assert told == [150]
    async with any_sessions() as session:
        assert await session.scalar(select(func.count()).where(Sollicitation.fictive)) == before + 180
        assert await session.scalar(select(func.count()).select_from(Agent).where(Agent.nom.like("Agent fictif%"))) == AGENTS
        numbers = list(await session.scalars(select(Sollicitation.numero)))
        assert len(numbers) == len(set(numbers))
        without = select(func.count()).where(
            Sollicitation.fictive, Sollicitation.id.not_in(select(SollicitationEvent.sollicitation_id))
        )
        assert await session.scalar(without) == 0
    assert (await read(any_sessions, mine.id)).fictive is False
    # Life goes on: ids, counters and search know of the new ones.
    after = await helpdesk.write()
    assert after.id > mine.id + 180
    anne = await new_agent(any_sessions)
    page = await list_queue(sessions=any_sessions, file=None, agent_id=anne.id, filters=Filters(texte="fictives"), size=200)
    assert len(page.rows) >= 180
    assert (await count_queues(sessions=any_sessions, agent_id=anne.id))[File.CLOSES] >= 100


async def test_what_is_made_up_is_worked_on_as_any_other(any_sessions: Sessions, desk: Desk) -> None:
    # Their states follow from the hour at which they are made: among 400, some have an answer at any hour.
    await seed(sessions=any_sessions, desk=desk, count=400)
    async with any_sessions() as session:
        row = await session.scalar(
            select(Sollicitation).where(Sollicitation.fictive, Sollicitation.etat == Etat.SOLUTION_PROPOSEE)
        )
    assert row is not None
    back = await Helpdesk(any_sessions, desk).do("send_back", row, texte="Non merci.")
    assert (back.etat, back.version) == (Etat.RENVOYEE, row.version + 1)


async def test_nobody_signs_in_as_a_made_up_agent(sessions: Sessions) -> None:
    names = await ensure_agents(sessions=sessions)
    assert await ensure_agents(sessions=sessions) == names
    async with sessions() as session:
        agents = list(await session.scalars(select(Agent)))
    assert len(agents) == AGENTS
    assert all(agent.mot_de_passe_hache is None and agent.oidc_sujet is None for agent in agents)


def test_the_command_fills_the_database_of_the_settings(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHORISTE_DATABASE_URL", database_url)
    monkeypatch.setenv("CHORISTE_KNOWLEDGE_DIR", str(KNOWLEDGE))
    result = CliRunner().invoke(application(), ["--count", "12"])
    assert result.exit_code == 0, result.output
    assert "12 sollicitations fictives" in result.output


def test_the_command_is_refused_in_production(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHORISTE_DATABASE_URL", database_url)
    monkeypatch.setenv("CHORISTE_ENVIRONMENT", "production")
    monkeypatch.setenv("CHORISTE_ACTIONS_TOKEN", "0f3c9a7be2d54c1f8a60")
    result = CliRunner().invoke(application(), ["--count", "12"])
    assert result.exit_code == 1
    assert "rien à faire en production" in result.output


def application() -> typer.Typer:
    app = typer.Typer()
    app.command()(main)
    return app
