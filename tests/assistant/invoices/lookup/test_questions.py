"""A short question on the invoice just spoken of is told by its form, and nothing longer is taken for one."""

import time

import pytest

from assistant.invoices.lookup.questions import Asked, read_question


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("quand serai-je payé ?", Asked.DELAI),
        ("Quand est-ce que je vais être payée ?", Asked.DELAI),
        ("bonjour, je serai payé quand svp", Asked.DELAI),
        ("c'est pour quand le virement ?", Asked.DELAI),
        ("elle est en retard ?", Asked.DELAI),
        ("Pourquoi ?", Asked.MOTIF),
        ("et pk elle est suspendue", Asked.MOTIF),
        ("il manque quoi", Asked.MOTIF),
        ("depuis quand ?", Asked.DEPUIS),
        ("ça fait longtemps qu'elle est suspendue ?", Asked.DEPUIS),
        ("et maintenant ?", Asked.SUITE),
        ("ok et du coup je fais quoi", Asked.SUITE),
        ("qui doit agir ?", Asked.SUITE),
        ("c’est à moi d’agir ?", Asked.SUITE),
        ("comment corriger ?", Asked.CORRIGER),
        ("COMMENT JE CORRIGE ÇA", Asked.CORRIGER),
        ("ou en est-elle", Asked.ETAT),
    ],
)
def test_what_is_asked_is_read_as_people_type_it(text: str, asked: Asked) -> None:
    assert read_question(text) is asked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "merci",
        "quand un sous-traitant est-il payé ?",
        "mon DGD est signé, quand serai-je payé ?",
        "quel est le délai de paiement d'un hôpital ?",
        "depuis quand Chorus Pro est-il obligatoire ?",
        "pourquoi la facture 2026-0112 est à recycler",
        "qui doit agir pour qu'un justificatif soit ajouté ?",
        "comment corriger une facture déjà payée ?",
    ],
)
def test_a_question_that_names_something_else_is_none(text: str) -> None:
    assert read_question(text) is None


def test_endless_words_are_read_in_no_time() -> None:
    started = time.perf_counter()
    for text in ("et " * 39 + "!", "pourquoi " + "pour elle " * 11 + "x", "et alors donc " * 8 + "x", "?" * 5000):
        assert read_question(text) is None
    assert time.perf_counter() - started < 1
