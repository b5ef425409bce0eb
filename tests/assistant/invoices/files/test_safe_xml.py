import time

import pytest

from assistant.invoices.files.limits import Limits
from assistant.invoices.files.refusal import Refused
from assistant.invoices.files.safe_xml import parse_xml
from tests.support.invoices.xml_templates import make_cii, make_ubl

LIMITS = Limits()

LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %s "%s">' % (bytes([98 + n]), b"&%s;" % bytes([97 + n]) * 10) for n in range(12)
)
LAUGHS += b"]><l>&m;</l>"


def refusal(content: bytes, limits: Limits = LIMITS) -> tuple[str, str]:
    # Processor time: another process's load is not the reader's fault.
    start = time.process_time()
    with pytest.raises(Refused) as error:
        parse_xml(content, limits)
    assert time.process_time() - start < 2
    return error.value.observation.id, " ".join(error.value.observation.values.values())


@pytest.mark.parametrize("content", [make_cii(), make_ubl()], ids=["cii", "ubl"])
def test_an_invoice_is_read(content: bytes) -> None:
    assert len(parse_xml(content, LIMITS)) >= 3


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "utf-8-sig"])
def test_other_encodings_are_read(encoding: str) -> None:
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    content = f'<?xml version="1.0" encoding="{declared}"?><a>é</a>'.encode(encoding)
    assert parse_xml(content, LIMITS).text == "é"


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]><a/>',
        LAUGHS,
        b"<!DOCTYPE a><a/>",
        b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd" parse="text"/></a>',
        b'<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?><a/>',
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode("utf-16"),
    ],
    ids=["external dtd", "external entity", "parameter entity", "laughs", "bare doctype", "xinclude", "stylesheet", "utf-16"],
)
def test_what_could_fetch_or_grow_is_refused_with_one_reason(content: bytes) -> None:
    assert refusal(content)[0] == "FIC-XML-INTERDIT"


def test_depth_number_and_attributes_are_bounded() -> None:
    assert refusal(b"<a>" * 100 + b"</a>" * 100) == ("FIC-XML-LIMITE", "plus de 64 niveaux imbriqués")
    assert refusal(b"<a>" + b"<b/>" * 500_000 + b"</a>")[0] == "FIC-XML-LIMITE"
    many = b" ".join(b'x%d="1"' % n for n in range(300))
    assert refusal(b"<a %s/>" % many)[0] == "FIC-XML-LIMITE"
    assert refusal(b"<a>" + b"<!--x-->" * 500_000 + b"</a>")[0] == "FIC-XML-LIMITE"
    assert refusal(b"<a" * 2_000_000)[0] == "FIC-XML-MALFORME"
    endless = b"<a " + b" ".join(b'x%d="1"' % n for n in range(500_000)) + b"/>"
    assert refusal(endless) == ("FIC-XML-LIMITE", "une balise sans fin")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<a><b></a>", "la bonne (ligne 1)"),
        (b"<a>\n<b>", "ligne 2"),
        (b"", "aucun élément"),
        (b"<a/><b/>", "suit la fin"),
        (b"<a>&inconnue;</a>", "entité qui n'existe pas"),
        (b'<?xml version="1.0" encoding="martien"?><a/>', "encodage"),
        (b"<a>\xff\xfe</a>", "ligne 1"),
        (b"<p:a/>", "préfixe"),
    ],
)
def test_a_malformed_xml_says_what_is_wrong_in_french(content: bytes, words: str) -> None:
    control, said = refusal(content)
    assert control == "FIC-XML-MALFORME"
    assert words in said


def test_long_text_is_read() -> None:
    assert len(parse_xml(b"<a>" + b"x" * 9_000_000 + b"</a>", LIMITS).text or "") == 9_000_000
