"""What a person types in the search field, as words to look for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.helpdesk.search_words import MAX_WORDS, parse_search


def parts(text: str) -> list[tuple[str, ...]]:
    return [word.parts for word in parse_search(text)]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Échéance dépassée", [("echeance",), ("depassee",)]),
        ("  F-2024-12 ", [("f", "2024", "12")]),
        ("CHO-2026-000123", [("cho", "2026", "000123")]),
        ("732 829 320 00074", [("73282932000074",)]),
        ("siret 732 829 320 00074 rejet", [("siret",), ("73282932000074",), ("rejet",)]),
        ("732.829.320", [("732829320",)]),
        ("la facture de la mairie", [("facture",), ("mairie",)]),
        ("de la", [("de",), ("la",)]),
        ("facture Facture FACTURE", [("facture",)]),
        ("compta@exemple.fr", [("compta", "exemple", "fr")]),
        ("l'état", [("l", "etat")]),
        ("?? !", []),
        ("", []),
    ],
)
def test_words_are_folded_and_those_that_find_nothing_left_out(typed: str, words: list[tuple[str, ...]]) -> None:
    assert parts(typed) == words


def test_a_short_last_part_is_whole_a_longer_one_may_go_on() -> None:
    [short] = parse_search("12")
    [long] = parse_search("susp")
    assert (short.needles, long.needles) == ([" 12 "], [" susp"])
    assert (short.fts5(), long.fts5()) == ('("12")', '("susp"*)')
    assert (short.tsquery(), long.tsquery()) == ("(12)", "(susp:*)")


def test_a_number_is_looked_for_in_parts_and_whole() -> None:
    [word] = parse_search("F-2024-123")
    assert word.needles == [" f 2024 123", " f2024123"]
    assert word.fts5() == '(("f" AND "2024" AND "123"*) OR "f2024123"*)'
    assert word.tsquery() == "((f & 2024 & 123:*) | f2024123:*)"


@given(st.text(max_size=300))
def test_nothing_typed_can_leave_its_place_in_the_query(text: str) -> None:
    found = parse_search(text)
    assert len(found) <= MAX_WORDS
    for word in found:
        assert all(part.isascii() and part.isalnum() and part == part.lower() for part in word.parts)
