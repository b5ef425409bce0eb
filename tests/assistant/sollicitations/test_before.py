"""Fiches that may already solve it, before a sollicitation is written."""

from actions.base import Services
from assistant.sollicitations.before import MAX_FICHES, fiches_before


def ids(services: Services, categorie: str | None, texte: str = "", seen: tuple[str, ...] = ()) -> list[str]:
    knowledge = services.knowledge
    found = fiches_before(
        knowledge=knowledge,
        search=services.search,
        categorie=knowledge.categories[categorie] if categorie else None,
        texte=texte,
        seen=seen,
    )
    return [fiche.id for fiche in found]


def test_without_words_they_are_the_first_of_the_category(services: Services) -> None:
    for categorie in services.knowledge.categories.values():
        assert ids(services, categorie.id) == categorie.fiches[:MAX_FICHES]


def test_words_bring_first_what_they_name(services: Services) -> None:
    found = ids(services, "mot_de_passe_double_facteur", "j'ai changé de téléphone et je n'ai plus l'application")
    assert found[0] == "securite-telephone-change"
    assert len(found) == MAX_FICHES


def test_words_bring_what_the_category_does_not_hold(services: Services) -> None:
    assert "compte-mot-de-passe-oublie" in ids(services, "autre", "j'ai oublié mon mot de passe, comment faire")
    assert ids(services, None, "j'ai oublié mon mot de passe")[0] == "compte-mot-de-passe-oublie"


def test_what_was_just_read_is_left_out_and_noise_brings_nothing(services: Services) -> None:
    assert "rejet-motif" not in ids(services, "facture_rejetee", "je ne comprends pas le motif du rejet", seen=("rejet-motif",))
    assert ids(services, None, "") == []
    assert ids(services, None, "recette de la tarte aux pommes") == []
