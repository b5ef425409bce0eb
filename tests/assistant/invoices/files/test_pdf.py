from pathlib import Path

import pytest

from assistant.invoices.files.attachments import check_attachments, embedded_in_xml
from assistant.invoices.files.embedded_invoice import choose_invoice
from assistant.invoices.files.limits import Limits
from assistant.invoices.files.pdf import Embedded, OpenedPdf, open_pdf
from assistant.invoices.files.refusal import Refused
from assistant.invoices.files.safe_xml import parse_xml
from assistant.invoices.files.xml_kind import kind_of, profile_of
from assistant.invoices.schemas import FileKind, Place
from tests.support.invoices import containers
from tests.support.invoices.xml_templates import make_cii, make_ubl

PDF = containers.make_pdf()


def opened(folder: Path, content: bytes, limits: Limits | None = None) -> OpenedPdf:
    path = folder / "f.pdf"
    path.write_bytes(content)
    return open_pdf(path, limits or Limits())


def ids(folder: Path, content: bytes) -> list[str]:
    return [observation.id for observation in opened(folder, content).observations]


def test_a_plain_pdf_has_its_pages_and_nothing_to_say(tmp_path: Path) -> None:
    found = opened(tmp_path, PDF)
    assert (found.pages, found.signed, found.embedded, found.observations) == (2, False, [], [])


def test_a_factur_x_gives_its_xml_and_its_part(tmp_path: Path) -> None:
    xml = make_cii()
    found = opened(tmp_path, containers.make_factur_x(xml))
    assert found.pdf_a_part == 3
    assert [(piece.name, piece.content) for piece in found.embedded] == [("factur-x.xml", xml)]
    chosen = choose_invoice(found)
    assert (chosen.name, chosen.content, chosen.others, chosen.observations) == ("factur-x.xml", xml, [], [])


@pytest.mark.parametrize("metadata", [b"", b"\x00", b"pas du xml", b"<!DOCTYPE a><a/>", b"<a/>"])
def test_metadata_that_say_nothing_do_no_harm(tmp_path: Path, metadata: bytes) -> None:
    assert opened(tmp_path, containers.with_metadata(PDF, metadata)).pdf_a_part is None


def test_a_password_is_told_from_restrictions(tmp_path: Path) -> None:
    with pytest.raises(Refused) as error:
        opened(tmp_path, containers.protected(PDF, user="secret"))
    assert error.value.observation.id == "PDF-PROTEGE"
    assert ids(tmp_path, containers.protected(PDF)) == ["PDF-RESTREINT"]


def test_a_signature_a_script_and_a_form_are_seen(tmp_path: Path) -> None:
    assert opened(tmp_path, containers.signed(PDF)).signed
    assert ids(tmp_path, containers.signed(PDF)) == []
    assert ids(tmp_path, containers.with_script(PDF)) == ["PDF-ACTIF"]
    assert ids(tmp_path, containers.with_xfa(PDF)) == ["PDF-FORMULAIRE"]


@pytest.mark.parametrize("content", [PDF[:200], b"%PDF-1.7\n%%EOF", b"%PDF-1.7 " + bytes(5000)])
def test_a_damaged_pdf_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Refused) as error:
        opened(tmp_path, content)
    assert error.value.observation.id in ("PDF-ABIME", "PDF-SANS-PAGE")


def test_a_long_pdf_is_said_to_be_long(tmp_path: Path) -> None:
    found = opened(tmp_path, containers.make_pdf([["x"]] * 4), Limits(pages=3))
    assert [(one.id, one.values["pages"]) for one in found.observations] == [("PDF-PAGES", "4")]


def test_an_invoice_under_another_name_is_found_by_its_content(tmp_path: Path) -> None:
    found = opened(tmp_path, containers.with_attachments(PDF, {"donnees.xml": make_cii(), "notes.xml": b"<notes/>"}))
    chosen = choose_invoice(found)
    assert chosen.name == "donnees.xml"
    assert [piece.name for piece in chosen.others] == ["notes.xml"]
    assert [one.id for one in chosen.observations] == ["PDF-XML-NOM", "PDF-XML-PAS-A3"]


def test_the_factur_x_name_wins_over_others_and_the_rest_is_said(tmp_path: Path) -> None:
    content = containers.with_attachments(containers.make_factur_x(make_cii()), {"xrechnung.xml": make_ubl()})
    chosen = choose_invoice(opened(tmp_path, content))
    assert chosen.name == "factur-x.xml"
    assert [one.id for one in chosen.observations] == ["PDF-XML-MULTIPLE"]


def piece_ids(name: str, content: bytes | None) -> list[str]:
    return [one.id for one in check_attachments([(Embedded(name, content), Place(file=name))])]


def test_each_fault_of_a_piece_is_said_alone() -> None:
    assert piece_ids("bon.pdf", b"%PDF-1.7 x") == []
    assert piece_ids("releve.csv", b"a;b") == []
    assert piece_ids("b" * 47 + ".pdf", b"%PDF-1.7 x") == ["PJ-NOM-LONG"]
    assert piece_ids("bon.exe.txt", b"MZ\x90") == ["PJ-CONTENU"]
    assert piece_ids("bon.msg", b"x") == ["PJ-EXTENSION"]
    assert piece_ids("bon", b"x") == ["PJ-EXTENSION"]
    assert piece_ids("bon.pdf", b"\xff\xd8\xff") == ["PJ-CONTENU"]
    assert piece_ids("bon.pdf", b"") == ["PJ-VIDE"]
    assert piece_ids("bon.pdf", None) == ["PJ-ILLISIBLE"]
    assert piece_ids("bon.txt", b"x" * 10_500_000) == ["PJ-TAILLE"]


def test_a_piece_inside_an_xml_has_its_xpath() -> None:
    name = "EmbeddedDocumentBinaryObject"
    root = parse_xml(f'<a xmlns="urn:x"><b><{name} filename="bon.pdf">JVBERi0xLjc=</{name}></b></a>'.encode(), Limits())
    [(piece, where)] = embedded_in_xml(root)
    assert (piece.name, piece.content) == ("bon.pdf", b"%PDF-1.7")
    assert root.xpath(where.xpath or "", namespaces=None)


@pytest.mark.parametrize("profile", ["minimum", "basicwl", "basic", "en16931", "extended"])
def test_each_profile_of_factur_x_is_named(profile: str) -> None:
    root = parse_xml(make_cii(profile), Limits())
    assert (kind_of(root), profile_of(root)) == (FileKind.CII, profile)


def test_roots_are_told_apart() -> None:
    assert kind_of(parse_xml(make_ubl(), Limits())) is FileKind.UBL
    assert (
        kind_of(parse_xml(b'<PES_Aller xmlns="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"/>', Limits()))
        is FileKind.PES
    )
    assert kind_of(parse_xml(b"<Order/>", Limits())) is FileKind.INCONNU
