"""The cadre de facturation against the role (facts/cadres.csv, facts/factures.md §3, ANO-54 to ANO-58, BR-FR-CPRO-23 and 24)."""

import re
from collections.abc import Iterator

from assistant.invoices.model import Found, Invoice
from assistant.invoices.rules.base import rule, structured
from assistant.invoices.schemas import CheckOptions, Observation

# Those that open in « Factures émises » and in the simple flows.
SIMPLE = frozenset({"A1", "A2", "A9", "A12"})
WORKS = frozenset(f"A{n}" for n in (4, 5, 6, 7, 8, 10, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 24, 25))
# Mémoires de justice and TIC refunds have their own places.
ELSEWHERE = {"A3": "l'espace dédié aux frais de justice", "A21": "l'espace dédié au remboursement TIC / TICGN"}
DOUBTFUL = frozenset({"A11"})
NEED_VALIDATOR = {"A9": "du titulaire du marché (ou du cotraitant dont vous dépendez)", "A12": "du mandataire du groupement"}
# Those that a supplier does not deposit: maîtrise d'œuvre and maîtrise d'ouvrage.
NOT_SUPPLIER = frozenset({"A15", "A16", "A17", "A18", "A19", "A20", "A24", "A25"})
_CADRE = re.compile(r"(A\d{1,2})(_[A-Z_]+)?")


def cadre_of(words: str | None) -> str | None:
    """« A1 » for « A1 » and « A1_FACTURE_FOURNISSEUR »; None for what is no cadre (a code of the reform, an URN)."""
    match = _CADRE.fullmatch((words or "").strip().upper())
    return match[1] if match else None


def _cadre(invoice: Invoice, options: CheckOptions) -> Found[str] | None:
    """The file's, else the one the person named."""
    if invoice.cadre is not None and (code := cadre_of(invoice.cadre.value)):
        return Found(code, invoice.cadre.where)
    return Found(code) if (code := cadre_of(options.cadre)) else None


@rule("CAD-INCONNU", needs=_cadre)
def unknown(invoice: Invoice, options: CheckOptions) -> Iterator[Observation]:
    """A code that no list holds."""
    cadre = _cadre(invoice, options)
    if cadre and cadre.value not in SIMPLE | WORKS | DOUBTFUL | set(ELSEWHERE):
        yield Observation("CAD-INCONNU", cadre.where, {"cadre": cadre.value})


@rule("CAD-DIFFERENT", needs=lambda invoice, options: invoice.cadre and cadre_of(invoice.cadre.value) and cadre_of(options.cadre))
def different(invoice: Invoice, options: CheckOptions) -> Iterator[Observation]:
    """The file says the cadre that the person means."""
    asked = cadre_of(options.cadre)
    if invoice.cadre is not None and asked is not None and cadre_of(invoice.cadre.value) != asked:
        yield Observation("CAD-DIFFERENT", invoice.cadre.where, {"cadre": invoice.cadre.value, "attendu": asked})


@rule("CAD-TRAVAUX", needs=_cadre)
def works(invoice: Invoice, options: CheckOptions) -> Iterator[Observation]:
    """Works have their own application and flows."""
    cadre = _cadre(invoice, options)
    if cadre and cadre.value in WORKS:
        yield Observation("CAD-TRAVAUX", cadre.where, {"cadre": cadre.value})


@rule("CAD-ROLE", needs=_cadre)
def role(invoice: Invoice, options: CheckOptions) -> Iterator[Observation]:
    """Some pieces are deposited by the maîtrise d'œuvre or d'ouvrage."""
    cadre = _cadre(invoice, options)
    if cadre and cadre.value in NOT_SUPPLIER:
        yield Observation("CAD-ROLE", cadre.where, {"cadre": cadre.value})


@rule("CAD-AUTRE-ESPACE", needs=_cadre)
def elsewhere(invoice: Invoice, options: CheckOptions) -> Iterator[Observation]:
    """What is no invoice goes elsewhere."""
    cadre = _cadre(invoice, options)
    if cadre and cadre.value in ELSEWHERE:
        yield Observation("CAD-AUTRE-ESPACE", cadre.where, {"cadre": cadre.value, "espace": ELSEWHERE[cadre.value]})


@rule("CAD-A11", needs=_cadre)
def doubtful(invoice: Invoice, options: CheckOptions) -> Iterator[Observation]:
    """A11: in one list and not in the others."""
    cadre = _cadre(invoice, options)
    if cadre and cadre.value in DOUBTFUL:
        yield Observation("CAD-A11", cadre.where)


@rule("CAD-VALIDEUR", needs=_cadre)
def validator(invoice: Invoice, options: CheckOptions) -> Iterator[Observation]:
    """A9 and A12 need a valideur, which no file carries: it can only be recalled."""
    cadre = _cadre(invoice, options)
    if cadre and cadre.value in NEED_VALIDATOR:
        yield Observation("CAD-VALIDEUR", cadre.where, {"cadre": cadre.value, "valideur": NEED_VALIDATOR[cadre.value]})


@rule("CAD-DEJA-PAYEE", needs=lambda invoice, options: _cadre(invoice, options) and invoice.totals.due)
def already_paid(invoice: Invoice, options: CheckOptions) -> Iterator[Observation]:
    """A2 starts no payment: something still due would not be paid."""
    cadre, due = _cadre(invoice, options), invoice.totals.due
    if cadre and cadre.value == "A2" and due is not None and due.value > 0:
        yield Observation("CAD-DEJA-PAYEE", cadre.where)


@rule("CAD-S5", needs=lambda invoice, _: invoice.cadre)
def mode_s5(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """Code S5 of the reform is not for the public sector."""
    if invoice.cadre is not None and invoice.cadre.value.strip().upper() == "S5":
        yield Observation("CAD-S5", invoice.cadre.where)


@rule("CAD-S3", needs=lambda invoice, _: invoice.cadre)
def mode_s3(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """With S3 the recipient is the actual buyer: nothing in the file proves it."""
    if invoice.cadre is not None and invoice.cadre.value.strip().upper() == "S3":
        yield Observation("CAD-S3", invoice.cadre.where)


@rule("CAD-ABSENT", needs=structured)
def absent(invoice: Invoice, options: CheckOptions) -> Iterator[Observation]:
    """A file that says no cadre."""
    if invoice.cadre is None and options.cadre is None:
        yield Observation("CAD-ABSENT")


RULES = (
    unknown,
    different,
    works,
    role,
    elsewhere,
    doubtful,
    validator,
    already_paid,
    mode_s5,
    mode_s3,
    absent,
)
