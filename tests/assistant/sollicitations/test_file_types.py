"""What a file is, by its content."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.sollicitations.file_types import MAX_PIXELS, Format, decode_text, identify
from tests.support import files


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (files.pdf(), Format.PDF),
        (files.png(), Format.PNG),
        (files.jpeg(), Format.JPEG),
        (files.jpeg(640, 480, progressive=True, comment=b"une photo"), Format.JPEG),
        (files.jpeg() + files.jpeg(4, 4), Format.JPEG),
        (b"Une ligne.\r\nUne autre.", Format.TEXT),
        ("Reçu à 10 h".encode(), Format.TEXT),
        ("Reçu à 10 h".encode("cp1252"), Format.TEXT),
        ("Reçu à 10 h".encode("utf-16"), Format.TEXT),
        (b"\xef\xbb\xbf<?xml version='1.0'?><facture/>", Format.TEXT),
    ],
    ids=["pdf", "png", "jpeg", "progressive", "two pictures in one", "text", "utf-8", "cp1252", "utf-16", "xml as text"],
)
def test_what_real_tools_write_is_taken(content: bytes, expected: Format) -> None:
    assert identify(content) is expected


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "vide"),
        (b"   \n\t ", "aucun mot"),
        (b"MZ\x90\x00\x03\x00\x00\x00", "ni un PDF, ni une image"),
        (b"\x7fELF\x02\x01\x01\x00", "ni un PDF, ni une image"),
        (b"GIF89a\x01\x00\x01\x00\x80\x00\x00", "ni un PDF, ni une image"),
        (files.archive(), "ni un PDF, ni une image"),
        (b"<html><script>alert(1)</script>", "page web"),
        (b"  <!DOCTYPE html>", "page web"),
        (b"<svg onload=alert(1)>", "page web"),
        (b"#!/bin/sh\nrm -rf /", "page web ou un programme"),
        (b"<?php system($_GET[0]);", "page web ou un programme"),
        (files.pdf()[:-40], "incomplet"),
        (files.png()[:-4], "incomplet"),
        (files.png()[:40] + b"\x00" + files.png()[41:], "incomplet"),
        (files.jpeg()[:60], "incomplet"),
        (files.jpeg()[:-2], "incomplet"),
        (b"\xff\xd8\xff\xe0", "incomplet"),
        (files.png() + b"et la suite", "suit la fin de l'image"),
        (files.jpeg() + files.pdf(), "suit la fin de l'image"),
        (files.archive_behind(files.jpeg()), "suit la fin de l'image"),
        (files.archive_behind(files.pdf()), "autre chose que ce qu'il montre"),
        (files.jpeg(comment=b"%PDF-1.7"), "autre chose que ce qu'il montre"),
        (files.png_of_size(60_000, 60_000), f"{MAX_PIXELS // 1_000_000} millions de points"),
        (files.png_of_size(0, 10), "incomplet"),
    ],
    ids=[
        "empty", "blank", "exe", "elf", "gif", "zip", "html", "doctype", "svg", "script", "php",
        "pdf cut", "png cut", "png spoilt", "jpeg cut", "jpeg without end", "jpeg head only",
        "png with a tail", "jpeg with a pdf", "jpeg that is a zip", "pdf that is a zip", "jpeg that is a pdf",
        "bomb of pixels", "no width",
    ],
)  # fmt: skip
def test_hostile_and_broken_files_are_refused_in_french(content: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        identify(content)


def test_a_png_with_a_bomb_in_its_comment_is_refused() -> None:
    bomb = files.png_chunk(b"zTXt", b"k\x00\x00" + b"x" * (1024 * 1024))
    good = files.png()
    with pytest.raises(ValueError, match="autre chose que ce qu'il montre"):
        identify(good[:33] + bomb + good[33:])


@given(content=st.binary(max_size=400), front=st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"%PDF-1.4\n"]))
def test_no_bytes_break_the_reader(content: bytes, front: bytes) -> None:
    try:
        found = identify(front + content)
    except ValueError:
        return
    assert found in Format


@given(position=st.integers(0, 200), value=st.integers(0, 255), kind=st.sampled_from([files.png(), files.jpeg(), files.pdf()]))
def test_a_spoilt_byte_never_makes_another_kind_of_file(position: int, value: int, kind: bytes) -> None:
    spoilt = bytearray(kind)
    spoilt[position % len(kind)] = value
    try:
        found = identify(bytes(spoilt))
    except ValueError:
        return
    assert found in (identify(kind), Format.TEXT)


def test_text_is_read_with_its_accents_whatever_wrote_it() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        assert decode_text("Reçu : 10 €\nœuvre".encode(encoding)) == "Reçu : 10 €\nœuvre"
