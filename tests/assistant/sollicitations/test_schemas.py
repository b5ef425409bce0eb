"""What a sollicitation may hold, with refusals in French."""

import pytest
from pydantic import ValidationError

from assistant.masking import MASK
from assistant.sollicitations.schemas import (
    DESCRIPTION_MAX,
    SollicitationCreate,
    check_contact,
    check_description,
    check_numero_facture,
)


@pytest.mark.parametrize(
    ("typed", "kept"), [("F-2024/12", "F-2024/12"), ("  F   12 ", "F 12"), ("F\u200b12", "F12"), ("1", "1"), ("x" * 20, "x" * 20)]
)
def test_an_invoice_number_is_kept_but_for_its_blanks(typed: str, kept: str) -> None:
    assert check_numero_facture(typed) == kept


@pytest.mark.parametrize(
    ("typed", "said"),
    [("x" * 21, "20 caractères au plus"), ("", "Indiquez le numéro"), ("---", "Indiquez le numéro"), (" \n ", "Indiquez")],
)
def test_an_invoice_number_that_cannot_be_one_is_refused_in_french(typed: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_numero_facture(typed)


def test_a_description_keeps_its_lines_and_loses_its_secrets() -> None:
    kept = check_description("  La facture est suspendue.\nMon mot de passe est Toto2024, aidez-moi.  ")
    assert kept == f"La facture est suspendue.\nMon mot de passe est {MASK}, aidez-moi."


@pytest.mark.parametrize("typed", ["", "court", "..........", "!" * 50, "\u200b" * 50, " " * 50])
def test_a_description_that_says_nothing_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="Décrivez le problème en une phrase au moins"):
        check_description(typed)


def test_a_description_may_have_four_thousand_characters_and_not_one_more() -> None:
    assert len(check_description("é" * DESCRIPTION_MAX)) == DESCRIPTION_MAX == 4000
    with pytest.raises(ValueError, match="4000 caractères au plus"):
        check_description("é" * (DESCRIPTION_MAX + 1))


@pytest.mark.parametrize("typed", ["a@exemple.fr", "prénom.nom@exemple.fr", "Compta+Chorus@Exemple.FR", " a@exemple.fr "])
def test_an_address_that_can_exist_is_taken(typed: str) -> None:
    assert check_contact(typed).endswith("@exemple.fr")


@pytest.mark.parametrize(
    "typed", ["", "a", "a@", "@exemple.fr", "a@b", "a@exemple..fr", "a b@exemple.fr", "a@exemple.fr, b@exemple.fr"]
)
def test_an_address_that_cannot_exist_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(ValueError, match=r"n'est pas valable\. Exemple : prenom\.nom@entreprise\.fr"):
        check_contact(typed)


def complete(**changes: object) -> dict[str, object]:
    return {"categorie": "facture_suspendue", "description": "La facture est suspendue.", "contact": "a@exemple.fr", **changes}


def test_optional_fields_may_be_left_out_or_empty() -> None:
    assert SollicitationCreate.model_validate(complete()).siret is None
    assert SollicitationCreate.model_validate(complete(siret="", numero_facture="")).numero_facture is None


def test_every_wrong_field_is_told_at_once() -> None:
    with pytest.raises(ValidationError) as refusal:
        SollicitationCreate.model_validate(complete(siret="123", numero_facture="x" * 21, description="", contact="a"))
    assert {str(error["loc"][0]) for error in refusal.value.errors()} == {"siret", "numero_facture", "description", "contact"}


def test_a_field_that_nobody_asked_for_is_refused() -> None:
    with pytest.raises(ValidationError, match="etat"):
        SollicitationCreate.model_validate(complete(etat="cloturee"))


def test_checking_twice_changes_nothing() -> None:
    once = SollicitationCreate.model_validate(
        complete(siret="732 829 320 00074", description="Mon mdp : Toto2024, code 482913, IBAN FR7630006000011234567890189")
    )
    assert SollicitationCreate.model_validate(once.model_dump()) == once
