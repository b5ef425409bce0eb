"""Compute, keep and judge the proposals of triage. Changing the sollicitation itself is the caller's business (lifecycle)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.database import Sessions, now, transaction
from assistant.helpdesk.enums import Champ, Decision
from assistant.helpdesk.models import Agent, Triage, TriageDecision
from assistant.helpdesk.triage.candidates import last_replies, read_candidates
from assistant.helpdesk.triage.engine import TriageEngine
from assistant.helpdesk.triage.schemas import Propositions, TriageRow

_MAX_REPLY = 400


class NoProposal(LookupError):
    """There is no such proposal for this sollicitation: nothing to accept, change or refuse."""


class DecisionRefused(ValueError):
    """The decision contradicts itself; the message says how, in French."""


async def compute(*, sessions: Sessions, triage: TriageEngine, sollicitation_id: int) -> TriageRow:
    """Compute the proposals for one sollicitation and store them (the latest computation replaces the one before).

    Reads a bounded number of rows whatever the size of the tables. The CPU work (some tenths of a second) runs in a thread.
    Raises LookupError when the sollicitation does not exist.
    """
    async with sessions() as session:
        candidates = await read_candidates(session, sollicitation_id, triage.rare_words)
    propositions = await asyncio.to_thread(
        triage.propose, candidates.demande, solved=candidates.solved, open_=candidates.open, moment=now()
    )
    async with sessions() as session:
        replies = await last_replies(session, [one.id for one in propositions.resolues])
    solved = [one.model_copy(update={"reponse": _cut(replies.get(one.id, ""))}) for one in propositions.resolues]
    row = TriageRow(
        sollicitation_id=sollicitation_id, propositions=propositions.model_copy(update={"resolues": solved}), calcule_le=now()
    )
    async with transaction(sessions) as session:
        await _store(session, row)
    return row


async def get(*, sessions: Sessions, sollicitation_id: int) -> TriageRow | None:
    """The stored proposals; None when none were computed (a sollicitation of before triage)."""
    async with sessions() as session:
        row = await session.get(Triage, sollicitation_id)
    return _read(row) if row else None


async def decide(
    *,
    sessions: Sessions,
    sollicitation_id: int,
    champ: Champ,
    decision: Decision,
    agent: Agent,
    retenu: str | None = None,
    propose: str | None = None,
) -> TriageDecision:
    """Append what an agent did with a proposal; the caller applies the change itself.

    `propose`: which proposal is meant (the number of a probable duplicate, say); the first one when absent. `retenu`: the value
    taken instead, for CHANGEE (optional for a reply, whose text is not kept here). An accepted proposal keeps its own value.
    Raises NoProposal, DecisionRefused.
    """
    async with transaction(sessions) as session:
        row = await session.get(Triage, sollicitation_id)
        values = proposed_values(_read(row).propositions, champ) if row else []
        proposed = propose if propose is not None else next(iter(values), None)
        if proposed is None or proposed not in values:
            raise NoProposal("Cette proposition n'existe pas (ou plus) pour cette sollicitation.")
        match decision:
            case Decision.ACCEPTEE:
                retenu = proposed
            case Decision.REFUSEE:
                retenu = None
            case Decision.CHANGEE:
                if retenu == proposed or (retenu is None and champ is not Champ.REPONSE):
                    raise DecisionRefused("Pour changer une proposition, indiquez une valeur différente de celle proposée.")
        stored = TriageDecision(
            sollicitation_id=sollicitation_id,
            champ=champ,
            propose=proposed,
            retenu=retenu,
            decision=decision,
            agent_id=agent.id,
            cree_le=now(),
        )
        session.add(stored)
    return stored


async def decisions(*, sessions: Sessions, sollicitation_id: int) -> list[TriageDecision]:
    """All decisions on one sollicitation, oldest first: the last one of a field is the one that stands."""
    async with sessions() as session:
        rows = await session.scalars(
            select(TriageDecision).where(TriageDecision.sollicitation_id == sollicitation_id).order_by(TriageDecision.id)
        )
        return list(rows)


@dataclass(frozen=True)
class Agreement:
    """How often a field's proposals were kept: counts of standing decisions; `taux` is acceptees / total (None without any)."""

    champ: Champ
    acceptees: int
    changees: int
    refusees: int

    @property
    def total(self) -> int:
        return self.acceptees + self.changees + self.refusees

    @property
    def taux(self) -> float | None:
        return self.acceptees / self.total if self.total else None


async def agreement(*, sessions: Sessions, since: datetime, until: datetime) -> list[Agreement]:
    """Agreement with the proposals, one entry a field in the order of Champ, for decisions made in [since, until).

    Only the last decision on each proposal counts (an agent may think again). What nobody decided on is not counted: the rate
    tells nothing about proposals that were overlooked.
    """
    async with sessions() as session:
        last = (
            select(func.max(TriageDecision.id).label("id"))
            .where(TriageDecision.cree_le >= since, TriageDecision.cree_le < until)
            .group_by(TriageDecision.sollicitation_id, TriageDecision.champ, TriageDecision.propose)
            .subquery()
        )
        rows = await session.execute(
            select(TriageDecision.champ, TriageDecision.decision, func.count())
            .join(last, TriageDecision.id == last.c.id)
            .group_by(TriageDecision.champ, TriageDecision.decision)
        )
        counts = {(champ, decision): count for champ, decision, count in rows}
    return [
        Agreement(
            champ,
            counts.get((champ, Decision.ACCEPTEE), 0),
            counts.get((champ, Decision.CHANGEE), 0),
            counts.get((champ, Decision.REFUSEE), 0),
        )
        for champ in Champ
    ]


def proposed_values(propositions: Propositions, champ: Champ) -> Sequence[str]:
    """What can be accepted for a field, best first: ids; numbers of sollicitations for a duplicate, ids of fiches for a reply."""
    match champ:
        case Champ.CATEGORIE:
            return [item.valeur for item in propositions.categorie]
        case Champ.ROUTE:
            return [item.valeur for item in propositions.route]
        case Champ.PRIORITE:
            return [item.valeur for item in propositions.priorite]
        case Champ.DOUBLON:
            return [item.numero for item in propositions.doublons]
        case Champ.REPONSE:
            return [item.fiche for item in propositions.reponse]


def _cut(reply: str) -> str:
    """A few lines of it: the whole one stands on its own page."""
    return reply if len(reply) <= _MAX_REPLY else reply[:_MAX_REPLY].rsplit(" ", 1)[0] + "…"


def _read(row: Triage) -> TriageRow:
    return TriageRow(
        sollicitation_id=row.sollicitation_id,
        propositions=Propositions.model_validate(row.propositions),
        calcule_le=row.calcule_le,
    )


async def _store(session: AsyncSession, row: TriageRow) -> None:
    values = {"propositions": row.propositions.model_dump(mode="json"), "calcule_le": row.calcule_le}
    # Two computations at once (a new sollicitation, and an agent who asks again): the last one stays, none fails.
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Triage).values(sollicitation_id=row.sollicitation_id, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=[Triage.sollicitation_id], set_=values))
