"""A valid invoice in plain values, to be broken one value at a time. Données de démonstration: no real company."""

from dataclasses import dataclass, field, fields, is_dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")


def money(value: Decimal | str | int) -> str:
    return str(Decimal(value).quantize(CENT, ROUND_HALF_UP))


@dataclass(frozen=True)
class LineSample:
    name: str = "Ramettes de papier (données de démonstration)"
    description: str | None = None
    quantity: str = "10"
    price: str = "100.00"
    rate: str = "20"
    category: str = "S"
    net: str | None = None

    def net_amount(self) -> str:
        return self.net if self.net is not None else money(Decimal(self.quantity) * Decimal(self.price))


@dataclass(frozen=True)
class PartySample:
    name: str | None
    siret: str | None
    siret_scheme: str | None = "0009"
    siren: str | None = None
    vat: str | None = None
    trading_name: str | None = None
    street: str | None = "1 rue de la Démonstration"
    postcode: str | None = "75001"
    city: str | None = "Paris"
    country: str | None = "FR"
    contacts: tuple[str, ...] = ()
    identifiers: tuple[tuple[str | None, str], ...] = ()

    def all_identifiers(self) -> list[tuple[str | None, str]]:
        own = [(self.siret_scheme, self.siret)] if self.siret else []
        return [*own, *self.identifiers]


@dataclass(frozen=True)
class TotalsSample:
    """Values that replace the computed ones."""

    lines: str | None = None
    allowances: str | None = None
    charges: str | None = None
    without_vat: str | None = None
    vat: str | None = None
    with_vat: str | None = None
    prepaid: str | None = None
    due: str | None = None


@dataclass(frozen=True)
class AllowanceSample:
    amount: str
    charge: bool = False
    rate: str = "20"
    category: str = "S"
    reason: str = "Remise"


@dataclass(frozen=True)
class AttachmentSample:
    reference: str = "PJ-1"
    name: str = "bon-de-livraison.pdf"
    mime: str = "application/pdf"
    content: bytes | None = b"%PDF-1.4 demonstration"
    # UNTDID 1153; only CII writes it.
    type_code: str | None = "916"


# The SIREN and SIRET below satisfy the check digit and name nobody on purpose.
SELLER = PartySample(
    name="Papeterie Exemple (démonstration)",
    siret="12345678200010",
    siren="123456782",
    vat="FR11123456782",
    contacts=("Alice Exemple",),
)
BUYER = PartySample(name="Commune de Démonstration", siret="98765432400019", siren=None, contacts=())


@dataclass(frozen=True)
class InvoiceSample:
    number: str | None = "2026-0147"
    type_code: str | None = "380"
    issue_date: str | None = "2026-11-02"
    due_date: str | None = "2026-12-02"
    guideline: str | None = "urn:cen.eu:en16931:2017"
    cadre: str | None = "A1"
    currency: str | None = "EUR"
    buyer_reference: str | None = "SERVICE-ACHATS"
    purchase_order: str | None = "ENG-2026-001"
    contract: str | None = None
    preceding: tuple[tuple[str, str | None], ...] = ()
    seller: PartySample = SELLER
    buyer: PartySample = BUYER
    payee: PartySample | None = None
    delivery_id: str | None = None
    delivery_date: str | None = "2026-10-30"
    payment_means: str | None = "30"
    iban: str | None = "FR7630006000011234567890189"
    bic: str | None = "AGRIFRPP"
    payment_terms: str | None = "Paiement à 30 jours"
    notes: tuple[str, ...] = ("Données de démonstration",)
    lines: tuple[LineSample, ...] = (LineSample(),)
    allowances: tuple[AllowanceSample, ...] = ()
    attachments: tuple[AttachmentSample, ...] = ()
    # (category, rate, base, amount) rows that replace the computed ones.
    vat_rows: tuple[tuple[str, str, str, str], ...] | None = None
    exemption: str = "Exonération de TVA"
    exemption_code: str | None = None
    totals: TotalsSample = field(default_factory=TotalsSample)

    @property
    def credit_note(self) -> bool:
        return self.type_code in {"381", "261", "396"}

    def breakdown(self) -> list[tuple[str, str, str, str]]:
        """(category, rate, base, VAT) of each rate, from the lines and the allowances."""
        if self.vat_rows is not None:
            return list(self.vat_rows)
        bases: dict[tuple[str, str], Decimal] = {}
        for line in self.lines:
            key = (line.category, line.rate)
            bases[key] = bases.get(key, Decimal(0)) + Decimal(line.net_amount())
        for item in self.allowances:
            key = (item.category, item.rate)
            bases[key] = bases.get(key, Decimal(0)) + Decimal(item.amount) * (1 if item.charge else -1)
        return [(c, r, money(base), money(base * Decimal(r) / 100)) for (c, r), base in bases.items()]

    def amounts(self) -> dict[str, str]:
        """The totals, computed unless `totals` says otherwise."""
        given = self.totals
        lines = given.lines or money(sum(Decimal(line.net_amount()) for line in self.lines))
        off = given.allowances or money(sum(Decimal(a.amount) for a in self.allowances if not a.charge))
        on = given.charges or money(sum(Decimal(a.amount) for a in self.allowances if a.charge))
        without = given.without_vat or money(Decimal(lines) - Decimal(off) + Decimal(on))
        vat = given.vat or money(sum(Decimal(row[3]) for row in self.breakdown()))
        total = given.with_vat or money(Decimal(without) + Decimal(vat))
        prepaid = given.prepaid or "0.00"
        due = given.due or money(Decimal(total) - Decimal(prepaid))
        names = ("lines", "allowances", "charges", "without_vat", "vat", "with_vat", "prepaid", "due")
        return dict(zip(names, (lines, off, on, without, vat, total, prepaid, due), strict=True))


def sample(**changes: Any) -> InvoiceSample:
    """A valid sample with changes; `seller__siret="…"` changes one value inside a part, `lines__0__rate` inside a list."""
    result = InvoiceSample()
    for path, value in changes.items():
        result = _changed(result, path.split("__"), value)
    return result


def _changed(node: Any, path: list[str], value: Any) -> Any:
    head, rest = path[0], path[1:]
    if isinstance(node, tuple):
        index = int(head)
        return (*node[:index], _changed(node[index], rest, value) if rest else value, *node[index + 1 :])
    if not is_dataclass(node) or head not in {f.name for f in fields(node)}:
        raise AttributeError(f"No value named {head}.")
    return replace(node, **{head: _changed(getattr(node, head), rest, value) if rest else value})  # type: ignore[type-var]
