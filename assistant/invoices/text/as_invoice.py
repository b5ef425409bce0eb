"""The proposed fields as an invoice, so that the rules run on them. Absent means « not found in the text »."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypeVar

from assistant.invoices.model import Found, Invoice, Party, Syntax, Totals, VatBreakdown
from assistant.invoices.schemas import FoundField
from assistant.invoices.text.proposals import KIND

T = TypeVar("T")


def invoice_from_text(fields: list[FoundField]) -> Invoice:
    """An invoice of syntax « texte ». The IBAN is left out: it is shown masked, and was proposed because its keys are right."""

    def one(name: str, convert: Callable[[str], T]) -> Found[T] | None:
        kept = [item for item in fields if item.name == name]
        if len(kept) != 1:
            return None
        return Found(convert(kept[0].value), kept[0].where, kept[0].words)

    seller_siret, vat, buyer_siret = one("siret_fournisseur", str), one("numero_tva", str), one("siret_destinataire", str)
    return Invoice(
        syntax=Syntax.TEXTE,
        number=one("numero", str),
        credit_note=any(item.name == KIND for item in fields),
        issue_date=one("date", date.fromisoformat),
        due_date=one("date_echeance", date.fromisoformat),
        buyer_reference=one("code_service", str),
        purchase_order=one("numero_engagement", str),
        contract=one("numero_marche", str),
        seller=Party(siret=seller_siret, vat=vat) if seller_siret or vat else None,
        buyer=Party(siret=buyer_siret) if buyer_siret else None,
        bic=one("bic", str),
        totals=Totals(
            without_vat=one("montant_ht", Decimal),
            vat=one("montant_tva", Decimal),
            with_vat=one("montant_ttc", Decimal),
            due=one("net_a_payer", Decimal),
        ),
        vat_breakdown=tuple(
            VatBreakdown(where=item.where, rate=Found(Decimal(item.value), item.where, item.words))
            for item in fields
            if item.name == "taux_tva"
        ),
    )
