"""People of the help-desk: who they are, how they prove it, what they may do.

Log-in, and why it is so:

- **One answer for every failure.** Unknown identifier, wrong password, account switched off, account locked: same sentence, same
  work (Argon2 is run in any case) and same least time, so that nobody learns which accounts exist.
- **A lock is not announced, not even after the right password.** While an account is locked the password is not considered at
  all. If « locked » were said after a right password only, somebody could go on guessing during the lock and be told which one
  is right. So the one sentence tells of the possible lock in any case (« … ou trop d'essais, attendez un quart d'heure »): who
  has the right password knows what to do, and a guess made during the lock teaches nothing.
- **The attempt is counted before the password is looked at**, in one UPDATE: a hundred guesses sent at once count as a hundred.
- **The lock is short** (15 minutes after 5 failures, told by nobody but an administrator's page) because anybody can provoke it
  on purpose: it must slow a guesser down, not shut a colleague out. Open sessions go on; an administrator can lift it. What one
  address may try is limited besides (api/helpdesk/throttle), whatever the account.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import CursorResult, case, exists, func, literal, null, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from assistant.database import Sessions, UtcDateTime, now, transaction
from assistant.helpdesk import passwords
from assistant.helpdesk.desk_sessions import (
    OpenedSession,
    SessionInfo,
    SessionLimits,
    count_sessions,
    end_all_in,
    end_all_sessions,
    end_session,
    get_session,
    open_session,
    purge_sessions,
)
from assistant.helpdesk.enums import Role
from assistant.helpdesk.models import Agent
from assistant.helpdesk.passwords import WeakPassword
from assistant.text import clean

__all__ = [
    "AccountError",
    "LastAdministrator",
    "OpenedSession",
    "SessionInfo",
    "SessionLimits",
    "WeakPassword",
    "authenticate",
    "change_password",
    "count_sessions",
    "create_agent",
    "end_all_sessions",
    "end_session",
    "ensure_first_administrator",
    "find_for_oidc",
    "get_agent",
    "get_session",
    "list_agents",
    "open_session",
    "purge_sessions",
    "reset_password",
    "set_active",
    "set_role",
    "unlock",
]

FIRST_ADMINISTRATOR = "administrateur@localhost"
MAX_FAILURES = 5
LOCK = timedelta(minutes=15)
# A refusal takes at least this long, whatever was wrong: longer than Argon2 and the writing of a failure take together.
REFUSAL_SECONDS = 0.5


class AccountError(ValueError):
    """What was asked of an account cannot be; the message is a French sentence."""


class LastAdministrator(AccountError):
    """Without this administrator nobody could administer any more."""


@dataclass(frozen=True)
class CreatedAgent:
    """A new account and its one-time password, which exists in clear here only."""

    agent: Agent
    password: str


async def create_agent(*, sessions: Sessions, identifiant: str, nom: str, role: Role) -> CreatedAgent:
    """A new account with a one-time password, to be changed at first log-in. Raises AccountError."""
    address, name = _check_identifiant(identifiant), " ".join(clean(nom).split())
    if not 1 <= len(name) <= 120:
        raise AccountError("Indiquez le nom de la personne (120 caractères au plus).")
    created = await _create(sessions, address, name, role)
    if created is None:
        raise AccountError("Un compte existe déjà pour cette adresse.")
    return created


async def ensure_first_administrator(*, sessions: Sessions, identifiant: str = FIRST_ADMINISTRATOR) -> str | None:
    """Create the first administrator when there is none; returns the one-time password, once and never again."""
    async with sessions() as session:
        if await session.scalar(select(func.count()).select_from(Agent).where(Agent.role == Role.ADMINISTRATEUR)):
            return None
    # Of two services that start at once, the one that comes second finds the address taken.
    created = await _create(sessions, identifiant.strip().lower(), "Administrateur", Role.ADMINISTRATEUR)
    return created.password if created else None


async def authenticate(
    *, sessions: Sessions, identifiant: str, password: str, refusal_seconds: float = REFUSAL_SECONDS
) -> Agent | None:
    """The agent who proves to be so, or None: nothing tells why (see above). A success starts the count of failures anew."""
    started = time.monotonic()
    agent = await _authenticate(sessions, identifiant.strip().lower(), password)
    if agent is None:
        await asyncio.sleep(max(0.0, started + refusal_seconds - time.monotonic()))
    return agent


async def change_password(*, sessions: Sessions, agent_id: int, current: str, new: str, keep_session: str | None = None) -> None:
    """The owner changes it; their other sessions end. Raises WeakPassword, AccountError when `current` is wrong."""
    agent = await get_agent(sessions=sessions, agent_id=agent_id)
    right, _ = await passwords.verify(current, agent.mot_de_passe_hache)
    if not right:
        raise AccountError("Le mot de passe actuel n'est pas celui-là.")
    passwords.check(new, identifiant=agent.identifiant, nom=agent.nom)
    if new == current:
        raise WeakPassword("Le nouveau mot de passe est le même que l'ancien. Choisissez-en un autre.")
    hashed = await passwords.hash_password(new)
    async with transaction(sessions) as session:
        await session.execute(
            update(Agent).where(Agent.id == agent_id).values(mot_de_passe_hache=hashed, doit_changer=False, **_UNLOCKED)
        )
        await end_all_in(session, agent_id, keep_session)


async def reset_password(*, sessions: Sessions, agent_id: int) -> str:
    """An administrator gives a new one-time password, returned once; all sessions of the account end."""
    password = passwords.new_one_time_password()
    hashed = await passwords.hash_password(password)
    async with transaction(sessions) as session:
        await _get(session, agent_id)
        await session.execute(
            update(Agent).where(Agent.id == agent_id).values(mot_de_passe_hache=hashed, doit_changer=True, **_UNLOCKED)
        )
        await end_all_in(session, agent_id)
    return password


async def unlock(*, sessions: Sessions, agent_id: int) -> None:
    """Lift a lock and forget the failures."""
    async with transaction(sessions) as session:
        await session.execute(update(Agent).where(Agent.id == agent_id).values(**_UNLOCKED))


async def set_role(*, sessions: Sessions, agent_id: int, role: Role) -> None:
    """Give another role; sessions end, so that nothing open goes on with the old one. Raises LastAdministrator."""
    async with transaction(sessions) as session:
        agent = await _get(session, agent_id)
        if agent.role == role:
            return
        await _change_unless_last(session, agent, {"role": role})
        await end_all_in(session, agent_id)


async def set_active(*, sessions: Sessions, agent_id: int, active: bool) -> None:
    """Switch an account off (its sessions end at once) or on again. Nothing is deleted. Raises LastAdministrator."""
    async with transaction(sessions) as session:
        agent = await _get(session, agent_id)
        if active:
            agent.actif = True
            return
        await _change_unless_last(session, agent, {"actif": False, "disponible": False})
        await end_all_in(session, agent_id)


async def get_agent(*, sessions: Sessions, agent_id: int) -> Agent:
    """The account. Raises AccountError when there is none."""
    async with sessions() as session:
        return await _get(session, agent_id)


async def list_agents(*, sessions: Sessions, active_only: bool = False) -> list[Agent]:
    """All accounts, by name."""
    query = select(Agent).order_by(Agent.nom, Agent.id)
    async with sessions() as session:
        return list(await session.scalars(query.where(Agent.actif.is_(True)) if active_only else query))


async def find_for_oidc(*, sessions: Sessions, sujet: str, email: str | None) -> Agent | None:
    """The account that an identity provider's subject opens: known by its subject, or, the first time, by its verified e-mail.

    `email` must be given only when the provider vouches for it. An account is never created here, and one that already
    belongs to another subject is never taken over.
    """
    async with transaction(sessions) as session:
        agent: Agent | None = await session.scalar(select(Agent).where(Agent.oidc_sujet == sujet))
        if agent is None and email:
            agent = await session.scalar(
                select(Agent).where(Agent.identifiant == email.strip().lower(), Agent.oidc_sujet.is_(None))
            )
            if agent is not None and agent.actif:
                agent.oidc_sujet = sujet
        return agent if agent is not None and agent.actif else None


_UNLOCKED: dict[str, Any] = {"echecs": 0, "bloque_jusque": None}


async def _authenticate(sessions: Sessions, identifiant: str, password: str) -> Agent | None:
    if not identifiant.isprintable():
        identifiant = ""
    moment = now()
    failures = Agent.echecs + 1
    async with transaction(sessions) as session:
        counted = await session.execute(
            update(Agent)
            .where(
                Agent.identifiant == identifiant,
                Agent.actif.is_(True),
                or_(Agent.bloque_jusque.is_(None), Agent.bloque_jusque <= moment),
            )
            .values(
                # A lock that has passed gives a whole new series of tries.
                echecs=case((Agent.bloque_jusque.is_not(None), 1), else_=failures),
                bloque_jusque=case(
                    (Agent.bloque_jusque.is_not(None), null()),
                    (failures >= MAX_FAILURES, literal(moment + LOCK, UtcDateTime)),
                ),
            )
            .execution_options(synchronize_session=False)
        )
        assert isinstance(counted, CursorResult)
        agent: Agent | None = await session.scalar(select(Agent).where(Agent.identifiant == identifiant))
    may_try = counted.rowcount == 1
    right, renewed = await passwords.verify(password, agent.mot_de_passe_hache if agent and may_try else None)
    if not right or agent is None:
        return None
    async with transaction(sessions) as session:
        changes = _UNLOCKED | ({"mot_de_passe_hache": renewed} if renewed else {})
        await session.execute(update(Agent).where(Agent.id == agent.id).values(**changes))
    return agent


async def _create(sessions: Sessions, identifiant: str, nom: str, role: Role) -> CreatedAgent | None:
    password = passwords.new_one_time_password()
    agent = Agent(
        identifiant=identifiant,
        nom=nom,
        role=role,
        mot_de_passe_hache=await passwords.hash_password(password),
        doit_changer=True,
        actif=True,
        disponible=False,
        echecs=0,
        cree_le=now(),
    )
    try:
        async with transaction(sessions) as session:
            session.add(agent)
    except IntegrityError:
        return None
    return CreatedAgent(agent, password)


async def _get(session: AsyncSession, agent_id: int) -> Agent:
    agent = await session.get(Agent, agent_id)
    if agent is None:
        raise AccountError("Ce compte n'existe pas.")
    return agent


async def _change_unless_last(session: AsyncSession, agent: Agent, changes: dict[str, Any]) -> None:
    """Take a power away, unless nobody would be left to administer: two administrators may do it to each other at once."""
    query = update(Agent).where(Agent.id == agent.id).values(**changes).execution_options(synchronize_session=False)
    if agent.role == Role.ADMINISTRATEUR and agent.actif:
        # On PostgreSQL this waits for the other; on SQLite the one statement below is enough.
        await session.execute(select(Agent.id).where(Agent.role == Role.ADMINISTRATEUR).order_by(Agent.id).with_for_update())
        other = aliased(Agent)
        query = query.where(
            exists().where(other.role == Role.ADMINISTRATEUR, other.actif.is_(True), other.id != agent.id).correlate_except(other)
        )
    result = await session.execute(query)
    assert isinstance(result, CursorResult)
    if result.rowcount == 0:
        raise LastAdministrator("C'est le dernier administrateur : donnez d'abord ce rôle à quelqu'un d'autre.")


def _check_identifiant(identifiant: str) -> str:
    try:
        return validate_email(clean(identifiant), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise AccountError("Cette adresse électronique n'est pas valable. Exemple : prenom.nom@organisme.fr") from error
