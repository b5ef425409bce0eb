"""The semantic invoice: what an invoice says, whatever the file says it in.

The names are those of the European norm EN 16931 (business terms BT-n, groups BG-n), put in plain words; the terms are listed
at https://docs.peppol.eu/poacc/billing/3.0/syntax/ubl-invoice/tree/. Amounts are `Decimal`, in the invoice's currency; rates are
percentages (`Decimal("20")`). Every leaf says where it was read, and every leaf may be absent: absent means « not found in the
file », never zero.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from assistant.invoices.schemas import Place

T = TypeVar("T")

NOWHERE = Place()

# The profile given to the ancestor of Factur-X, of which nothing is read.
ZUGFERD_1 = "zugferd1"


class Syntax(StrEnum):
    """What the invoice was read from. `texte`: the words of a PDF, where an absent value proves nothing."""

    CII = "cii"
    UBL = "ubl"
    PES = "pes"
    TEXTE = "texte"


@dataclass(frozen=True)
class Found(Generic[T]):
    """A value and where it was read. `words` are those of the file, when they differ from the value."""

    value: T
    where: Place = NOWHERE
    words: str = ""


@dataclass(frozen=True)
class Unreadable:
    """A leaf that is there but is not what it should be, such as a date on 31 February. `term` is a name of this model."""

    term: str
    words: str
    where: Place = NOWHERE


@dataclass(frozen=True)
class Identifier:
    """An identifier and its scheme (ISO 6523 code such as « 0009 » for a SIRET; None when the file gives none)."""

    scheme: str | None
    value: str


@dataclass(frozen=True)
class Party:
    """Seller (BG-4), buyer (BG-7), payee (BG-10) or seller's tax representative.

    `identifiers` are all of them as written (BT-29, BT-30…), `siret` and `siren` those read in them, digits only.
    `contacts` is one name a contact (BG-6, BG-9). `country` is an ISO 3166 code of two letters.
    """

    where: Place = NOWHERE
    name: Found[str] | None = None
    trading_name: Found[str] | None = None
    identifiers: tuple[Found[Identifier], ...] = ()
    siret: Found[str] | None = None
    siren: Found[str] | None = None
    vat: Found[str] | None = None
    electronic_address: Found[Identifier] | None = None
    street: Found[str] | None = None
    postcode: Found[str] | None = None
    city: Found[str] | None = None
    country: Found[str] | None = None
    contacts: tuple[Found[str], ...] = ()


@dataclass(frozen=True)
class Preceding:
    """An invoice that this one refers to (BG-3)."""

    where: Place = NOWHERE
    number: Found[str] | None = None
    issue_date: Found[date] | None = None


@dataclass(frozen=True)
class Line:
    """An invoice line (BG-25). `price` is the net price of `price_quantity` units (1 when absent).

    `counted` is False for the lines of the EXTENDED profile that only group or inform: they are outside the sum of lines.
    """

    where: Place = NOWHERE
    identifier: Found[str] | None = None
    name: Found[str] | None = None
    description: Found[str] | None = None
    quantity: Found[Decimal] | None = None
    unit: Found[str] | None = None
    price: Found[Decimal] | None = None
    price_quantity: Found[Decimal] | None = None
    allowances: Decimal = Decimal(0)
    charges: Decimal = Decimal(0)
    net: Found[Decimal] | None = None
    vat_category: Found[str] | None = None
    vat_rate: Found[Decimal] | None = None
    counted: bool = True


@dataclass(frozen=True)
class VatBreakdown:
    """The VAT of one category and rate (BG-23). `category` is an UNTDID 5305 code: S, Z, E, AE, G, K, O…"""

    where: Place = NOWHERE
    category: Found[str] | None = None
    rate: Found[Decimal] | None = None
    base: Found[Decimal] | None = None
    amount: Found[Decimal] | None = None
    exemption: Found[str] | None = None


@dataclass(frozen=True)
class AllowanceCharge:
    """An allowance (BG-20) or a charge (BG-21) of the whole document; the amount is positive in both."""

    charge: bool
    where: Place = NOWHERE
    amount: Found[Decimal] | None = None
    reason: Found[str] | None = None
    vat_category: Found[str] | None = None
    vat_rate: Found[Decimal] | None = None


@dataclass(frozen=True)
class Totals:
    """The document's totals (BG-22): HT is `without_vat`, TVA is `vat`, TTC is `with_vat`, net to pay is `due`."""

    where: Place = NOWHERE
    lines: Found[Decimal] | None = None
    allowances: Found[Decimal] | None = None
    charges: Found[Decimal] | None = None
    without_vat: Found[Decimal] | None = None
    vat: Found[Decimal] | None = None
    with_vat: Found[Decimal] | None = None
    prepaid: Found[Decimal] | None = None
    rounding: Found[Decimal] | None = None
    due: Found[Decimal] | None = None


@dataclass(frozen=True)
class Attachment:
    """A supporting document (BG-24). `size` in bytes of the embedded file; None when the file is not embedded."""

    where: Place = NOWHERE
    reference: Found[str] | None = None
    name: Found[str] | None = None
    mime: Found[str] | None = None
    size: Found[int] | None = None


@dataclass(frozen=True)
class Invoice:
    """All that was read. Nothing here is checked: the rules are in assistant/invoices/rules.

    `profile` is the short name of the level (minimum, basicwl, basic, en16931, extended, extended-ctc-fr, zugferd…), None when
    unknown; `guideline` is BT-24 as written; `cadre` is the process (BT-23): A1…A25 or a code of the reform (B1, S3…).
    `buyer_reference` (BT-10) carries the code service, `purchase_order` (BT-13) the numéro d'engagement.
    """

    syntax: Syntax
    profile: str | None = None
    guideline: Found[str] | None = None
    cadre: Found[str] | None = None
    number: Found[str] | None = None
    type_code: Found[str] | None = None
    credit_note: bool = False
    issue_date: Found[date] | None = None
    due_date: Found[date] | None = None
    currency: Found[str] | None = None
    buyer_reference: Found[str] | None = None
    purchase_order: Found[str] | None = None
    contract: Found[str] | None = None
    preceding: tuple[Preceding, ...] = ()
    seller: Party | None = None
    buyer: Party | None = None
    payee: Party | None = None
    delivery_id: Found[str] | None = None
    payment_means: Found[str] | None = None
    iban: tuple[Found[str], ...] = ()
    bic: Found[str] | None = None
    payment_terms: Found[str] | None = None
    notes: tuple[Found[str], ...] = ()
    lines: tuple[Line, ...] = ()
    vat_breakdown: tuple[VatBreakdown, ...] = ()
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    totals: Totals = field(default_factory=Totals)
    attachments: tuple[Attachment, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()

    @property
    def structured(self) -> bool:
        """True for a CII or a UBL, read whole: there, an absent value is really absent. A PES or a ZUGFeRD 1 is not read."""
        return self.syntax in (Syntax.CII, Syntax.UBL) and self.profile != ZUGFERD_1
