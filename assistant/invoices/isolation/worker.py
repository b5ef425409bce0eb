"""The process that reads: `python -m assistant.invoices.isolation.worker <module:factory> <config in JSON>`.

The factory gets the config and gives an object with `warm_up()` and `handle(path, request, progress) -> dict`. A file comes
through the pipe and is kept in memory (memfd): nothing is written on a disk, and nothing can be left there. Linux.
"""

import importlib
import json
import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from assistant.invoices.isolation import frames
from assistant.invoices.isolation.confinement import forbid_actions, leave_network, limit_resources

_CHUNK = 1024 * 1024


class Handler(Protocol):
    """What the worker runs on each file."""

    def warm_up(self) -> None:
        """Load what is slow to load, once."""

    def handle(self, path: Path, request: dict[str, Any], progress: Callable[[], None]) -> dict[str, Any]:
        """The answer, in JSON's types. `progress` restarts the clock of one file."""


def main(arguments: list[str]) -> int:
    """Serve until the pipe closes."""
    # What a library prints must not get between two frames.
    answers = os.dup(1)
    os.dup2(2, 1)
    logging.disable(logging.CRITICAL)
    without_network = leave_network()
    config = json.loads(arguments[1])
    module, _, factory = arguments[0].partition(":")
    handler: Handler = getattr(importlib.import_module(module), factory)(config["handler"])
    handler.warm_up()
    limit_resources(memory_mb=config["hard_memory_mb"], file_bytes=config["max_file_bytes"])
    forbid_actions()
    frames.write_all(answers, frames.encode({"kind": "ready", "without_network": without_network}))
    while (request := _next_request()) is not None:
        # A service that is gone cannot kill what hangs.
        signal.setitimer(signal.ITIMER_REAL, config["alarm_seconds"])
        answer = _answer(handler, request, lambda: frames.write_all(answers, frames.encode({"kind": "progress"})))
        signal.setitimer(signal.ITIMER_REAL, 0)
        frames.write_all(answers, frames.encode(answer))
        if answer["kind"] != "done":
            return 1
    return 0


def _next_request() -> dict[str, Any] | None:
    head = frames.read_exactly(0, frames.LENGTH.size)
    body = frames.read_exactly(0, frames.LENGTH.unpack(head)[0]) if head else None
    return frames.decode(body) if body else None


def _answer(handler: Handler, request: dict[str, Any], progress: Callable[[], None]) -> dict[str, Any]:
    try:
        descriptor = _receive(request["size"])
        try:
            return {"kind": "done", "answer": handler.handle(Path(f"/dev/fd/{descriptor}"), request["request"], progress)}
        finally:
            os.close(descriptor)
    except MemoryError:
        return {"kind": "memory"}
    except Exception:  # noqa: BLE001 - whatever a file makes of the code, the service must hear of it
        return {"kind": "error", "trace": traceback.format_exc(limit=-8)[-4000:]}


def _receive(size: int) -> int:
    descriptor = os.memfd_create("facture", os.MFD_CLOEXEC)
    while size:
        chunk = frames.read_exactly(0, min(size, _CHUNK))
        if chunk is None:
            os.close(descriptor)
            raise EOFError
        frames.write_all(descriptor, chunk)
        size -= len(chunk)
    return descriptor


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
