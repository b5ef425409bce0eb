"""SIRET as people type it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from assistant.sollicitations.siret import format_siret, is_valid_siret, normalize_siret

GOOD = "73282932000074"


@pytest.mark.parametrize(
    "typed",
    [
        GOOD,
        "732 829 320 00074",
        "732.829.320.00074",
        "732-829-320-00074",
        "732\u00a0829\u00a0320\u00a000074",
        " 732\u202f829 320 00074 ",
    ],
)
def test_spaces_dots_and_dashes_are_of_no_matter(typed: str) -> None:
    assert normalize_siret(typed) == GOOD


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("732829320", "Ces 9 chiffres sont un SIREN. Il faut le SIRET, 14 chiffres, de l'établissement concerné."),
        ("7328293200007", "Un SIRET a 14 chiffres ; vous en avez saisi 13."),
        ("732829320000741", "Un SIRET a 14 chiffres ; vous en avez saisi 15."),
        ("73282932000075", "Ce SIRET n'est pas valable : sa clé de contrôle est fausse. Vérifiez chaque chiffre."),
        ("SIRET", "Un SIRET ne contient que des chiffres. Vous le trouvez sur votre avis de situation INSEE."),
        ("", "Un SIRET ne contient que des chiffres. Vous le trouvez sur votre avis de situation INSEE."),
        ("٧٣٢٨٢٩٣٢٠٠٠٠٧٤", "Un SIRET ne contient que des chiffres. Vous le trouvez sur votre avis de situation INSEE."),
    ],
)
def test_what_is_wrong_is_told_in_french_with_what_to_do(typed: str, sentence: str) -> None:
    with pytest.raises(ValueError, match="SIRE") as refusal:
        normalize_siret(typed)
    assert str(refusal.value) == sentence


def test_a_siret_whose_whole_key_is_right_but_not_its_siren_is_refused() -> None:
    siren = "732829321"
    number = next(siren + nic for nic in (f"{nic:05d}" for nic in range(1, 100)) if luhn.is_valid(siren + nic))
    assert not is_valid_siret(number)


def test_establishments_of_la_poste_add_up_to_a_multiple_of_five() -> None:
    number = next(f"356000000{nic:05d}" for nic in range(1, 99999) if sum(map(int, f"356000000{nic:05d}")) % 5 == 0)
    assert not luhn.is_valid(number)
    assert is_valid_siret(number)
    assert is_valid_siret("35600000000048")
    wrong = next(
        f"356000000{nic:05d}"
        for nic in range(1, 99999)
        if sum(map(int, f"356000000{nic:05d}")) % 5 and not luhn.is_valid(f"356000000{nic:05d}")
    )
    assert not is_valid_siret(wrong)


def test_it_is_written_as_the_insee_does() -> None:
    assert format_siret(GOOD) == "732 829 320 00074"


@given(st.integers(0, 13), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_noticed(position: int, digit: str) -> None:
    typed = GOOD[:position] + digit + GOOD[position + 1 :]
    if typed == GOOD:
        assert normalize_siret(typed) == GOOD
    else:
        with pytest.raises(ValueError, match="clé de contrôle"):
            normalize_siret(typed)


def test_fourteen_zeros_are_no_siret_though_luhn_lets_them_pass() -> None:
    with pytest.raises(ValueError, match="clé de contrôle"):
        normalize_siret("00000000000000")
