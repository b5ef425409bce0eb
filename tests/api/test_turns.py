"""One at a time for each conversation."""

import asyncio
import gc

import pytest

from api.turns import Turns


async def test_turns_of_one_conversation_are_taken_in_the_order_of_asking() -> None:
    turns, order, free = Turns(), [], asyncio.Event()

    async def speak(number: int) -> None:
        async with turns.take("c"):
            order.append(f"start {number}")
            await free.wait()
            order.append(f"end {number}")

    speaking = [asyncio.create_task(speak(number)) for number in range(5)]
    free.set()
    await asyncio.gather(*speaking)
    assert order == [f"{what} {number}" for number in range(5) for what in ("start", "end")]


async def test_conversations_do_not_wait_for_each_other() -> None:
    turns = Turns()
    async with turns.take("a"), asyncio.timeout(5), turns.take("b"):
        pass


async def test_a_failing_turn_frees_the_next_and_nothing_is_remembered() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError):
        async with turns.take("c"):
            raise ZeroDivisionError
    async with asyncio.timeout(5), turns.take("c"):
        assert len(turns._locks) == 1
    gc.collect()
    assert len(turns._locks) == 0
