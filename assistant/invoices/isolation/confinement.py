"""What a worker takes from itself before it reads a file: network, programs, writing, memory without end.

Two walls: the kernel's (an empty network namespace where the system allows one, resource limits) and Python's own (an audit hook,
PEP 578). Neither can be given back by the process.
"""

import contextlib
import os
import resource
import sys
from typing import Any

_MB = 1024 * 1024
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_FORBIDDEN = (
    "socket.",
    "subprocess.",
    "shutil.",
    "ftplib.",
    "http.",
    "urllib.",
    "smtplib.",
    "webbrowser.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "os.startfile",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
    "os.chown",
    "os.kill",
    "pty.spawn",
    "tempfile.",
)


class Forbidden(PermissionError):
    """A file led the code to something that reading an invoice never needs."""


def leave_network() -> bool:
    """Into a network namespace with nothing in it. False where the system does not allow it to an ordinary user (then the audit
    hook alone stands). Before the first thread."""
    try:
        os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET)
    except (AttributeError, OSError):
        return False
    return True


def forbid_actions() -> None:
    """No connection, no program, no file opened for writing or taken away, from here to the end of the process."""
    sys.addaudithook(_hook)


def limit_resources(*, memory_mb: int, file_bytes: int) -> None:
    """`memory_mb` more than now of private memory, files of `file_bytes` (those in memory count), no core dump.

    RLIMIT_DATA and not RLIMIT_AS: SaxonC reserves 32 GB of addresses that it never uses."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    if data := _data_now():
        ceiling = data + memory_mb * _MB
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_DATA, (ceiling, ceiling))


def _data_now() -> int:
    """Bytes of private writable memory; 0 where the system does not say."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123 - read in the tightest place
            return next((int(line.split()[1]) * 1024 for line in status if line.startswith("VmData:")), 0)
    except OSError:
        return 0


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        path, _, flags = arguments
        # An int is a descriptor that is open already.
        if not isinstance(path, int) and isinstance(flags, int) and flags & _WRITING:
            raise Forbidden("open")
    elif event.startswith(_FORBIDDEN):
        raise Forbidden(event)
