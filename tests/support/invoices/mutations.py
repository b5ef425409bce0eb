"""Valid invoices with one thing broken, and exactly what must speak. Données de démonstration.

One table for the rules alone (tests/assistant/invoices/rules) and for the whole inspection (tests/assistant/invoices).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.invoices.schemas import InvoiceKey
from tests.support.invoices.samples import AllowanceSample, AttachmentSample, LineSample, PartySample
from tests.support.invoices.words import words_of

# Beside the numbers of rules: the schema, and « the rules could not be run ».
XSD, NOT_RUN = "schéma", "non appliquées"
SYNTAXES = ("cii", "ubl", "factur_x")

Norm = dict[str, frozenset[str]]


def _norm(*everywhere: str, cii: Iterable[str] = (), ubl: Iterable[str] = (), factur_x: Iterable[str] = ()) -> Norm:
    """What the schema and the rules of the norm say in each syntax: their numbers, with « centime » or « avis » before some."""
    return {name: frozenset(everywhere) | frozenset(own) for name, own in zip(SYNTAXES, (cii, ubl, factur_x), strict=True)}


@dataclass(frozen=True)
class Mutation:
    """`changes`: what is broken (samples.sample); `said`: what the person said (CheckOptions).

    `controls`: the only controls of our own rules that may speak; `norm`: what the norm must say too, in each syntax.
    """

    changes: dict[str, Any]
    said: dict[str, Any]
    controls: set[str]
    norm: Norm = field(default_factory=_norm)


SEEN = frozenset({InvoiceKey("12345678200010", "2026-0147", 2026)})
AVOIR = {"type_code": "381", "preceding": (("2026-0100", "2026-10-01"),)}
PAYEE = PartySample(name="Affactureur (démonstration)", siret="55566677500013", siren="555666775")
FOREIGN = {"seller__country": "DE", "seller__siret": None, "seller__siren": None, "seller__vat": "DE123456789"}
ONE_RATE = {"lines": (LineSample(quantity="1", price="99.99"),)}

_ROWS: list[tuple[Any, ...]] = [
    ({"number": None}, {}, {"NUM-ABSENT"}, _norm("BR-02", ubl={XSD}, factur_x={XSD, "FX-SCH-A-000019"})),
    ({"number": "F" * 21}, {}, {"NUM-LONG"}),
    ({"number": "20260305"}, {}, {"NUM-DATE"}),
    ({"number": "2026-03-05"}, {}, {"NUM-DATE-AUTRE"}),
    ({"number": "05/03/2026"}, {}, {"NUM-DATE-AUTRE"}),
    ({}, {"already_checked": SEEN}, {"NUM-DOUBLON"}),
    ({"preceding": (("F" * 21, "2026-01-05"),)}, {}, {"NUM-ANTERIEUR-LONG"}),
    ({"seller__siret": "12345678200011"}, {}, {"ID-SIRET-FAUX"}),
    ({"buyer__siret": "98765432400011"}, {}, {"ID-SIRET-FAUX"}),
    ({"seller__siret": "1234"}, {}, {"ID-SIRET-FAUX"}),
    # One wrong number is told once, whatever else it can be compared with: the SIREN, the VAT number, what the person said.
    ({"seller__siret": "12345679200010"}, {}, {"ID-SIRET-FAUX"}),
    ({"seller__siret": "12345679200010", "seller__siren": None}, {}, {"ID-SIRET-FAUX"}),
    ({"buyer__siret": "98765432400011"}, {"siret_destinataire": "98765432400019"}, {"ID-SIRET-FAUX"}),
    ({"seller__siren": "123456789"}, {}, {"ID-SIREN-FAUX"}),
    ({"seller__siret": "123 456 782 00010"}, {}, {"ID-SIRET-SIGNES"}),
    ({"seller__siren": "123456789", "seller__vat": None}, {}, {"ID-SIREN-FAUX"}, _norm("BR-S-02")),
    ({"seller__siren": "987654324", "seller__vat": None}, {}, {"ID-SIREN-SIRET"}, _norm("BR-S-02")),
    ({"seller__vat": "FR12123456782"}, {}, {"ID-TVA"}),
    ({"seller__siret": None, "seller__siren": None}, {}, {"ID-VENDEUR-ABSENT"}),
    ({"seller__siret": None}, {}, {"ID-VENDEUR-SIREN-SEUL"}),
    (FOREIGN, {}, {"ID-VENDEUR-ETRANGER"}),
    ({**FOREIGN, "seller__identifiers": (("0223", "DE12345678901234567"),)}, {}, {"ID-FORME-SCHEMA"}),
    ({**FOREIGN, "seller__identifiers": (("0228", "1234"),)}, {}, {"ID-FORME-SCHEMA"}),
    ({**FOREIGN, "seller__identifiers": (("0226", "ABCDEFGHIJ"),)}, {}, {"ID-FORME-SCHEMA"}),
    ({"buyer__siret": None}, {}, {"ID-ACHETEUR-ABSENT"}),
    ({"payee": replace(PAYEE, siret=None)}, {}, {"ID-BENEFICIAIRE-SIREN"}),
    ({}, {"siret_destinataire": "123 456 782 00010"}, {"ID-DESTINATAIRE"}),
    ({"buyer__siret": "12345678200010"}, {}, {"ID-MEME-SIRET"}),
    ({"buyer_reference": None}, {"code_service_exige": True}, {"B2G-CODE-SERVICE-ABSENT"}),
    ({"buyer_reference": None}, {}, {"B2G-CODE-SERVICE-INCONNU"}),
    ({"buyer_reference": None}, {"code_service_exige": False}, set()),
    ({"buyer_reference": "SERVICE/ACHATS"}, {}, {"B2G-CODE-SERVICE-SIGNES"}),
    ({"buyer_reference": "S" * 101}, {}, {"B2G-CODE-SERVICE-LONG"}),
    ({"purchase_order": None}, {"engagement_exige": True}, {"B2G-ENGAGEMENT-ABSENT"}),
    ({"purchase_order": None, "contract": "M-1"}, {}, {"B2G-ENGAGEMENT-INCONNU"}),
    ({"purchase_order": None, "contract": "M-1"}, {"engagement_exige": False}, set()),
    ({"purchase_order": None}, {}, {"B2G-REFERENCE-ABSENTE"}),
    ({"purchase_order": "E" * 51}, {}, {"B2G-ENGAGEMENT-LONG"}),
    ({"contract": "C" * 51}, {}, {"B2G-CONTRAT-LONG"}),
    ({"attachments": (AttachmentSample(reference="R" * 51),)}, {}, {"B2G-PJ-REFERENCE-LONG"}),
    ({"lines__0__description": "d" * 1025}, {}, {"B2G-DESCRIPTION-LONGUE"}),
    ({"payment_terms": "t" * 1025}, {}, {"B2G-CONDITIONS-LONGUES"}),
    ({"notes": ("n" * 1025,)}, {}, {"B2G-NOTE-LONGUE"}),
    ({"seller__street": "r" * 401}, {}, {"B2G-ADRESSE-LONGUE"}),
    ({"seller__city": "v" * 401}, {}, {"B2G-LOCALITE-LONGUE"}),
    ({"seller__name": "n" * 100}, {}, {"B2G-NOM-LONG"}),
    ({"seller__trading_name": "n" * 100}, {}, {"B2G-NOM-LONG"}),
    ({"buyer__name": "n" * 100}, {}, {"B2G-NOM-LONG"}),
    ({"payee": replace(PAYEE, name="n" * 100)}, {}, {"B2G-NOM-LONG"}),
    ({"delivery_id": "L" * 21}, {}, {"B2G-LIVRAISON-LONGUE"}),
    ({"preceding": (("A-1", "2026-01-05"), ("A-2", "2026-01-06"))}, {}, {"B2G-ANTERIEURES"}),
    (
        {"seller__contacts": ("Alice", "Bernard")},
        {},
        {"B2G-CONTACTS"},
        _norm(cii={"CII-SR-455"}, ubl={XSD}, factur_x={XSD, "FX-SCH-A-000576"}),
    ),
    (
        {"buyer__contacts": ("Alice", "Bernard")},
        {},
        {"B2G-CONTACTS"},
        _norm(cii={"CII-SR-456"}, ubl={XSD}, factur_x={XSD, "FX-SCH-A-000288"}),
    ),
    (AVOIR, {}, set()),
    ({"type_code": "381"}, {}, {"B2G-AVOIR-ORIGINE"}),
    ({"type_code": "384"}, {}, {"B2G-AVOIR-ORIGINE"}),
    ({**AVOIR, "preceding": (("2026-0100", None),)}, {}, {"B2G-AVOIR-ORIGINE-DATE"}),
    ({**AVOIR, "lines": (LineSample(quantity="-1"),)}, {}, {"MNT-AVOIR-NEGATIF"}),
    ({"lines": (LineSample(quantity="-1"),)}, {}, {"MNT-FACTURE-NEGATIVE"}),
    ({"issue_date": None}, {}, {"DAT-ABSENTE"}, _norm("BR-03", XSD)),
    ({"issue_date": "2026-02-31"}, {}, {"DAT-ILLISIBLE"}, _norm(ubl={XSD})),
    ({"issue_date": "2026-11-26"}, {}, {"DAT-FUTURE"}),
    ({"issue_date": "2026-11-25"}, {}, set()),
    ({"issue_date": "2021-12-30", "due_date": "2022-01-29"}, {}, {"DAT-ANCIENNE"}),
    ({"issue_date": "2022-01-01", "due_date": "2022-01-29"}, {}, set()),
    ({"due_date": "2026-11-01"}, {}, {"DAT-ECHEANCE-AVANT"}),
    ({"due_date": "2027-02-01"}, {}, {"DAT-ECHEANCE-LOIN"}),
    ({"preceding": (("2026-0100", "2026-11-03"),)}, {}, {"DAT-ORIGINE-APRES"}),
    ({"totals__due": "mille"}, {}, {"MNT-ILLISIBLE"}, _norm(XSD, NOT_RUN)),
    ({"totals__with_vat": "1200.02", "totals__due": "1200.02"}, {}, {"MNT-TTC"}, _norm("BR-CO-15")),
    # The cent that our own sums tolerate, and the norm does not.
    ({"totals__with_vat": "1200.01", "totals__due": "1200.01"}, {}, set(), _norm("centime BR-CO-15")),
    ({"totals__due": "1199.99"}, {}, set(), _norm("centime BR-CO-16")),
    ({"vat_rows": (("S", "20", "1000.00", "199.99"),), "totals__vat": "200.00"}, {}, set(), _norm("centime BR-CO-14")),
    ({"totals__vat": "201.00"}, {}, {"MNT-TVA-TOTAL"}, _norm("BR-CO-14")),
    ({"vat_rows": (("S", "20", "1000.00", "200.02"),)}, {}, {"MNT-TVA-TAUX"}),
    ({"vat_rows": (("S", "20", "1000.00", "200.01"),)}, {}, set()),
    # In UBL the rule on the base of a rate (BR-S-08) tolerates a euro.
    ({"vat_rows": (("S", "20", "1000.05", "200.01"),)}, {}, {"MNT-BASES"}, _norm(cii={"BR-S-08"}, factur_x={"BR-S-08"})),
    ({"totals__allowances": "10.00", "totals__without_vat": "1000.00"}, {}, {"MNT-HT"}, _norm("BR-CO-11", "BR-CO-13")),
    (
        {"totals__lines": "1100.00", "totals__without_vat": "1000.00", "totals__allowances": "100.00"},
        {},
        {"MNT-LIGNES"},
        _norm("BR-CO-10", "BR-CO-11"),
    ),
    ({"lines__0__net": "1000.00", "lines__0__price": "99.00"}, {}, {"MNT-LIGNE"}),
    # Nothing at a rate, less something at another: the VAT is negative and the rest is not.
    (
        {"lines": (LineSample(rate="0", category="Z"), LineSample(quantity="-1"))},
        {},
        {"MNT-SIGNES"},
    ),
    ({"totals__due": "1100.00"}, {}, {"MNT-NET"}, _norm("BR-CO-16")),
    ({"totals__prepaid": "100.00"}, {}, set()),
    (
        {"totals__vat": "-200.00", "totals__with_vat": "800.00", "vat_rows": (("S", "20", "1000.00", "-200.00"),)},
        {},
        {"MNT-SIGNES", "MNT-TVA-TAUX"},
    ),
    (
        {"currency": None},
        {},
        {"MNT-DEVISE-ABSENTE"},
        _norm("BR-05", factur_x={XSD, "FX-SCH-A-000038", "sans numéro"}),
    ),
    ({"currency": "USD"}, {}, {"MNT-DEVISE"}),
    ({"lines__0__rate": "19.6"}, {}, {"MNT-TAUX-INCONNU"}),
    ({"lines": (LineSample(rate="5.5"), LineSample(rate="10.00"), LineSample(rate="2.1"), LineSample(rate="8.5"))}, {}, set()),
    ({"allowances": (AllowanceSample("50.00"), AllowanceSample("20.00", charge=True))}, {}, set()),
    (ONE_RATE, {}, set()),
    ({"cadre": "A26"}, {}, {"CAD-INCONNU"}),
    ({}, {"cadre": "A9"}, {"CAD-DIFFERENT"}),
    ({"cadre": "A4"}, {}, {"CAD-TRAVAUX"}),
    ({"cadre": "A19"}, {}, {"CAD-TRAVAUX", "CAD-ROLE"}),
    ({"cadre": "A3"}, {}, {"CAD-AUTRE-ESPACE"}),
    ({"cadre": "A11"}, {}, {"CAD-A11"}),
    ({"cadre": "A9"}, {}, {"CAD-VALIDEUR"}),
    ({"cadre": "A12_FACTURE_COTRAITANT"}, {}, {"CAD-VALIDEUR"}),
    ({"cadre": "A2"}, {}, {"CAD-DEJA-PAYEE"}),
    ({"cadre": "A2", "totals__prepaid": "1200.00"}, {}, set()),
    ({"cadre": "S5"}, {}, {"CAD-S5"}),
    ({"cadre": "S3"}, {}, {"CAD-S3"}),
    ({"cadre": "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"}, {}, set()),
    ({"cadre": None}, {}, {"CAD-ABSENT"}),
    ({"cadre": None}, {"cadre": "A1"}, set()),
    ({"iban": "FR7630006000011234567890188"}, {}, {"BNQ-IBAN-FAUX"}),
    ({"iban": "30006000011234567890189"}, {}, {"BNQ-COMPTE-AUTRE"}),
    ({"iban": "FR76 3000 6000 0112 3456 7890 189"}, {}, {"BNQ-COMPTE-LONG"}),
    ({"bic": "AGRI1"}, {}, {"BNQ-BIC"}),
    ({"payment_means": None, "iban": None, "bic": None}, {}, {"BNQ-MOYEN-ABSENT"}),
    (
        {"iban": None, "bic": None},
        {},
        {"BNQ-VIREMENT-SANS-COMPTE"},
        _norm(cii={"CII-SR-470"}, ubl={"BR-61"}, factur_x={"CII-SR-470"}),
    ),
    # What only the norm or the schema sees.
    ({"seller__vat": None}, {}, set(), _norm("BR-S-02")),
    (
        {"currency": "EURO"},
        {},
        {"MNT-DEVISE"},
        _norm(cii={"BR-CL-03", "BR-CL-04"}, ubl={"BR-CL-03", "BR-CL-04"}, factur_x={"FX-SCH-A-000595", "FX-SCH-A-000606"}),
    ),
    ({"delivery_date": "2026-10-32"}, {}, set(), _norm(cii={"CII-DT-097"}, ubl={XSD})),
    ({"notes": ("",)}, {}, set(), _norm(factur_x={"avis PEPPOL-EN16931-R008"})),
]

MUTATIONS = [Mutation(*row) for row in _ROWS]

# The words of a plain page with some lines changed (their beginning → what stands instead, None: nothing), and what must speak.
WORD_MUTATIONS: list[tuple[dict[str, str | None], set[str]]] = [
    ({"Facture n°": None}, {"MEN-NUMERO"}),
    ({"Date de facture": None}, {"MEN-DATE"}),
    ({"SIRET du fournisseur": None}, {"MEN-SIRET-FOURNISSEUR"}),
    ({"SIRET client": None}, {"MEN-SIRET-DESTINATAIRE"}),
    (
        {"Fournisseur": None, "SIRET du fournisseur": None, "Client": None, "SIRET client": "SIRET : 987 654 324 00019"},
        {"MEN-SIRET-UN-SEUL"},
    ),
    ({"1 rue de": None}, {"MEN-ADRESSE"}),
    ({"N° d'engagement": None}, {"MEN-COMMANDE"}),
    ({"Code service": None}, {"MEN-CODE-SERVICE"}),
    ({"N° TVA": None}, {"MEN-TVA-INTRA"}),
    ({"Total HT": None}, {"MEN-TOTAL-HT"}),
    ({"Total HT": None, "Total TTC": None, "Net à payer": None}, {"MEN-TOTAUX"}),
    ({"Total TVA 20 %": "Total TVA : 200,00 €"}, {"MEN-TAUX"}),
    (
        {
            "Total TVA 20 %": "Total TVA : 0,00 €",
            "Total TTC": "Total TTC : 1 000,00 €",
            "Net à payer": "Net à payer : 1 000,00 €",
        },
        {"MEN-EXONERATION"},
    ),
    ({"Total TVA 20 %": "Total TVA 20 % : 200,00 €  Autoliquidation"}, {"MEN-AUTOLIQUIDATION-TVA"}),
    ({"BIC": "BIC : AGRIFRPP, TVA non applicable, art. 293 B du CGI"}, {"MEN-FRANCHISE-TVA"}),
    ({"Paiement par virement": None, "Échéance": None}, {"MEN-REGLEMENT"}),
    ({"Pénalités": "Indemnité forfaitaire de recouvrement : 40 €"}, {"MEN-PENALITES"}),
    ({"Pénalités": "Pénalités de retard : trois fois le taux légal"}, {"MEN-INDEMNITE"}),
    ({"Désignation": "Désignation : ramettes, 10, prix unitaire HT 100,00 €, livraison du 30/10/2026"}, {"MEN-LIGNES"}),
    ({"Désignation": "Désignation : ramettes de papier, quantité 10, prix unitaire HT 100,00 €"}, {"MEN-DATE-EXECUTION"}),
    # A wrong SIRET is there: it is not told as missing too, whether its role is read or not.
    ({"SIRET client": "SIRET client : 987 654 324 00018"}, {"ID-SIRET-FAUX"}),
    ({"SIRET client": "SIRET client : 987 654 324 00018, SIRET 98765432400018"}, {"ID-SIRET-FAUX"}),
    ({"SIRET du fournisseur": "SIRET du fournisseur : 123 456 782 00011"}, {"ID-SIRET-FAUX"}),
    ({"Client :": None, "SIRET client": "SIRET : 987 654 324 00018"}, {"ID-SIRET-FAUX"}),
    # The client's is missing whatever the seller's is worth.
    (
        {"SIRET du fournisseur": "SIRET du fournisseur : 123 456 782 00011", "SIRET client": None},
        {"ID-SIRET-FAUX", "MEN-SIRET-DESTINATAIRE"},
    ),
    ({"Paiement": "Paiement par virement, IBAN : FR76 3000 6000 0112 3456 7890 188"}, {"BNQ-IBAN-FAUX"}),
]


def changed_words(changes: dict[str, str | None]) -> list[str]:
    """The lines of words.words_of with these changes."""
    lines: list[str] = []
    for line in words_of():
        start = next((start for start in changes if line.startswith(start)), None)
        other = line if start is None else changes[start]
        lines += [] if other is None else [other]
    return lines
