"""Waking up those who look."""

import asyncio

from api.helpdesk.broadcast import InProcessBroadcaster


async def test_a_call_wakes_those_who_listen_to_its_subject_and_nobody_else() -> None:
    broadcaster = InProcessBroadcaster()
    with broadcaster.listen("un") as one, broadcaster.listen("un") as same, broadcaster.listen("deux") as other:
        waits = [asyncio.create_task(listener.wait(5)) for listener in (one, same)]
        broadcaster.publish("un")
        assert await asyncio.gather(*waits) == [True, True]
        assert await other.wait(0.01) is False


async def test_a_call_made_while_nobody_waits_is_not_lost() -> None:
    broadcaster = InProcessBroadcaster()
    with broadcaster.listen("un") as listener:
        broadcaster.publish("un")
        assert await listener.wait(5) is True
        assert await listener.wait(0.01) is False


async def test_who_has_left_is_forgotten() -> None:
    broadcaster = InProcessBroadcaster()
    with broadcaster.listen("un"):
        pass
    broadcaster.publish("un")
    assert not broadcaster._listeners
