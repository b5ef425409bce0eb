"""Accounts: who gets in, who is kept out, who may no more."""

import asyncio
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from assistant.database import Sessions, now, transaction
from assistant.helpdesk import accounts, passwords
from assistant.helpdesk.accounts import AccountError, LastAdministrator, SessionLimits
from assistant.helpdesk.enums import Role
from assistant.helpdesk.models import Agent, AgentSession
from tests.support.desk import PASSWORD, add_agent

LIMITS = SessionLimits()


async def _log_in(sessions: Sessions, identifiant: str, password: str = PASSWORD) -> Agent | None:
    return await accounts.authenticate(sessions=sessions, identifiant=identifiant, password=password, refusal_seconds=0)


async def _age(sessions: Sessions, **changes: object) -> None:
    async with transaction(sessions) as session:
        await session.execute(update(AgentSession).values(**changes))


@pytest.fixture
async def clean(any_sessions: Sessions) -> Sessions:
    """PostgreSQL's schema is shared by the tests: this one begins without agents."""
    async with transaction(any_sessions) as session:
        await session.execute(AgentSession.__table__.delete())
        await session.execute(Agent.__table__.delete())
    return any_sessions


# --- log-in ---


async def test_the_identifier_is_taken_in_any_case_and_with_spaces_around(clean: Sessions) -> None:
    agent = await add_agent(clean)
    found = await _log_in(clean, f"  {agent.identifiant.upper()} ")
    assert found is not None
    assert found.id == agent.id


async def test_five_failures_lock_the_account_even_for_the_right_password_and_the_lock_passes(clean: Sessions) -> None:
    agent = await add_agent(clean)
    for _ in range(accounts.MAX_FAILURES):
        assert await _log_in(clean, agent.identifiant, "faux mot de passe") is None
    assert await _log_in(clean, agent.identifiant) is None
    locked = await accounts.get_agent(sessions=clean, agent_id=agent.id)
    assert locked.bloque_jusque is not None
    assert timedelta(minutes=14) < locked.bloque_jusque - now() <= accounts.LOCK

    async with transaction(clean) as session:
        await session.execute(update(Agent).values(bloque_jusque=now() - timedelta(seconds=1)))
    assert await _log_in(clean, agent.identifiant, "faux mot de passe") is None, "a lock that passed gives a new series"
    assert await _log_in(clean, agent.identifiant) is not None
    after = await accounts.get_agent(sessions=clean, agent_id=agent.id)
    assert (after.echecs, after.bloque_jusque) == (0, None)


async def test_a_success_forgets_the_failures_before_it(clean: Sessions) -> None:
    agent = await add_agent(clean)
    for _ in range(3):
        for _ in range(accounts.MAX_FAILURES - 1):
            assert await _log_in(clean, agent.identifiant, "faux mot de passe") is None
        assert await _log_in(clean, agent.identifiant) is not None


async def test_guesses_sent_at_once_count_as_many(clean: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = await add_agent(clean)
    considered = 0
    real = passwords.verify

    async def count(password: str, hashed: str | None) -> tuple[bool, str | None]:
        nonlocal considered
        considered += hashed is not None
        return await real(password, hashed)

    monkeypatch.setattr(passwords, "verify", count)
    await asyncio.gather(*(_log_in(clean, agent.identifiant, f"essai numéro {n}") for n in range(12)))
    assert considered == accounts.MAX_FAILURES


async def test_an_administrator_can_lift_a_lock(clean: Sessions) -> None:
    agent = await add_agent(clean, bloque_jusque=now() + timedelta(minutes=9), echecs=5)
    assert await _log_in(clean, agent.identifiant) is None
    await accounts.unlock(sessions=clean, agent_id=agent.id)
    assert await _log_in(clean, agent.identifiant) is not None


async def test_refusals_take_the_same_work_and_at_least_the_same_time(clean: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = await add_agent(clean)
    await add_agent(clean, nom="Sans Mot De Passe", mot_de_passe_hache=None)
    work = []
    real = passwords._hasher.verify_and_update

    def watched(password: str, hashed: str) -> tuple[bool, str | None]:
        work.append(hashed.split("$")[:4])
        return real(password, hashed)

    monkeypatch.setattr(passwords._hasher, "verify_and_update", watched)
    for identifiant in (agent.identifiant, "personne@exemple.fr", "sans.mot.de.passe@exemple.fr", ""):
        started = time.monotonic()
        found = await accounts.authenticate(
            sessions=clean, identifiant=identifiant, password="faux mot de passe", refusal_seconds=0.4
        )
        assert found is None
        assert time.monotonic() - started >= 0.4
    assert len(work) == 4
    assert len({tuple(parameters) for parameters in work}) == 1


async def test_an_old_hash_is_renewed_at_log_in(clean: Sessions) -> None:
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    weaker = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=1024, parallelism=1),)).hash(PASSWORD)
    agent = await add_agent(clean, mot_de_passe_hache=weaker)
    assert await _log_in(clean, agent.identifiant) is not None
    after = await accounts.get_agent(sessions=clean, agent_id=agent.id)
    assert after.mot_de_passe_hache != weaker
    assert await _log_in(clean, agent.identifiant) is not None


# --- accounts ---


async def test_the_first_administrator_is_made_once_with_a_password_to_change(clean: Sessions) -> None:
    password = await accounts.ensure_first_administrator(sessions=clean)
    assert password is not None
    assert await accounts.ensure_first_administrator(sessions=clean) is None
    agent = await _log_in(clean, accounts.FIRST_ADMINISTRATOR, password)
    assert agent is not None
    assert (agent.role, agent.doit_changer) == (Role.ADMINISTRATEUR, True)


async def test_two_services_that_start_at_once_make_one_first_administrator(clean: Sessions) -> None:
    given = await asyncio.gather(*(accounts.ensure_first_administrator(sessions=clean) for _ in range(4)))
    assert len([password for password in given if password]) == 1
    async with clean() as session:
        assert await session.scalar(select(func.count()).select_from(Agent)) == 1


async def test_a_new_account_has_a_one_time_password_and_a_lower_case_address(clean: Sessions) -> None:
    created = await accounts.create_agent(
        sessions=clean, identifiant=" Ana.Neuve@Exemple.FR ", nom="  Ana   Neuve ", role=Role.AGENT
    )
    assert (created.agent.identifiant, created.agent.nom, created.agent.doit_changer) == (
        "ana.neuve@exemple.fr",
        "Ana Neuve",
        True,
    )
    assert created.password not in (created.agent.mot_de_passe_hache or "")
    assert await _log_in(clean, "ana.neuve@exemple.fr", created.password) is not None


@pytest.mark.parametrize(
    ("identifiant", "nom", "words"),
    [
        ("pas une adresse", "Ana", "n'est pas valable"),
        ("ana@exemple.fr", "   ", "nom de la personne"),
        ("ana@exemple.fr", "x" * 121, "120 caractères au plus"),
        ("camille.agent@exemple.fr", "Ana", "existe déjà"),
    ],
)
async def test_an_account_that_cannot_be_is_refused_with_the_reason(
    clean: Sessions, identifiant: str, nom: str, words: str
) -> None:
    await add_agent(clean)
    with pytest.raises(AccountError, match=words):
        await accounts.create_agent(sessions=clean, identifiant=identifiant, nom=nom, role=Role.AGENT)


async def test_a_password_given_anew_ends_all_sessions_and_must_be_changed(clean: Sessions) -> None:
    agent = await add_agent(clean, bloque_jusque=now() + timedelta(minutes=9), echecs=5)
    opened = await accounts.open_session(sessions=clean, agent_id=agent.id, limits=LIMITS)
    password = await accounts.reset_password(sessions=clean, agent_id=agent.id)
    assert await accounts.get_session(sessions=clean, token=opened.token, limits=LIMITS) is None
    assert await _log_in(clean, agent.identifiant) is None
    again = await _log_in(clean, agent.identifiant, password)
    assert again is not None
    assert again.doit_changer


async def test_the_last_administrator_can_neither_be_switched_off_nor_lose_the_role(clean: Sessions) -> None:
    last = await add_agent(clean, Role.ADMINISTRATEUR)
    await add_agent(clean, Role.ADMINISTRATEUR, nom="Parti", actif=False)
    with pytest.raises(LastAdministrator):
        await accounts.set_active(sessions=clean, agent_id=last.id, active=False)
    with pytest.raises(LastAdministrator):
        await accounts.set_role(sessions=clean, agent_id=last.id, role=Role.AGENT)
    unchanged = await accounts.get_agent(sessions=clean, agent_id=last.id)
    assert (unchanged.role, unchanged.actif) == (Role.ADMINISTRATEUR, True)


async def test_two_administrators_who_switch_each_other_off_at_once_leave_one(clean: Sessions) -> None:
    for attempt in range(5):
        one = await add_agent(clean, Role.ADMINISTRATEUR, nom=f"Une {attempt}")
        two = await add_agent(clean, Role.ADMINISTRATEUR, nom=f"Deux {attempt}")
        async with transaction(clean) as session:
            await session.execute(update(Agent).where(Agent.id.not_in([one.id, two.id])).values(actif=False))
        outcomes = await asyncio.gather(
            *(accounts.set_active(sessions=clean, agent_id=agent.id, active=False) for agent in (one, two)),
            return_exceptions=True,
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LastAdministrator", "NoneType"]


# --- sessions ---


async def test_a_session_is_found_by_its_token_only_and_the_token_is_not_stored(clean: Sessions) -> None:
    agent = await add_agent(clean)
    opened = await accounts.open_session(sessions=clean, agent_id=agent.id, limits=LIMITS)
    info = await accounts.get_session(sessions=clean, token=opened.token, limits=LIMITS)
    assert info is not None
    assert (info.agent.id, info.csrf) == (agent.id, opened.csrf)
    assert opened.token not in (info.id, info.csrf)
    for token in ("", opened.token[:-1], info.id, "é\x00\ud800"):
        assert await accounts.get_session(sessions=clean, token=token, limits=LIMITS) is None


async def test_a_session_without_activity_ends_and_what_a_page_does_by_itself_is_no_activity(clean: Sessions) -> None:
    agent = await add_agent(clean)
    token = (await accounts.open_session(sessions=clean, agent_id=agent.id, limits=LIMITS)).token
    await _age(clean, vue_le=now() - timedelta(minutes=29))
    assert await accounts.get_session(sessions=clean, token=token, limits=LIMITS, touch=False) is not None
    async with clean() as session:
        assert (await session.scalars(select(AgentSession.vue_le))).one() < now() - timedelta(minutes=28)
    assert await accounts.get_session(sessions=clean, token=token, limits=LIMITS) is not None
    async with clean() as session:
        assert (await session.scalars(select(AgentSession.vue_le))).one() > now() - timedelta(minutes=1)
    await _age(clean, vue_le=now() - timedelta(minutes=30))
    assert await accounts.get_session(sessions=clean, token=token, limits=LIMITS) is None


async def test_a_session_ends_after_twelve_hours_however_busy(clean: Sessions) -> None:
    agent = await add_agent(clean)
    token = (await accounts.open_session(sessions=clean, agent_id=agent.id, limits=LIMITS)).token
    await _age(clean, expire_le=now() - timedelta(seconds=1))
    assert await accounts.get_session(sessions=clean, token=token, limits=LIMITS) is None


async def test_shorter_limits_count_for_open_sessions_too(clean: Sessions) -> None:
    agent = await add_agent(clean)
    token = (await accounts.open_session(sessions=clean, agent_id=agent.id, limits=LIMITS)).token
    await _age(clean, cree_le=now() - timedelta(hours=3))
    shorter = SessionLimits(absolute=timedelta(hours=2))
    assert await accounts.get_session(sessions=clean, token=token, limits=LIMITS) is not None
    assert await accounts.get_session(sessions=clean, token=token, limits=shorter) is None


@pytest.mark.parametrize("change", ["off", "role"])
async def test_an_account_that_is_switched_off_or_gets_another_role_has_no_open_session_left(
    clean: Sessions, change: str
) -> None:
    agent = await add_agent(clean)
    token = (await accounts.open_session(sessions=clean, agent_id=agent.id, limits=LIMITS)).token
    if change == "off":
        await accounts.set_active(sessions=clean, agent_id=agent.id, active=False)
        await accounts.set_active(sessions=clean, agent_id=agent.id, active=True)
    else:
        await accounts.set_role(sessions=clean, agent_id=agent.id, role=Role.SUPERVISEUR)
    assert await accounts.get_session(sessions=clean, token=token, limits=LIMITS) is None


async def test_sessions_that_ended_are_forgotten_and_only_those(clean: Sessions) -> None:
    agent = await add_agent(clean)
    await accounts.open_session(sessions=clean, agent_id=agent.id, limits=LIMITS)
    await _age(clean, vue_le=now() - timedelta(hours=1))
    kept = await accounts.open_session(sessions=clean, agent_id=agent.id, limits=LIMITS)
    assert await accounts.count_sessions(sessions=clean, limits=LIMITS) == {agent.id: 1}
    assert await accounts.purge_sessions(sessions=clean, limits=LIMITS) == 1
    assert await accounts.get_session(sessions=clean, token=kept.token, limits=LIMITS) is not None


# --- by an identity provider ---


async def test_a_verified_address_ties_the_subject_once_and_the_subject_opens_from_then_on(clean: Sessions) -> None:
    agent = await add_agent(clean)
    assert await accounts.find_for_oidc(sessions=clean, sujet="s-1", email=None) is None
    found = await accounts.find_for_oidc(sessions=clean, sujet="s-1", email=agent.identifiant.upper())
    assert found is not None
    assert found.id == agent.id
    later = await accounts.find_for_oidc(sessions=clean, sujet="s-1", email="autre@exemple.fr")
    assert later is not None
    assert later.id == agent.id


async def test_an_account_tied_to_a_subject_is_not_opened_by_another_with_the_same_address(clean: Sessions) -> None:
    agent = await add_agent(clean)
    await accounts.find_for_oidc(sessions=clean, sujet="s-1", email=agent.identifiant)
    assert await accounts.find_for_oidc(sessions=clean, sujet="s-2", email=agent.identifiant) is None


async def test_an_account_that_is_switched_off_is_neither_tied_nor_opened(clean: Sessions) -> None:
    agent = await add_agent(clean, actif=False)
    assert await accounts.find_for_oidc(sessions=clean, sujet="s-1", email=agent.identifiant) is None
    assert (await accounts.get_agent(sessions=clean, agent_id=agent.id)).oidc_sujet is None
