"""assistant.nlu.french_text."""

import json
import unicodedata
from pathlib import Path

import pytest
from conftest import NAUGHTY, short
from hypothesis import given
from hypothesis import strategies as st

from assistant.nlu import french_text
from assistant.nlu.french_text import expand_abbreviations, fold, fold_with_offsets, normalize, words

ABBREVIATIONS = json.loads(Path(french_text.__file__).with_name("abbreviations.json").read_text(encoding="utf-8"))
# Text rich in what French and its enemies are made of, besides any text at all.
FRENCH = st.text(
    alphabet="aeéèêëœŒæçÇàÉIiİıſ nN°'’`´-–_.,?!\u0301\u0300\u0308\u200b\u200d\u202e\u2066\ufe0f\u00a0\u202f\x00\n\t0129",
    max_size=40,
)
ANY_TEXT = st.one_of(st.text(max_size=60), FRENCH)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("   ", ""),
        ("\u200b", ""),
        ("  L’e\u0301tat  de\u00a0ma facture ", "L'état de ma facture"),
        ("L‘état ʼd´un `mot′", "L'état 'd'un 'mot'"),
        ("sous‑traitant – A9 — A12 − 3", "sous-traitant - A9 - A12 - 3"),
        ("fac\u00adture", "facture"),
        ("fac\u200dture", "facture"),
        ("\ufefffacture", "facture"),
        ("\u202ema facture\u202c", "ma facture"),
        ("\u2066ma facture\u2069", "ma facture"),
        ("e\u200b\u0301tat", "état"),
        ("fac\x00ture", "fac ture"),
        ("a\x1b[31mb", "a [31mb"),
        ("une\tligne\r\nune autre\u2028puis\u2029fin", "une ligne une autre puis fin"),
        ("732\u202f829\u2009320\u00a000074", "732 829 320 00074"),
        ("MAJUSCULES gardées", "MAJUSCULES gardées"),
        ("À recycler", "À recycler"),
        ("❤\ufe0f", "❤"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
    ],
)
def test_normalize_gives_one_spelling_to_what_looks_the_same(text: str, expected: str) -> None:
    assert normalize(text) == expected


@given(ANY_TEXT)
def test_normalize_twice_is_normalize_once(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)


@given(ANY_TEXT)
def test_a_normalized_text_is_composed_trimmed_and_has_single_spaces_only(text: str) -> None:
    result = normalize(text)
    assert unicodedata.is_normalized("NFC", result)
    assert result == result.strip()
    assert all(char == " " or not char.isspace() for char in result)
    assert "  " not in result
    assert not set(result) & set("\u200b\u200d\u202e\u2066\ufeff\u00ad’‘–—\x00")


@given(ANY_TEXT)
def test_composed_and_decomposed_texts_are_the_same_once_normalized(text: str) -> None:
    assert normalize(unicodedata.normalize("NFD", text)) == normalize(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("État", "etat"),
        ("ŒUVRE", "oeuvre"),
        ("Lætitia", "laetitia"),
        ("À RECYCLER", "a recycler"),
        ("rejete\u0301e", "rejetee"),
        ("Ça, où ? Noël !", "ca, ou ? noel !"),
        ("İstanbul", "istanbul"),
        ("A9 n° 12", "a9 n° 12"),
    ],
)
def test_fold_lowers_and_drops_accents(text: str, expected: str) -> None:
    assert fold(text) == expected


@pytest.mark.parametrize(
    ("text", "folded", "origin"),
    [
        ("", "", []),
        ("Été", "ete", [0, 1, 2]),
        ("e\u0301te\u0301", "ete", [0, 2, 3]),
        ("cœur", "coeur", [0, 1, 1, 2, 3]),
        ("Œ", "oe", [0, 0]),
        ("æÆ", "aeae", [0, 0, 1, 1]),
        ("\u0301", "", []),
        ("İx", "ix", [0, 1]),
    ],
)
def test_fold_tells_where_each_sign_came_from(text: str, folded: str, origin: "list[int]") -> None:
    assert fold_with_offsets(text) == (folded, origin)


@given(ANY_TEXT)
def test_each_folded_sign_has_its_offset_and_offsets_never_go_back(text: str) -> None:
    folded, origin = fold_with_offsets(text)
    assert len(folded) == len(origin)
    assert origin == sorted(origin)
    assert all(0 <= index < len(text) for index in origin)
    assert all(sign in fold(text[index]) for sign, index in zip(folded, origin, strict=True))


@given(ANY_TEXT)
def test_fold_twice_is_fold_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("😀 !!! …", []),
        ("L'état de ma facture", ["l", "etat", "de", "ma", "facture"]),
        ("oublié,bonjour", ["oublie", "bonjour"]),
        ("mot-de-passe", ["mot-de-passe"]),
        ("sous-traitant - A9", ["sous-traitant", "a9"]),
        ("FACTURES_PUBLIQUES", ["factures_publiques"]),
        ("-rejet-", ["rejet"]),
        ("aujourd'hui", ["aujourd", "hui"]),
        ("FA-2026-0042", ["fa-2026-0042"]),
        ("où ça?où?", ["ou", "ca", "ou"]),
    ],
)
def test_words_are_folded_and_elisions_stand_alone(text: str, expected: "list[str]") -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mdp oublié", "mot de passe oublié"),
        ("MDP oublié", "mot de passe oublié"),
        ("mon mdp, svp", "mon mot de passe, s'il vous plaît"),
        ("c koi", "c'est quoi"),
        ("c'est", "c'est"),
        ("l'ej", "l'ej"),
        ("EJ 1300012345", "engagement juridique 1300012345"),
        ("ss-traitant", "sous-traitant"),
        ("sous traitance", "sous-traitance"),
        ("moe/moa", "maître d'oeuvre/maître d'ouvrage"),
        ("factures", "factures"),
        ("facteur", "facteur"),
        ("pbs pb pbm", "problèmes problème problème"),
        ("n° 12", "numéro 12"),
        ("n°12", "n°12"),
        ("2fa", "double authentification"),
        ("a2f4", "a2f4"),
        ("", ""),
    ],
)
def test_abbreviations_are_written_out_whole_words_only(text: str, expected: str) -> None:
    assert expand_abbreviations(text) == expected


@pytest.mark.parametrize("text", ["ſvp", "ıd", "ſt", "Kg", "tjrſ"])
def test_letters_that_only_match_without_regard_to_case_do_not_break_abbreviations(text: str) -> None:
    assert expand_abbreviations(text) == text


@pytest.mark.parametrize("abbreviation", sorted(ABBREVIATIONS))
def test_every_abbreviation_of_the_table_is_known_in_both_cases(abbreviation: str) -> None:
    assert abbreviation == normalize(abbreviation).lower()
    assert expand_abbreviations(abbreviation) == ABBREVIATIONS[abbreviation]
    assert expand_abbreviations(abbreviation.upper()) == ABBREVIATIONS[abbreviation]


@given(ANY_TEXT)
def test_no_text_makes_the_functions_fail(text: str) -> None:
    words(expand_abbreviations(normalize(text)))
    words(expand_abbreviations(text))


@pytest.mark.parametrize("text", NAUGHTY, ids=short)
def test_no_nasty_string_makes_the_functions_fail(text: str) -> None:
    once = normalize(text)
    assert normalize(once) == once
    folded, origin = fold_with_offsets(once)
    assert len(folded) == len(origin)
    words(expand_abbreviations(once))
