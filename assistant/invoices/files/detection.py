"""What a file is, told by its content and never by its name. Signatures: ISO 32000 (PDF), PKWARE APPNOTE, RFC 1952, POSIX tar."""

import re
import zlib
from dataclasses import dataclass
from enum import StrEnum

HEAD = 4096

_PDF_SIGN = re.compile(rb"%PDF-[12]\.\d")
# A PDF may have some bytes before its header; readers look for it in the first 1024 (ISO 32000, annex H).
_PDF_HEAD = 1024
_TAR_SIGN_AT = 257


class Container(StrEnum):
    """The outermost layer of a file."""

    VIDE = "vide"
    PDF = "pdf"
    XML = "xml"
    ZIP = "zip"
    TAR_GZ = "tar.gz"
    AUTRE = "autre"


@dataclass(frozen=True)
class Detected:
    """`looks_like`: what a person would call it, in French."""

    container: Container
    looks_like: str


# Longest first where one begins another.
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "une image JPEG"),
    (b"\x89PNG\r\n\x1a\n", "une image PNG"),
    (b"GIF8", "une image GIF"),
    (b"II*\x00", "une image TIFF"),
    (b"MM\x00*", "une image TIFF"),
    (b"BM", "une image BMP"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "un ancien document Office (.doc, .xls, .ppt)"),
    (b"{\\rtf", "un document RTF"),
    (b"Rar!\x1a\x07", "une archive RAR"),
    (b"7z\xbc\xaf\x27\x1c", "une archive 7z"),
    (b"BZh", "une archive bzip2"),
    (b"\xfd7zXZ\x00", "une archive xz"),
    (b"\x28\xb5\x2f\xfd", "une archive zstd"),
    (b"%!PS", "un fichier PostScript"),
    (b"MZ", "un programme Windows"),
    (b"\x7fELF", "un programme Linux"),
    (b"#!", "un script"),
)
_IN_A_ZIP: tuple[tuple[bytes, str], ...] = (
    (b"word/", "un document Word (.docx)"),
    (b"xl/", "un classeur Excel (.xlsx)"),
    (b"ppt/", "une présentation PowerPoint (.pptx)"),
    (b"mimetypeapplication/vnd.oasis.opendocument", "un document OpenDocument (.odt, .ods)"),
    (b"META-INF/MANIFEST.MF", "un programme Java (.jar)"),
)
_XML_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"<svg", "une image SVG"),
    (b"<!doctype html", "une page web"),
    (b"<html", "une page web"),
)


def detect(head: bytes, tail: bytes = b"") -> Detected:
    """`head`: the first HEAD bytes at least; `tail`: the last ones, where a ZIP names its members."""
    if not head:
        return Detected(Container.VIDE, "un fichier vide")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _detect_zip(head + tail)
    if head.startswith(b"\x1f\x8b"):
        return _detect_gzip(head)
    for sign, words in _OTHERS:
        if head.startswith(sign):
            return Detected(Container.AUTRE, words)
    if _PDF_SIGN.search(head[:_PDF_HEAD]):
        return Detected(Container.PDF, "un PDF")
    return _detect_text(head)


def _detect_zip(seen: bytes) -> Detected:
    for sign, words in _IN_A_ZIP:
        if sign in seen:
            return Detected(Container.AUTRE, words)
    return Detected(Container.ZIP, "une archive ZIP")


def _detect_gzip(head: bytes) -> Detected:
    try:
        start = zlib.decompressobj(wbits=31).decompress(head, 512)
    except zlib.error:
        return Detected(Container.AUTRE, "un fichier gzip abîmé")
    if start[_TAR_SIGN_AT : _TAR_SIGN_AT + 5] == b"ustar" or _is_old_tar(start):
        return Detected(Container.TAR_GZ, "une archive tar.gz")
    return Detected(Container.AUTRE, "un fichier compressé gzip, sans archive tar")


def _is_old_tar(block: bytes) -> bool:
    """A header without « ustar » (before 1988): its checksum is right. An empty archive is only zeros."""
    if len(block) < 512:
        return False
    if not any(block):
        return True
    try:
        announced = int(block[148:156].strip(b" \x00") or b"x", 8)
    except ValueError:
        return False
    return announced == sum(block[:148]) + 8 * 32 + sum(block[156:512])


def _detect_text(head: bytes) -> Detected:
    text = head.removeprefix(b"\xef\xbb\xbf")
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = text.decode("utf-16", errors="ignore").encode()
    elif text.startswith((b"<\x00", b"\x00<")):
        text = text.replace(b"\x00", b"")
    text = text.lstrip()
    if text.startswith(b"<"):
        small = text.lower()
        for sign, words in _XML_OTHERS:
            if small.startswith(sign):
                return Detected(Container.AUTRE, words)
        return Detected(Container.XML, "un XML")
    if text.startswith((b"{", b"[")):
        return Detected(Container.AUTRE, "un fichier JSON")
    if b"\x00" not in head and _is_words(head):
        return Detected(Container.AUTRE, "un texte")
    return Detected(Container.AUTRE, "un format que Choriste ne connaît pas")


def _is_words(head: bytes) -> bool:
    odd = sum(1 for byte in head if byte < 32 and byte not in b"\t\r\n\f")
    return odd == 0
