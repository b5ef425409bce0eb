"""SIRET, SIREN and VAT numbers of both sides (facts/factures.md: ANO-12, ANO-13, BR-FR-CPRO-03 to 10 and 17)."""

import re
from collections.abc import Iterator
from typing import TypeGuard

from stdnum.fr import siren as siren_number
from stdnum.fr import siret as siret_number
from stdnum.fr import tva as vat_number

from assistant.invoices.model import Found, Invoice, Party
from assistant.invoices.rules.base import rule, structured
from assistant.invoices.schemas import CheckOptions, Observation

ADMITTED_SCHEMES = frozenset({"0009", "0223", "0226", "0227", "0228", "0229"})
# « Moins de 18 », « 9 à 10 », « commence par 10 chiffres, 80 au plus ».
_FORMS = {
    "0223": re.compile(r".{1,17}", re.DOTALL),
    "0227": re.compile(r".{1,17}", re.DOTALL),
    "0228": re.compile(r".{9,10}", re.DOTALL),
    "0229": re.compile(r".{9,10}", re.DOTALL),
    "0226": re.compile(r"[0-9]{10}.{0,70}", re.DOTALL),
}


def _sides(invoice: Invoice) -> Iterator[tuple[str, Party]]:
    for name, party in (("vendeur", invoice.seller), ("acheteur", invoice.buyer), ("bénéficiaire", invoice.payee)):
        if party is not None:
            yield name, party


def _foreign(party: Party) -> bool:
    # Overseas territories have country codes of their own and may have a SIRET.
    return party.country is not None and party.country.value not in {"FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF"}


def _right(number: Found[str] | None) -> TypeGuard[Found[str]]:
    """A SIREN or a SIRET whose check digit is right."""
    return number is not None and (siren_number.is_valid(number.value) or siret_number.is_valid(number.value))


@rule("ID-SIRET-FAUX", needs=lambda invoice, _: any(party.siret for _, party in _sides(invoice)))
def siret_digits(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """14 digits and a right check digit; La Poste's own rule is known to python-stdnum."""
    for side, party in _sides(invoice):
        if party.siret is not None and not siret_number.is_valid(party.siret.value):
            yield Observation("ID-SIRET-FAUX", party.siret.where, {"cote": side, "siret": party.siret.words or party.siret.value})


@rule("ID-SIRET-SIGNES", needs=lambda invoice, _: invoice.structured and any(party.siret for _, party in _sides(invoice)))
def siret_signs(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """In an XML a SIRET has nothing but digits."""
    for side, party in _sides(invoice):
        siret = party.siret
        if siret is not None and siret.words not in ("", siret.value) and siret_number.is_valid(siret.value):
            yield Observation("ID-SIRET-SIGNES", siret.where, {"cote": side, "siret": siret.words})


@rule("ID-SIREN-FAUX", "ID-SIREN-SIRET", needs=lambda invoice, _: any(party.siren for _, party in _sides(invoice)))
def siren_digits(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """9 digits, a right check digit, and the beginning of the SIRET; a wrong SIRET is said by ID-SIRET-FAUX alone."""
    for side, party in _sides(invoice):
        if party.siren is None or (_foreign(party) and party.siret is None):
            continue
        if not siren_number.is_valid(party.siren.value):
            yield Observation("ID-SIREN-FAUX", party.siren.where, {"cote": side, "siren": party.siren.value})
        elif _right(party.siret) and not party.siret.value.startswith(party.siren.value):
            said = {"cote": side, "siren": party.siren.value, "siret": party.siret.value}
            yield Observation("ID-SIREN-SIRET", party.siren.where, said)


@rule("ID-TVA", needs=lambda invoice, _: any(party.vat for _, party in _sides(invoice)))
def vat_digits(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """A French VAT number has a right key, and the SIREN of its owner."""
    for side, party in _sides(invoice):
        vat = party.vat
        if vat is None or not vat.value.upper().startswith("FR"):
            continue
        # A number that is wrong itself is said already, and nothing can be compared with it.
        own = next((number for number in (party.siren, party.siret) if _right(number)), None)
        same = own is None or re.sub(r"\W", "", vat.value)[-9:] == own.value[:9]
        if not vat_number.is_valid(vat.value) or not same:
            yield Observation("ID-TVA", vat.where, {"cote": side, "tva": vat.value})


@rule("ID-VENDEUR-ABSENT", "ID-VENDEUR-SIREN-SEUL", "ID-VENDEUR-ETRANGER", needs=structured)
def seller_known(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """A French seller is known by a SIRET, a foreign one by an admitted scheme."""
    seller = invoice.seller or Party()
    if seller.siret is not None or any(item.value.scheme in ADMITTED_SCHEMES for item in seller.identifiers):
        return
    if _foreign(seller):
        yield Observation("ID-VENDEUR-ETRANGER", seller.where, {"pays": seller.country.value if seller.country else "?"})
    elif seller.siren is not None:
        yield Observation("ID-VENDEUR-SIREN-SEUL", seller.siren.where, {"siren": seller.siren.value})
    else:
        yield Observation("ID-VENDEUR-ABSENT", seller.where)


@rule("ID-ACHETEUR-ABSENT", needs=structured)
def buyer_known(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """The recipient's SIRET routes the invoice."""
    buyer = invoice.buyer or Party()
    if buyer.siret is None:
        yield Observation("ID-ACHETEUR-ABSENT", buyer.where)


@rule("ID-BENEFICIAIRE-SIREN", needs=lambda invoice, _: invoice.structured and invoice.payee)
def payee_known(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """A payee known by a SIREN is known by a SIRET too."""
    payee = invoice.payee
    if payee is not None and payee.siren is not None and payee.siret is None:
        yield Observation("ID-BENEFICIAIRE-SIREN", payee.siren.where, {"siren": payee.siren.value})


@rule("ID-FORME-SCHEMA", needs=lambda invoice, _: invoice.seller and invoice.seller.identifiers)
def foreign_forms(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """The form of each kind of identifier that is no SIRET."""
    for item in invoice.seller.identifiers if invoice.seller else ():
        form = _FORMS.get(item.value.scheme or "")
        if form is not None and not form.fullmatch(item.value.value):
            said = {"schema": item.value.scheme or "", "valeur": item.value.value}
            yield Observation("ID-FORME-SCHEMA", item.where, said)


def _asked(options: CheckOptions) -> str:
    return re.sub(r"\D", "", options.siret_destinataire or "")


@rule("ID-DESTINATAIRE", needs=lambda invoice, options: _asked(options) and invoice.buyer and _right(invoice.buyer.siret))
def expected_buyer(invoice: Invoice, options: CheckOptions) -> Iterator[Observation]:
    """The buyer is the one that the person named; a wrong SIRET names nobody, and ID-SIRET-FAUX says so."""
    siret: Found[str] | None = invoice.buyer.siret if invoice.buyer else None
    if siret is not None and siret.value != _asked(options):
        yield Observation("ID-DESTINATAIRE", siret.where, {"siret": siret.value, "attendu": _asked(options)})


@rule("ID-MEME-SIRET", needs=lambda invoice, _: invoice.seller and invoice.buyer and invoice.seller.siret and invoice.buyer.siret)
def two_sides(invoice: Invoice, _options: CheckOptions) -> Iterator[Observation]:
    """Nobody invoices oneself."""
    seller, buyer = (party.siret if party else None for party in (invoice.seller, invoice.buyer))
    if seller and buyer and seller.value == buyer.value:
        yield Observation("ID-MEME-SIRET", buyer.where, {"siret": buyer.value})


RULES = (
    siret_digits,
    siret_signs,
    siren_digits,
    vat_digits,
    seller_known,
    buyer_known,
    payee_known,
    foreign_forms,
    expected_buyer,
    two_sides,
)
