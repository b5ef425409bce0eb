"""PDFs and lots made by the tests, good and hostile. Données de démonstration."""

import io
import tarfile
import zipfile
from collections.abc import Mapping, Sequence

from facturx import generate_from_binary
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, TextStringObject
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

INVOICE_WORDS = (
    ("Données de démonstration", "Facture FA-2026-0147", "Date : 12/11/2026", "SIRET : 732 829 320 00074"),
    ("Total HT : 1 000,00 EUR", "TVA 20 % : 200,00 EUR", "Total TTC : 1 200,00 EUR"),
)


def make_pdf(pages: Sequence[Sequence[str]] = INVOICE_WORDS) -> bytes:
    """A PDF with real text, one sequence of lines a page; an empty one draws a picture-like block."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1)
    for lines in pages:
        if not lines:
            canvas.rect(100, 100, 300, 500, fill=1)
        for number, line in enumerate(lines):
            canvas.drawString(60, 780 - 20 * number, line)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def make_pdf_without_pages() -> bytes:
    """A PDF that opens and has nothing to show."""
    return _written(PdfWriter())


def make_factur_x(xml: bytes, *, level: str = "en16931", pages: Sequence[Sequence[str]] = INVOICE_WORDS) -> bytes:
    """A Factur-X made by the library of that name (PDF/A-3 metadata, factur-x.xml)."""
    return generate_from_binary(make_pdf(pages), xml, flavor="factur-x", level=level, check_xsd=False, check_schematron=False)


def with_invoice(factur_x: bytes, xml: bytes) -> bytes:
    """The Factur-X with another XML in the place of its own: the library refuses to embed one without a number or a date."""
    writer = PdfWriter(clone_from=io.BytesIO(factur_x))
    for specification in writer.root_object["/AF"]:
        stream = specification.get_object()["/EF"]["/F"].get_object()
        plain = StreamObject()
        plain.update({name: value for name, value in stream.items() if name in ("/Type", "/Subtype")})
        plain.set_data(xml)
        specification.get_object()[NameObject("/EF")] = DictionaryObject({NameObject("/F"): writer._add_object(plain)})
    return _written(writer)


def with_invoice_named(factur_x: bytes, name: str) -> bytes:
    """The Factur-X with its XML under another name."""
    writer = PdfWriter(clone_from=io.BytesIO(factur_x))
    for specification in writer.root_object["/AF"]:
        specification.get_object().update({NameObject(key): TextStringObject(name) for key in ("/F", "/UF")})
    return _written(writer)


def with_attachments(pdf: bytes, files: Mapping[str, bytes]) -> bytes:
    """The PDF with files inside."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    for name, content in files.items():
        writer.add_attachment(name, content)
    return _written(writer)


def protected(pdf: bytes, *, user: str = "", owner: str = "proprietaire") -> bytes:
    """Encrypted (AES-256); an empty `user` opens without a password."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    writer.encrypt(user, owner, algorithm="AES-256")
    return _written(writer)


def with_script(pdf: bytes) -> bytes:
    """A PDF that wants to run JavaScript."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    script = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert('bonjour');")}
    )
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(script)
    return _written(writer)


def with_metadata(pdf: bytes, metadata: bytes) -> bytes:
    """The PDF with these XMP metadata."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    stream = StreamObject()
    stream.set_data(metadata)
    writer.root_object[NameObject("/Metadata")] = writer._add_object(stream)
    return _written(writer)


def signed(pdf: bytes) -> bytes:
    """A PDF with a filled signature field (not a valid signature: nobody checks it)."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    value = DictionaryObject({NameObject("/Type"): NameObject("/Sig"), NameObject("/Filter"): NameObject("/Adobe.PPKLite")})
    field = DictionaryObject(
        {NameObject("/FT"): NameObject("/Sig"), NameObject("/T"): TextStringObject("Signature1"), NameObject("/V"): value}
    )
    form = DictionaryObject({NameObject("/Fields"): ArrayObject([writer._add_object(field)])})
    writer.root_object[NameObject("/AcroForm")] = form
    return _written(writer)


def with_xfa(pdf: bytes) -> bytes:
    """A PDF whose form is XFA."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/XFA"): ArrayObject()})
    return _written(writer)


def make_zip(files: Mapping[str, bytes] | Sequence[tuple[str, bytes]], *, level: int = 6) -> bytes:
    """A ZIP; a sequence may name a file twice."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in files.items() if isinstance(files, Mapping) else files:
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=zipfile.ZIP_DEFLATED)
    return target.getvalue()


def make_encrypted_zip(files: Mapping[str, bytes]) -> bytes:
    """A ZIP whose members say that they are encrypted (APPNOTE 4.4.4, bit 0 of the flags, in both headers)."""
    data = bytearray(make_zip(files))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + flags] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def make_tar_gz(files: Mapping[str, bytes], *, links: Mapping[str, str] | None = None) -> bytes:
    """A tar.gz; `links` maps a name to where it leads."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for name, to in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, to
            archive.addfile(info)
    return target.getvalue()


def _written(writer: PdfWriter) -> bytes:
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()
