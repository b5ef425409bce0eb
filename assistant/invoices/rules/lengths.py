"""Lengths and numbers of things in an invoice to the public sector (BR-FR-CPRO-14, 15, 19, 20, 26, 27, 30 to 44).

They come from AFNOR XP Z12-012, annex A V1.3, as transcribed at https://github.com/invopop/gobl.fr.ctc; not an official copy.
"""

from collections.abc import Callable, Iterable, Iterator

from assistant.invoices.model import Found, Invoice, Party
from assistant.invoices.rules.base import Rule, rule
from assistant.invoices.schemas import CheckOptions, Observation

Texts = Callable[[Invoice], Iterable[tuple[str, Found[str] | None]]]

MAX_LINES = 999_999


def _length(control: str, limit: int, texts: Texts) -> Rule:
    def check(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
        for label, text in texts(invoice):
            if text is not None and len(text.value) > limit:
                values = {"champ": label, "longueur": str(len(text.value)), "limite": str(limit)}
                yield Observation(control, text.where, values)

    return Rule((control,), lambda invoice, _: any(text is not None for _, text in texts(invoice)), check)


def _of(party: Party | None, name: str) -> Found[str] | None:
    found: Found[str] | None = getattr(party, name, None)
    return found


def _names(invoice: Invoice) -> Iterator[tuple[str, Found[str] | None]]:
    for label, party in (("vendeur", invoice.seller), ("acheteur", invoice.buyer), ("bénéficiaire", invoice.payee)):
        yield f"le nom du {label}" if label != "acheteur" else "le nom de l'acheteur", _of(party, "name")
        if label != "bénéficiaire":
            yield f"le nom commercial ({label})", _of(party, "trading_name")


order_length = _length("B2G-ENGAGEMENT-LONG", 50, lambda i: [("le numéro d'engagement ou de commande", i.purchase_order)])
contract_length = _length("B2G-CONTRAT-LONG", 50, lambda i: [("la référence du contrat", i.contract)])
attachment_length = _length(
    "B2G-PJ-REFERENCE-LONG", 50, lambda i: [("la référence d'une pièce justificative", a.reference) for a in i.attachments]
)
description_length = _length(
    "B2G-DESCRIPTION-LONGUE", 1024, lambda i: [("la description d'un article", line.description) for line in i.lines]
)
terms_length = _length("B2G-CONDITIONS-LONGUES", 1024, lambda i: [("le texte des conditions de paiement", i.payment_terms)])
note_length = _length("B2G-NOTE-LONGUE", 1024, lambda i: [("une note", note) for note in i.notes])
street_length = _length("B2G-ADRESSE-LONGUE", 400, lambda i: [("la rue du vendeur", _of(i.seller, "street"))])
city_length = _length("B2G-LOCALITE-LONGUE", 400, lambda i: [("la localité du vendeur", _of(i.seller, "city"))])
name_length = _length("B2G-NOM-LONG", 99, _names)
delivery_length = _length("B2G-LIVRAISON-LONGUE", 20, lambda i: [("l'identifiant du lieu de livraison", i.delivery_id)])


@rule("B2G-LIGNES", needs=lambda invoice, _: invoice.lines)
def line_count(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """999 999 lines at most."""
    if len(invoice.lines) > MAX_LINES:
        yield Observation("B2G-LIGNES", invoice.lines[MAX_LINES].where, {"nombre": str(len(invoice.lines))})


@rule("B2G-ANTERIEURES", needs=lambda invoice, _: invoice.preceding)
def preceding_count(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """One earlier invoice at most."""
    if len(invoice.preceding) > 1:
        yield Observation("B2G-ANTERIEURES", invoice.preceding[1].where, {"nombre": str(len(invoice.preceding))})


@rule("B2G-CONTACTS", needs=lambda invoice, _: any(p.contacts for p in (invoice.seller, invoice.buyer) if p))
def contact_count(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """One contact a side at most."""
    for side, party in (("vendeur", invoice.seller), ("acheteur", invoice.buyer)):
        if party is not None and len(party.contacts) > 1:
            yield Observation("B2G-CONTACTS", party.contacts[1].where, {"cote": side, "nombre": str(len(party.contacts))})


RULES = (
    order_length,
    contract_length,
    attachment_length,
    description_length,
    terms_length,
    note_length,
    street_length,
    city_length,
    name_length,
    delivery_length,
    line_count,
    preceding_count,
    contact_count,
)
