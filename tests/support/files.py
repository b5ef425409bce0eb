"""Files for tests: made by real encoders, then spoilt by hand."""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from functools import cache

from PIL import Image


def png(width: int = 8, height: int = 8) -> bytes:
    """A PNG as an encoder writes it."""
    return _image("PNG", width, height)


def jpeg(width: int = 8, height: int = 8, **options: object) -> bytes:
    """A JPEG as an encoder writes it."""
    return _image("JPEG", width, height, **options)


def _image(kind: str, width: int, height: int, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(buffer, kind, **options)
    return buffer.getvalue()


@cache
def pdf() -> bytes:
    """A PDF as a library writes it; the same at each call, though it holds the time."""
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(buffer, "PDF")
    return buffer.getvalue()


def archive(content: bytes = b"x" * 1000) -> bytes:
    """A ZIP with one member."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("virus.exe", content)
    return buffer.getvalue()


def archive_behind(front: bytes) -> bytes:
    """The same file twice: what `front` is, and a ZIP for who reads from the end."""
    buffer = io.BytesIO(front)
    with zipfile.ZipFile(buffer, "a") as made:
        made.writestr("virus.exe", b"x" * 1000)
        made.comment = b"%%EOF"
    return buffer.getvalue()


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """One chunk with its checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_of_size(width: int, height: int) -> bytes:
    """A tiny PNG that unpacks to a huge image."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pixels = zlib.compress(b"\x00" * 1000, 9)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", pixels) + png_chunk(b"IEND", b"")


@dataclass
class SentFile:
    """An uploaded file: a name and bytes; `read_bytes` counts what was asked for."""

    filename: str | None
    content: bytes
    read_bytes: int = 0

    async def read(self, size: int = -1, /) -> bytes:
        start = self.read_bytes
        end = len(self.content) if size < 0 else start + size
        self.read_bytes = min(end, len(self.content))
        return self.content[start:end]
