"""Proposals are computed, kept, decided on; the rates tell how often people agreed. On both engines."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import func, select, update

from assistant.database import Sessions, now, transaction
from assistant.helpdesk.enums import Champ, Decision
from assistant.helpdesk.models import Agent, Triage, TriageDecision
from assistant.helpdesk.triage import service
from assistant.helpdesk.triage.engine import TriageEngine
from assistant.helpdesk.triage.service import Agreement, DecisionRefused, NoProposal
from assistant.sollicitations.desk import Desk
from assistant.sollicitations.enums import Etat
from assistant.sollicitations.models import Sollicitation
from tests.support.sollicitations import Helpdesk, new_agent

TEXT = "Ma facture est suspendue par la mairie, quel justificatif faut-il ?"


@pytest.fixture
def helpdesk(any_sessions: Sessions, desk: Desk) -> Helpdesk:
    """The functions of `lifecycle` on SQLite, then on PostgreSQL."""
    return Helpdesk(any_sessions, desk)


@pytest_asyncio.fixture
async def agent(helpdesk: Helpdesk) -> AsyncIterator[Agent]:
    """Somebody who decides."""
    yield await new_agent(helpdesk.sessions)


async def triaged(helpdesk: Helpdesk, engine: TriageEngine) -> Sollicitation:
    """A new one of somebody who has never written, of no structure: nothing else is near."""
    row = await helpdesk.write(description=TEXT, contact=f"p{uuid.uuid4().hex[:12]}@exemple.fr", siret=None)
    await service.compute(sessions=helpdesk.sessions, triage=engine, sollicitation_id=row.id)
    return row


async def test_what_was_computed_is_read_again(helpdesk: Helpdesk, engine: TriageEngine) -> None:
    row = await helpdesk.write(description=TEXT)
    assert await service.get(sessions=helpdesk.sessions, sollicitation_id=row.id) is None
    computed = await service.compute(sessions=helpdesk.sessions, triage=engine, sollicitation_id=row.id)
    assert await service.get(sessions=helpdesk.sessions, sollicitation_id=row.id) == computed
    assert computed.propositions.categorie[0].valeur == "facture_suspendue"
    assert abs(computed.calcule_le - now()) < timedelta(minutes=1)


async def test_computing_changes_nothing_of_the_sollicitation(helpdesk: Helpdesk, engine: TriageEngine) -> None:
    row = await triaged(helpdesk, engine)
    async with helpdesk.sessions() as session:
        after = await session.get_one(Sollicitation, row.id)
    assert (after.version, after.categorie, len(after.evenements)) == (row.version, "connexion", 1)


async def test_a_second_computation_replaces_the_first_even_at_once(helpdesk: Helpdesk, engine: TriageEngine) -> None:
    row = await helpdesk.write(description=TEXT)
    computed = await asyncio.gather(
        *(service.compute(sessions=helpdesk.sessions, triage=engine, sollicitation_id=row.id) for _ in range(4))
    )
    async with helpdesk.sessions() as session:
        count = await session.scalar(select(func.count()).select_from(Triage).where(Triage.sollicitation_id == row.id))
    assert count == 1
    kept = await service.get(sessions=helpdesk.sessions, sollicitation_id=row.id)
    assert kept in computed


async def test_a_duplicate_is_proposed_and_a_solved_one_comes_with_its_reply(
    helpdesk: Helpdesk, engine: TriageEngine, agent: Agent
) -> None:
    mine, reply = f"p{uuid.uuid4().hex[:12]}@exemple.fr", "Ajoutez le bon de livraison. " * 30
    solved = await helpdesk.write(description=f"{TEXT} Il s'agit du lycée.", contact=mine)
    solved = await helpdesk.do("take", solved, agent)
    solved = await helpdesk.do("propose_solution", solved, agent, texte=reply)
    await helpdesk.do("close", solved, agent, motif="solution_acceptee")
    open_ = await helpdesk.write(description=f"Bonjour, {TEXT}", contact=mine)
    row = await helpdesk.write(description=TEXT, contact=mine)
    found = (await service.compute(sessions=helpdesk.sessions, triage=engine, sollicitation_id=row.id)).propositions
    assert open_.numero in [one.numero for one in found.doublons]
    helpful = next(one for one in found.resolues if one.numero == solved.numero)
    assert helpful.reponse is not None
    assert helpful.reponse.startswith("Ajoutez le bon de livraison.")
    assert helpful.reponse.endswith("…")
    assert len(helpful.reponse) <= 401


async def test_an_unknown_sollicitation_is_told(any_sessions: Sessions, engine: TriageEngine) -> None:
    with pytest.raises(LookupError):
        await service.compute(sessions=any_sessions, triage=engine, sollicitation_id=999_999_999)


# --- decisions ------------------------------------------------------------------------------------------------------


async def test_decisions_are_appended_with_what_was_proposed(helpdesk: Helpdesk, engine: TriageEngine, agent: Agent) -> None:
    row = await triaged(helpdesk, engine)
    common = {"sessions": helpdesk.sessions, "sollicitation_id": row.id, "agent": agent}
    await service.decide(**common, champ=Champ.CATEGORIE, decision=Decision.ACCEPTEE, retenu="ignoré")
    await service.decide(**common, champ=Champ.ROUTE, decision=Decision.CHANGEE, retenu="support")
    await service.decide(**common, champ=Champ.PRIORITE, decision=Decision.REFUSEE, retenu="ignoré")
    kept = await service.decisions(sessions=helpdesk.sessions, sollicitation_id=row.id)
    assert [(one.champ, one.propose, one.decision, one.retenu, one.agent_id) for one in kept] == [
        ("categorie", "facture_suspendue", "acceptee", "facture_suspendue", agent.id),
        ("route", "organisme_public", "changee", "support", agent.id),
        ("priorite", "normale", "refusee", None, agent.id),
    ]


async def test_one_proposal_among_several_can_be_meant(helpdesk: Helpdesk, engine: TriageEngine, agent: Agent) -> None:
    row = await triaged(helpdesk, engine)
    stored = await service.get(sessions=helpdesk.sessions, sollicitation_id=row.id)
    assert stored is not None
    second = stored.propositions.categorie[1].valeur
    kept = await service.decide(
        sessions=helpdesk.sessions,
        sollicitation_id=row.id,
        champ=Champ.CATEGORIE,
        decision=Decision.ACCEPTEE,
        agent=agent,
        propose=second,
    )
    assert (kept.propose, kept.retenu) == (second, second)


@pytest.mark.parametrize(
    ("champ", "decision", "retenu"),
    [
        (Champ.CATEGORIE, Decision.CHANGEE, None),
        (Champ.CATEGORIE, Decision.CHANGEE, "facture_suspendue"),
        (Champ.REPONSE, Decision.CHANGEE, "rejet-suspendue"),
    ],
)
async def test_a_change_needs_another_value(
    helpdesk: Helpdesk, engine: TriageEngine, agent: Agent, champ: Champ, decision: Decision, retenu: str | None
) -> None:
    row = await triaged(helpdesk, engine)
    with pytest.raises(DecisionRefused, match="une valeur différente"):
        await service.decide(
            sessions=helpdesk.sessions, sollicitation_id=row.id, champ=champ, decision=decision, agent=agent, retenu=retenu
        )


async def test_a_reply_may_be_changed_without_keeping_its_text(helpdesk: Helpdesk, engine: TriageEngine, agent: Agent) -> None:
    row = await triaged(helpdesk, engine)
    kept = await service.decide(
        sessions=helpdesk.sessions, sollicitation_id=row.id, champ=Champ.REPONSE, decision=Decision.CHANGEE, agent=agent
    )
    assert (kept.propose, kept.retenu, kept.decision) == ("rejet-suspendue", None, "changee")


async def test_what_was_not_proposed_cannot_be_decided_on(helpdesk: Helpdesk, engine: TriageEngine, agent: Agent) -> None:
    row = await triaged(helpdesk, engine)
    untriaged = await helpdesk.write(description=TEXT)
    for number, champ, propose in (
        (row.id, Champ.DOUBLON, None),
        (row.id, Champ.CATEGORIE, "n'existe pas"),
        (untriaged.id, Champ.CATEGORIE, None),
    ):
        with pytest.raises(NoProposal):
            await service.decide(
                sessions=helpdesk.sessions,
                sollicitation_id=number,
                champ=champ,
                decision=Decision.ACCEPTEE,
                agent=agent,
                propose=propose,
            )


# --- agreement ------------------------------------------------------------------------------------------------------


async def dated(helpdesk: Helpdesk, row: Sollicitation, day: datetime) -> None:
    """Put all decisions on one sollicitation on a day."""
    async with transaction(helpdesk.sessions) as session:
        await session.execute(update(TriageDecision).where(TriageDecision.sollicitation_id == row.id).values(cree_le=day))


async def test_agreement_counts_the_last_decision_on_each_proposal_of_the_period(
    helpdesk: Helpdesk, engine: TriageEngine, agent: Agent
) -> None:
    day = datetime(2011, 5, 3, 12, tzinfo=UTC)
    rows = [await triaged(helpdesk, engine) for _ in range(4)]
    decided = [
        (rows[0], Champ.CATEGORIE, Decision.REFUSEE, None),
        (rows[0], Champ.CATEGORIE, Decision.ACCEPTEE, None),
        (rows[1], Champ.CATEGORIE, Decision.ACCEPTEE, None),
        (rows[2], Champ.CATEGORIE, Decision.CHANGEE, "autre"),
        (rows[0], Champ.ROUTE, Decision.REFUSEE, None),
        (rows[3], Champ.CATEGORIE, Decision.REFUSEE, None),
    ]
    for row, champ, decision, retenu in decided:
        await service.decide(
            sessions=helpdesk.sessions, sollicitation_id=row.id, champ=champ, decision=decision, agent=agent, retenu=retenu
        )
    for row in rows[:3]:
        await dated(helpdesk, row, day)
    await dated(helpdesk, rows[3], day + timedelta(days=1))
    rates = await service.agreement(sessions=helpdesk.sessions, since=day - timedelta(hours=12), until=day + timedelta(hours=12))
    assert rates == [
        Agreement(Champ.CATEGORIE, 2, 1, 0),
        Agreement(Champ.ROUTE, 0, 0, 1),
        Agreement(Champ.PRIORITE, 0, 0, 0),
        Agreement(Champ.DOUBLON, 0, 0, 0),
        Agreement(Champ.REPONSE, 0, 0, 0),
    ]
    assert rates[0].taux == pytest.approx(2 / 3)
    assert (rates[1].taux, rates[2].taux) == (0, None)


async def test_a_closed_sollicitation_can_still_be_computed(helpdesk: Helpdesk, engine: TriageEngine, agent: Agent) -> None:
    row = await helpdesk.write_in(Etat.CLOTUREE, agent, description=TEXT)
    computed = await service.compute(sessions=helpdesk.sessions, triage=engine, sollicitation_id=row.id)
    assert computed.propositions.categorie
