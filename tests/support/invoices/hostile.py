"""Files that attack who reads them, small here. Nothing of them is executed or fetched."""

import io

from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

from tests.support.invoices import containers


def billion_laughs() -> bytes:
    """Entities that grow tenfold each."""
    lines = ['<!ENTITY a0 "ha">', *(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))]
    return ("<?xml version='1.0'?><!DOCTYPE x [" + "".join(lines) + "]><Invoice>&a9;</Invoice>").encode()


def external_entity() -> bytes:
    """An entity that reads a file of the machine."""
    return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><Invoice>&f;</Invoice>'


def deep_xml() -> bytes:
    """A hundred thousand elements, one inside the other."""
    return b"<a>" * 100_000 + b"</a>" * 100_000


def pdf_stream_bomb() -> bytes:
    """A page whose content is fifty million spaces."""
    return _page(b" " * 50_000_000)


def pdf_many_words() -> bytes:
    """A page of words pushed ever farther to the right, which a layout would fill with spaces."""
    shown = b"".join(b"BT /F1 1 Tf %d 100 Td (a) Tj ET\n" % (n * 1_000_000) for n in range(40_000))
    return _page(shown)


def pdf_page_loop() -> bytes:
    """A tree of pages that is its own child."""
    writer = PdfWriter(clone_from=io.BytesIO(containers.make_pdf()))
    root = writer.root_object[NameObject("/Pages")]
    tree = root.get_object()
    tree[NameObject("/Kids")] = ArrayObject([writer.root_object.raw_get("/Pages")])
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def zip_around_a_pdf(pdf: bytes) -> bytes:
    """A PDF that holds a whole ZIP before its end, which is the ZIP's comment: each of the two reaches the end of the file."""
    lot = bytearray(containers.make_zip({"a.xml": b"<a/>"}))
    end = pdf.rindex(b"startxref")
    rest = b"\n" + pdf[end:]
    lot[-2:] = len(rest).to_bytes(2, "little")
    return pdf[:end] + bytes(lot) + rest


def _page(content: bytes) -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    stream = StreamObject()
    stream.set_data(content)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})})
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()
