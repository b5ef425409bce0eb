"""Code service, numéro d'engagement, contract (facts/factures.md §2.6, ANO-05 to ANO-10, BR-FR-CPRO-11 to 13)."""

import re
from collections.abc import Iterator

from assistant.invoices.model import Invoice
from assistant.invoices.rules.base import rule, structured
from assistant.invoices.schemas import CheckOptions, Observation

MAX_CODE_SERVICE = 100
# « lettres, chiffres, espace, tiret, tiret bas, accents »
_CODE_SERVICE = re.compile(r"[^\W_]|[ _-]")


@rule("B2G-CODE-SERVICE-ABSENT", "B2G-CODE-SERVICE-INCONNU", needs=structured)
def code_service(invoice: Invoice, options: CheckOptions) -> Iterator[Observation]:
    """There when the recipient demands it; worth a look when nobody said whether it does."""
    if invoice.buyer_reference is not None or options.code_service_exige is False:
        return
    yield Observation("B2G-CODE-SERVICE-ABSENT" if options.code_service_exige else "B2G-CODE-SERVICE-INCONNU")


@rule("B2G-CODE-SERVICE-SIGNES", needs=lambda invoice, _: invoice.buyer_reference)
def code_service_signs(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """The message of Chorus Pro: « doit être alphanumérique »."""
    code = invoice.buyer_reference
    odd = list(dict.fromkeys(sign for sign in code.value if not _CODE_SERVICE.fullmatch(sign))) if code else []
    if code and odd:
        signs = " ".join(f"« {sign} »" for sign in odd[:10])
        yield Observation("B2G-CODE-SERVICE-SIGNES", code.where, {"code": code.value, "signes": signs})


@rule("B2G-CODE-SERVICE-LONG", needs=lambda invoice, _: invoice.buyer_reference)
def code_service_length(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """100 characters at most."""
    code = invoice.buyer_reference
    if code and len(code.value) > MAX_CODE_SERVICE:
        yield Observation("B2G-CODE-SERVICE-LONG", code.where, {"longueur": str(len(code.value))})


@rule("B2G-ENGAGEMENT-ABSENT", "B2G-ENGAGEMENT-INCONNU", "B2G-REFERENCE-ABSENTE", needs=structured)
def engagement(invoice: Invoice, options: CheckOptions) -> Iterator[Observation]:
    """There when the recipient demands it. Article D. 2192-2 wants an order, or else a contract or an engagement."""
    if invoice.purchase_order is not None:
        return
    if options.engagement_exige:
        yield Observation("B2G-ENGAGEMENT-ABSENT")
    elif invoice.contract is None:
        yield Observation("B2G-REFERENCE-ABSENTE")
    elif options.engagement_exige is None:
        yield Observation("B2G-ENGAGEMENT-INCONNU")


RULES = (code_service, code_service_signs, code_service_length, engagement)
