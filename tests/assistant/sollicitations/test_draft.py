"""What a draft asks for, in which order, and what fills it."""

from dataclasses import replace

import pytest

from assistant.knowledge.load import Knowledge
from assistant.knowledge.schemas import Categorie
from assistant.sollicitations.draft import FIELDS, SKIPPED, Draft, guess_categorie

SIRET = "73282932000074"


def categorie(*besoins: str, id: str = "essai", mots: tuple[str, ...] = ()) -> Categorie:
    return Categorie.model_validate(
        {
            "id": id,
            "titre": "Essai",
            "description": "Un essai.",
            "route": "support",
            "raison_route": "Parce que.",
            "ou_ecrire": "Ici.",
            "besoins": list(besoins),
            "mots": list(mots),
            "confiance": "haute",
            "sources": [{"titre": "Une page", "url": "https://exemple.fr/"}],
        }
    )


WITH_ALL = categorie("siret", "numero_facture", "date", "description", "contact")
WITHOUT_INVOICE = categorie("siret", "description", "contact")
WITH_NOTHING = categorie("description", "contact")


def order_of_questions(draft: Draft) -> list[str]:
    answers = {"siret": SIRET, "numero_facture": "F-1", "description": "La facture est suspendue.", "contact": "a@exemple.fr"}
    asked = []
    while (name := draft.next_field()) is not None:
        asked.append(name)
        draft = replace(draft, categorie=WITH_ALL) if name == "categorie" else draft.with_answer(name, answers[name])
    return asked


def test_the_category_comes_first_and_decides_on_the_rest() -> None:
    assert order_of_questions(Draft()) == ["categorie", "siret", "numero_facture", "description", "contact"]
    assert order_of_questions(Draft(WITHOUT_INVOICE)) == ["siret", "description", "contact"]
    assert order_of_questions(Draft(WITH_NOTHING)) == ["description", "contact"]


def test_every_real_category_ends_with_the_description_and_the_address(knowledge: Knowledge) -> None:
    for real in knowledge.categories.values():
        asked = [field.name for field in Draft(real).fields()]
        assert asked[-2:] == ["description", "contact"], real.id
        assert ("numero_facture" in asked) == ("numero_facture" in real.besoins), real.id
        assert ("siret" in asked) == ("siret" in real.besoins), real.id


@pytest.mark.parametrize("name", [field.name for field in FIELDS if field.optional])
@pytest.mark.parametrize(
    "text",
    [
        "je ne sais pas",
        "Je ne sais pas.",
        "JE SAIS PAS",
        "jsp",
        "aucun",
        "aucune !",
        "Je n’en ai pas",
        "je n'en ai pas",
        "j'ai pas",
        "sans",
        "passer",
        "Non",
    ],
)
def test_words_that_say_i_have_none_skip_what_is_optional(name: str, text: str) -> None:
    draft = Draft(WITH_ALL).with_answer(name, text)
    assert getattr(draft, name) == SKIPPED
    assert draft.given(name) is None
    assert draft.next_field() != name


@pytest.mark.parametrize(
    ("name", "said"), [("description", "Décrivez le problème"), ("contact", "adresse électronique n'est pas valable")]
)
def test_what_is_required_cannot_be_skipped(name: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Draft(WITH_ALL).with_answer(name, "aucun")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("siret", "732829320", "Ces 9 chiffres sont un SIREN"),
        ("siret", "c'est quoi", "Un SIRET ne contient que des chiffres"),
        ("numero_facture", "x" * 21, "20 caractères au plus"),
        ("description", "bof", "Décrivez le problème"),
        ("contact", "exemple.fr", "Exemple : prenom.nom@entreprise.fr"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_in_french_and_the_draft_stays(name: str, text: str, said: str) -> None:
    draft = Draft(WITH_ALL)
    with pytest.raises(ValueError, match=said):
        draft.with_answer(name, text)
    assert draft == Draft(WITH_ALL)


def test_a_complete_draft_becomes_a_request_with_all_that_was_given() -> None:
    draft = Draft(WITH_ALL).with_answer("siret", "732 829 320 00074").with_answer("numero_facture", "F-1")
    draft = draft.with_answer("description", "Mon mdp : Toto2024 est refusé.").with_answer("contact", "a@exemple.fr")
    assert draft.to_create().model_dump() == {
        "categorie": "essai",
        "siret": SIRET,
        "numero_facture": "F-1",
        "description": "Mon mdp : •••• est refusé.",
        "contact": "a@exemple.fr",
    }


def test_what_was_skipped_or_is_not_of_the_category_is_not_written() -> None:
    draft = Draft(WITH_ALL, SKIPPED, "F-1", "La facture est suspendue.", "a@exemple.fr")
    assert draft.to_create().siret is None
    assert replace(draft, categorie=WITH_NOTHING).to_create().numero_facture is None


@pytest.mark.parametrize("missing", ["categorie", "siret", "numero_facture", "description", "contact"])
def test_an_incomplete_draft_is_never_written(missing: str) -> None:
    draft = Draft(WITH_ALL, SIRET, "F-1", "La facture est suspendue.", "a@exemple.fr")
    with pytest.raises(ValueError, match=f"Il manque : {missing}"):
        replace(draft, **{missing: None}).to_create()


# --- guessing the category ------------------------------------------------------------------------------------------


def test_the_category_with_the_most_words_wins() -> None:
    login, invoice = (
        categorie(id="connexion", mots=("me connecter",)),
        categorie(id="facture", mots=("facture", "facture suspendue")),
    )
    assert guess_categorie("Ma FACTURE SUSPENDUE m'empêche de me connecter", [login, invoice]) is invoice
    assert guess_categorie("impossible de me connecter", [login, invoice]) is login


def test_no_word_or_a_tie_is_no_guess() -> None:
    one, other = categorie(id="un", mots=("facture",)), categorie(id="deux", mots=("facture",))
    assert guess_categorie("bonjour", [one, other]) is None
    assert guess_categorie("facture", [one, other]) is None
    assert guess_categorie("", [one]) is None


def test_accents_and_apostrophes_do_not_hide_a_word() -> None:
    found = categorie(mots=("lien d'activation", "réinitialiser"))
    assert guess_categorie("le lien d’activation", [found]) is found
    assert guess_categorie("REINITIALISER", [found]) is found


def test_a_word_inside_another_word_is_not_that_word() -> None:
    assert guess_categorie("le pistolet", [categorie(mots=("piste",)), categorie(mots=("pistolet bleu",))]) is None
    assert guess_categorie("c'est rapide", [categorie(mots=("api",))]) is None
    assert guess_categorie("en panne depuis mercredi", [categorie(mots=("EDI",))]) is None


def test_the_plural_of_a_word_is_that_word() -> None:
    found = categorie(mots=("impayée", "flux rejeté"))
    assert guess_categorie("des factures impayées", [found]) is found
    assert guess_categorie("deux flux rejetés", [found]) is found


def test_each_real_category_is_guessed_from_its_own_title(knowledge: Knowledge) -> None:
    guesses = {real.id: guess_categorie(real.titre, knowledge.categories.values()) for real in knowledge.categories.values()}
    wrong = {key: guess.id for key, guess in guesses.items() if guess is not None and guess.id != key}
    assert wrong == {}
