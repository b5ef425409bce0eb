"""Signed-in browsers of the help-desk: kept by the server, so that they can be ended at any moment.

The cookie's token has 256 random bits and is stored as a hash only. A session ends after a time without activity, and in any case
after its whole length. What a page does by itself (live stream, signs of life) is no activity: `touch=False`.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.database import Sessions, now, transaction
from assistant.helpdesk.models import Agent, AgentSession

# Not each click writes: the moment of the last activity may be this much older than it is.
_PRECISION = timedelta(seconds=30)


@dataclass(frozen=True)
class SessionLimits:
    """How long a session lasts without activity (`idle`) and in all (`absolute`)."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)


@dataclass(frozen=True)
class SessionInfo:
    """Who is signed in, and the token that their forms must carry. `id` is the hash of the cookie's token."""

    id: str
    agent: Agent
    csrf: str


@dataclass(frozen=True)
class OpenedSession:
    """A new session: the token exists in clear here and in the browser only."""

    token: str
    csrf: str


async def open_session(*, sessions: Sessions, agent_id: int, limits: SessionLimits) -> OpenedSession:
    """Sign a browser in."""
    token, csrf, moment = secrets.token_urlsafe(32), secrets.token_urlsafe(32), now()
    row = AgentSession(
        id=_hash(token), agent_id=agent_id, csrf=csrf, cree_le=moment, vue_le=moment, expire_le=moment + limits.absolute
    )
    async with transaction(sessions) as session:
        session.add(row)
    return OpenedSession(token, csrf)


async def get_session(*, sessions: Sessions, token: str, limits: SessionLimits, touch: bool = True) -> SessionInfo | None:
    """The session if it still lasts and its agent is still active; `touch` says that the person did something."""
    moment = now()
    async with sessions() as session:
        found = (
            await session.execute(
                select(AgentSession, Agent).join(Agent, Agent.id == AgentSession.agent_id).where(AgentSession.id == _hash(token))
            )
        ).one_or_none()
    if found is None:
        return None
    row, agent = found
    # Both ends are read anew: shorter limits in the settings count at once for sessions that are open.
    if moment - row.vue_le >= limits.idle or moment >= min(row.expire_le, row.cree_le + limits.absolute) or not agent.actif:
        return None
    if touch and moment - row.vue_le >= _PRECISION:
        async with transaction(sessions) as session:
            await session.execute(update(AgentSession).where(AgentSession.id == row.id).values(vue_le=moment))
    return SessionInfo(row.id, agent, row.csrf)


async def end_session(*, sessions: Sessions, session_id: str) -> None:
    """Sign one browser out."""
    async with transaction(sessions) as session:
        await session.execute(delete(AgentSession).where(AgentSession.id == session_id))


async def end_all_sessions(*, sessions: Sessions, agent_id: int, but: str | None = None) -> int:
    """Sign all browsers of an agent out, `but` one (its hash); returns how many."""
    async with transaction(sessions) as session:
        return await end_all_in(session, agent_id, but)


async def end_all_in(session: AsyncSession, agent_id: int, but: str | None = None) -> int:
    """The same inside a transaction of the caller."""
    query = delete(AgentSession).where(AgentSession.agent_id == agent_id)
    result = await session.execute(query if but is None else query.where(AgentSession.id != but))
    assert isinstance(result, CursorResult)
    return result.rowcount


async def count_sessions(*, sessions: Sessions, limits: SessionLimits) -> dict[int, int]:
    """How many sessions of each agent still last."""
    moment = now()
    async with sessions() as session:
        rows = await session.scalars(
            select(AgentSession).where(AgentSession.expire_le > moment, AgentSession.vue_le > moment - limits.idle)
        )
        counts: dict[int, int] = {}
        for row in rows:
            counts[row.agent_id] = counts.get(row.agent_id, 0) + 1
    return counts


async def purge_sessions(*, sessions: Sessions, limits: SessionLimits) -> int:
    """Forget sessions that have ended; returns how many."""
    moment = now()
    async with transaction(sessions) as session:
        result = await session.execute(
            delete(AgentSession).where((AgentSession.expire_le <= moment) | (AgentSession.vue_le <= moment - limits.idle))
        )
    assert isinstance(result, CursorResult)
    return result.rowcount


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
