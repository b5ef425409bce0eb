"""Personal data taken out of what becomes training data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.helpdesk.personal_data import COMPANY, EMAIL, NAME, NUMBER, PHONE, mask_personal


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("écrivez à jean.dupont+compta@mairie-x.fr.", f"écrivez à {EMAIL}."),
        ("mon tél : 06 12 34 56 78, merci", f"mon tél : {PHONE}, merci"),
        ("+33 (0)1.23.45.67.89", PHONE),
        ("SIRET 732 829 320 00074", f"SIRET {COMPANY}"),
        ("siren 732829320 ok", f"siren {COMPANY} ok"),
        ("TVA FR44732829320", f"TVA {COMPANY}"),
        ("la facture n° F-2026-12 est suspendue", f"la facture n° {NUMBER} est suspendue"),
        ("engagement numéro 4500012", f"engagement numéro {NUMBER}"),
        ("flux CPP1124_2026_00012345 rejeté", f"flux {NUMBER} rejeté"),
        ("Mme Durand ne répond pas", f"Mme {NAME} ne répond pas"),
        ("M. de La Tour m'a dit", f"M. {NAME} m'a dit"),
        ("je m'appelle Paul Martin", f"je m'appelle {NAME}"),
    ],
)
def test_who_and_which_company_are_masked(text: str, masked: str) -> None:
    assert mask_personal(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Ma facture est suspendue depuis 3 mois, que faire ?",
        "Cadre A9 ou A12 pour un sous-traitant ?",
        "erreur 403 sur l'API de Chorus Pro en 2026",
        "Madame la directrice attend",
        "un montant de 45 000 €",
        "FSO1113A rejeté",
        "la réforme de 2026-2027",
        "déposée le 24/11/2026",
        "l'identifiant compte-corriger-b4630x",
    ],
)
def test_what_names_nobody_stays_as_it_is(text: str) -> None:
    assert mask_personal(text) == text


def test_secrets_are_masked_too() -> None:
    assert "Azerty123!" not in mask_personal("mon mot de passe est Azerty123!")


@given(st.text(max_size=200))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask_personal(text)
    assert mask_personal(once) == once
