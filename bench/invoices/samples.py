"""The files that the bench and the fuzzing start from: good ones of every kind, made on the spot. Données de démonstration."""

from tests.support.invoices import containers
from tests.support.invoices.xml_templates import make_cii, make_ubl


def two_page_factur_x() -> bytes:
    """What a supplier deposits: two pages of text, EN 16931 profile."""
    return containers.make_factur_x(make_cii())


def seeds() -> dict[str, bytes]:
    """One file of each kind, by name."""
    pdf, factur_x, ubl, cii = containers.make_pdf(), two_page_factur_x(), make_ubl(), make_cii()
    return {
        "facture.pdf": pdf,
        "scan.pdf": containers.make_pdf([[]]),
        "protege.pdf": containers.protected(pdf, user="secret"),
        "restreint.pdf": containers.protected(pdf),
        "signe.pdf": containers.signed(pdf),
        "factur-x.pdf": factur_x,
        "minimum.pdf": containers.make_factur_x(make_cii("minimum"), level="minimum"),
        "pieces.pdf": containers.with_attachments(factur_x, {"bon.pdf": pdf, "note.txt": b"bonjour"}),
        "ubl.xml": ubl,
        "cii.xml": cii,
        "extended.xml": make_cii("extended"),
        "lot.zip": containers.make_zip({"a.xml": ubl, "b.pdf": factur_x}),
        "lot.tar.gz": containers.make_tar_gz({"a.xml": ubl, "b.xml": cii}),
    }
