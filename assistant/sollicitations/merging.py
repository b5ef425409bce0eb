"""Merge a duplicate into another sollicitation, and take them apart again.

A merge moves nothing and changes no state: the duplicate only points to the other, leaves the queues, and both timelines tell it.
So taking them apart gives back exactly what there was, clock included.
"""

from sqlalchemy import select

from assistant.database import Sessions
from assistant.helpdesk.models import Agent
from assistant.sollicitations.agent_side import refuse_merged
from assistant.sollicitations.changes import agent_actor, changing
from assistant.sollicitations.desk import Desk
from assistant.sollicitations.enums import Etat, TypeEvenement
from assistant.sollicitations.models import Sollicitation
from assistant.sollicitations.transitions import Action, TransitionRefused, check_possible


async def merge(
    *, sessions: Sessions, desk: Desk, sollicitation_id: int, agent: Agent, version: int, into_id: int
) -> Sollicitation:
    """Make `sollicitation_id` the duplicate of `into_id`; returns the duplicate.

    The other must be open and not itself merged, so that no chain can close into a circle. Raises Conflict, TransitionRefused,
    NotFound.
    """
    if sollicitation_id == into_id:
        raise TransitionRefused("Une sollicitation ne se regroupe pas avec elle-même.")
    async with changing(sessions=sessions, desk=desk, acteur=agent_actor(agent), agent=agent) as unit:
        duplicate, other = await unit.lock(sollicitation_id, into_id)
        await unit.check_version(duplicate.row, version)
        refuse_merged(duplicate.row)
        check_possible(Action.FUSIONNER, duplicate.etat)
        if other.row.fusion_dans_id is not None:
            raise TransitionRefused(f"{other.row.numero} est elle-même regroupée avec une autre : choisissez celle-ci.")
        if other.etat is Etat.CLOTUREE:
            raise TransitionRefused(f"{other.row.numero} est close : une demande ouverte s'y perdrait.")
        duplicate.values["fusion_dans_id"] = other.row.id
        duplicate.tell(TypeEvenement.FUSION, dans=other.row.numero)
        other.tell(TypeEvenement.FUSION, recue=duplicate.row.numero)
        await unit.write(other)
        return await unit.write(duplicate)


async def unmerge(*, sessions: Sessions, desk: Desk, sollicitation_id: int, agent: Agent, version: int) -> Sollicitation:
    """Take the duplicate out again, as it was; also when the other one was closed meanwhile.

    Raises Conflict, TransitionRefused, NotFound.
    """
    async with changing(sessions=sessions, desk=desk, acteur=agent_actor(agent), agent=agent) as unit:
        # Read before the lock, to lock both in order; the version tells whether it changed in between.
        into = await unit.session.scalar(select(Sollicitation.fusion_dans_id).where(Sollicitation.id == sollicitation_id))
        duplicate, *others = await unit.lock(*filter(None, (sollicitation_id, into)))
        await unit.check_version(duplicate.row, version)
        if duplicate.row.fusion_dans_id is None or not others:
            raise TransitionRefused("Cette sollicitation n'est regroupée avec aucune autre.")
        [other] = others
        duplicate.values["fusion_dans_id"] = None
        duplicate.tell(TypeEvenement.DEFUSION, de=other.row.numero)
        other.tell(TypeEvenement.DEFUSION, rendue=duplicate.row.numero)
        await unit.write(other)
        return await unit.write(duplicate)
