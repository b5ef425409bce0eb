"""The values of an invoice that a person looks at first, with the place they were read at. Labels: phrases_controle.yml.

The names are the same whether the value comes from an XML or from the text of a PDF. Dates are ISO 8601, amounts have a point and
no thousands, an IBAN shows its ends only.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from assistant.invoices.model import Found, Invoice, Party
from assistant.invoices.schemas import FoundField, Origin, Place


def fields_of(invoice: Invoice, phrases: Mapping[str, str]) -> list[FoundField]:
    """What is there, in the order of a page; what is absent is left out."""
    return [
        FoundField(
            name=name,
            label=phrases[f"champ_{name}"],
            value=value,
            words=words,
            where=where,
            origin=Origin.XML if invoice.structured else Origin.TEXTE,
        )
        for name, value, words, where in _values(invoice, phrases)
    ]


def masked_iban(iban: str) -> str:
    """« FR76 … 1234 »: enough to recognise it, not enough to use it."""
    bare = "".join(iban.split())
    return f"{bare[:4]} … {bare[-4:]}" if len(bare) > 12 else "…"


_Value = tuple[str, str, str, Place]


def _values(invoice: Invoice, phrases: Mapping[str, str]) -> Iterator[_Value]:
    yield from _one("numero", invoice.number)
    if invoice.structured:
        kind = phrases["valeur_avoir" if invoice.credit_note else "valeur_facture"]
        yield "type", kind, "", invoice.type_code.where if invoice.type_code else Place()
    yield from _one("date", invoice.issue_date)
    yield from _one("date_echeance", invoice.due_date)
    yield from _party("fournisseur", invoice.seller)
    yield from _party("destinataire", invoice.buyer)
    yield from _one("code_service", invoice.buyer_reference)
    yield from _one("numero_engagement", invoice.purchase_order)
    yield from _one("numero_marche", invoice.contract)
    yield from _one("cadre_facturation", invoice.cadre)
    yield from _one("devise", invoice.currency)
    yield from _one("montant_ht", invoice.totals.without_vat)
    yield from _one("montant_tva", invoice.totals.vat)
    yield from _one("montant_ttc", invoice.totals.with_vat)
    yield from _one("net_a_payer", invoice.totals.due)
    for iban in invoice.iban[:5]:
        yield "iban", masked_iban(iban.value), "", iban.where


def _party(role: str, party: Party | None) -> Iterator[_Value]:
    if party is None:
        return
    yield from _one(f"nom_{role}", party.name)
    yield from _one(f"siret_{role}", party.siret)
    if role == "fournisseur" and party.siret is None:
        yield from _one(f"siren_{role}", party.siren)


def _one(name: str, found: "Found[str] | Found[date] | Found[Decimal] | None") -> Iterator[_Value]:
    if found is None:
        return
    value = (
        found.value.isoformat()
        if isinstance(found.value, date)
        else f"{found.value:f}"
        if isinstance(found.value, Decimal)
        else found.value
    )
    if text := " ".join(value.split())[:500]:
        yield name, text, found.words[:500], found.where
