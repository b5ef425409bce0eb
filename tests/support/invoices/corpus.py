"""The corpus: each file by its name in tests/data/invoices/expected.yml, built when asked. Données de démonstration."""

import io
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import yaml
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.support.invoices import containers, hostile
from tests.support.invoices.layouts import layouts
from tests.support.invoices.mutations import WORD_MUTATIONS, changed_words
from tests.support.invoices.samples import AllowanceSample, AttachmentSample, LineSample, sample
from tests.support.invoices.words import printed, words_of
from tests.support.invoices.xml_templates import GUIDELINES, make_cii, make_ubl
from tests.support.paths import ROOT

PES = b'<n:PES_Facture xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"/>'
AVOIR = {"type_code": "381", "preceding": (("2026-0100", "2026-10-01"),)}
ONE_CENT = {"totals__with_vat": "1200.01", "totals__due": "1200.01"}
# The norm admits it, and the examples of its authors hold it (https://github.com/ConnectingEurope/eInvoicing-EN16931, files
# CII_example5 and XRechnung-O); the profile of Factur-X does not: a reference without a type, an exemption code in small letters.
BEYOND_FACTUR_X: dict[str, object] = {
    "attachments": (AttachmentSample(reference="Lot567", type_code=None, content=None),),
    "lines": (LineSample(), LineSample(category="E", rate="0")),
    "exemption_code": "vatex-eu-132",
}


def corpus() -> Mapping[str, Callable[[], bytes]]:
    """How to build each file; a name's part after « / » is the name under which it is deposited."""
    return {**_plain(), **_factur_x(), **_xml(), **_lots(), **_hostile()}


def expected() -> dict[str, dict[str, Any]]:
    """What each file must raise, as tests/data/invoices/expected.yml says."""
    found = yaml.safe_load((ROOT / "tests/data/invoices/expected.yml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


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
        "no-page/facture.pdf": containers.make_pdf_without_pages,
        "two-pages/facture.pdf": lambda: containers.make_pdf([words_of(), ["Conditions générales"]]),
        "too-big/facture.pdf": usual,
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
        "polyglot-pdf-comment/facture.pdf": lambda: hostile.zip_around_a_pdf(usual()),
        "pdf-and-program/facture.pdf": lambda: usual() + b"\nMZ\x90\x00" + bytes(64),
        "zip-attached/facture.pdf": lambda: containers.with_attachments(usual(), {"a.zip": containers.make_zip({"a.txt": b"a"})}),
        **{
            f"words-{number:02}/facture.pdf": (lambda words=words: containers.make_pdf([changed_words(words)]))
            for number, (words, _) in enumerate(WORD_MUTATIONS, start=1)
        },
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
        "facturx-other-name/facture.pdf": lambda: containers.with_invoice_named(good(), "donnees.xml"),
        "facturx-not-a3/facture.pdf": lambda: containers.with_attachments(
            containers.make_pdf([words_of()]), {"factur-x.xml": make_cii()}
        ),
        "facturx-two-xml/facture.pdf": lambda: containers.with_attachments(good(), {"xrechnung.xml": make_ubl()}),
        "facturx-not-compared/facture.pdf": lambda: containers.make_factur_x(
            make_cii(), pages=[[line for line in words_of() if not line.startswith("Échéance")]]
        ),
        "facturx-empty-note/facture.pdf": lambda: containers.with_invoice(good(), make_cii(notes=("",))),
        "facturx-references/facture.pdf": lambda: containers.make_factur_x(
            make_cii(**BEYOND_FACTUR_X), pages=[printed(sample(**BEYOND_FACTUR_X))]
        ),
        "facturx-one-cent/facture.pdf": lambda: containers.make_factur_x(
            make_cii(**ONE_CENT), pages=[[line.replace("1 200,00", "1 200,01") for line in words_of()]]
        ),
        "facturx-heavy-attachment/facture.pdf": lambda: containers.with_attachments(good(), {"note.txt": b"x" * 10_500_000}),
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
        "ubl-attachment-empty/facture.xml": lambda: make_ubl(attachments=(AttachmentSample(content=b""),)),
        "ubl-attachment-lies/facture.xml": lambda: make_ubl(attachments=(AttachmentSample(content=b"\xff\xd8\xff\xe0"),)),
        "ubl-attachment-no-base64/facture.xml": lambda: make_ubl(attachments=(AttachmentSample(content=b"abc"),)).replace(
            b">YWJj<", b">%%%<"
        ),
        "ubl-no-code-service/facture.xml": lambda: make_ubl(buyer_reference=None),
        "ubl-code-service-unknown/facture.xml": lambda: make_ubl(buyer_reference=None),
        "cii-no-engagement/facture.xml": lambda: make_cii(purchase_order=None, contract="M-2026-9"),
        "ubl-wrong-siren/facture.xml": lambda: make_ubl(seller__siren="123456789", seller__vat=None),
        "cii-no-seller-siret/facture.xml": lambda: make_cii(seller__siret=None, seller__siren=None),
        "ubl-seller-siren-only/facture.xml": lambda: make_ubl(seller__siret=None),
        "ubl-other-recipient/facture.xml": make_ubl,
        "cii-no-date/facture.xml": lambda: make_cii(issue_date=None),
        "ubl-due-in-words/facture.xml": lambda: make_ubl(totals__due="mille"),
        "cii-wrong-vat-of-rate/facture.xml": lambda: make_cii(vat_rows=(("S", "20", "1000.00", "200.02"),)),
        "ubl-wrong-bases/facture.xml": lambda: make_ubl(vat_rows=(("S", "20", "1000.05", "200.01"),)),
        "cii-wrong-without-vat/facture.xml": lambda: make_cii(
            allowances=(AllowanceSample("10.00"),), totals__without_vat="1000.00", vat_rows=(("S", "20", "1000.00", "200.00"),)
        ),
        "ubl-wrong-sum-of-lines/facture.xml": lambda: make_ubl(
            allowances=(AllowanceSample("100.00"),), totals__lines="1100.00", vat_rows=(("S", "20", "1000.00", "200.00"),)
        ),
        "ubl-wrong-due/facture.xml": lambda: make_ubl(totals__due="1100.00"),
        "cii-no-currency/facture.xml": lambda: make_cii(currency=None),
        "ubl-one-cent/facture.xml": lambda: make_ubl(**ONE_CENT),
        "ubl-wrong-delivery-day/facture.xml": lambda: make_ubl(delivery_date="2026-10-32"),
        "cii-no-vat-number/facture.xml": lambda: make_cii(seller__vat=None),
        "ubl-other-profile/facture.xml": lambda: make_ubl(guideline="urn:example.org:autre"),
        "cii-many-lines/facture.xml": lambda: make_cii(lines=(LineSample(),) * 2500),
        "cii-references/facture.xml": lambda: make_cii(**BEYOND_FACTUR_X),
        "zugferd1/facture.xml": lambda: b'<a:CrossIndustryDocument xmlns:a="urn:ferd:CrossIndustryDocument:invoice:1p0"/>',
        "cii-wrong-vat-total/facture.xml": lambda: make_cii(totals__vat="201.00"),
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
        "lot-encrypted/lot.zip": lambda: containers.make_encrypted_zip(two()),
        "lot-twice-named/lot.zip": lambda: containers.make_zip(
            [("a.xml", make_ubl()), ("dossier/a.xml", make_cii(number="2026-0148"))]
        ),
        "lot-many/lot.zip": lambda: containers.make_zip(two()),
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
