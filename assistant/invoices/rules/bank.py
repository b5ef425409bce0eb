"""Means of payment and account (facts/factures.md: ANO-23, BR-FR-CPRO-39)."""

import re
from collections.abc import Iterator

from stdnum import iban as iban_number

from assistant.invoices.model import Invoice
from assistant.invoices.rules.base import rule
from assistant.invoices.schemas import CheckOptions, Observation

MAX_ACCOUNT = 27
# UNTDID 4461: credit transfer, payment to bank account, SEPA credit transfer.
_TRANSFERS = frozenset({"30", "42", "58"})
_IBAN_LIKE = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]+")
# ISO 9362: institution, country, place, branch.
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")


def _bare(words: str) -> str:
    return re.sub(r"[\s\u00a0\u202f.-]", "", words).upper()


def _hidden(account: str) -> str:
    """The country and the last four signs: a report may be shown or sent."""
    bare = _bare(account)
    return f"{bare[:2]}…{bare[-4:]}" if len(bare) > 6 else bare


@rule("BNQ-IBAN-FAUX", needs=lambda invoice, _: invoice.iban)
def iban_key(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """Right length for the country, right key."""
    for account in invoice.iban:
        if _IBAN_LIKE.fullmatch(_bare(account.value)) and not iban_number.is_valid(account.value):
            yield Observation("BNQ-IBAN-FAUX", account.where, {"iban": _hidden(account.value)})


@rule("BNQ-COMPTE-AUTRE", needs=lambda invoice, _: invoice.iban)
def not_an_iban(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """An account that is not written as an IBAN."""
    for account in invoice.iban:
        if not _IBAN_LIKE.fullmatch(_bare(account.value)):
            yield Observation("BNQ-COMPTE-AUTRE", account.where, {"compte": _hidden(account.value)})


@rule("BNQ-COMPTE-LONG", needs=lambda invoice, _: invoice.iban)
def account_length(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """27 characters at most: the length of a French IBAN."""
    for account in invoice.iban:
        bare = account.value if invoice.structured else _bare(account.value)
        if len(bare) > MAX_ACCOUNT:
            yield Observation("BNQ-COMPTE-LONG", account.where, {"longueur": str(len(bare))})


@rule("BNQ-BIC", needs=lambda invoice, _: invoice.bic)
def bic_shape(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """8 or 11 signs."""
    if invoice.bic is not None and not _BIC.fullmatch(_bare(invoice.bic.value)):
        yield Observation("BNQ-BIC", invoice.bic.where, {"bic": invoice.bic.value})


@rule("BNQ-MOYEN-ABSENT", needs=lambda i, _: i.structured and not i.credit_note and i.profile != "minimum")
def means_absent(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """Chorus Pro has refused files without a means of payment."""
    if invoice.payment_means is None:
        yield Observation("BNQ-MOYEN-ABSENT")


@rule("BNQ-VIREMENT-SANS-COMPTE", needs=lambda invoice, _: invoice.structured and invoice.payment_means)
def transfer_without_account(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """A transfer goes to an account."""
    means = invoice.payment_means
    if means is not None and means.value in _TRANSFERS and not invoice.iban and not invoice.credit_note:
        yield Observation("BNQ-VIREMENT-SANS-COMPTE", means.where, {"moyen": means.value})


RULES = (iban_key, not_an_iban, account_length, bic_shape, means_absent, transfer_without_account)
