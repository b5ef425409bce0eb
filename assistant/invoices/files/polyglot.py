"""A PDF with something else behind it: a reader of PDF shows one thing, another program opens another (« polyglotte »).

Sources: ISO 32000 (the last « %%EOF » ends a PDF; annex H: readers look for it in the last 1024 bytes), PKWARE APPNOTE 4.3.16 (a
ZIP is read from its end).
"""

import mmap
from collections.abc import Iterator
from pathlib import Path

from assistant.invoices.files.detection import HEAD, Container, detect
from assistant.invoices.files.limits import readable_size
from assistant.invoices.schemas import Observation

CHECKS = ("PDF-SUITE",)

_END_OF_PDF = b"%%EOF"
_END_OF_ZIP = b"PK\x05\x06"
_ZIP_RECORD = 22
_MAX_COMMENT = 65_535
# What padding and old mail programs leave behind is no second file.
_MOST_REST = 1024
_BLANK = b" \t\r\n\f\x00\x1a"


def check_end(path: Path) -> Iterator[Observation]:
    """PDF-SUITE when another file stands behind the PDF, or when the whole is a ZIP as well. The file is not empty."""
    with path.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if found := _second_file(data):
            yield Observation("PDF-SUITE", values={"contenu": found})


def _second_file(data: mmap.mmap) -> str:
    if _is_zip(data):
        return "une archive ZIP"
    end = data.rfind(_END_OF_PDF)
    rest = data[end + len(_END_OF_PDF) :].strip(_BLANK) if end >= 0 else b""
    if not rest:
        return ""
    found = detect(rest[:HEAD], rest[-HEAD:])
    # The end of the web page that served the PDF is no XML.
    a_file = found.container is not Container.AUTRE and (found.container is not Container.XML or rest.startswith(b"<?xml"))
    if a_file or found.looks_like.startswith(("une archive", "un programme")):
        return found.looks_like
    return f"{readable_size(len(rest))} de données" if len(rest) > _MOST_REST else ""


def _is_zip(data: mmap.mmap) -> bool:
    """The ZIP's last record ends the file, its comment included. A ZIP attached to the PDF stands before the PDF's own end."""
    at = data.rfind(_END_OF_ZIP, max(0, len(data) - _MAX_COMMENT - _ZIP_RECORD))
    if at < 0 or at + _ZIP_RECORD > len(data):
        return False
    comment = int.from_bytes(data[at + 20 : at + 22], "little")
    return at + _ZIP_RECORD + comment == len(data) or data.rfind(_END_OF_PDF, at) < 0
