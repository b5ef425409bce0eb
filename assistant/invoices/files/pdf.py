"""A PDF opened for what it is: protected, signed, active, with files inside. Nothing of it is run. Source: ISO 32000.

The text is read elsewhere (assistant.invoices.text).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from lxml import etree
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject, StreamObject

from assistant.invoices.files.limits import Limits
from assistant.invoices.files.names import bare_name
from assistant.invoices.files.refusal import Refused
from assistant.invoices.schemas import Observation

CHECKS = ("PDF-ABIME", "PDF-PROTEGE", "PDF-RESTREINT", "PDF-SANS-PAGE", "PDF-PAGES", "PDF-ACTIF", "PDF-FORMULAIRE")

# What pypdf raises on a file that is not as ISO 32000 says: its own errors, and those of Python where it trusts the file.
PDF_ERRORS = (
    PyPdfError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    NotImplementedError,
    OverflowError,
    ZeroDivisionError,
    RecursionError,
    EOFError,
    OSError,
    LookupError,
)

T = TypeVar("T")

_PDF_A = "http://www.aiim.org/pdfa/ns/id/"
_MAX_XMP = 1024 * 1024
_TREE_DEPTH = 8
_MAX_FIELDS = 2000


@dataclass(frozen=True)
class Embedded:
    """A file inside another. `content` is None when it could not be taken out."""

    name: str
    content: bytes | None


@dataclass(frozen=True)
class OpenedPdf:
    """`pdf_a_part`: 1, 2, 3, 4 as its metadata say; None without them."""

    pages: int
    signed: bool
    pdf_a_part: int | None
    embedded: list[Embedded] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)


def open_pdf(path: Path, limits: Limits) -> OpenedPdf:
    """All of a PDF but its text. Raises Refused (PDF-ABIME, PDF-PROTEGE, PDF-SANS-PAGE)."""
    with path.open("rb") as handle:
        try:
            reader = PdfReader(handle, strict=False)
            encrypted = reader.is_encrypted
            if encrypted and not reader.decrypt(""):
                raise Refused("PDF-PROTEGE")
            root = reader.root_object
            pages = len(reader.pages)
        except PDF_ERRORS as error:
            raise Refused("PDF-ABIME") from error
        if pages == 0:
            raise Refused("PDF-SANS-PAGE")
        return OpenedPdf(
            pages=pages,
            signed=_or(False, lambda: _is_signed(root)),
            pdf_a_part=_or(None, lambda: _pdf_a_part(root)),
            embedded=list(_embedded(root, limits)),
            observations=list(_observe(root, pages, limits, encrypted=encrypted)),
        )


def _observe(root: DictionaryObject, pages: int, limits: Limits, *, encrypted: bool) -> Iterator[Observation]:
    if encrypted:
        yield Observation("PDF-RESTREINT")
    if pages > limits.pages:
        yield Observation("PDF-PAGES", values={"pages": str(pages), "limite": str(limits.pages)})
    if construction := _or("", lambda: _active(root)):
        yield Observation("PDF-ACTIF", values={"construction": construction})
    if _or(False, lambda: "/XFA" in _dictionary(root.get("/AcroForm"))):
        yield Observation("PDF-FORMULAIRE")


def _or(fallback: T, read: Callable[[], T]) -> T:
    """What a part says, or the fallback when that part of the file is wrong: the page itself may still be readable."""
    try:
        return read()
    except PDF_ERRORS:
        return fallback


def _resolved(value: object) -> object:
    return value.get_object() if isinstance(value, IndirectObject) else value


def _dictionary(value: object) -> DictionaryObject:
    found = _resolved(value)
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def _array(value: object) -> list[PdfObject]:
    found = _resolved(value)
    return list(found) if isinstance(found, ArrayObject) else []


def _is_signed(root: DictionaryObject) -> bool:
    """A signature field that is filled (ISO 32000, 12.7.4.5)."""
    waiting, seen = _array(_dictionary(root.get("/AcroForm")).get("/Fields")), 0
    while waiting and seen < _MAX_FIELDS:
        seen += 1
        one = _dictionary(waiting.pop())
        if one.get("/FT") == "/Sig" and _dictionary(one.get("/V")):
            return True
        waiting += _array(one.get("/Kids"))
    return False


def _active(root: DictionaryObject) -> str:
    """What a reader might run at the opening: scripts and launches (ISO 32000, 12.6.4)."""
    if "/JavaScript" in _dictionary(root.get("/Names")):
        return "du JavaScript"
    kind = str(_dictionary(root.get("/OpenAction")).get("/S"))
    if kind in ("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/URI"):
        return f"une action à l'ouverture ({kind[1:]})"
    return "des actions automatiques" if _dictionary(root.get("/AA")) else ""


def _pdf_a_part(root: DictionaryObject) -> int | None:
    stream = _resolved(root.get("/Metadata"))
    if not isinstance(stream, StreamObject):
        return None
    data = stream.get_data()
    if len(data) > _MAX_XMP or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        tree = etree.fromstring(data.strip(b"\x00 \r\n\t"), parser)
    except etree.XMLSyntaxError:
        return None
    if tree is None:
        return None
    for node in tree.iter(etree.Element):
        value = node.text if node.tag == f"{{{_PDF_A}}}part" else node.get(f"{{{_PDF_A}}}part")
        if value and value.strip().isdigit():
            return int(value.strip()[:3])
    return None


def _embedded(root: DictionaryObject, limits: Limits) -> Iterator[Embedded]:
    """The files of the names tree and the associated files (PDF/A-3), each once."""
    seen: set[tuple[int, int] | int] = set()
    nothing: list[DictionaryObject] = []
    for specification in _or(nothing, lambda: list(_specifications(root, limits))):
        streams = _dictionary(specification.get("/EF"))
        raw = streams.raw_get("/UF") if "/UF" in streams else streams.raw_get("/F") if "/F" in streams else None
        if raw is None:
            continue
        key = (raw.idnum, raw.generation) if isinstance(raw, IndirectObject) else id(raw)
        if key in seen:
            continue
        seen.add(key)
        name = bare_name(str(_resolved(specification.get("/UF") or specification.get("/F") or "")))
        yield Embedded(name, _or(None, partial(_content, raw)))


def _content(raw: object) -> bytes | None:
    stream = _resolved(raw)
    return bytes(stream.get_data()) if isinstance(stream, StreamObject) else None


def _specifications(root: DictionaryObject, limits: Limits) -> Iterator[DictionaryObject]:
    count = 0
    tree = _dictionary(_dictionary(root.get("/Names")).get("/EmbeddedFiles"))
    for one in [*_leaves(tree, _TREE_DEPTH), *_array(root.get("/AF"))]:
        found = _dictionary(one)
        if "/EF" in found:
            count += 1
            if count > limits.attachments:
                return
            yield found


def _leaves(node: DictionaryObject, depth: int) -> Iterator[object]:
    """The values of a name tree (ISO 32000, 7.9.6): pairs of name and value, or further nodes."""
    yield from _array(node.get("/Names"))[1::2]
    if depth > 0:
        for kid in _array(node.get("/Kids"))[:1000]:
            yield from _leaves(_dictionary(kid), depth - 1)
