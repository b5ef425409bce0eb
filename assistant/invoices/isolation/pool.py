"""A few workers for many requests: a bounded queue, replacement of what died or grew."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import structlog

from assistant.invoices.isolation.process import Bounds, TooHeavy, WorkerFailed, WorkerProcess

logger = structlog.get_logger()

_MB = 1024 * 1024


class TooBusy(Exception):
    """The queue is full: the caller may try again in a moment."""


class WorkerPool:
    """`workers` processes; at most `queue` requests wait. `recycle_after`: a worker serves so many, then a fresh one comes.

    Start with `await start()`, end with `await close()`; both may be called twice. One event loop.
    """

    def __init__(
        self,
        factory: str,
        config: dict[str, Any],
        *,
        workers: int = 2,
        queue: int = 16,
        recycle_after: int = 500,
        bounds: Bounds | None = None,
    ) -> None:
        self._factory = factory
        self._config = config
        self._count = workers
        self._queue = queue
        self._recycle_after = recycle_after
        self._bounds = bounds or Bounds()
        # A slot without a process (None) is started by who takes it.
        self._idle: asyncio.Queue[WorkerProcess | None] = asyncio.Queue()
        self._alive: set[WorkerProcess] = set()
        self._replacing: set[asyncio.Task[None]] = set()
        self._pending = 0
        self._started = False

    async def start(self) -> None:
        """Start and warm up every worker. Raises WorkerFailed when the first ones do not start."""
        if self._started:
            return
        self._started = True
        try:
            for worker in await asyncio.gather(*(self._new() for _ in range(self._count))):
                self._idle.put_nowait(worker)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Kill every worker; requests under way end with WorkerFailed."""
        self._started = False
        for task in list(self._replacing):
            task.cancel()
        await asyncio.gather(*self._replacing, return_exceptions=True)
        await asyncio.gather(*(worker.kill() for worker in list(self._alive)))
        self._alive.clear()
        while not self._idle.empty():
            self._idle.get_nowait()

    @property
    def processes(self) -> list[WorkerProcess]:
        """Those that live, for who measures."""
        return list(self._alive)

    async def run(self, request: dict[str, Any], source: bytes | Path, size: int) -> dict[str, Any]:
        """The handler's answer. Raises TooBusy, TooHeavy, WorkerFailed."""
        if not self._started:
            raise WorkerFailed("not started")
        if self._pending >= self._count + self._queue:
            raise TooBusy
        self._pending += 1
        try:
            worker = await self._idle.get()
            try:
                if worker is None or not worker.alive:
                    worker = await self._fresh(worker)
                return await worker.ask(request, source, size)
            finally:
                self._give_back(worker)
        finally:
            self._pending -= 1

    async def _fresh(self, gone: WorkerProcess | None) -> WorkerProcess:
        if gone is not None:
            self._alive.discard(gone)
        return await self._new()

    async def _new(self) -> WorkerProcess:
        worker = await WorkerProcess.start(self._factory, self._config, self._bounds)
        self._alive.add(worker)
        logger.info("invoice_worker_ready", pid=worker.pid, rss_mb=worker.baseline // _MB, without_network=worker.without_network)
        return worker

    def _give_back(self, worker: WorkerProcess | None) -> None:
        if not self._started:
            return
        if worker is not None and worker.alive and not self._is_worn(worker):
            self._idle.put_nowait(worker)
            return
        task = asyncio.create_task(self._replace(worker))
        self._replacing.add(task)
        task.add_done_callback(self._replacing.discard)

    def _is_worn(self, worker: WorkerProcess) -> bool:
        grown = worker.rss() - worker.baseline > self._bounds.memory_mb * _MB // 2
        return grown or worker.served >= self._recycle_after

    async def _replace(self, worker: WorkerProcess | None) -> None:
        if worker is not None:
            self._alive.discard(worker)
            await worker.kill()
        fresh: WorkerProcess | None = None
        with contextlib.suppress(WorkerFailed, OSError):
            fresh = await self._new()
        if fresh is None:
            logger.error("invoice_worker_not_replaced")
        self._idle.put_nowait(fresh)


__all__ = ["Bounds", "TooBusy", "TooHeavy", "WorkerFailed", "WorkerPool"]
