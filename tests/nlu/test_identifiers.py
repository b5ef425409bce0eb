"""assistant.nlu.identifiers. In the examples, ⟦ and ⟧ show where the identifier must be found."""

import re
from itertools import pairwise
from typing import List, Tuple

import pytest
from conftest import NAUGHTY, short
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban, luhn

from assistant.nlu.french_text import normalize
from assistant.nlu.identifiers import Identifier, find_identifiers, first, is_siren, is_siret

IBAN = "FR7630006000011234567890189"
LA_POSTE_BY_FIVE = "35600000000001"


def unmark(marked: str) -> Tuple[str, List[Tuple[int, int]]]:
    """The text without its marks, and the spans that they showed."""
    spans = []
    for found in re.finditer(r"⟦(.*?)⟧", marked):
        start = found.start() - 2 * len(spans)
        spans.append((start, start + len(found.group(1))))
    return marked.replace("⟦", "").replace("⟧", ""), spans


def check(marked: str, kind: str, *values: str) -> None:
    text, spans = unmark(marked)
    assert find_identifiers(text) == [Identifier(kind, value, *span) for value, span in zip(values, spans, strict=True)]


# --- SIRET and SIREN ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marked", "value"),
    [
        ("⟦73282932000074⟧", "73282932000074"),
        ("mon siret est ⟦73282932000074⟧ merci", "73282932000074"),
        ("⟦732 829 320 00074⟧", "73282932000074"),
        ("le « ⟦732 829 320 00074⟧ » est faux", "73282932000074"),
        ("⟦732.829.320.00074⟧", "73282932000074"),
        ("⟦732-829-320-00074⟧", "73282932000074"),
        ("⟦732829320 00074⟧", "73282932000074"),
        ("SIRET:⟦73282932000074⟧.", "73282932000074"),
        ("(⟦73282932000074⟧),", "73282932000074"),
        ("siret=⟦73282932000074⟧;", "73282932000074"),
        ("siret⟦73282932000074⟧", "73282932000074"),
        ("le ⟦73282932000074⟧, svp", "73282932000074"),
        ("le ⟦73282932000074⟧!", "73282932000074"),
        ("« ⟦73282932000074⟧»", "73282932000074"),
        ("⟦73282932000074⟧ 2 factures", "73282932000074"),
        ("12 ⟦732 829 320 00074⟧", "73282932000074"),
        ("page 3, 45 ⟦73282932000074⟧", "73282932000074"),
        ("facture ⟦73282932000074⟧ rejetée", "73282932000074"),
        ("la poste ⟦35600000000048⟧", "35600000000048"),
        (f"la poste ⟦{LA_POSTE_BY_FIVE}⟧", LA_POSTE_BY_FIVE),
        ("la poste ⟦356 000 000 00001⟧", LA_POSTE_BY_FIVE),
    ],
)
def test_a_siret_is_found_however_it_is_written(marked: str, value: str) -> None:
    check(marked, "siret", value)


@pytest.mark.parametrize(
    "text",
    [
        "73282932000075",
        "732 829 320 00075",
        "siret 73282932000047",
        "35600000000002",
        "7328293200007",
        "732829320000745",
        "x73282932000074",
        "73282932000074x",
        "73282932000074é",
        "00000000000000",
        "٧٣٢٨٢٩٣٢٠٠٠٠٧٤",
        "06 12 34 56 78",
        "6 12 34 56 78",
        "+33 6 12 34 56 78",
        "732829320,50 €",
        "732829320.50",
        "2026-732829320",
        "FA-732829320",
        "2026/732829320",
        "FR44732829320",
        "000000000",
        "4970 1012 3456 7890",
    ],
)
def test_a_number_with_a_wrong_key_or_shape_is_no_siret_and_no_siren(text: str) -> None:
    assert find_identifiers(text) == []


@pytest.mark.parametrize(
    ("marked", "value"),
    [
        ("⟦732829320⟧", "732829320"),
        ("siren ⟦732 829 320⟧ merci", "732829320"),
        ("SIREN:⟦732829320⟧.", "732829320"),
        ("⟦732829320⟧ 20 factures", "732829320"),
        ("la poste ⟦356000000⟧", "356000000"),
        ("(⟦732.829.320⟧)", "732829320"),
    ],
)
def test_a_siren_is_found(marked: str, value: str) -> None:
    check(marked, "siren", value)


def test_several_sirets_are_found_in_reading_order() -> None:
    check("de ⟦73282932000074⟧ vers ⟦13002526500013⟧", "siret", "73282932000074", "13002526500013")
    check("⟦732 829 320 00074⟧ ⟦130 025 265 00013⟧", "siret", "73282932000074", "13002526500013")


@pytest.mark.parametrize(
    ("digits", "valid"),
    [
        ("73282932000074", True),
        ("35600000000048", True),
        (LA_POSTE_BY_FIVE, True),
        ("35600000000002", False),
        ("73282932000075", False),
        ("7328293200007", False),
        ("732829320 0074", False),
        ("", False),
        ("3560000000000²", False),
        ("٧٣٢٨٢٩٣٢٠٠٠٠٧٤", False),
        ("0" * 14, False),
    ],
)
def test_is_siret_checks_both_keys_and_la_poste_apart(digits: str, valid: bool) -> None:
    assert is_siret(digits) is valid


def test_the_example_of_la_poste_does_not_pass_luhn() -> None:
    assert not luhn.is_valid(LA_POSTE_BY_FIVE)
    assert sum(map(int, LA_POSTE_BY_FIVE)) % 5 == 0
    assert luhn.is_valid("35600000000048")


@pytest.mark.parametrize(
    ("digits", "valid"), [("732829320", True), ("732829321", False), ("73282932", False), ("0" * 9, False), ("", False)]
)
def test_is_siren_checks_its_key(digits: str, valid: bool) -> None:
    assert is_siren(digits) is valid


@given(
    st.integers(min_value=1, max_value=99_999_999), st.integers(min_value=0, max_value=9999), st.sampled_from(["", " ", ".", "-"])
)
def test_any_siret_with_right_keys_is_found_in_groups(base: int, nic: int, separator: str) -> None:
    siren = f"{base:08d}" + luhn.calc_check_digit(f"{base:08d}")
    siret = siren + f"{nic:04d}" + luhn.calc_check_digit(f"{siren}{nic:04d}")
    written = separator.join([siret[:3], siret[3:6], siret[6:9], siret[9:]])
    assert find_identifiers(f"siret {written}, merci") == [Identifier("siret", siret, 6, 6 + len(written))]


# --- IBAN -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "marked",
    [
        f"⟦{IBAN}⟧",
        "⟦FR76 3000 6000 0112 3456 7890 189⟧",
        "mon iban est ⟦FR76 3000 6000 0112 3456 7890 189⟧ pour le virement",
        "⟦FR76 3000 6000 0112 3456 7890 189⟧ A B C",
        "iban ⟦fr76 3000 6000 0112 3456 7890 189⟧.",
        "IBAN:⟦FR7630006000011234567890189⟧,",
        "(⟦FR76-3000-6000-0112-3456-7890-189⟧)",
        "⟦FR76.3000.6000.0112.3456.7890.189⟧",
        "lot AB12 ⟦FR76 3000 6000 0112 3456 7890 189⟧ et la suite",
    ],
)
def test_an_iban_is_found_and_the_words_around_it_are_not(marked: str) -> None:
    check(marked, "iban", IBAN)


def test_two_ibans_in_a_row_are_both_found() -> None:
    check("⟦FR76 3000 6000 0112 3456 7890 189⟧ ⟦DE89 3704 0044 0532 0130 00⟧", "iban", IBAN, "DE89370400440532013000")
    check(f"⟦{IBAN}⟧ ⟦{IBAN}⟧", "iban", IBAN, IBAN)


@pytest.mark.parametrize(
    "text",
    ["FR7630006000011234567890188", "FR76", f"x{IBAN}", f"{IBAN}9", "ZZ7630006000011234567890189", "FR٧٦30006000011234567890189"],
)
def test_what_is_no_iban_is_not_taken(text: str) -> None:
    assert first(find_identifiers(text), "iban") is None


# --- invoice numbers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marked", "value"),
    [
        ("facture n° ⟦FA-2026-0042⟧", "FA-2026-0042"),
        ("FACTURE N°⟦FA-2026-0042⟧ REJETÉE", "FA-2026-0042"),
        ("ma facture ⟦2026/118⟧ est rejetée", "2026/118"),
        ("facture ⟦2026118⟧.", "2026118"),
        ("facture ⟦fa_12.b⟧, merci", "fa_12.b"),
        ("fact num ⟦42⟧", "42"),
        ("facture numéro ⟦7⟧", "7"),
        ("facture no ⟦12⟧", "12"),
        ("facture réf. ⟦FA12⟧", "FA12"),
        ("facture référence : ⟦FA12⟧", "FA12"),
        ("facture : ⟦FA12⟧", "FA12"),
        ("facture=⟦FA12⟧", "FA12"),
        ("facture « ⟦FA-12⟧ »", "FA-12"),
        ('facture "⟦FA-12⟧"', "FA-12"),
        ("facture (⟦FA-12⟧)", "FA-12"),
        ("facture#⟦12⟧", "12"),
        ("le numéro de facture est le ⟦2026-118⟧", "2026-118"),
        ("numéro de ma facture : ⟦7⟧", "7"),
        ("n° de facture ⟦2026⟧", "2026"),
        ("facture n° ⟦12/03⟧", "12/03"),
        ("l'avoir ⟦AV-2026-03⟧", "AV-2026-03"),
        ("avoir n° ⟦3⟧", "3"),
        ("les factures ⟦F12⟧ et F13", "F12"),
        ("facture ⟦12345678901234567890⟧", "12345678901234567890"),
        ("je peux appeler ma facture ⟦20261124⟧ ?", "20261124"),
        ("facture 7 refusée, facture n° ⟦8⟧ aussi", "8"),
    ],
)
def test_an_invoice_number_is_found_after_the_word_that_announces_it(marked: str, value: str) -> None:
    check(marked, "numero_facture", value)


@pytest.mark.parametrize(
    "text",
    [
        "facture rejetée",
        "ma facture est rejetée le 12",
        "facture",
        "facture n°",
        "facture notre 12",
        "facturation 12",
        "préfacture 12",
        "facture 123456789012345678901",
        "facture FA2026é",
        "facture : bob12@exemple.fr",
        "j'ai déposé ma facture le 12/03/2026",
        "reçu ma facture le 20 alors que",
        "facture 12/03/2026",
        "facture 12/03",
        "facture 150 € HT",
        "facture 150€",
        "facture 1200 euros",
        "facture 1 234,57 €",
        "facture 1234,50",
        "facture 20 %",
        "facture 30 jours",
        "mes factures 2026 sont bloquées",
        "sur 30 factures 4 n'ont pas été prises",
        "facture b2b",
        "factures b2g chorus",
        "facture pdf/a-3",
        "facture E2",
        "facture 1er acompte",
        "facture 2e acompte",
        "facture 14h30",
        "avoir 3 mois de délai",
        "avoir 30 comptes",
        "pour avoir 2 codes",
        "savoir 1234",
    ],
)
def test_a_date_an_amount_or_a_plain_word_is_no_invoice_number(text: str) -> None:
    assert find_identifiers(text) == []


# --- engagement, code service ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marked", "value"),
    [
        ("EJ ⟦1300012345⟧", "1300012345"),
        ("ej n°⟦1300012345⟧", "1300012345"),
        ("EJ:⟦1300012345⟧.", "1300012345"),
        ("bon de commande n°⟦4500123⟧", "4500123"),
        ("BON DE COMMANDE N° ⟦4500123⟧", "4500123"),
        ("bdc ⟦BC-2026/12⟧", "BC-2026/12"),
        ("commande ⟦4500123456⟧ refusée", "4500123456"),
        ("numéro d'engagement : ⟦1300012345⟧", "1300012345"),
        ("engagement juridique n° ⟦1300012345⟧", "1300012345"),
        ("l'engagement est le ⟦1300012345⟧", "1300012345"),
        (f"engagement ⟦{'1' * 50}⟧", "1" * 50),
    ],
)
def test_an_engagement_number_is_found(marked: str, value: str) -> None:
    check(marked, "numero_engagement", value)


@pytest.mark.parametrize(
    "text",
    [
        "engagement de 2 ans",
        "engagement 30 jours",
        "2 commandes 3 factures",
        "commande le 12/03/2026",
        "ej rejeté",
        f"EJ {'1' * 51}",
        "projet 12",
    ],
)
def test_what_only_looks_like_an_engagement_is_not_taken(text: str) -> None:
    assert find_identifiers(text) == []


@pytest.mark.parametrize(
    ("marked", "value"),
    [
        ("code service ⟦FACTURES_PUBLIQUES⟧", "FACTURES_PUBLIQUES"),
        ("code service factures_publiques", None),
        ("code service : ⟦D4200000075⟧", "D4200000075"),
        ("code service « ⟦S1⟧ »", "S1"),
        ("code service exécutant ⟦D4200000075⟧", "D4200000075"),
        ("service exécutant n° ⟦12⟧", "12"),
        ("cs ⟦1234⟧ refusé", "1234"),
        ("le code service est ⟦12⟧", "12"),
        ("le code service ⟦CHU⟧ est-il bon ?", "CHU"),
        ("CODE SERVICE ⟦COMPTA_2⟧", "COMPTA_2"),
    ],
)
def test_a_code_service_is_found(marked: str, value: "str | None") -> None:
    if value is None:
        marked, value = "code service ⟦factures_publiques⟧", "factures_publiques"
    check(marked, "code_service", value)


@pytest.mark.parametrize(
    "text",
    [
        "code service obligatoire",
        "code service du CHU",
        "CODE SERVICE OBLIGATOIRE",
        "le code service SVP",
        "code service ou EJ ?",
        "code service",
        "codes services 3 fois",
        "concs 1234",
    ],
)
def test_a_word_after_code_service_is_not_one(text: str) -> None:
    assert find_identifiers(text) == []


# --- flux, cadre, anomaly ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marked", "value"),
    [
        ("⟦CPP0012345678⟧", "CPP0012345678"),
        ("flux n° ⟦cpp0011117000000000300163⟧.", "CPP0011117000000000300163"),
        ("⟦FSO1110A_CPP001_CPP0011100000000000012345⟧", "FSO1110A_CPP001_CPP0011100000000000012345"),
        ("le flux ⟦FSO1110A_CPP001_CPP0011100000000000012345⟧.xml rejeté", "FSO1110A_CPP001_CPP0011100000000000012345"),
        ("facture ⟦CPP0012345678⟧", "CPP0012345678"),
    ],
)
def test_a_flow_number_is_found(marked: str, value: str) -> None:
    check(marked, "numero_flux", value)


@pytest.mark.parametrize("text", ["cpp", "CPP facture", "cpprod 12", "CPP_", "FSO1110A", "xCPP0012345678", "CPP" + "1" * 80])
def test_what_is_no_flow_number_is_not_taken(text: str) -> None:
    assert find_identifiers(text) == []


@pytest.mark.parametrize(
    ("marked", "values"),
    [
        ("⟦A9⟧", ["A9"]),
        ("⟦a12⟧", ["A12"]),
        ("⟦A1⟧, ⟦A2⟧ et ⟦A25⟧.", ["A1", "A2", "A25"]),
        ("⟦A1⟧/⟦A2⟧ ?", ["A1", "A2"]),
        ("facture ⟦A9⟧", ["A9"]),
        ("facture ⟦a9⟧ 2026-118", ["A9"]),
        ("cadre ⟦A9⟧ refusé", ["A9"]),
        ("l'⟦A22⟧", ["A22"]),
        ("« ⟦A4⟧ »", ["A4"]),
        ("format ⟦A4⟧", ["A4"]),
        ("⟦A 1⟧", ["A1"]),
        ("⟦A 1⟧ ?", ["A1"]),
        ("cadre ⟦a 9⟧ c koi", ["A9"]),
        ("cadre de facturation ⟦A 12⟧ refusé", ["A12"]),
        ("différence entre ⟦A 1⟧ et ⟦A 2⟧", ["A1", "A2"]),
        ("⟦A9_FACTURE_SOUSTRAITANT⟧", ["A9"]),
        ("⟦A1_FACTURE_FOURNISSEUR⟧ dans l'api", ["A1"]),
    ],
)
def test_a_cadre_is_found(marked: str, values: List[str]) -> None:
    check(marked, "cadre", *values)


@pytest.mark.parametrize(
    "text",
    [
        "A26",
        "A0",
        "A00",
        "A99",
        "A123",
        "BA9",
        "A9B",
        "A9é",
        "A-9",
        "A4-2",
        "A4.5",
        "A4,5",
        "PDF/A-3",
        "PDF/A3",
        "un pdf a3",
        "pdf-A3",
        "PDF / A3",
        "il y a 3 jours",
        "Il y a 2",
        "IL Y A 3 JOURS",
        "ma facture a 3 jours de retard",
        "A 3 reprises",
        "un numero a 25 signes",
        "on a 5 magasins",
        "a 9",
        "remplacée_par_A22",
        "𝐀𝟗",
    ],
)
def test_what_is_no_cadre_is_not_taken(text: str) -> None:
    assert find_identifiers(text) == []


@pytest.mark.parametrize("number", range(1, 26))
def test_all_cadres_from_a1_to_a25_are_known(number: int) -> None:
    check(f"le cadre ⟦A{number}⟧ ?", "cadre", f"A{number}")
    check(f"⟦a{number}⟧", "cadre", f"A{number}")


@pytest.mark.parametrize(
    ("marked", "value"),
    [
        ("⟦ANO-14⟧", "ANO-14"),
        ("l'anomalie ⟦ano 7⟧ svp", "ANO-07"),
        ("⟦ano88⟧", "ANO-88"),
        ("⟦ANO_03⟧.", "ANO-03"),
        ("⟦ANO-007⟧", "ANO-07"),
        ("facture ⟦ANO-14⟧", "ANO-14"),
    ],
)
def test_an_anomaly_is_found_and_written_with_two_digits(marked: str, value: str) -> None:
    check(marked, "anomalie", value)


@pytest.mark.parametrize("text", ["ANO", "ANO-0", "ANO-00", "ANO-100", "piano 7", "anomalie 7", "ANO-1a"])
def test_what_is_no_anomaly_is_not_taken(text: str) -> None:
    assert find_identifiers(text) == []


# --- together --------------------------------------------------------------------------------------------------------------


def test_all_kinds_are_found_in_one_message_in_reading_order() -> None:
    text, spans = unmark(
        "La facture ⟦FA-2026-0042⟧ (⟦A9⟧) du siret ⟦732 829 320 00074⟧, siren ⟦130025265⟧, EJ ⟦1300012345⟧, code service "
        "⟦FACTURES_PUBLIQUES⟧, flux ⟦CPP0012345678⟧, erreur ⟦ANO-14⟧, iban ⟦FR76 3000 6000 0112 3456 7890 189⟧ : que faire ?"
    )
    found = find_identifiers(text)
    assert [(item.kind, item.value) for item in found] == [
        ("numero_facture", "FA-2026-0042"),
        ("cadre", "A9"),
        ("siret", "73282932000074"),
        ("siren", "130025265"),
        ("numero_engagement", "1300012345"),
        ("code_service", "FACTURES_PUBLIQUES"),
        ("numero_flux", "CPP0012345678"),
        ("anomalie", "ANO-14"),
        ("iban", IBAN),
    ]
    assert [(item.start, item.end) for item in found] == spans


def test_first_gives_the_first_of_a_kind_or_nothing() -> None:
    found = find_identifiers("A9 ou A12")
    assert first(found, "cadre") == Identifier("cadre", "A9", 0, 2)
    assert first(found, "siret") is None


CANONICAL = {
    "siret": lambda written: re.sub(r"\D", "", written),
    "siren": lambda written: re.sub(r"\D", "", written),
    "iban": iban.compact,
    "numero_flux": str.upper,
    "anomalie": lambda written: f"ANO-{int(re.sub('[^0-9]', '', written)):02d}",
    "cadre": lambda written: "A" + re.search("[0-9]+", written).group(),
    "numero_facture": str,
    "numero_engagement": str,
    "code_service": str,
}

# Pieces that make identifiers, near misses and their surroundings.
# fmt: off
_PIECES = [
    "facture", "n°", "EJ", "code service", "A", "9", "12", "A9", "ANO", "-", " ", " ", ".", "/", "_", "é", "CPP", "0012345678",
    "73282932000074", "732 829 320", "00074", IBAN, "FR76 3000 6000 0112 3456 7890 189", "est", "€", "cadre", "pdf", "S_1",
    ":", "😀", "le",
]
# fmt: on
PIECES = st.lists(st.sampled_from(_PIECES), max_size=14).map("".join)


@given(st.one_of(st.text(max_size=80), PIECES, PIECES.map(normalize)))
def test_offsets_always_slice_the_text_to_something_that_normalises_to_the_value(text: str) -> None:
    found = find_identifiers(text)
    for item in found:
        assert 0 <= item.start < item.end <= len(text)
        assert CANONICAL[item.kind](text[item.start : item.end]) == item.value
    assert all(one.end <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize("text", NAUGHTY, ids=short)
def test_no_nasty_string_makes_it_fail(text: str) -> None:
    for item in find_identifiers(text) + find_identifiers(normalize(text)):
        assert item.value
