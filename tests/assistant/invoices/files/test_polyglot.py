"""What stands behind a PDF is told; what PDFs carry every day is not."""

from pathlib import Path

import pytest

from assistant.invoices.files.polyglot import check_end
from tests.support.invoices import containers, hostile

PDF = containers.make_pdf()
ZIP = containers.make_zip({"a.xml": b"<a/>"})


def contents(folder: Path, content: bytes) -> list[str]:
    path = folder / "f.pdf"
    path.write_bytes(content)
    found = list(check_end(path))
    assert {one.id for one in found} <= {"PDF-SUITE"}
    return [one.values["contenu"] for one in found]


@pytest.mark.parametrize(
    "content",
    [
        PDF,
        PDF.rstrip(),
        PDF + b"\r\n" * 20,
        PDF + bytes(4096),
        PDF + b"\x1a",
        PDF + b"</html>",
        containers.signed(PDF),
        containers.with_attachments(PDF, {"lot.zip": ZIP}),
        containers.with_attachments(PDF, {"facture.pdf": PDF}),
        b"%PDF-1.7 sans fin",
    ],
)
def test_an_ordinary_pdf_says_nothing(tmp_path: Path, content: bytes) -> None:
    assert contents(tmp_path, content) == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (PDF + ZIP, "une archive ZIP"),
        (PDF + ZIP + b"\n", "une archive ZIP"),
        (hostile.zip_around_a_pdf(PDF), "une archive ZIP"),
        (PDF + containers.make_tar_gz({"a.xml": b"<a/>"}), "une archive tar.gz"),
        (PDF + b"7z\xbc\xaf\x27\x1c" + bytes(30), "une archive 7z"),
        (PDF + b"MZ\x90\x00" + bytes(30), "un programme Windows"),
        (PDF + b"<?xml version='1.0'?><Invoice/>", "un XML"),
        (PDF + b"a" * 5000, "4\u00a0Ko de données"),
    ],
)
def test_a_second_file_behind_the_pdf_is_named(tmp_path: Path, content: bytes, told: str) -> None:
    assert contents(tmp_path, content) == [told]
