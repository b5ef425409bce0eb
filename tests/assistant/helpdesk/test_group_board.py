"""Groups that a page shows at once: few are made at once, many ahead of time, with their age."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from actions.base import Services
from assistant.conversations.enums import Kind
from assistant.database import Sessions, now
from assistant.helpdesk import group_board, learning
from assistant.helpdesk.learning import GroupBoard, Raison, Tableau
from assistant.helpdesk.unanswered import more_than
from tests.assistant.helpdesk.test_unanswered import LOCKED, PAID, Talk

DAY = datetime(1999, 5, 5, 12, tzinfo=UTC)


@pytest.fixture
async def talk(sessions: Sessions) -> Talk:
    """A conversation with three questions that nobody could answer."""
    opened = await Talk.open(sessions, DAY)
    for text in LOCKED:
        await opened.ask(text, Kind.UNKNOWN)
    return opened


async def show(board: GroupBoard, sessions: Sessions, services: Services, *raisons: Raison) -> Tableau:
    return await board.show(
        sessions=sessions,
        search=services.search,
        since=DAY - timedelta(days=1),
        until=DAY + timedelta(days=1),
        raisons=raisons or tuple(Raison),
    )


def questions(board: Tableau) -> int:
    assert board.groupes is not None
    return board.groupes.total


async def test_few_questions_are_grouped_at_once_and_a_new_one_is_seen(
    sessions: Sessions, services: Services, talk: Talk
) -> None:
    board = GroupBoard()
    first = await show(board, sessions, services)
    await talk.ask(PAID, Kind.UNKNOWN)
    second = await show(board, sessions, services)
    assert (questions(first), questions(second)) == (3, 4)
    assert not (first.ancien or first.en_cours)


async def test_many_are_prepared_then_shown_with_their_moment(
    sessions: Sessions, services: Services, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_board, "FEW", 2)
    monkeypatch.setattr(group_board, "PATIENCE", 0)
    board, before = GroupBoard(), now()
    assert await show(board, sessions, services) == Tableau(None, None, en_cours=True)
    await board.settle()
    ready = await show(board, sessions, services)
    assert questions(ready) == 3
    assert ready.ancien and not ready.en_cours
    assert ready.calcule_le is not None and before <= ready.calcule_le <= now()
    direct = await learning.list_groups(
        sessions=sessions, search=services.search, since=DAY - timedelta(days=1), until=DAY + timedelta(days=1)
    )
    assert ready.groupes == direct


async def test_old_groups_are_shown_while_new_ones_are_made(
    sessions: Sessions, services: Services, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_board, "FEW", 2)
    board = GroupBoard()
    await show(board, sessions, services)
    await board.settle()
    await talk.ask(PAID, Kind.UNKNOWN)
    assert questions(await show(board, sessions, services)) == 3
    monkeypatch.setattr(group_board, "MAX_AGE", timedelta(0))
    monkeypatch.setattr(group_board, "PATIENCE", 0)
    old = await show(board, sessions, services)
    assert (questions(old), old.en_cours) == (3, True)
    await board.settle()
    monkeypatch.setattr(group_board, "MAX_AGE", timedelta(minutes=10))
    assert questions(await show(board, sessions, services)) == 4


async def test_periods_and_reasons_do_not_mix_and_only_so_many_are_remembered(
    sessions: Sessions, services: Services, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_board, "FEW", 0)
    monkeypatch.setattr(group_board, "_KEPT", 1)
    monkeypatch.setattr(group_board, "PATIENCE", 60)
    await talk.ask(PAID, Kind.CHOICES)
    board = GroupBoard()
    assert questions(await show(board, sessions, services, Raison.INCONNU)) == 3
    assert questions(await show(board, sessions, services, Raison.CHOIX)) == 1
    monkeypatch.setattr(group_board, "PATIENCE", 0)
    # The first ones have given up their place.
    assert (await show(board, sessions, services, Raison.INCONNU)).groupes is None
    await board.settle()


async def test_the_same_period_is_made_once_for_all_who_ask(
    sessions: Sessions, services: Services, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_board, "FEW", 0)
    monkeypatch.setattr(group_board, "PATIENCE", 60)
    made = 0
    list_groups = group_board.list_groups

    async def counted(**given: object) -> object:
        nonlocal made
        made += 1
        return await list_groups(**given)  # type: ignore[arg-type]

    monkeypatch.setattr(group_board, "list_groups", counted)
    board = GroupBoard()
    found = await asyncio.gather(*(show(board, sessions, services) for _ in range(3)))
    assert [questions(one) for one in found] == [3, 3, 3]
    assert made == 1


async def test_a_grouping_that_fails_is_said_and_tried_again(
    sessions: Sessions, services: Services, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_board, "FEW", 0)
    monkeypatch.setattr(group_board, "PATIENCE", 60)
    list_groups = group_board.list_groups

    async def broken(**given: object) -> object:
        raise RuntimeError("no room")

    monkeypatch.setattr(group_board, "list_groups", broken)
    board = GroupBoard()
    assert await show(board, sessions, services) == Tableau(None, None, en_cours=False, echec=True)
    monkeypatch.setattr(group_board, "list_groups", list_groups)
    mended = await show(board, sessions, services)
    assert (questions(mended), mended.echec) == (3, False)
    # What was made before stays, and the page says that it is not the newest that was tried.
    monkeypatch.setattr(group_board, "list_groups", broken)
    monkeypatch.setattr(group_board, "MAX_AGE", timedelta(0))
    old = await show(board, sessions, services)
    assert (questions(old), old.en_cours, old.echec) == (3, False, True)


async def test_what_is_being_made_stops_with_the_service(
    sessions: Sessions, services: Services, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_board, "FEW", 0)
    monkeypatch.setattr(group_board, "PATIENCE", 0)
    never = asyncio.Event()

    async def endless(**given: object) -> None:
        await never.wait()

    monkeypatch.setattr(group_board, "list_groups", endless)
    board = GroupBoard()
    assert (await show(board, sessions, services)).en_cours
    await board.close()
    await board.settle()


async def test_counting_stops_at_what_is_asked_and_a_message_with_two_reasons_is_one(any_sessions: Sessions) -> None:
    talk = await Talk.open(any_sessions, DAY)
    answers = [await talk.ask(text, Kind.UNKNOWN) for text in LOCKED]
    await talk.vote(answers[0], useful=False)
    period = {"sessions": any_sessions, "since": DAY - timedelta(days=1), "until": DAY + timedelta(days=1)}
    assert await more_than(2, **period)  # type: ignore[arg-type]
    assert not await more_than(3, **period)  # type: ignore[arg-type]
    assert not await more_than(1, raisons=[Raison.VOTE_NEGATIF], **period)  # type: ignore[arg-type]
    assert not await more_than(0, raisons=[], **period)  # type: ignore[arg-type]
