"""Deadlines, waits and amounts in French sentences."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.helpdesk.triage.moments import Told, amounts, deadlines, waits
from assistant.helpdesk.triage.words import fold_with_origin

# A Tuesday.
TODAY = date(2026, 11, 24)


def days_left(text: str, today: date = TODAY) -> list[int]:
    return [told.amount for told in deadlines(fold_with_origin(text), today)]


def days_gone(text: str, today: date = TODAY) -> list[int]:
    return [told.amount for told in waits(fold_with_origin(text), today)]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("il faut facturer avant le 30 novembre", [6]),
        ("d'ici le 01/12/2026", [7]),
        ("Date limite : 26/11", [2]),
        ("avant le 1er décembre", [7]),
        ("au plus tard vendredi", [3]),
        ("avant mardi", [7]),
        ("Notre mise en production est prévue lundi", [6]),
        ("mes salaires tombent dans cinq jours", [5]),
        ("il ne nous reste que deux semaines", [14]),
        ("nous devons répondre à l'appel d'offres sous 48h", [2]),
        ("avant demain", [1]),
        ("pour ce soir", [0]),
        ("avant la fin du mois", [6]),
        ("avant la fin de l'année", [37]),
        ("d'ici la fin de la semaine", [3]),
        ("avant le 20 novembre", [-4]),
        ("jusqu'au 15 janvier", [52]),
        ("avant le 30 février", []),
        ("le titulaire valide sous 15 jours", []),
        ("une facture du 30 novembre", []),
        ("Quel est le délai de 30 jours ?", []),
        ("depuis trois semaines", []),
        ("vendredi dernier", []),
    ],
)
def test_deadlines_are_read(text: str, days: list[int]) -> None:
    assert days_left(text) == days


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("en attente depuis 3 mois", [91]),
        ("depuis plus de 90 jours", [90]),
        ("ça fait deux semaines", [14]),
        ("Cela fait quatre mois.", [122]),
        ("il y a une quinzaine de jours", [15]),
        ("réglées avec 50 jours de retard", [50]),
        ("le mien en est à 75 jours", [75]),
        ("facture déposée le 3 août", [113]),
        ("depuis le 12/03/2026", [257]),
        ("depuis avril", [223]),
        ("depuis décembre", [344]),
        ("depuis l'an dernier", [365]),
        ("depuis l'été", [132]),
        ("toujours rien", []),
        ("elle existe depuis vingt ans", []),
        ("le modèle n'a pas changé depuis trois ans", []),
        ("dans trois mois", []),
    ],
)
def test_waits_are_read(text: str, days: list[int]) -> None:
    assert days_gone(text) == days


@pytest.mark.parametrize(
    ("text", "euros"),
    [
        ("18 000 €", [18_000]),
        ("un total de 64 380,50 €", [64_380]),
        ("12k€", [12_000]),
        ("1,5 M€", [1_500_000]),
        ("45.000 euros", [45_000]),
        ("les 40 € et 2 400 euros", [2_400, 40]),
        ("la facture 2026-0042", []),
        ("le SIRET 732 829 320 00074", []),
        ("30 jours", []),
    ],
)
def test_amounts_are_read(text: str, euros: list[int]) -> None:
    assert [told.amount for told in amounts(fold_with_origin(text))] == euros


def test_the_words_come_as_they_were_typed() -> None:
    assert deadlines(fold_with_origin("il faut AVANT LE 30 Novembre !"), TODAY) == [Told(6, "AVANT LE 30 Novembre")]
    assert waits(fold_with_origin("déposée le 3 Août"), TODAY) == [Told(113, "déposée le 3 Août")]


@given(st.dates(date(2001, 1, 1), date(2099, 12, 31)), st.integers(1, 300))
def test_a_date_written_in_full_is_as_far_as_it_is(today: date, days: int) -> None:
    later, earlier = today + timedelta(days=days), today - timedelta(days=days)
    assert days_left(f"avant le {later.day:02d}/{later.month:02d}/{later.year}", today) == [days]
    assert days_gone(f"depuis le {earlier.day}/{earlier.month}/{earlier.year}", today) == [days]


@given(st.text(), st.dates(date(2001, 1, 1), date(2099, 12, 31)))
def test_any_text_is_read_without_failing_and_in_order(text: str, today: date) -> None:
    folded = fold_with_origin(text)
    for told in (deadlines(folded, today), waits(folded, today), amounts(folded)):
        assert all(one.words in text for one in told)
    assert [one.amount for one in deadlines(folded, today)] == sorted(one.amount for one in deadlines(folded, today))


_PIECES = st.sampled_from(
    [
        "avant",
        "le",
        "depuis",
        "30",
        "31",
        "février",
        "mars",
        "/",
        "12",
        "2026",
        "lundi",
        "dans",
        "trois",
        "jours",
        "mois",
        "€",
        "k€",
        "fin",
    ]
)


@given(st.lists(_PIECES, max_size=14).map(" ".join), st.dates(date(2001, 1, 1), date(2099, 12, 31)))
def test_pieces_of_dates_in_any_order_are_read_without_failing(text: str, today: date) -> None:
    folded = fold_with_origin(text)
    assert all(0 < one.amount <= 3 * 365 for one in waits(folded, today))
    assert all(one.words for one in [*deadlines(folded, today), *amounts(folded)])
