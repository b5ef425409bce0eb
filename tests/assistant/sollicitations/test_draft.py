"""What a draft asks for, in which order, and what fills it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.knowledge.load import Knowledge
from assistant.knowledge.schemas import Categorie
from assistant.sollicitations.checklist import pieces
from assistant.sollicitations.draft import SKIPPED, Draft, Question, guess_categorie, says_none
from assistant.sollicitations.recognition import Entity

SIRET = "73282932000074"
ANSWERS = {"siret": SIRET, "numero_facture": "F-1", "description": "La facture est suspendue.", "contact": "a@exemple.fr"}


def categorie(*besoins: str, id: str = "essai", mots: tuple[str, ...] = (), essentiels: tuple[str, ...] = ()) -> Categorie:
    return Categorie.model_validate(
        {
            "id": id,
            "titre": "Essai",
            "description": "Un essai.",
            "route": "support",
            "raison_route": "Parce que.",
            "ou_ecrire": "Ici.",
            "besoins": list(besoins),
            "essentiels": list(essentiels),
            "mots": list(mots),
            "confiance": "haute",
            "sources": [{"titre": "Une page", "url": "https://exemple.fr/"}],
        }
    )


WITH_ALL = categorie("siret", "numero_facture", "motif", "date", "description", "contact", essentiels=("siret", "numero_facture"))


def complete(knowledge: Knowledge, chosen: Categorie = WITH_ALL) -> Draft:
    draft = Draft(knowledge, chosen)
    while (question := draft.question()) is not None:
        draft = draft.with_answer(question, ANSWERS.get(question.field, "rien à ajouter"))
    return draft


def order_of_questions(draft: Draft) -> list[Question]:
    asked = []
    while (question := draft.question()) is not None:
        asked.append(question)
        draft = draft.with_answer(question, ANSWERS.get(question.field, "je ne l'ai pas"))
    return asked


# --- the order ------------------------------------------------------------------------------------------------------


def test_the_category_comes_first(knowledge: Knowledge) -> None:
    assert Draft(knowledge).question() == Question("categorie")


def test_essential_pieces_come_one_at_a_time_and_the_others_in_one_question(knowledge: Knowledge) -> None:
    assert order_of_questions(Draft(knowledge, WITH_ALL)) == [
        Question("siret", ("siret",)),
        Question("numero_facture", ("numero_facture",)),
        Question("description"),
        Question("piece", ("motif", "date")),
        Question("contact"),
    ]


def test_a_single_other_piece_is_asked_by_itself(knowledge: Knowledge) -> None:
    assert Question("piece", ("date",)) in order_of_questions(Draft(knowledge, categorie("date")))
    assert Question("siret", ("siret",)) in order_of_questions(Draft(knowledge, categorie("siret")))


def test_what_the_category_tells_is_not_asked(knowledge: Knowledge) -> None:
    rejetee = knowledge.categories["facture_rejetee"]
    asked = [cle for question in order_of_questions(Draft(knowledge, rejetee)) for cle in question.keys]
    assert asked == ["siret", "numero_facture", "motif", "siret_destinataire", "date", "numero_engagement"]
    assert complete(knowledge, rejetee).to_create().donnees["statut"] == "Rejetée"


def test_every_real_category_is_asked_to_the_end_in_a_bounded_number_of_questions(knowledge: Knowledge) -> None:
    for real in knowledge.categories.values():
        asked = order_of_questions(Draft(knowledge, real))
        assert [question.field for question in asked][-1] == "contact", real.id
        assert sum(question.field == "description" for question in asked) == 1
        assert len(asked) <= 7, real.id
        keys = [cle for question in asked for cle in question.keys]
        assert sorted(keys) == sorted(
            piece.besoin.cle for piece in pieces(knowledge, real) if piece.besoin.cle not in real.deduits
        )


@given(data=st.data())
def test_whatever_is_answered_the_questions_end_and_the_request_can_be_written(knowledge: Knowledge, data: st.DataObject) -> None:
    draft = Draft(knowledge, data.draw(st.sampled_from(list(knowledge.categories.values()))))
    answers = st.sampled_from(["je ne l'ai pas", "2024-55, déposée hier", SIRET, "a@exemple.fr", "Rien ne marche depuis lundi."])
    for _ in range(60):
        question = draft.question()
        if question is None:
            break
        try:
            draft = draft.with_answer(question, data.draw(answers))
        except ValueError:
            draft = draft.skipping(question.keys) if question.keys else draft.with_answer(question, ANSWERS[question.field])
    assert draft.question() is None
    assert SKIPPED not in draft.to_create().model_dump_json()


# --- answers --------------------------------------------------------------------------------------------------------


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
        "j'ai pas",
        "sans",
        "passer",
        "Non",
        "je ne l'ai pas",
        "non, je ne le trouve pas",
        "je n'ai pas le numéro d'engagement",
        "je connais pas ce numéro",
        "rien à ajouter",
        "c'est tout",
    ],
)
def test_words_that_say_i_have_none_leave_it_out(knowledge: Knowledge, text: str) -> None:
    assert says_none(text)
    for question in (Question("siret", ("siret",)), Question("piece", ("motif", "date"))):
        draft = Draft(knowledge, WITH_ALL).with_answer(question, text)
        assert {draft.value(cle) for cle in question.keys} == {SKIPPED}
        assert {draft.given(cle) for cle in question.keys} == {None}
        assert draft.question() != question


@pytest.mark.parametrize(
    "text", ["F-12", "je ne trouve pas la facture dans la liste ?", "la pièce n'est pas lisible", "non conforme", "sans objet"]
)
def test_other_words_are_an_answer(text: str) -> None:
    assert not says_none(text)


@pytest.mark.parametrize(
    ("name", "said"), [("description", "Décrivez le problème"), ("contact", "adresse électronique n'est pas valable")]
)
def test_what_is_required_cannot_be_left_out(knowledge: Knowledge, name: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Draft(knowledge, WITH_ALL).with_answer(Question(name), "aucun")


def test_an_answer_to_several_gives_each_its_part_and_loses_nothing(knowledge: Knowledge) -> None:
    draft = Draft(knowledge, WITH_ALL).with_answer(
        Question("piece", ("motif", "date")), "motif : pièce manquante, depuis lundi, le maire est prévenu"
    )
    assert draft.values == {"motif": "pièce manquante", "date": "depuis lundi", "precisions": "le maire est prévenu"}
    again = draft.with_answer(Question("piece", ("motif", "date")), "la trésorerie aussi")
    assert again.given("precisions") == "le maire est prévenu ; la trésorerie aussi"


def test_identifiers_of_a_message_fill_what_is_missing_and_change_nothing_else(knowledge: Knowledge) -> None:
    said = [Entity("numero_facture", "F-9", "F-9"), Entity("siret", SIRET, SIRET)]
    assert Draft(knowledge, WITH_ALL).absorbing(said).values == {"numero_facture": "F-9"}
    for present in ("F-1", SKIPPED):
        draft = Draft(knowledge, WITH_ALL, {"numero_facture": present})
        assert draft.absorbing(said).values == {"numero_facture": present}


def test_what_is_taken_back_is_asked_again_even_when_the_category_told_it(knowledge: Knowledge) -> None:
    rejetee = knowledge.categories["facture_rejetee"]
    draft = complete(knowledge, rejetee)
    assert draft.without("statut").question() == Question("piece", ("statut",))
    assert draft.without("date").question() == Question("piece", ("date",))
    assert draft.without("siret").question() == Question("siret", ("siret",))


def test_an_answer_that_does_not_fit_is_refused_and_the_draft_stays(knowledge: Knowledge) -> None:
    draft = Draft(knowledge, WITH_ALL)
    with pytest.raises(ValueError, match="Ces 9 chiffres sont un SIREN"):
        draft.with_answer(Question("siret", ("siret",)), "732829320")
    assert draft == Draft(knowledge, WITH_ALL)


# --- the request ----------------------------------------------------------------------------------------------------


def test_a_complete_draft_becomes_a_request_with_all_that_was_given(knowledge: Knowledge) -> None:
    draft = Draft(
        knowledge,
        WITH_ALL,
        {"siret": SIRET, "numero_facture": SKIPPED, "motif": "Pièce manquante", "date": SKIPPED, "precisions": "Voilà."},
        "Rien ne marche depuis lundi.",
        "a@exemple.fr",
    )
    assert draft.to_create().model_dump() == {
        "categorie": "essai",
        "siret": SIRET,
        "numero_facture": None,
        "description": "Rien ne marche depuis lundi.",
        "contact": "a@exemple.fr",
        "donnees": {"motif": "Pièce manquante", "precisions": "Voilà."},
    }


def test_what_another_category_asked_is_not_written(knowledge: Knowledge) -> None:
    draft = complete(knowledge)
    other = Draft(knowledge, categorie("description", "contact"), draft.values, draft.description, draft.contact)
    assert (other.to_create().siret, other.to_create().donnees) == (None, {})


@pytest.mark.parametrize("missing", ["categorie", "siret", "description", "contact"])
def test_an_incomplete_draft_is_never_written(knowledge: Knowledge, missing: str) -> None:
    whole = complete(knowledge)
    values = {cle: value for cle, value in whole.values.items() if cle != missing}
    draft = Draft(
        knowledge,
        None if missing == "categorie" else whole.categorie,
        values,
        None if missing == "description" else whole.description,
        None if missing == "contact" else whole.contact,
    )
    with pytest.raises(ValueError, match=f"Il manque : {missing}"):
        draft.to_create()


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
