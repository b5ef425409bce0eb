"""The supervisor's figures against days made by hand, on both engines."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from assistant.conversations.enums import Kind, Sender
from assistant.database import Sessions, transaction
from assistant.helpdesk.enums import Champ, Decision, Relais
from assistant.helpdesk.models import TriageDecision
from assistant.helpdesk.statistics import Changement, Delai, Granularite, Part, Robot, Tranche, buckets, report
from assistant.sollicitations.enums import Origine, TypeEvenement
from tests.assistant.helpdesk.weeks import HOUR, HOURS, PARIS, Week
from tests.support.sollicitations import new_agent


@pytest_asyncio.fixture
async def week(any_sessions: Sessions) -> AsyncIterator[Week]:
    """An empty week."""
    yield Week(any_sessions, await new_agent(any_sessions))


USER = (Sender.USER, Kind.USER)
ANSWER = (Sender.BOT, Kind.ANSWER, "compte-bloque")
UNKNOWN = (Sender.BOT, Kind.UNKNOWN)
T = TypeEvenement


async def test_a_week_without_anything_is_all_zeros(week: Week) -> None:
    found = await week.report()
    assert len(found.tranches) == 7
    assert {(one.creees, one.closes, one.renvois, one.conversations) for one in found.tranches} == {(0, 0, 0, 0)}
    assert found.premiere_reponse == found.resolution == Delai(0, 0, None, None)
    assert (found.renvois.taux, found.mauvaises_routes.taux, found.robot.taux_resolution) == (None, None, None)
    assert (found.par_categorie, found.sujets, found.changements_route) == ({}, [], [])


async def test_volumes_fall_into_local_days_and_kinds(week: Week) -> None:
    await week.write(week.at(0, 0))
    await week.write(week.at(0, 23.9), categorie="piste", origine=Origine.API)
    await week.write(week.at(3, 10), (T.CLOTURE, week.at(4, 10)), categorie="piste", route="gestionnaire")
    await week.write(week.at(-1, 23.9))
    await week.write(week.at(7, 0))
    await week.write(week.at(-3, 10), (T.REPONSE, week.at(-2, 10)), (T.RENVOI, week.at(5, 10)))
    found = await week.report()
    assert [one.creees for one in found.tranches] == [2, 0, 0, 1, 0, 0, 0]
    assert [one.closes for one in found.tranches] == [0, 0, 0, 0, 1, 0, 0]
    assert [one.renvois for one in found.tranches] == [0, 0, 0, 0, 0, 1, 0]
    assert (found.creees, found.closes) == (3, 1)
    assert list(found.par_categorie.items()) == [("piste", 2), ("connexion", 1)]
    assert found.par_route == {"support": 2, "gestionnaire": 1}
    assert found.par_origine == {"formulaire": 2, "api": 1}


async def test_the_first_answer_is_measured_in_opening_hours(week: Week) -> None:
    # Friday 16:00 to Monday 10:00: two hours.
    await week.write(week.at(4, 16), (T.AFFECTATION, week.at(4, 16.5)), (T.NOTE, week.at(4, 16.6)), (T.REPONSE, week.at(7, 10)))
    await week.write(week.at(1, 9), (T.DEMANDE_COMPLEMENT, week.at(1, 10)), (T.REPONSE, week.at(2, 10)))
    await week.write(week.at(1, 9), (T.TRANSFERT, week.at(1, 13)))
    await week.write(week.at(1, 9), (T.AFFECTATION, week.at(1, 9.5)))
    found = await week.report()
    assert found.premiere_reponse == Delai(nombre=3, mesurees=3, mediane=2 * HOUR, p90=4 * HOUR)
    assert found.sans_reponse == 1


async def test_the_resolution_leaves_out_the_time_when_the_person_was_awaited(week: Week) -> None:
    # Nine to five: 1 h of the desk, 4 h of the person, 2 h of the desk.
    await week.write(
        week.at(0, 9),
        (T.DEMANDE_COMPLEMENT, week.at(0, 10)),
        (T.COMPLEMENT, week.at(0, 14)),
        (T.CLOTURE, week.at(0, 16)),
    )
    # Answered after 2 h, returned a day later, answered after 1 h, closed by the person the day after.
    await week.write(
        week.at(1, 9),
        (T.REPONSE, week.at(1, 11)),
        (T.RENVOI, week.at(2, 11)),
        (T.REPONSE, week.at(2, 12)),
        (T.CLOTURE, week.at(3, 12)),
    )
    # Two requests in a row are one wait.
    await week.write(
        week.at(2, 9),
        (T.DEMANDE_COMPLEMENT, week.at(2, 10)),
        (T.REPONSE, week.at(2, 11)),
        (T.CLOTURE, week.at(2, 15)),
    )
    found = await week.report()
    assert found.resolution == Delai(nombre=3, mesurees=3, mediane=3 * HOUR, p90=3 * HOUR)
    assert found.closes == 3


async def test_returns_are_told_beside_what_was_answered(week: Week) -> None:
    for returned in (True, False, False, False):
        events = [(T.REPONSE, week.at(0, 10)), (T.REPONSE, week.at(0, 12))]
        if returned:
            events += [(T.RENVOI, week.at(0, 14)), (T.RENVOI, week.at(0, 16))]
        await week.write(week.at(0, 9), *events)
    assert (await week.report()).renvois == Part(1, 4)


async def test_wrong_routes_are_changes_of_route_and_transfers(week: Week) -> None:
    def change(**changes: list[str]) -> dict[str, object]:
        return {"changements": changes, "raison": "relu"}

    moment = week.at(0, 10)
    await week.write(moment, (T.MODIFICATION, moment, change(route=["support", "gestionnaire"])))
    await week.write(moment, (T.MODIFICATION, moment, change(categorie=["autre", "piste"])))
    await week.write(moment, (T.TRANSFERT, moment, {"texte": "x", "route": ["support", "organisme_public"]}))
    await week.write(moment, (T.TRANSFERT, moment, {"texte": "x", "route": ["organisme_public", "organisme_public"]}))
    found = await week.report()
    assert found.changements_route == [
        Changement("support", "gestionnaire", 1),
        Changement("support", "organisme_public", 1),
    ]
    assert found.mauvaises_routes == Part(2, 4)
    assert found.mauvaises_routes.taux == 0.5


async def test_subjects_are_the_fiches_that_answered_most(week: Week) -> None:
    other = (Sender.BOT, Kind.ANSWER, "avoir-deposer")
    await week.talk(week.at(0, 10), USER, ANSWER, USER, ANSWER, USER, other)
    await week.talk(week.at(8, 10), USER, other)
    assert (await week.report()).sujets == [("compte-bloque", 2), ("avoir-deposer", 1)]


async def test_what_became_of_conversations(week: Week) -> None:
    moment = week.at(0, 10)
    greeting = (Sender.BOT, Kind.GREETING)
    await week.talk(moment, greeting)  # nobody said anything
    await week.talk(moment, greeting, USER, ANSWER)  # solved
    await week.talk(moment, USER, UNKNOWN, USER, ANSWER, vote=True)  # solved in the end
    await week.talk(moment, USER, ANSWER, USER, UNKNOWN)  # left with nothing
    await week.talk(moment, USER, ANSWER, vote=False)  # voted down
    await week.talk(moment, USER, ANSWER, USER, (Sender.AGENT, Kind.ANSWER))  # a person answered
    await week.talk(moment, USER, ANSWER, relais=Relais.ATTENTE)  # a person was asked for
    wrote = await week.talk(moment, USER, ANSWER)
    await week.write(week.at(0, 11), conversation_id=wrote)
    found = (await week.report()).robot
    assert found == Robot(conversations=8, mesurees=7, resolues=2, passees=3)
    assert found.autres == 2
    assert found.taux_resolution == pytest.approx(2 / 7)
    assert found.taux_passage == pytest.approx(3 / 7)


async def test_agreement_with_triage_is_that_of_the_period(week: Week) -> None:
    row = await week.write(week.at(0, 9))
    async with transaction(week.sessions) as session:
        for moment, decision in ((week.at(0, 10), Decision.ACCEPTEE), (week.at(9, 10), Decision.REFUSEE)):
            session.add(
                TriageDecision(
                    sollicitation_id=row.id,
                    champ=Champ.PRIORITE,
                    propose="haute",
                    retenu=None,
                    decision=decision,
                    agent_id=week.agent.id,
                    cree_le=moment,
                )
            )
    accord = {one.champ: one for one in (await week.report()).accord}
    assert accord[Champ.PRIORITE].taux == 1
    assert accord[Champ.CATEGORIE].total == 0


@pytest.mark.parametrize(
    ("granularite", "count_of", "first", "second"),
    [
        (Granularite.JOUR, 62, date(2024, 1, 15), date(2024, 1, 16)),
        (Granularite.SEMAINE, 9, date(2024, 1, 15), date(2024, 1, 22)),
        (Granularite.MOIS, 3, date(2024, 1, 15), date(2024, 2, 1)),
    ],
)
def test_buckets_begin_where_people_expect(granularite: Granularite, count_of: int, first: date, second: date) -> None:
    since, until = datetime(2024, 1, 15, tzinfo=PARIS), datetime(2024, 3, 17, tzinfo=PARIS)
    found = buckets(since, until, granularite, HOURS)
    assert len(found) == count_of
    assert [start.astimezone(PARIS).date() for start, _ in found[:2]] == [first, second]


_MOMENTS = st.datetimes(datetime(2005, 1, 1), datetime(2006, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


@given(_MOMENTS, _MOMENTS, st.sampled_from(Granularite))
def test_buckets_cover_the_period_without_gap_or_overlap(one: datetime, other: datetime, granularite: Granularite) -> None:
    since, until = min(one, other), max(one, other) + timedelta(seconds=1)
    if granularite is Granularite.JOUR and until - since > timedelta(days=380):
        until = since + timedelta(days=380)
    found = buckets(since, until, granularite, HOURS)
    assert (found[0][0], found[-1][1]) == (since, until)
    assert all(start < end for start, end in found)
    assert all(left[1] == right[0] for left, right in pairwise(found))
    for start, _ in found[1:]:
        assert start.astimezone(PARIS).time() == time(0)


@pytest.mark.parametrize(
    ("since", "until", "why"),
    [
        (datetime(2024, 1, 2, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC), "La fin de la période"),
        (datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC), "La fin de la période"),
        (datetime(2020, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC), "trop de tranches"),
    ],
)
def test_a_period_that_cannot_be_shown_is_refused(since: datetime, until: datetime, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        buckets(since, until, Granularite.JOUR, HOURS)


async def test_days_when_the_clocks_change_are_days(week: Week) -> None:
    since, until = datetime(2019, 10, 26, tzinfo=PARIS), datetime(2019, 10, 29, tzinfo=PARIS)
    # 23:30 in winter time, after the night with 25 hours.
    await week.write(datetime(2019, 10, 27, 22, 30, tzinfo=UTC))
    found = await report(sessions=week.sessions, hours=HOURS, since=since, until=until)
    assert [(one.debut.day, one.creees) for one in found.tranches] == [(26, 0), (27, 1), (28, 0)]
    assert isinstance(found.tranches[0], Tranche)
