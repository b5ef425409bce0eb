import gzip
import io
import zipfile

import pytest

from assistant.invoices.files.detection import Container, detect
from assistant.invoices.files.names import bare_name, check_name, extension_of
from tests.support.invoices.containers import make_pdf, make_tar_gz, make_zip
from tests.support.invoices.xml_templates import make_cii


@pytest.mark.parametrize(
    ("content", "container"),
    [
        (b"", Container.VIDE),
        (make_pdf(), Container.PDF),
        (b"\r\n\r\n" + make_pdf(), Container.PDF),
        (make_cii(), Container.XML),
        (b"\xef\xbb\xbf \n<a/>", Container.XML),
        ("<a/>".encode("utf-16"), Container.XML),
        ("<a/>".encode("utf-16-le"), Container.XML),
        (make_zip({"a.xml": b"<a/>"}), Container.ZIP),
        (make_zip({}), Container.ZIP),
        (make_tar_gz({"a.xml": b"<a/>"}), Container.TAR_GZ),
        (make_tar_gz({}), Container.TAR_GZ),
    ],
)
def test_the_kind_comes_from_the_content(content: bytes, container: Container) -> None:
    assert detect(content[:4096], content[-65536:]).container is container


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (make_zip({"[Content_Types].xml": b"", "word/document.xml": b"x"}), "Word"),
        (make_zip({"xl/workbook.xml": b"x"}), "Excel"),
        (make_zip([("mimetype", b"application/vnd.oasis.opendocument.text")]), "ZIP"),
        (b"\xff\xd8\xff\xe0 jpeg", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"MZ\x90\x00", "programme Windows"),
        (b"#!/bin/sh\n", "script"),
        (b"Facture du 12 novembre", "texte"),
        (b'{"facture": 1}', "JSON"),
        (b"<!DOCTYPE html><html>", "page web"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".doc"),
        (gzip.compress(b"pas un tar"), "gzip"),
        (b"\x1f\x8b\x08 broken", "gzip"),
        (b"\x00\x01\x02", "ne connaît pas"),
        (b"Rar!\x1a\x07\x00", "RAR"),
    ],
)
def test_what_is_not_admitted_is_named_in_french(content: bytes, words: str) -> None:
    assert words in detect(content[:4096], content[-65536:]).looks_like


def test_an_opendocument_is_known_by_its_stored_first_member() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    assert "OpenDocument" in detect(target.getvalue()).looks_like


def ids(name: str, content: bytes = b"%PDF-1.7\n") -> list[str]:
    return [observation.id for observation in check_name(name, detect(content))]


def test_a_good_name_says_nothing() -> None:
    assert ids("Facture_2026-0147.pdf") == []
    assert ids("LOT (2).TAR.GZ", make_tar_gz({})) == []
    assert ids("a" * 46 + ".pdf") == []


def test_each_fault_of_a_name_is_said_alone() -> None:
    assert ids("a" * 47 + ".pdf") == ["FIC-NOM-LONG"]
    assert ids("facture n°12 é.pdf") == ["FIC-NOM-SIGNES"]
    assert ids("facture") == ["FIC-EXTENSION-ABSENTE"]
    assert ids(".pdf") == ["FIC-EXTENSION-ABSENTE"]
    assert ids("facture.docx") == ["FIC-EXTENSION-REFUSEE"]
    assert ids("facture.xml") == ["FIC-EXTENSION-CONTENU"]
    assert ids("facture.pdf", b"\xff\xd8\xff") == []


def test_a_name_is_shown_without_folders_and_without_invisible_signs() -> None:
    assert bare_name("..\\..\\windows/facture.pdf") == "facture.pdf"
    assert "\u202e" not in bare_name("fdp.\u202eexe.pdf")
    assert bare_name("///") == "sans nom"
    assert extension_of("a.tar.gz") == ".tar.gz"
    assert extension_of("..pdf x") == ""
