"""One worker seen from the service: started, asked, watched, killed."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import assistant
from assistant.invoices.isolation import frames

_ROOT = Path(assistant.__file__).resolve().parents[1]
# Fine enough that a file growing at 5 GB a second is stopped within 100 MB.
_WATCH_SECONDS = 0.02
_PAGE = os.sysconf("SC_PAGE_SIZE")
_MB = 1024 * 1024
# What a system may let a growing process pass before the watch sees it.
_HARD_MARGIN_MB = 200


class TooHeavy(Exception):
    """The file took more time or memory than is given; `resource` is « temps » or « mémoire »."""

    def __init__(self, resource: str) -> None:
        super().__init__(resource)
        self.resource = resource


class WorkerFailed(Exception):
    """The worker died, could not start or raised; the message is for the log."""


@dataclass(frozen=True)
class Bounds:
    """`seconds`: between two signs of progress. `total_seconds`: for a whole request. `memory_mb`: growth over the memory of a
    worker at rest. `max_file_bytes`: the largest file. `start_seconds`: for the warm-up, some seconds on an idle machine."""

    seconds: float = 5.0
    total_seconds: float = 70.0
    memory_mb: int = 300
    max_file_bytes: int = 121 * _MB
    start_seconds: float = 180.0


class WorkerProcess:
    """Not for two requests at once. After any exception of `ask` it is dead."""

    def __init__(self, process: asyncio.subprocess.Process, bounds: Bounds, *, without_network: bool) -> None:
        self._process = process
        self._bounds = bounds
        self._progress_at = 0.0
        self.without_network = without_network
        self.served = 0
        self.baseline = self.rss()

    @classmethod
    async def start(cls, factory: str, config: dict[str, Any], bounds: Bounds) -> "WorkerProcess":
        """Start and warm up. Raises WorkerFailed."""
        given = {
            "handler": config,
            "hard_memory_mb": bounds.memory_mb + _HARD_MARGIN_MB,
            "max_file_bytes": bounds.max_file_bytes,
            "alarm_seconds": bounds.total_seconds + 10,
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "assistant.invoices.isolation.worker",
            factory,
            json.dumps(given),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=_ROOT,
            # Nothing of the service's environment: it holds secrets.
            env={"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "LANG": "C.UTF-8"},
            limit=frames.MAX_FRAME,
        )
        try:
            async with asyncio.timeout(bounds.start_seconds):
                ready = await _read(process)
        except (OSError, EOFError, ValueError, TimeoutError) as error:
            await _kill(process)
            raise WorkerFailed(f"no start: {error!r}") from error
        except BaseException:
            await _kill(process)
            raise
        return cls(process, bounds, without_network=bool(ready.get("without_network")))

    @property
    def pid(self) -> int:
        """Of the system."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """False once it ended."""
        return self._process.returncode is None

    def rss(self) -> int:
        """Bytes of memory now; 0 when it is gone."""
        try:
            return int(Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE
        except (OSError, IndexError, ValueError):
            return 0

    async def ask(self, request: dict[str, Any], source: bytes | Path, size: int) -> dict[str, Any]:
        """The handler's answer. Raises TooHeavy or WorkerFailed; the process is killed then, and when the caller is cancelled."""
        loop = asyncio.get_running_loop()
        started = self._progress_at = loop.time()
        exchange = asyncio.create_task(self._exchange(request, source, size))
        try:
            while not exchange.done():
                await asyncio.wait({exchange}, timeout=_WATCH_SECONDS)
                if exchange.done():
                    break
                if self.rss() - self.baseline > self._bounds.memory_mb * _MB:
                    raise TooHeavy("mémoire")  # noqa: TRY301 - the cleaning below is for every way out
                late = loop.time() - self._progress_at > self._bounds.seconds
                if late or loop.time() - started > self._bounds.total_seconds:
                    raise TooHeavy("temps")  # noqa: TRY301
            answer = exchange.result()
        except (OSError, EOFError, ValueError) as error:
            await self.kill()
            raise WorkerFailed(f"died: {error!r}, code {self._process.returncode}") from error
        except BaseException:
            await self.kill()
            exchange.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError, EOFError, ValueError):
                await exchange
            raise
        self.served += 1
        if answer.get("kind") == "done":
            return dict(answer["answer"])
        await self.kill()
        if answer.get("kind") == "memory":
            raise TooHeavy("mémoire")
        raise WorkerFailed(str(answer.get("trace", "unknown answer")))

    async def kill(self) -> None:
        """At once, and wait for the end."""
        await _kill(self._process)

    async def _exchange(self, request: dict[str, Any], source: bytes | Path, size: int) -> dict[str, Any]:
        sink = self._process.stdin
        assert sink is not None
        sink.write(frames.encode({"request": request, "size": size}))
        async for chunk in _chunks(source, size):
            sink.write(chunk)
            await sink.drain()
            self._progress()
        await sink.drain()
        while True:
            message = await _read(self._process)
            if message.get("kind") != "progress":
                return message
            self._progress()

    def _progress(self) -> None:
        self._progress_at = asyncio.get_running_loop().time()


async def _chunks(source: bytes | Path, size: int) -> AsyncIterator[bytes]:
    """Exactly `size` bytes: a file that changed meanwhile raises EOFError."""
    if isinstance(source, bytes):
        for start in range(0, len(source), _MB):
            yield source[start : start + _MB]
        return
    with await asyncio.to_thread(source.open, "rb") as handle:
        while size:
            chunk = await asyncio.to_thread(handle.read, min(size, _MB))
            if not chunk:
                raise EOFError("the file is shorter than announced")
            size -= len(chunk)
            yield chunk


async def _read(process: asyncio.subprocess.Process) -> dict[str, Any]:
    stream = process.stdout
    assert stream is not None
    (length,) = frames.LENGTH.unpack(await stream.readexactly(frames.LENGTH.size))
    if length > frames.MAX_FRAME:
        raise ValueError("frame too long")
    return frames.decode(await stream.readexactly(length))


async def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    if process.stdin is not None:
        process.stdin.close()
    await process.wait()
