import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from assistant.invoices.isolation.pool import Bounds, TooBusy, TooHeavy, WorkerFailed, WorkerPool

FACTORY = "tests.assistant.invoices.isolation.handlers:Handler"


@asynccontextmanager
async def pool(**given: Any) -> AsyncIterator[WorkerPool]:
    bounds = Bounds(**({"seconds": 1.0, "total_seconds": 3.0, "memory_mb": 60} | given.pop("bounds", {})))
    made = WorkerPool(FACTORY, {}, **({"workers": 1, "bounds": bounds} | given))
    await made.start()
    try:
        yield made
    finally:
        await made.close()


def lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def ask(made: WorkerPool, do: str, source: bytes | Path = b"", **more: Any) -> dict[str, Any]:
    size = len(source) if isinstance(source, bytes) else os.path.getsize(source)  # noqa: PTH202, ASYNC240
    return await made.run({"do": do} | more, source, size)


async def pid_of(made: WorkerPool) -> int:
    return int((await ask(made, "echo"))["pid"])


async def test_bytes_and_a_path_reach_the_worker_whole_and_prints_do_not_mix_in(tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    path = tmp_path / "facture.pdf"
    path.write_bytes(content)
    async with pool() as made:
        for source in (content, path):
            answer = await ask(made, "echo", source)
            assert (answer["size"], answer["head"]) == (3_000_000, content[:10].decode("latin-1"))


async def test_the_same_process_serves_again() -> None:
    async with pool() as made:
        assert await pid_of(made) == await pid_of(made)


async def test_a_file_that_hangs_is_stopped_and_the_worker_replaced() -> None:
    async with pool() as made:
        before = await pid_of(made)
        with pytest.raises(TooHeavy) as error:
            await ask(made, "hang")
        assert error.value.resource == "temps"
        assert await pid_of(made) != before
        assert not lives(before)


async def test_signs_of_progress_give_time_but_not_without_end() -> None:
    async with pool() as made:
        start = asyncio.get_running_loop().time()
        with pytest.raises(TooHeavy):
            await ask(made, "hang with progress")
        assert 2.5 < asyncio.get_running_loop().time() - start < 6


async def test_a_file_that_fills_the_memory_is_stopped_near_the_limit() -> None:
    async with pool(bounds={"seconds": 20, "total_seconds": 20}) as made:
        with pytest.raises(TooHeavy) as error:
            await ask(made, "eat memory")
        assert error.value.resource == "mémoire"


async def test_a_single_huge_demand_of_memory_is_refused_by_the_kernel() -> None:
    async with pool() as made:
        with pytest.raises(TooHeavy) as error:
            await ask(made, "ask for too much at once")
        assert error.value.resource == "mémoire"


@pytest.mark.parametrize("do", ["raise", "die", "exit"])
async def test_a_worker_that_fails_is_replaced(do: str) -> None:
    async with pool() as made:
        with pytest.raises(WorkerFailed):
            await ask(made, do)
        assert (await ask(made, "echo", b"abc"))["size"] == 3


async def test_the_log_gets_where_it_failed() -> None:
    async with pool() as made:
        with pytest.raises(WorkerFailed, match="ZeroDivisionError: a bug"):
            await ask(made, "raise")


async def test_a_worker_that_grows_gives_way_to_a_fresh_one() -> None:
    async with pool() as made:
        pids = [int((await ask(made, "leak a little"))["pid"]) for _ in range(5)]
        assert len(set(pids)) > 1


async def test_a_worker_serves_so_many_and_no_more() -> None:
    async with pool(recycle_after=2) as made:
        pids = [await pid_of(made) for _ in range(4)]
        assert pids[0] == pids[1] != pids[2] == pids[3]


async def test_a_full_queue_says_so_at_once() -> None:
    async with pool(queue=1) as made:
        waiting = [asyncio.create_task(ask(made, "hang")) for _ in range(2)]
        await asyncio.wait(waiting, timeout=0.1)
        with pytest.raises(TooBusy):
            await ask(made, "echo")
        assert all(isinstance(one, TooHeavy) for one in await asyncio.gather(*waiting, return_exceptions=True))
        assert (await ask(made, "echo"))["size"] == 0


async def test_a_caller_that_leaves_frees_its_place() -> None:
    async with pool(bounds={"seconds": 30, "total_seconds": 30}) as made:
        task = asyncio.create_task(ask(made, "hang"))
        await asyncio.wait({task}, timeout=0.2)
        task.cancel()
        await asyncio.wait({task})
        assert (await ask(made, "echo"))["size"] == 0


async def test_a_worker_reaches_no_network_runs_no_program_and_writes_no_file(tmp_path: Path) -> None:
    reached = asyncio.Event()
    server = await asyncio.start_server(lambda _r, w: (reached.set(), w.close())[0], "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    target = tmp_path / "left"
    async with server, pool() as made:
        for do in ("connect", "run", "write"):
            with pytest.raises(WorkerFailed, match="Forbidden"):
                await ask(made, do, port=port, path=str(target))
    assert not reached.is_set()
    assert not target.exists()


async def test_a_worker_gets_nothing_of_the_service_s_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHORISTE_ACTIONS_TOKEN", "un-secret-du-service")
    async with pool() as made:
        names = (await ask(made, "environment"))["names"]
    assert not [name for name in names if name.startswith("CHORISTE")]


async def test_a_pool_whose_workers_do_not_start_says_so() -> None:
    made = WorkerPool(FACTORY, {"broken": True}, workers=1)
    with pytest.raises(WorkerFailed):
        await made.start()
    with pytest.raises(WorkerFailed):
        await made.run({"do": "echo"}, b"", 0)


async def test_a_closed_pool_leaves_no_process() -> None:
    async with pool(workers=2) as made:
        pids = [worker.pid for worker in made.processes]
    assert len(pids) == 2
    assert not [pid for pid in pids if lives(pid)]


async def test_a_file_shorter_than_announced_ends_in_an_error_not_in_a_wait(tmp_path: Path) -> None:
    path = tmp_path / "court.pdf"
    path.write_bytes(b"abc")
    async with pool() as made:
        with pytest.raises(WorkerFailed):
            await made.run({"do": "echo"}, path, 10)
