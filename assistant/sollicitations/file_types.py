"""What a file is, told by its content and never by its name. Pure rules over bytes; refusals are French sentences.

PDF (ISO 32000), PNG (ISO 15948), JPEG (ITU T.81), plain text. Refused: a file that is two things at once (a PDF that is also an
archive), an image that would fill the memory of who opens it, one that is cut off.
"""

import re
import struct
import zlib
from enum import StrEnum

from assistant.text import has_words

# An A0 sheet scanned at 200 dpi has 60 million pixels.
MAX_PIXELS = 64_000_000
# A compressed comment or colour profile of an image; true ones have some kilobytes.
_MAX_COMPRESSED_CHUNK = 1024 * 1024
_ZIP_TAIL = 65_557
_PDF_TAIL = 2048
_HEAD = 1024


class Format(StrEnum):
    """What may be attached; the value is the media type."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    TEXT = "text/plain"


EXTENSIONS: dict[str, Format] = {
    "pdf": Format.PDF,
    "png": Format.PNG,
    "jpg": Format.JPEG,
    "jpeg": Format.JPEG,
    "txt": Format.TEXT,
}

_PNG_SIGN = b"\x89PNG\r\n\x1a\n"
_JPEG_SIGN = b"\xff\xd8\xff"
_PDF_SIGN = re.compile(rb"%PDF-[12]\.\d")
_PAGE_SIGN = re.compile(r"\s*(?:<!doctype\s+html|<html|<svg|<script|<\?php|#!)", re.IGNORECASE)
_STOWAWAYS = (b"%PDF-", b"<script", b"<?php", b"PK\x03\x04", b"MZ\x90\x00")
# Without these a JPEG decoder knows no size: the baseline, extended, progressive and lossless frames of T.81.
_FRAMES = frozenset({*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)})

_UNKNOWN = "son contenu n'est ni un PDF, ni une image PNG ou JPEG, ni un texte."
_CUT_OFF = "le fichier est incomplet ou abîmé. Enregistrez-le de nouveau, puis joignez-le."
_TWO_THINGS = "le fichier contient autre chose que ce qu'il montre (une archive ou un programme caché)."
_TOO_MANY_PIXELS = (
    f"l'image est trop grande : {MAX_PIXELS // 1_000_000} millions de points au plus. Réduisez-la, puis joignez-la."
)
_AFTER_THE_IMAGE = "quelque chose suit la fin de l'image. Enregistrez l'image de nouveau, puis joignez-la."


def identify(content: bytes) -> Format:
    """The format of a whole file. Raises ValueError: the rest of a French sentence that begins with the file's name."""
    if not content:
        raise ValueError("le fichier est vide.")
    head = content[:_HEAD]
    if head.startswith(_PNG_SIGN):
        kind = Format.PNG
        _check_png(memoryview(content))
    elif head.startswith(_JPEG_SIGN):
        kind = Format.JPEG
        _check_jpeg(content)
    elif _PDF_SIGN.match(head):
        kind = Format.PDF
        _check_pdf(content)
    else:
        decode_text(content)
        return Format.TEXT
    if kind is not Format.PDF and b"%PDF-" in head:
        raise ValueError(_TWO_THINGS)
    if _ends_as_an_archive(content[-_ZIP_TAIL:]):
        raise ValueError(_TWO_THINGS)
    return kind


def decode_text(content: bytes) -> str:
    """The words of a text file: UTF-8, UTF-16 with its mark, else Windows-1252 as French tools write it. Raises ValueError."""
    text = _decoded(content)
    if text is None or any(ord(char) < 32 and char not in "\t\n\r\f" for char in text) or "\x7f" in text:
        raise ValueError(_UNKNOWN)
    if _PAGE_SIGN.match(text):
        raise ValueError("le fichier est une page web ou un programme, pas un texte.")
    if not has_words(text):
        raise ValueError("le texte ne contient aucun mot.")
    return text


def _decoded(content: bytes) -> str | None:
    encodings = ["utf-16"] if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _check_pdf(data: bytes) -> None:
    if b"%%EOF" not in data[-_PDF_TAIL:]:
        raise ValueError(_CUT_OFF)


def _check_png(data: memoryview) -> None:
    """Walk the chunks: the header first, the end last, each with its checksum, nothing after."""
    position, number, kind = len(_PNG_SIGN), 0, b""
    while kind != b"IEND":
        if position + 12 > len(data):
            raise ValueError(_CUT_OFF)
        (size,) = struct.unpack(">I", data[position : position + 4])
        kind = bytes(data[position + 4 : position + 8])
        end = position + 12 + size
        if end > len(data) or struct.unpack(">I", data[end - 4 : end])[0] != zlib.crc32(data[position + 4 : end - 4]):
            raise ValueError(_CUT_OFF)
        if number == 0:
            if kind != b"IHDR" or size != 13:
                raise ValueError(_CUT_OFF)
            _check_pixels(*struct.unpack(">II", data[position + 8 : position + 16]))
        elif kind in (b"zTXt", b"iTXt", b"iCCP") and size > _MAX_COMPRESSED_CHUNK:
            raise ValueError(_TWO_THINGS)
        position, number = end, number + 1
    if position != len(data):
        raise ValueError(_AFTER_THE_IMAGE)


def _check_jpeg(data: bytes) -> None:
    """Walk the segments to the scan, then look for the end. Telephones write after it (another size of the same picture): that
    may stay, unless it is something else."""
    position, framed = 2, False
    while True:
        if position + 4 > len(data) or data[position] != 0xFF:
            raise ValueError(_CUT_OFF)
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        (size,) = struct.unpack(">H", data[position + 2 : position + 4])
        if size < 2 or position + 2 + size > len(data):
            raise ValueError(_CUT_OFF)
        if marker in _FRAMES:
            if size < 8:
                raise ValueError(_CUT_OFF)
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            _check_pixels(width, height)
            framed = True
        position += 2 + size
        if marker == 0xDA:
            break
    end = data.find(b"\xff\xd9", position)
    if not framed or end < 0:
        raise ValueError(_CUT_OFF)
    if any(sign in data[end + 2 :] for sign in _STOWAWAYS):
        raise ValueError(_AFTER_THE_IMAGE)


def _check_pixels(width: int, height: int) -> None:
    if width == 0 or height == 0:
        raise ValueError(_CUT_OFF)
    if width * height > MAX_PIXELS:
        raise ValueError(_TOO_MANY_PIXELS)


def _ends_as_an_archive(tail: bytes) -> bool:
    """True when a ZIP reader would open the file: an end of central directory with its directory right before it."""
    position = tail.rfind(b"PK\x05\x06")
    while position >= 0:
        record = tail[position : position + 22]
        if len(record) == 22:
            (size,) = struct.unpack("<I", record[12:16])
            start = position - size
            if size == 0 or start < 0 or tail[start : start + 4] == b"PK\x01\x02":
                return True
        position = tail.rfind(b"PK\x05\x06", 0, position)
    return False
