"""The words that the full-text search reads."""

from assistant.sollicitations.search_text import added, search_text, whole, words


def test_words_have_no_accents_and_no_signs() -> None:
    assert words("L'Hôtel-de-Ville d’Œuilly, n° F-2024/12 !") == [
        "l",
        "hotel",
        "de",
        "ville",
        "d",
        "oeuilly",
        "n",
        "f",
        "2024",
        "12",
    ]


def test_numbers_are_kept_whole_beside_their_parts() -> None:
    text = search_text(
        numero="CHO-2026-000042",
        siret="73282932000074",
        numero_facture="F-2024-12",
        description="Rejetée hier",
        contact="Compta@Exemple.fr",
        donnees={"statut": "Rejetée", "code_service": "ÀB 1"},
        said=["Voilà"],
    )
    assert text == (
        "cho2026000042 000042 73282932000074 f202412 f 2024 12 comptaexemplefr compta exemple fr rejetee hier rejetee ab 1 voila"
    )


def test_what_was_not_given_leaves_nothing() -> None:
    text = search_text(
        numero="CHO-2026-000001", siret=None, numero_facture=None, description="Rien", contact="a@b.fr", donnees={}
    )
    assert text == "cho2026000001 000001 abfr a b fr rien"


def test_what_is_said_later_comes_behind() -> None:
    assert added("un deux", ["Trois, quatre", "…", "Cinq"]) == "un deux trois quatre cinq"


def test_a_run_of_signs_that_is_no_word_is_left_out() -> None:
    assert words(f"avant {'x' * 65} après {'y' * 64}") == ["avant", "apres", "y" * 64]
    assert whole("F 12 / é") == "f12e"
