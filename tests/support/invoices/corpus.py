"""The corpus: each file by its name in tests/data/invoices/expected.yml, built when asked. Données de démonstration."""

import io
from collections.abc import Callable, Mapping
from functools import cache

from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.support.invoices import containers, hostile
from tests.support.invoices.layouts import layouts
from tests.support.invoices.samples import AttachmentSample
from tests.support.invoices.words import words_of
from tests.support.invoices.xml_templates import GUIDELINES, make_cii, make_ubl

PES = b'<n:PES_Facture xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"/>'
AVOIR = {"type_code": "381", "preceding": (("2026-0100", "2026-10-01"),)}


def corpus() -> Mapping[str, Callable[[], bytes]]:
    """How to build each file; a name's part after « / » is the name under which it is deposited."""
    return {**_plain(), **_factur_x(), **_xml(), **_lots(), **_hostile()}


@cache
def _layout_pdfs() -> dict[str, bytes]:
    return {name: layout.pdf for name, layout in layouts().items()}


def _plain() -> dict[str, Callable[[], bytes]]:
    usual = lambda: _layout_pdfs()["two_columns"]  # noqa: E731
    return {
        **{f"plain-{name}/facture.pdf": (lambda name=name: _layout_pdfs()[name]) for name in layouts()},
        "signed/facture.pdf": lambda: containers.signed(usual()),
        "scanned/facture.pdf": _scan,
        "scanned-second-page/facture.pdf": lambda: containers.make_pdf([containers.INVOICE_WORDS[0], []]),
        "protected-password/facture.pdf": lambda: containers.protected(usual(), user="secret"),
        "protected-owner/facture.pdf": lambda: containers.protected(usual()),
        "damaged-cut/facture.pdf": lambda: usual()[: len(usual()) // 2],
        "damaged-head-only/facture.pdf": lambda: b"%PDF-1.7\nrien",
        "script/facture.pdf": lambda: containers.with_script(usual()),
        "xfa/facture.pdf": lambda: containers.with_xfa(usual()),
        "no-words-of-invoice/facture.pdf": lambda: containers.make_pdf([["Bonjour"]]),
        "wrong-totals/facture.pdf": lambda: containers.make_pdf([[line.replace("1 200,00", "1 250,00") for line in words_of()]]),
        "wrong-siret/facture.pdf": lambda: containers.make_pdf([words_of(buyer="987 654 324 00018")]),
        "wrong-iban/facture.pdf": lambda: containers.make_pdf([words_of(iban="FR76 3000 6000 0112 3456 7890 188")]),
        "number-is-a-day/facture.pdf": lambda: containers.make_pdf([words_of(number="20261102")]),
        "number-too-long/facture.pdf": lambda: containers.make_pdf([words_of(number="FACTURE-2026-00000147")]),
        "due-before/facture.pdf": lambda: containers.make_pdf([words_of(due="01/10/2026")]),
        "old-rate/facture.pdf": lambda: containers.make_pdf([[line.replace("20 %", "19,6 %") for line in words_of()]]),
        "franchise-with-vat/facture.pdf": lambda: containers.make_pdf([[*words_of(), "TVA non applicable, art. 293 B du CGI"]]),
        "reverse-charge-with-vat/facture.pdf": lambda: containers.make_pdf([[*words_of(), "Autoliquidation"]]),
        "complete-words/facture.pdf": lambda: containers.make_pdf([words_of()]),
        "name-accents/facture é à.pdf": usual,
        "name-long/" + "f" * 47 + ".pdf": usual,
        "no-extension/facture": usual,
        "extension-refused/facture.docx": usual,
        "extension-lies/facture.xml": usual,
        "empty/facture.pdf": lambda: b"",
        "picture/facture.pdf": lambda: b"\xff\xd8\xff\xe0" + bytes(64),
        "polyglot-pdf-zip/facture.pdf": lambda: usual() + containers.make_zip({"a.xml": make_ubl()}),
    }  # fmt: skip


def _factur_x() -> dict[str, Callable[[], bytes]]:
    def built(profile: str) -> bytes:
        return containers.make_factur_x(make_cii(profile), level=profile, pages=[words_of()])

    good = lambda: built("en16931")  # noqa: E731
    return {
        **{f"facturx-{profile}/facture.pdf": (lambda profile=profile: built(profile)) for profile in GUIDELINES},
        "facturx-other-number/facture.pdf": lambda: containers.make_factur_x(make_cii(), pages=[words_of(number="2026-0999")]),
        "facturx-other-date/facture.pdf": lambda: containers.make_factur_x(make_cii(), pages=[words_of(day="03/11/2026")]),
        "facturx-other-total/facture.pdf": lambda: containers.make_factur_x(
            make_cii(), pages=[[line.replace("1 200,00", "1 210,00") for line in words_of()]]
        ),
        "facturx-scan/facture.pdf": lambda: containers.make_factur_x(make_cii(), pages=[[]]),
        "facturx-signed/facture.pdf": lambda: containers.signed(good()),
        "facturx-attachment-name/facture.pdf": lambda: containers.with_attachments(good(), {"p" * 60 + ".pdf": b"%PDF-1.7"}),
        "facturx-broken-xml/facture.pdf": lambda: containers.make_factur_x(
            make_cii(totals__with_vat="1300.00"), pages=[words_of()]
        ),
    }


def _xml() -> dict[str, Callable[[], bytes]]:
    return {
        "ubl-invoice/facture.xml": make_ubl,
        "ubl-credit-note/avoir.xml": lambda: make_ubl(**AVOIR),
        "cii/facture.xml": make_cii,
        "cii-credit-note/avoir.xml": lambda: make_cii(**AVOIR),
        "pes/pes.xml": lambda: PES,
        "order/commande.xml": lambda: b"<Order/>",
        "cut/facture.xml": lambda: make_ubl()[:900],
        "ubl-no-number/facture.xml": lambda: make_ubl(number=None),
        "ubl-long-number/facture.xml": lambda: make_ubl(number="F" * 21),
        "ubl-day-number/facture.xml": lambda: make_ubl(number="20260305"),
        "ubl-wrong-siret/facture.xml": lambda: make_ubl(buyer__siret="98765432400011"),
        "ubl-no-buyer-siret/facture.xml": lambda: make_ubl(buyer__siret=None),
        "ubl-service-signs/facture.xml": lambda: make_ubl(buyer_reference="SERVICE/ACHATS"),
        "ubl-impossible-day/facture.xml": lambda: make_ubl(issue_date="2026-02-31"),
        "ubl-future/facture.xml": lambda: make_ubl(issue_date="2027-03-01", due_date="2027-03-31"),
        "ubl-wrong-total/facture.xml": lambda: make_ubl(totals__with_vat="1300.00", totals__due="1300.00"),
        "ubl-old-rate/facture.xml": lambda: make_ubl(lines__0__rate="19.6"),
        "ubl-wrong-iban/facture.xml": lambda: make_ubl(iban="FR7630006000011234567890188"),
        "ubl-cadre/facture.xml": lambda: make_ubl(cadre="A26"),
        "ubl-attachment-name/facture.xml": lambda: make_ubl(attachments=(AttachmentSample(name="p" * 60 + ".pdf"),)),
        "ubl-attachment-kind/facture.xml": lambda: make_ubl(attachments=(AttachmentSample(name="virus.exe"),)),
        "cii-no-vat-total/facture.xml": lambda: make_cii(totals__vat="201.00"),
    }


def _lots() -> dict[str, Callable[[], bytes]]:
    two = lambda: {"a.xml": make_ubl(), "b.xml": make_cii(number="2026-0148")}  # noqa: E731
    return {
        "lot-zip/lot.zip": lambda: containers.make_zip(two()),
        "lot-tar/lot.tar.gz": lambda: containers.make_tar_gz(two()),
        "lot-same-number/lot.zip": lambda: containers.make_zip({"a.xml": make_ubl(), "b.xml": make_cii()}),
        "lot-plain-pdf/lot.zip": lambda: containers.make_zip({"a.pdf": containers.make_pdf([words_of()])}),
        "lot-nested/lot.zip": lambda: containers.make_zip({**two(), "c.zip": containers.make_zip(two())}),
        "lot-other/lot.zip": lambda: containers.make_zip({**two(), "lisez-moi.txt": b"bonjour"}),
        "lot-empty/lot.zip": lambda: containers.make_zip({}),
        "lot-cut/lot.zip": lambda: containers.make_zip(two())[:-30],
    }


def _hostile() -> dict[str, Callable[[], bytes]]:
    return {
        "billion-laughs/facture.xml": hostile.billion_laughs,
        "external-entity/facture.xml": hostile.external_entity,
        "deep/facture.xml": hostile.deep_xml,
        "zip-slip/lot.zip": lambda: containers.make_zip({"../../a.xml": make_ubl()}),
        "tar-link/lot.tar.gz": lambda: containers.make_tar_gz({"a.xml": make_ubl()}, links={"b.xml": "/etc/passwd"}),
        "zip-bomb/lot.zip": lambda: containers.make_zip({"a.xml": bytes(30_000_000)}, level=9),
        "pdf-stream-bomb/facture.pdf": hostile.pdf_stream_bomb,
        "pdf-many-words/facture.pdf": hostile.pdf_many_words,
        "pdf-page-loop/facture.pdf": hostile.pdf_page_loop,
    }


def _scan() -> bytes:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1)
    canvas.drawImage(ImageReader(Image.new("L", (200, 280), 200)), 0, 0, *A4)
    canvas.save()
    return target.getvalue()
