"""Each rule broken alone is caught alone, in both syntaxes; a valid invoice raises nothing."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from assistant.invoices.rules import run_rules
from assistant.invoices.rules.run import RULES
from assistant.invoices.schemas import CheckOptions, InvoiceKey
from assistant.invoices.xml.read import read_invoice
from tests.support.invoices.samples import AllowanceSample, AttachmentSample, LineSample, PartySample
from tests.support.invoices.xml_templates import GUIDELINES, make_cii, make_ubl

OPTIONS = CheckOptions(today=date(2026, 11, 24))
SEEN = frozenset({InvoiceKey("12345678200010", "2026-0147", 2026)})
AVOIR = {"type_code": "381", "preceding": (("2026-0100", "2026-10-01"),)}
PAYEE = PartySample(name="Affactureur (démonstration)", siret="12345678200010", siren="123456782")
FOREIGN = {"seller__country": "DE", "seller__siret": None, "seller__siren": None, "seller__vat": "DE123456789"}
ONE_RATE = {"lines": (LineSample(quantity="1", price="99.99"),)}

# (what is broken, what the person said, the only controls that may speak)
MUTATIONS: list[tuple[dict[str, Any], dict[str, Any], set[str]]] = [
    ({"number": None}, {}, {"NUM-ABSENT"}),
    ({"number": "F" * 21}, {}, {"NUM-LONG"}),
    ({"number": "20260305"}, {}, {"NUM-DATE"}),
    ({"number": "2026-03-05"}, {}, {"NUM-DATE-AUTRE"}),
    ({"number": "05/03/2026"}, {}, {"NUM-DATE-AUTRE"}),
    ({}, {"already_checked": SEEN}, {"NUM-DOUBLON"}),
    ({"preceding": (("F" * 21, "2026-01-05"),)}, {}, {"NUM-ANTERIEUR-LONG"}),
    ({"seller__siret": "12345678200011"}, {}, {"ID-SIRET-FAUX"}),
    ({"buyer__siret": "98765432400011"}, {}, {"ID-SIRET-FAUX"}),
    ({"seller__siret": "1234"}, {}, {"ID-SIRET-FAUX"}),
    ({"seller__siret": "123 456 782 00010"}, {}, {"ID-SIRET-SIGNES"}),
    ({"seller__siren": "123456789", "seller__vat": None}, {}, {"ID-SIREN-FAUX"}),
    ({"seller__siren": "987654324", "seller__vat": None}, {}, {"ID-SIREN-SIRET"}),
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
    ({"seller__contacts": ("Alice", "Bernard")}, {}, {"B2G-CONTACTS"}),
    ({"buyer__contacts": ("Alice", "Bernard")}, {}, {"B2G-CONTACTS"}),
    (AVOIR, {}, set()),
    ({"type_code": "381"}, {}, {"B2G-AVOIR-ORIGINE"}),
    ({"type_code": "384"}, {}, {"B2G-AVOIR-ORIGINE"}),
    ({**AVOIR, "preceding": (("2026-0100", None),)}, {}, {"B2G-AVOIR-ORIGINE-DATE"}),
    ({**AVOIR, "lines": (LineSample(quantity="-1"),)}, {}, {"MNT-AVOIR-NEGATIF"}),
    ({"lines": (LineSample(quantity="-1"),)}, {}, {"MNT-FACTURE-NEGATIVE"}),
    ({"issue_date": None}, {}, {"DAT-ABSENTE"}),
    ({"issue_date": "2026-02-31"}, {}, {"DAT-ILLISIBLE"}),
    ({"issue_date": "2026-11-26"}, {}, {"DAT-FUTURE"}),
    ({"issue_date": "2026-11-25"}, {}, set()),
    ({"issue_date": "2021-12-30", "due_date": "2022-01-29"}, {}, {"DAT-ANCIENNE"}),
    ({"issue_date": "2022-01-01", "due_date": "2022-01-29"}, {}, set()),
    ({"due_date": "2026-11-01"}, {}, {"DAT-ECHEANCE-AVANT"}),
    ({"due_date": "2027-02-01"}, {}, {"DAT-ECHEANCE-LOIN"}),
    ({"preceding": (("2026-0100", "2026-11-03"),)}, {}, {"DAT-ORIGINE-APRES"}),
    ({"totals__due": "mille"}, {}, {"MNT-ILLISIBLE"}),
    ({"totals__with_vat": "1200.02", "totals__due": "1200.02"}, {}, {"MNT-TTC"}),
    ({"totals__with_vat": "1200.01", "totals__due": "1200.01"}, {}, set()),
    ({"totals__vat": "201.00"}, {}, {"MNT-TVA-TOTAL"}),
    ({"vat_rows": (("S", "20", "1000.00", "200.02"),)}, {}, {"MNT-TVA-TAUX"}),
    ({"vat_rows": (("S", "20", "1000.00", "200.01"),)}, {}, set()),
    ({"vat_rows": (("S", "20", "1000.05", "200.01"),)}, {}, {"MNT-BASES"}),
    ({"totals__allowances": "10.00", "totals__without_vat": "1000.00"}, {}, {"MNT-HT"}),
    ({"totals__lines": "1100.00", "totals__without_vat": "1000.00", "totals__allowances": "100.00"}, {}, {"MNT-LIGNES"}),
    ({"lines__0__net": "1000.00", "lines__0__price": "99.00"}, {}, {"MNT-LIGNE"}),
    ({"totals__due": "1100.00"}, {}, {"MNT-NET"}),
    ({"totals__prepaid": "100.00"}, {}, set()),
    (
        {"totals__vat": "-200.00", "totals__with_vat": "800.00", "vat_rows": (("S", "20", "1000.00", "-200.00"),)},
        {},
        {"MNT-SIGNES", "MNT-TVA-TAUX"},
    ),
    ({"currency": None}, {}, {"MNT-DEVISE-ABSENTE"}),
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
    ({"iban": None, "bic": None}, {}, {"BNQ-VIREMENT-SANS-COMPTE"}),
]


def _ids(xml: bytes, said: dict[str, Any]) -> set[str]:
    return {item.id for item in run_rules(read_invoice(xml), replace(OPTIONS, **said))[0]}


@pytest.mark.parametrize(("changes", "said", "expected"), MUTATIONS, ids=lambda value: str(value)[:60])
def test_a_rule_broken_alone_is_caught_alone_in_cii(changes: dict[str, Any], said: dict[str, Any], expected: set[str]) -> None:
    assert _ids(make_cii(**changes), said) == expected


@pytest.mark.parametrize(("changes", "said", "expected"), MUTATIONS, ids=lambda value: str(value)[:60])
def test_a_rule_broken_alone_is_caught_alone_in_ubl(changes: dict[str, Any], said: dict[str, Any], expected: set[str]) -> None:
    assert _ids(make_ubl(**changes), said) == expected


@pytest.mark.parametrize("profile", list(GUIDELINES))
def test_a_valid_invoice_of_each_profile_raises_nothing(profile: str) -> None:
    assert _ids(make_cii(profile), {}) == set()


def test_every_control_of_the_rules_is_broken_by_one_mutation_at_least() -> None:
    caught = set().union(*(expected for _, _, expected in MUTATIONS))
    # Tested apart: it takes a million lines.
    assert {control for rule in RULES for control in rule.ids} - caught == {"B2G-LIGNES"}


def test_a_rule_whose_value_is_absent_is_not_said_to_have_run() -> None:
    _, ran = run_rules(read_invoice(make_cii(due_date=None, bic=None)), OPTIONS)
    assert "NUM-LONG" in ran and "DAT-ECHEANCE-AVANT" not in ran and "BNQ-BIC" not in ran
