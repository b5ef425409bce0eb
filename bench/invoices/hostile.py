"""Files made to hurt: each must get a clear answer, fast and light."""

import io
import zlib
from collections.abc import Callable

from tests.support.invoices import containers
from tests.support.invoices.xml_templates import make_cii

# By a name that says what the file does; made when it is needed, since some are slow to make.
HOSTILE: dict[str, Callable[[], bytes]] = {
    "rires.xml": lambda: _laughs(),
    "entite-externe.xml": lambda: b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "profond.xml": lambda: b"<a>" * 1_000_000,
    "large.xml": lambda: b"<a>" + b"<b/>" * 2_000_000 + b"</a>",
    "attributs.xml": lambda: b"<a " + b" ".join(b'x%d="1"' % n for n in range(500_000)) + b"/>",
    "lignes.xml": lambda: _many_lines(make_cii()),
    "bombe.zip": lambda: containers.make_zip({"a.xml": bytes(100_000_000)}),
    "bombe.tar.gz": lambda: containers.make_tar_gz({"a.xml": bytes(100_000_000)}),
    "chemin.zip": lambda: containers.make_zip({"../../etc/cron.d/x": b"x"}),
    "lien.tar.gz": lambda: containers.make_tar_gz({}, links={"a.xml": "/etc/passwd"}),
    "imbrique.zip": lambda: containers.make_zip(
        {"b.zip": containers.make_zip({"c.zip": containers.make_zip({"d.xml": b"<a/>"})})}
    ),
    "piece-bombe.pdf": lambda: _attachment_bomb(),
    "pages-bombe.pdf": lambda: _content_bomb(60_000_000),
    "filtres.pdf": lambda: _filter_tower(),
    "boucle.pdf": lambda: _page_loop(),
    "objets.pdf": lambda: b"%PDF-1.7\n" + b"".join(b"%d 0 obj<<>>endobj\n" % n for n in range(400_000)),
    "operateurs.pdf": lambda: _operators(),
}


def _attachment_bomb() -> bytes:
    """An attachment of 200 MB in a file of 200 KB."""
    return _assembled(
        [
            b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a.xml) 4 0 R]>>>>>>",
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
            b"<</Type/Filespec/F(a.xml)/UF(a.xml)/EF<</F 5 0 R>>>>",
            _stream(zlib.compress(bytes(200_000_000), 9), b"/FlateDecode"),
        ]
    )


def _laughs() -> bytes:
    entities = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12))
    return b'<!DOCTYPE l [<!ENTITY l0 "ha">' + entities + b"]><l>&l11;</l>"


def _many_lines(xml: bytes) -> bytes:
    """A true invoice with its line thousands of times: valid XML, costly rules."""
    start = xml.index(b"<ram:IncludedSupplyChainTradeLineItem>")
    closing = b"</ram:IncludedSupplyChainTradeLineItem>"
    end = xml.index(closing) + len(closing)
    return xml[:start] + xml[start:end] * 4000 + xml[end:]


def _content_bomb(size: int) -> bytes:
    return _pdf_with_content(zlib.compress(b" " * size, 9), b"/FlateDecode")


def _filter_tower() -> bytes:
    data = b" " * 40_000_000
    for _ in range(5):
        data = zlib.compress(data, 9)
    return _pdf_with_content(data, b"[" + b"/FlateDecode " * 5 + b"]")


def _operators() -> bytes:
    """A million words, each shown alone."""
    return _pdf_with_content(zlib.compress(b"BT /F1 9 Tf " + b"(x) Tj 1 0 Td " * 1_000_000 + b"ET", 9), b"/FlateDecode")


def _page_loop() -> bytes:
    """A tree of pages that is its own child."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1000000000/Kids[2 0 R 2 0 R 2 0 R]>>"]
    return _assembled(objects)


def _pdf_with_content(data: bytes, filters: bytes) -> bytes:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        _stream(data, filters),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    return _assembled(objects)


def _stream(data: bytes, filters: bytes) -> bytes:
    return b"<</Length %d/Filter %s>>stream\n%s\nendstream" % (len(data), filters, data)


def _assembled(objects: list[bytes]) -> bytes:
    target = io.BytesIO(b"%PDF-1.7\n")
    target.seek(0, 2)
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(target.tell())
        target.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = target.tell()
    target.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    target.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    target.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return target.getvalue()
