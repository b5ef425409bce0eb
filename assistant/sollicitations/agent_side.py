"""What the help-desk does with a sollicitation. Each function is one transaction and one event or two (see changes.py)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.database import Sessions
from assistant.helpdesk.enums import Role
from assistant.helpdesk.models import Agent
from assistant.masking import mask_secrets
from assistant.sollicitations.changes import Change, Unit, agent_actor, changing, checked_text
from assistant.sollicitations.clock import clock_with_priority
from assistant.sollicitations.desk import Desk
from assistant.sollicitations.enums import Etat, Priorite, TypeEvenement
from assistant.sollicitations.models import Sollicitation
from assistant.sollicitations.transitions import (
    TOUR_DU_SERVICE,
    Action,
    Conflict,
    NotFound,
    TransitionRefused,
    check_possible,
)
from assistant.text import clean

ROUTES = ("support", "organisme_public", "gestionnaire")
REASON_MAX = 500
PIECES_MAX = 30


async def take(*, sessions: Sessions, desk: Desk, sollicitation_id: int, agent: Agent, version: int) -> Sollicitation:
    """Make it the agent's own; of two at once, one wins. Raises Conflict with the winner's name, TransitionRefused, NotFound."""
    async with changing(sessions=sessions, desk=desk, acteur=agent_actor(agent), agent=agent) as unit:
        [change] = await unit.lock(sollicitation_id)
        await _check_seen(unit, change, version, Action.PRENDRE)
        holder = await _holder(unit.session, change.row)
        if holder is not None and holder.id != agent.id:
            raise Conflict(f"Cette sollicitation est déjà prise en charge par {holder.nom}.", holder.nom)
        if holder is not None and change.etat is Etat.AFFECTEE:
            raise TransitionRefused("Cette sollicitation vous est déjà affectée.")
        _assign(change, agent)
        return await unit.write(change)


async def assign(
    *, sessions: Sessions, desk: Desk, sollicitation_id: int, agent: Agent, version: int, to_agent_id: int
) -> Sollicitation:
    """Give it to an agent; while the person is awaited the state stays. Raises Conflict, TransitionRefused, NotFound."""
    async with changing(sessions=sessions, desk=desk, acteur=agent_actor(agent), agent=agent) as unit:
        [change] = await unit.lock(sollicitation_id)
        await _check_seen(unit, change, version, Action.AFFECTER)
        to = await unit.session.get(Agent, to_agent_id)
        if to is None:
            raise NotFound("Cet agent n'existe pas.")
        if not to.actif:
            raise TransitionRefused(f"Le compte de {to.nom} est désactivé.")
        if change.row.agent_id == to.id and change.etat not in TOUR_DU_SERVICE - {Etat.AFFECTEE}:
            raise TransitionRefused(f"Cette sollicitation est déjà affectée à {to.nom}.")
        _assign(change, to)
        return await unit.write(change)


async def hand_back(*, sessions: Sessions, desk: Desk, sollicitation_id: int, agent: Agent, version: int) -> Sollicitation:
    """Put it back among those that nobody has. Raises Conflict, TransitionRefused, NotFound."""
    async with changing(sessions=sessions, desk=desk, acteur=agent_actor(agent), agent=agent) as unit:
        [change] = await unit.lock(sollicitation_id)
        await _check_seen(unit, change, version, Action.RENDRE)
        await _check_holder(unit, change)
        unassign(change)
        return await unit.write(change)


async def ask_complement(
    *,
    sessions: Sessions,
    desk: Desk,
    sollicitation_id: int,
    agent: Agent,
    version: int,
    texte: str,
    pieces: Sequence[str] = (),
) -> Sollicitation:
    """Ask the person for more; `pieces` names what is missing (keys of `besoins` or plain words). The clock stops.

    Raises Conflict, TransitionRefused, NotFound.
    """
    texte = checked_text(texte)
    wanted = list(dict.fromkeys(filter(None, (clean(piece)[:120] for piece in pieces))))[:PIECES_MAX]
    async with changing(sessions=sessions, desk=desk, acteur=agent_actor(agent), agent=agent) as unit:
        change = await _treat(unit, sollicitation_id, version, Action.DEMANDER_COMPLEMENT)
        moved = change.move(Etat.COMPLEMENT_DEMANDE)
        change.tell(TypeEvenement.DEMANDE_COMPLEMENT, texte=texte, pieces=wanted, **moved)
        return await unit.write(change)


async def propose_solution(
    *, sessions: Sessions, desk: Desk, sollicitation_id: int, agent: Agent, version: int, texte: str
) -> Sollicitation:
    """Answer; the person then closes or returns it. The clock stops. Raises Conflict, TransitionRefused, NotFound."""
    texte = checked_text(texte)
    async with changing(sessions=sessions, desk=desk, acteur=agent_actor(agent), agent=agent) as unit:
        change = await _treat(unit, sollicitation_id, version, Action.PROPOSER_SOLUTION)
        moved = change.move(Etat.SOLUTION_PROPOSEE)
        change.tell(TypeEvenement.REPONSE, texte=texte, **moved)
        return await unit.write(change)


async def transfer(
    *, sessions: Sessions, desk: Desk, sollicitation_id: int, agent: Agent, version: int, texte: str
) -> Sollicitation:
    """Tell the person to write to the public body, which no help-desk can do for them: the route changes, and it is a solution.

    The state becomes « solution proposée »: the person may close it, or say that the desk is wrong. Raises Conflict,
    TransitionRefused, NotFound.
    """
    texte = checked_text(texte)
    async with changing(sessions=sessions, desk=desk, acteur=agent_actor(agent), agent=agent) as unit:
        change = await _treat(unit, sollicitation_id, version, Action.TRANSFERER)
        before = change.row.route
        change.values["route"] = "organisme_public"
        moved = change.move(Etat.SOLUTION_PROPOSEE)
        change.tell(TypeEvenement.TRANSFERT, texte=texte, route=[before, "organisme_public"], **moved)
        return await unit.write(change)


async def add_note(*, sessions: Sessions, desk: Desk, sollicitation_id: int, agent: Agent, texte: str) -> Sollicitation:
    """A word for colleagues, never shown to the person; also on what is closed or merged. Raises TransitionRefused, NotFound."""
    texte = checked_text(texte)
    async with changing(sessions=sessions, desk=desk, acteur=agent_actor(agent), agent=agent) as unit:
        [change] = await unit.lock(sollicitation_id)
        check_possible(Action.NOTER, change.etat)
        change.tell(TypeEvenement.NOTE, texte=texte)
        return await unit.write(change)


async def modify(
    *,
    sessions: Sessions,
    desk: Desk,
    sollicitation_id: int,
    agent: Agent,
    version: int,
    changes: Mapping[str, str],
    raison: str = "",
) -> Sollicitation:
    """Change `categorie`, `route` or `priorite`, by anybody of the desk. Raises Conflict, TransitionRefused, NotFound.

    With a new category the route follows it, unless somebody had chosen another one or gives one here. With a new priority the
    clock is as if the target had been the new one from the start.
    """
    raison = mask_secrets(clean(raison)).text
    if len(raison) > REASON_MAX:
        raise TransitionRefused(f"La raison a {REASON_MAX} caractères au plus.")
    wanted = _checked_changes(changes, desk)
    async with changing(sessions=sessions, desk=desk, acteur=agent_actor(agent), agent=agent) as unit:
        [change] = await unit.lock(sollicitation_id)
        await _check_seen(unit, change, version, Action.MODIFIER)
        row = change.row
        categories = desk.knowledge.categories
        if "categorie" in wanted and "route" not in wanted:
            old = categories.get(row.categorie)
            if old is not None and old.route == row.route:
                wanted["route"] = categories[wanted["categorie"]].route
        changed = {name: [getattr(row, name), value] for name, value in wanted.items() if getattr(row, name) != value}
        if not changed:
            raise TransitionRefused("Rien ne change : ces valeurs sont déjà celles de la sollicitation.")
        change.values.update({name: after for name, (_, after) in changed.items()})
        if "priorite" in changed:
            before, after = (Priorite(value) for value in changed["priorite"])
            change.set_clock(clock_with_priority(desk=desk, before=before, after=after, clock=change.clock))
        change.tell(TypeEvenement.MODIFICATION, changements=changed, raison=raison)
        return await unit.write(change)


async def close(
    *,
    sessions: Sessions,
    desk: Desk,
    sollicitation_id: int,
    agent: Agent,
    version: int,
    motif: str,
    texte: str | None = None,
) -> Sollicitation:
    """Close it for a reason of data/knowledge/motifs_cloture.yml, with a word to the person or without. The clock ends.

    Raises Conflict, TransitionRefused, NotFound.
    """
    found = desk.knowledge.motifs_cloture.get(motif)
    if found is None or found.par != "agent":
        raise TransitionRefused("Choisissez un motif de clôture dans la liste.")
    texte = checked_text(texte) if texte and texte.strip() else None
    async with changing(sessions=sessions, desk=desk, acteur=agent_actor(agent), agent=agent) as unit:
        [change] = await unit.lock(sollicitation_id)
        await _check_seen(unit, change, version, Action.CLORE)
        await _check_holder(unit, change)
        if change.row.agent_id is None:
            # Who closed it is who dealt with it.
            change.values["agent_id"] = agent.id
        end(change, motif, texte)
        return await unit.write(change)


# --- shared ---------------------------------------------------------------------------------------------------------


def end(change: Change, motif: str, texte: str | None) -> None:
    """Close: state, clock, reason and event."""
    change.values |= {"cloture_le": change.moment, "motif_cloture": motif}
    moved = change.move(Etat.CLOTUREE)
    change.tell(TypeEvenement.CLOTURE, motif=motif, **({"texte": texte} if texte else {}), **moved)


def unassign(change: Change, raison: str | None = None) -> None:
    """Nobody's any more: a sollicitation in work is to be taken again, in other states only the name goes."""
    if change.row.agent_id is None:
        raise TransitionRefused("Cette sollicitation n'est affectée à personne.")
    before = change.row.agent_id
    change.values["agent_id"] = None
    moved = change.move(Etat.SOUMISE) if change.etat is Etat.AFFECTEE else {}
    change.tell(TypeEvenement.DESAFFECTATION, agent_id=before, **({"raison": raison} if raison else {}), **moved)


def refuse_merged(row: Sollicitation) -> None:
    """Raises TransitionRefused for a merged one: it is the other that lives on."""
    if row.fusion_dans_id is not None:
        raise TransitionRefused(
            "Cette sollicitation est regroupée avec une autre : agissez sur celle-ci, ou séparez-les d'abord."
        )


def _assign(change: Change, to: Agent) -> None:
    change.values["agent_id"] = to.id
    moved = change.move(Etat.AFFECTEE) if change.etat in TOUR_DU_SERVICE else {}
    change.tell(TypeEvenement.AFFECTATION, agent_id=to.id, agent_nom_affecte=to.nom, **moved)


async def _treat(unit: Unit, sollicitation_id: int, version: int, action: Action) -> Change:
    """The row as the agent's own: what nobody has is taken by who answers it, what waits is in work again (DESIGN §7)."""
    [change] = await unit.lock(sollicitation_id)
    await _check_seen(unit, change, version, action)
    await _check_holder(unit, change)
    assert unit.agent is not None
    if change.etat in TOUR_DU_SERVICE - {Etat.AFFECTEE} or change.row.agent_id is None:
        holder = await _holder(unit.session, change.row)
        _assign(change, holder or unit.agent)
    return change


async def _check_seen(unit: Unit, change: Change, version: int, action: Action) -> None:
    """The version first: a stale page is told so, whatever else would be wrong."""
    await unit.check_version(change.row, version)
    refuse_merged(change.row)
    check_possible(action, change.etat)


async def _check_holder(unit: Unit, change: Change) -> None:
    """An agent deals with their own and with what nobody has; supervisors and administrators with everybody's."""
    holder = await _holder(unit.session, change.row)
    assert unit.agent is not None
    if holder is not None and holder.id != unit.agent.id and unit.agent.role == Role.AGENT:
        raise TransitionRefused(f"Cette sollicitation est affectée à {holder.nom} : faites-la vous affecter d'abord.")


async def _holder(session: AsyncSession, row: Sollicitation) -> Agent | None:
    return await session.get(Agent, row.agent_id) if row.agent_id is not None else None


def _checked_changes(changes: Mapping[str, str], desk: Desk) -> dict[str, Any]:
    allowed = {"categorie": tuple(desk.knowledge.categories), "route": ROUTES, "priorite": tuple(Priorite)}
    for name, value in changes.items():
        if name not in allowed:
            raise TransitionRefused(f"« {name} » ne se modifie pas.")
        if value not in allowed[name]:
            raise TransitionRefused(f"« {value} » n'est pas une valeur connue pour « {name} ».")
    return {name: str(value) for name, value in changes.items()}
