"""How the service and a worker talk: four bytes of length, then JSON. JSON and not pickle: a worker that a hostile file took over
can say things, it cannot make the service run anything."""

import json
import os
import struct
from typing import Any

MAX_FRAME = 16 * 1024 * 1024
LENGTH = struct.Struct(">I")


def encode(message: dict[str, Any]) -> bytes:
    """One frame. Raises ValueError when the message is over MAX_FRAME."""
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", errors="replace")
    if len(body) > MAX_FRAME:
        raise ValueError("frame too long")
    return LENGTH.pack(len(body)) + body


def decode(body: bytes) -> dict[str, Any]:
    """The message of a frame's body. Raises ValueError when it is not a JSON object."""
    message = json.loads(body)
    if not isinstance(message, dict):
        raise ValueError("not an object")  # noqa: TRY004 - what came is wrong, not a type in our code
    return message


def read_exactly(descriptor: int, size: int) -> bytes | None:
    """`size` bytes of a pipe; None when it ends before."""
    parts = []
    while size:
        chunk = os.read(descriptor, min(size, 1024 * 1024))
        if not chunk:
            return None
        parts.append(chunk)
        size -= len(chunk)
    return b"".join(parts)


def write_all(descriptor: int, data: bytes) -> None:
    """All the bytes, however small the pipe."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
