"""Figures that are kept by day are those that counting gives, whatever happens late, on both engines."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import delete, func, select, update

from assistant.conversations.enums import Kind, Sender
from assistant.conversations.models import Conversation, Feedback, Message
from assistant.database import Sessions, transaction
from assistant.helpdesk import daily
from assistant.helpdesk.enums import Relais
from assistant.helpdesk.figures import Partie
from assistant.helpdesk.hours import OpeningHours
from assistant.helpdesk.models import AgregatJour
from assistant.helpdesk.statistics import Granularite, Rapport, report
from assistant.sollicitations.enums import Etat, TypeEvenement
from assistant.sollicitations.models import Sollicitation, SollicitationEvent
from tests.assistant.helpdesk.weeks import HOURS, PARIS, Week
from tests.support.sollicitations import new_agent

T = TypeEvenement
USER, ANSWER = (Sender.USER, Kind.USER), (Sender.BOT, Kind.ANSWER, "compte-bloque")


@pytest_asyncio.fixture
async def week(any_sessions: Sessions) -> AsyncIterator[Week]:
    """An empty week."""
    yield Week(any_sessions, await new_agent(any_sessions))


async def counted(week: Week, since: datetime, until: datetime, granularite: Granularite = Granularite.JOUR) -> Rapport:
    """As long as no day is over, everything is counted."""
    return await report(sessions=week.sessions, hours=HOURS, since=since, until=until, granularite=granularite, moment=since)


async def kept(week: Week) -> dict[Partie, int]:
    """How many days of the week are kept, by part."""
    async with week.sessions() as session:
        rows = await session.execute(
            select(AgregatJour.partie, func.count())
            .where(AgregatJour.debut >= week.since, AgregatJour.debut < week.until, AgregatJour.regle.endswith("j"))
            .group_by(AgregatJour.partie)
        )
        return {Partie(partie): count for partie, count in rows}


# --- anything that may happen ---------------------------------------------------------------------------------------


class Life:
    """Things that happen in a random order, at random moments of the week, often late."""

    def __init__(self, week: Week, seed: int) -> None:
        self.week, self.chance = week, random.Random(seed)
        self.rows: list[Sollicitation] = []
        self.talks: list[str] = []

    def moment(self) -> datetime:
        # Often around midnight, where days meet.
        hour = self.chance.choice([0, 23.999, self.chance.uniform(0, 24)])
        return self.week.at(self.chance.randrange(-2, 9), hour)

    async def one(self) -> None:
        """One thing."""
        happen = [self.write, self.event, self.event, self.event, self.correct, self.talk, self.message, self.vote, self.relay]
        await self.chance.choice([*happen, self.less, self.reword])()

    async def write(self) -> None:
        talk = self.chance.choice([None, *self.talks[-3:]])
        self.rows.append(
            await self.week.write(
                self.moment(),
                conversation_id=talk,
                categorie=self.chance.choice(["connexion", "piste"]),
                route=self.chance.choice(["support", "gestionnaire"]),
            )
        )

    async def event(self) -> None:
        if not self.rows:
            return
        row = self.chance.choice(self.rows)
        kind = self.chance.choice(
            [T.REPONSE, T.DEMANDE_COMPLEMENT, T.COMPLEMENT, T.RENVOI, T.TRANSFERT, T.MODIFICATION, T.CLOTURE]
        )
        if kind is T.CLOTURE:
            if row.etat == Etat.CLOTUREE:
                return
            row.etat = Etat.CLOTUREE
        route = [self.chance.choice(["support", "gestionnaire"]) for _ in range(2)]
        detail: dict[T, dict[str, Any]] = {T.TRANSFERT: {"route": route}, T.MODIFICATION: {"changements": {"route": route}}}
        async with transaction(self.week.sessions) as session:
            session.add(
                SollicitationEvent(
                    sollicitation_id=row.id,
                    type=kind,
                    acteur="systeme",
                    detail=detail.get(kind, {}),
                    cree_le=max(self.moment(), row.cree_le),
                )
            )

    async def correct(self) -> None:
        if self.rows:
            row = self.chance.choice(self.rows)
            changes = self.chance.choice(
                [{"categorie": "piste"}, {"route": "gestionnaire"}, {"origine": "api"}, {"cree_le": self.moment()}]
            )
            if "cree_le" in changes:
                row.cree_le = changes["cree_le"]
            await self._do(update(Sollicitation).where(Sollicitation.id == row.id).values(**changes))

    async def talk(self) -> None:
        messages = self.chance.choice([[USER, ANSWER], [USER, (Sender.BOT, Kind.UNKNOWN)], [(Sender.BOT, Kind.GREETING)]])
        self.talks.append(await self.week.talk(self.moment(), *messages))

    async def message(self) -> None:
        if self.talks:
            sender, kind = self.chance.choice([USER, (Sender.AGENT, Kind.ANSWER), (Sender.BOT, Kind.UNKNOWN)])
            talk = self.chance.choice(self.talks)
            await self.week.say(talk, self.moment(), (sender, kind))

    async def vote(self) -> None:
        async with self.week.sessions() as session:
            message = await session.scalar(
                select(Message.id).where(
                    Message.conversation_id.in_(self.talks),
                    Message.id.not_in(select(Feedback.message_id)),
                    Message.kind == Kind.ANSWER,
                )
            )
        if message is not None:
            async with transaction(self.week.sessions) as session:
                session.add(Feedback(message_id=message, useful=self.chance.random() < 0.5, cree_le=self.moment()))

    async def relay(self) -> None:
        if self.talks:
            relais = self.chance.choice([None, Relais.AGENT])
            await self._do(update(Conversation).where(Conversation.id == self.chance.choice(self.talks)).values(relais=relais))

    async def reword(self) -> None:
        if self.talks:
            mine = Message.conversation_id == self.chance.choice(self.talks)
            change = self.chance.choice([{"kind": Kind.ANSWER, "fiche": "avoir-deposer"}, {"cree_le": self.moment()}])
            await self._do(update(Message).where(mine, Message.sender == Sender.BOT).values(**change))
            voted = select(Message.id).where(mine)
            await self._do(update(Feedback).where(Feedback.message_id.in_(voted)).values(useful=self.chance.random() < 0.5))

    async def less(self) -> None:
        """A conversation is deleted, with all that belongs to it."""
        gone = [talk for talk in self.talks if not any(row.conversation_id == talk for row in self.rows)]
        if gone:
            talk = self.chance.choice(gone)
            self.talks.remove(talk)
            of_it = Message.conversation_id == talk
            await self._do(delete(Feedback).where(Feedback.message_id.in_(select(Message.id).where(of_it))))
            await self._do(delete(Message).where(of_it))
            await self._do(delete(Conversation).where(Conversation.id == talk))

    async def _do(self, statement: Any) -> None:
        async with transaction(self.week.sessions) as session:
            await session.execute(statement)


@pytest.mark.parametrize("seed", range(6))
async def test_kept_figures_are_those_of_a_count_whatever_happens_late(week: Week, seed: int) -> None:
    life = Life(week, seed)
    chance = random.Random(seed)
    seen = most = 0
    for _ in range(15):
        for _ in range(chance.choice([1, 2, 12])):
            await life.one()
        first = chance.randrange(7)
        since, until = week.at(first, 0), week.at(chance.randrange(first + 1, 8), 0)
        if chance.random() < 0.5:
            # Whole months among days.
            since, until = (week.at(days, 0) for days in (chance.randrange(-40, 0), chance.randrange(30, 70)))
        by = chance.choice(list(Granularite))
        # Some days may not be over yet.
        moment = chance.choice([week.at(90, 0), week.at(90, 0), week.at(chance.randrange(7), 13)])
        told = await report(sessions=week.sessions, hours=HOURS, since=since, until=until, granularite=by, moment=moment)
        assert told == await counted(week, since, until, by)
        seen += told.creees + told.robot.mesurees
        most = max(most, sum((await kept(week)).values()))
    assert seen > 10
    assert most >= len(Partie)


# --- what is forgotten, and what is not -----------------------------------------------------------------------------


async def test_a_day_that_is_over_is_read_and_not_counted_again(week: Week) -> None:
    await week.write(week.at(2, 10), (T.CLOTURE, week.at(3, 10)))
    first = await week.report()
    assert await kept(week) == dict.fromkeys(Partie, 7)
    async with transaction(week.sessions) as session:
        mine = (AgregatJour.debut == week.at(2, 0)) & (AgregatJour.partie == Partie.VOLUMES)
        values = (await session.scalars(select(AgregatJour.valeurs).where(mine))).one()
        await session.execute(update(AgregatJour).where(mine).values(valeurs={**values, "creees": 5}))
    assert (first.creees, (await week.report()).creees) == (1, 5)


async def test_a_late_change_makes_only_its_own_part_of_its_own_day_forgotten(week: Week) -> None:
    row = await week.write(week.at(2, 10))
    talk = await week.talk(week.at(4, 10), USER, ANSWER)
    await week.report()
    whole = dict.fromkeys(Partie, 7)
    async with transaction(week.sessions) as session:
        await session.execute(update(Sollicitation).where(Sollicitation.id == row.id).values(categorie="piste"))
    assert await kept(week) == {**whole, Partie.VOLUMES: 6}
    async with transaction(week.sessions) as session:
        await session.execute(update(Conversation).where(Conversation.id == talk).values(relais=Relais.ATTENTE))
    assert await kept(week) == {**whole, Partie.VOLUMES: 6, Partie.CONVERSATIONS: 6}
    # What changes nothing that is counted.
    async with transaction(week.sessions) as session:
        await session.execute(update(Sollicitation).where(Sollicitation.id == row.id).values(resume="autre", etat=Etat.SOUMISE))
    assert await kept(week) == {**whole, Partie.VOLUMES: 6, Partie.CONVERSATIONS: 6}


async def test_the_first_answer_changes_the_day_of_the_question_and_later_ones_do_not(week: Week) -> None:
    row = await week.write(week.at(2, 10))
    await week.report()
    for moment, days in ((week.at(9, 10), 6), (week.at(9, 11), 7)):
        async with transaction(week.sessions) as session:
            session.add(SollicitationEvent(sollicitation_id=row.id, type=T.REPONSE, acteur="x", detail={}, cree_le=moment))
        assert (await kept(week))[Partie.REPONSES] == days
        assert (await week.report()).premiere_reponse.nombre == 1


async def test_what_happens_now_makes_nothing_forgotten(week: Week) -> None:
    await week.report()
    await week.write(week.until, (T.REPONSE, week.until))
    await week.talk(week.until, USER, ANSWER)
    assert await kept(week) == dict.fromkeys(Partie, 7)


async def test_other_opening_hours_have_figures_of_their_own(week: Week) -> None:
    await week.write(week.at(0, 9), (T.REPONSE, week.at(0, 12)))
    await week.report()
    shorter = OpeningHours.parse("lun-ven 09:00-10:00", PARIS)
    found = await report(sessions=week.sessions, hours=shorter, since=week.since, until=week.until)
    assert found.premiere_reponse.mediane == 3600
    assert (await week.report()).premiere_reponse.mediane == 3 * 3600


async def test_keeping_up_writes_every_day_once_and_forgets_other_hours(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Forty days before the 8th to the 14th of October hold one whole month.
    monkeypatch.setattr(daily, "KEPT_UP", timedelta(days=40))
    week = Week(sessions, await new_agent(sessions))
    week.monday = date(2000, 10, 2)
    await week.write(week.at(1, 9))
    shorter = OpeningHours.parse("lun-ven 09:00-10:00", PARIS)
    await report(sessions=sessions, hours=shorter, since=week.since, until=week.until)
    moment = week.at(7, 12)
    days, months = daily.KEPT_UP.days, 1
    assert await daily.keep_up(sessions=sessions, hours=HOURS, moment=moment) == (days + months) * len(Partie)
    assert await daily.keep_up(sessions=sessions, hours=HOURS, moment=moment) == 0
    async with sessions() as session:
        rules = set(await session.scalars(select(AgregatJour.regle)))
        assert await session.scalar(select(func.max(AgregatJour.fin))) == week.until
    assert {rule[-1] for rule in rules} == {"j", "m"} and len(rules) == 2
    assert await daily.keep_up(sessions=sessions, hours=HOURS, moment=moment + timedelta(days=1)) == len(Partie)
    assert (await week.report()).creees == 1


async def test_a_change_made_while_days_are_counted_is_not_missed(week: Week, monkeypatch: pytest.MonkeyPatch) -> None:
    row = await week.write(week.at(2, 10))
    compute, counting = daily.compute, asyncio.Event()

    async def and_tell(*given: Any) -> Any:
        values = await compute(*given)
        counting.set()
        return values

    monkeypatch.setattr(daily, "compute", and_tell)

    async def correct() -> None:
        await counting.wait()
        async with transaction(week.sessions) as session:
            await session.execute(update(Sollicitation).where(Sollicitation.id == row.id).values(categorie="piste"))

    await asyncio.gather(week.report(), correct())
    assert (await week.report()).par_categorie == {"piste": 1}


async def test_hours_of_the_present_day_are_kept_and_corrected_and_go_with_the_day(sessions: Sessions) -> None:
    week = Week(sessions, await new_agent(sessions))
    row = await week.write(week.at(2, 8.5))
    moment = week.at(2, 11.5)

    async def told() -> Rapport:
        return await report(sessions=sessions, hours=HOURS, since=week.at(2, 0), until=week.at(3, 0), moment=moment)

    async def kept_hours() -> int:
        hours = (AgregatJour.partie == Partie.REPONSES) & AgregatJour.regle.endswith("h")
        async with sessions() as session:
            return await session.scalar(select(func.count()).where(hours)) or 0

    assert ((await told()).sans_reponse, await kept_hours()) == (1, 11)
    async with transaction(sessions) as session:
        session.add(SollicitationEvent(sollicitation_id=row.id, type=T.REPONSE, acteur="x", detail={}, cree_le=week.at(2, 11.2)))
    assert await kept_hours() == 10
    assert ((await told()).sans_reponse, await kept_hours()) == (0, 11)
    await daily.keep_up(sessions=sessions, hours=HOURS, moment=week.at(3, 1))
    assert await kept_hours() == 0


async def test_pages_that_count_the_same_days_at_once_agree(week: Week) -> None:
    await week.write(week.at(2, 10))
    found = await asyncio.gather(*(week.report() for _ in range(4)))
    assert all(one == found[0] for one in found)
    assert await kept(week) == dict.fromkeys(Partie, 7)
