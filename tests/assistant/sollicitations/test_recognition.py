"""What a free message gives to each piece of the checklist."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.knowledge.load import Knowledge
from assistant.sollicitations.recognition import Entity, recognise, sure_values

SIRET, OTHER = "73282932000074", "35600000000048"


def read(knowledge: Knowledge, text: str, *keys: str, entities: dict[str, str] | None = None) -> tuple[dict[str, str], str]:
    found = recognise(
        knowledge,
        text,
        [Entity(kind, value, value) for kind, value in (entities or {}).items()],
        [knowledge.besoins[cle] for cle in keys],
    )
    return found.values, found.rest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("statut : rejetée", {"statut": "Rejetée"}),
        ("le statut est suspendue", {"statut": "Suspendue"}),
        ("Numéro d'engagement 2024-55", {"numero_engagement": "2024-55"}),
        ("engagement = 2024-55\ndate : 12/03/2026", {"numero_engagement": "2024-55", "date": "12/03/2026"}),
        ("siret du client 732 829 320 00074", {"siret_destinataire": SIRET}),
        ("73282932000074", {"siret_destinataire": SIRET}),
        ("déposée le 12 mars", {"date": "déposée le 12 mars"}),
        ("depuis trois semaines; statut rejetée", {"date": "depuis trois semaines", "statut": "Rejetée"}),
        ("hier", {"date": "hier"}),
    ],
)
def test_each_part_goes_to_the_piece_that_it_names_or_has_the_shape_of(
    knowledge: Knowledge, text: str, expected: dict[str, str]
) -> None:
    keys = ("siret_destinataire", "statut", "numero_engagement", "date")
    assert read(knowledge, text, *keys) == (expected, "")


def test_what_nothing_takes_is_kept(knowledge: Knowledge) -> None:
    values, rest = read(knowledge, "engagement 2024-55, le maire est au courant", "numero_engagement", "date")
    assert (values, rest) == ({"numero_engagement": "2024-55"}, "le maire est au courant")


def test_a_number_that_the_conversation_recognised_goes_to_its_piece(knowledge: Knowledge) -> None:
    found = read(knowledge, "c'est marqué 2024-55 dessus", "numero_engagement", "date", entities={"numero_engagement": "2024-55"})
    assert found == ({"numero_engagement": "2024-55"}, "")


def test_two_siret_go_each_to_its_own_by_their_names(knowledge: Knowledge) -> None:
    text = "siret du client : 35600000000048, notre siret 73282932000074"
    assert read(knowledge, text, "siret", "siret_destinataire") == ({"siret": SIRET, "siret_destinataire": OTHER}, "")


def test_a_value_that_does_not_fit_is_not_taken(knowledge: Knowledge) -> None:
    values, rest = read(knowledge, "siret du client 73282932000075, date 31/02/2026", "siret_destinataire", "date")
    assert (values, rest) == ({}, "siret du client 73282932000075, date 31/02/2026")


def test_only_what_is_beyond_doubt_is_taken_from_words_about_something_else(knowledge: Knowledge) -> None:
    besoins = [knowledge.besoins[cle] for cle in ("siret", "siret_destinataire", "numero_facture", "statut", "numero_engagement")]
    said = [
        Entity("siret", SIRET, SIRET),
        Entity("numero_facture", "F-12", "F-12"),
        Entity("statut", "REJETEE", "rejetée"),
        Entity("numero_engagement", "1", "1"),
        Entity("numero_engagement", "2", "2"),
    ]
    assert sure_values(knowledge, said, besoins) == {"numero_facture": "F-12", "statut": "Rejetée"}


@given(text=st.text(max_size=300))
def test_no_message_breaks_it_and_nothing_said_is_lost(knowledge: Knowledge, text: str) -> None:
    keys = [cle for cle in knowledge.besoins if cle != "precisions"]
    values, rest = read(knowledge, text, *keys)
    letters = sum(char.isalnum() for char in text)
    assert set(values) <= set(keys)
    if not values:
        assert sum(char.isalnum() for char in rest) == letters
