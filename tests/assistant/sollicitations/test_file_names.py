"""Names of files: kept when harmless, refused with the reason otherwise."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.sollicitations.file_names import MAX_NAME, check_name
from assistant.sollicitations.file_types import Format


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("facture.pdf", Format.PDF),
        ("Facture n°12 (été).PDF", Format.PDF),
        ("capture.v2.png", Format.PNG),
        ("photo.jpeg", Format.JPEG),
        ("photo.JPG", Format.JPEG),
        ("compte rendu.txt", Format.TEXT),
        ("a" * (MAX_NAME - 4) + ".pdf", Format.PDF),
    ],
)
def test_a_usual_name_is_kept(name: str, expected: Format) -> None:
    assert check_name(name) == (name, expected)


def test_a_name_written_by_a_mac_is_put_together() -> None:
    assert check_name(unicodedata.normalize("NFD", "été.pdf"))[0] == "été.pdf"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "n'a pas de nom"),
        ("   ", "n'a pas de nom"),
        ("a" * 47 + ".pdf", "le nom a 51 caractères, 50 au plus"),
        ("../../etc/passwd.pdf", "signe interdit"),
        ("C:\\Users\\x\\facture.pdf", "signe interdit"),
        ("facture\x00.pdf", "signe invisible"),
        ("facture\u202efdp.exe.pdf", "signe invisible"),
        ("facture\n.pdf", "signe invisible"),
        ("fac\u200bture.pdf", "signe invisible"),
        (".pdf", "n'est pas accepté"),
        (" facture.pdf", "n'est pas accepté"),
        ("facture.pdf ", "n'est pas accepté"),
        ("facture.pdf.", "n'est pas accepté"),
        ("con.pdf", "n'est pas accepté"),
        ("COM1.txt", "n'est pas accepté"),
        ("facture", "seuls les fichiers PDF, PNG, JPEG et TXT"),
        ("facture.exe", "seuls les fichiers PDF, PNG, JPEG et TXT"),
        ("facture.pdf.exe", "seuls les fichiers PDF, PNG, JPEG et TXT"),
        ("page.html", "seuls les fichiers PDF, PNG, JPEG et TXT"),
        ("facture.exe.pdf", "deux extensions"),
        ("photo.SVG.png", "deux extensions"),
        ("a.zip.txt", "deux extensions"),
    ],
)
def test_a_hostile_name_is_refused_with_the_reason(name: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_name(name)


def test_a_no_break_space_is_kept_as_a_plain_one() -> None:
    assert check_name("Capture 10.41\u202fAM\u00a0b.png")[0] == "Capture 10.41 AM b.png"


@given(name=st.text(max_size=80))
def test_a_name_that_is_kept_can_be_written_anywhere(name: str) -> None:
    try:
        kept, _ = check_name(name + ".pdf")
    except ValueError:
        return
    assert len(kept) <= MAX_NAME
    assert not set(kept) & set('\\/:*?"<>|\x00\n\r')
    assert kept == kept.strip() and kept.isprintable()
