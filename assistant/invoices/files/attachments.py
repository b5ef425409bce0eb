"""The supporting files inside an invoice: their names, sizes and contents. Facts: §2.7, ANO-43 to ANO-46, BR-FR-CPRO-41."""

import base64
import binascii
from collections.abc import Iterable, Iterator

from lxml import etree

from assistant.invoices.files.detection import Detected, detect
from assistant.invoices.files.limits import MAX_NAME, readable_size
from assistant.invoices.files.names import bare_name, extension_of
from assistant.invoices.files.pdf import Embedded
from assistant.invoices.schemas import Observation, Place

CHECKS = ("PJ-NOM-LONG", "PJ-EXTENSION", "PJ-CONTENU", "PJ-TAILLE", "PJ-VIDE", "PJ-ILLISIBLE")

_MAX_BYTES = 10 * 1024 * 1024
_ADMITTED_TEXT = (
    "bmp gif fax odt ppt tiff xls bz2 gz jpeg p7s rtf txt xml csv gzip jpg pdf svg xhtml xlsx doc htm odp png tgz xlc zip docx "
    "html ods pps tif xlm pptx tar.gz"
)
_ADMITTED = frozenset(f".{extension}" for extension in _ADMITTED_TEXT.split())
# What the contents that we recognise may be called; an extension that is not here is not judged.
_SIGNS = {
    ".pdf": ("un PDF",),
    ".xml": ("un XML",),
    ".png": ("une image PNG",),
    ".jpg": ("une image JPEG",),
    ".jpeg": ("une image JPEG",),
    ".gif": ("une image GIF",),
    ".bmp": ("une image BMP",),
    ".tif": ("une image TIFF",),
    ".tiff": ("une image TIFF",),
    ".docx": ("un document Word (.docx)", "une archive ZIP"),
    ".xlsx": ("un classeur Excel (.xlsx)", "une archive ZIP"),
    ".pptx": ("une présentation PowerPoint (.pptx)", "une archive ZIP"),
    ".zip": ("une archive ZIP",),
}


def check_attachments(pieces: Iterable[tuple[Embedded, Place]]) -> Iterator[Observation]:
    """The rules on each piece, at its place."""
    for piece, where in pieces:
        yield from _check(piece, where)


def _check(piece: Embedded, where: Place) -> Iterator[Observation]:
    named = {"nom": piece.name}
    if len(piece.name) > MAX_NAME:
        yield Observation("PJ-NOM-LONG", where, {**named, "longueur": str(len(piece.name))})
    extension = extension_of(piece.name)
    if extension not in _ADMITTED:
        yield Observation("PJ-EXTENSION", where, named)
    content = piece.content
    if content is None:
        yield Observation("PJ-ILLISIBLE", where, named)
        return
    if not content:
        yield Observation("PJ-VIDE", where, named)
        return
    if len(content) > _MAX_BYTES:
        yield Observation("PJ-TAILLE", where, {**named, "taille": readable_size(len(content))})
    found = detect(content[:4096], content[-65_536:])
    if not _agrees(extension, found):
        yield Observation("PJ-CONTENU", where, {**named, "contenu": found.looks_like})


def _agrees(extension: str, found: Detected) -> bool:
    if found.looks_like.startswith("un programme"):
        return False
    expected = _SIGNS.get(extension)
    return expected is None or found.looks_like in expected


def embedded_in_xml(root: etree._Element) -> Iterator[tuple[Embedded, Place]]:
    """The files of BG-24 (BT-125) of a UBL or a CII, each with its XPath."""
    tree = root.getroottree()
    for node in root.iter("{*}EmbeddedDocumentBinaryObject", "{*}AttachmentBinaryObject"):
        yield Embedded(bare_name(node.get("filename") or ""), _decoded(node.text or "")), Place(xpath=tree.getpath(node))


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
