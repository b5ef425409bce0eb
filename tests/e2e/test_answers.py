"""The questions that the first issue names, asked of a live Choriste: right by the facts, sourced, in their kind."""

import re
import unicodedata

import pytest

from tests.e2e.conftest import Talk

pytestmark = pytest.mark.live


def folded(text: str) -> str:
    text = unicodedata.normalize("NFD", text.lower().replace("’", "'"))
    return "".join(char for char in text if not unicodedata.combining(char))


@pytest.mark.parametrize(
    ("question", "kind", "must_hold", "must_not_hold"),
    [
        # facts: factures.md §1.1 — add the piece, same number, becomes « Complétée »
        (
            "ma facture est suspendue que dois je faire",
            "answer",
            ["piece|justificatif", "commentaire|renvoy", "numero"],
            ["nouveau numero"],
        ),
        # facts: factures.md §1.1 — SIRET, code service or engagement; same number
        ("C koi le statut a recycler", "answer", ["siret", "code service", "engagement", "meme numero"], ["nouveau numero"]),
        # facts: compte.md
        ("comment rattacher mon entreprise a mon compte", "answer", ["rattach", "siret", "gestionnaire"], []),
        # facts: anomalies.csv ANO-14
        (
            "Vous avez déjà déposé une demande de paiement avec ce numéro de facture pour cette structure",
            "answer",
            ["unique|doublon|deja", "numero", "rejetee"],
            [],
        ),
        # facts: compte.md A-10 — the mail goes to the connexion address
        ("mdp oublié", "answer", ["adresse de connexion", "reinitialis|nouveau mot de passe"], []),
        # facts: cadres.csv A9
        ("je suis sous traitant, quel cadre choisir", "answer", ["a9"], []),
        # facts: factures.md Q on A_VALIDER_1, E-114 — 15 days, then tacit
        ("mon titulaire ne valide pas depuis 3 semaines", "answer", ["15 jours", "tacite|repute|accepte"], []),
        # facts: factures.md Q11 — the public body, not the support
        (
            "qui dois-je contacter pour un retard de paiement de la mairie",
            "answer",
            ["client public|service destinataire", "support"],
            [],
        ),
    ],
)
def test_a_question_of_the_trade_gets_a_right_and_sourced_answer(
    talk: Talk, question: str, kind: str, must_hold: list[str], must_not_hold: list[str]
) -> None:
    talk.say(question)
    answer = talk.last[0]
    assert answer["kind"] == kind, talk.last
    text = folded(answer["text"])
    for words in must_hold:
        assert re.search(words, text), f"« {words} » is missing in: {text}"
    for words in must_not_hold:
        assert not re.search(words, text), f"« {words} » must not be in: {text}"
    assert answer["sources"], "an answer shows its source"
    for source in answer["sources"]:
        assert source["titre"]
        assert source["date"]
        assert re.match(r"https?://", source["url"])


def test_the_weather_is_out_of_scope_and_said_so(talk: Talk) -> None:
    talk.say("il fait beau à Lyon ?")
    assert talk.kinds() == ["out_of_scope"]
    assert "hors de mon périmètre" in talk.text()


def test_an_error_message_is_explained_by_id(talk: Talk) -> None:
    talk.say("j'ai l'anomalie ANO-15")
    assert talk.kinds() == ["answer"]
    assert "date" in folded(talk.text())


def test_a_cadre_is_explained(talk: Talk) -> None:
    talk.say("c'est quoi le cadre A9")
    assert talk.kinds() == ["answer"]
    assert "A9" in talk.text()
    assert "sous-traitant" in talk.text()


def test_two_terms_are_told_apart(talk: Talk) -> None:
    talk.say("différence entre code service et numéro d'engagement")
    assert talk.kinds() == ["answer"]
    assert "Code service" in talk.text()
    assert "engagement" in talk.text()


def test_a_follow_up_goes_on_with_the_subject(talk: Talk) -> None:
    talk.say("c'est quoi le statut suspendue")
    talk.say("combien de temps ?")
    assert talk.kinds() == ["answer"]
    assert "délai" in talk.text()


def test_a_follow_up_without_subject_asks_what_it_is_about(talk: Talk) -> None:
    talk.say("combien de temps ?")
    assert talk.kinds() == ["question"]


def test_not_knowing_is_said_and_leads_on(talk: Talk) -> None:
    talk.say("xkqz wvut plmf grdz")
    assert talk.kinds() == ["unknown"]


def test_a_message_in_english_gets_links_in_english(talk: Talk) -> None:
    talk.say("hello, how can I submit an invoice to a french city hall?")
    assert talk.kinds() == ["notice"]
    assert "only speaks French" in talk.text()
    assert talk.text().count("https://") == 3


def test_a_choice_button_answers_its_subject(talk: Talk) -> None:
    talk.press("Comprendre un statut")
    assert talk.kinds() == ["question"]
    talk.press("Rejetée")
    assert talk.kinds() == ["answer"]
    assert "nouveau numéro" in talk.text()


def test_two_questions_in_one_message_get_two_answers_and_the_talk_goes_on_with_the_second(talk: Talk) -> None:
    talk.say("Comment changer mon mot de passe ? Et comment ajouter un collègue à ma structure ?")
    assert talk.kinds() == ["answer", "answer"]
    first, second = talk.last
    assert first["text"].startswith("**« Comment changer mon mot de passe ? »**")
    assert "adresse de connexion" in first["text"]
    assert second["text"].startswith("**« Et comment ajouter un collègue à ma structure ? »**")
    assert "rattach" in second["text"]
    talk.say("où je clique ?")
    assert talk.last[0]["fiche"] == second["fiche"]


@pytest.mark.parametrize(
    "follow_up",
    ["combien de temps ?", "où je clique ?", "je n'ai pas ce menu", "ça ne marche pas", "pourquoi ?", "qui doit faire ça ?"],
)
def test_each_follow_up_goes_on_with_the_fiche_or_says_that_it_is_not_known(talk: Talk, follow_up: str) -> None:
    talk.say("comment ajouter un collègue à ma structure")
    fiche = talk.last[0]["fiche"]
    assert fiche
    talk.say(follow_up)
    assert len(talk.last) == 1
    message = talk.last[0]
    assert message["kind"] in ("answer", "unknown")
    assert message["fiche"] == fiche or "Je n'ai pas de réponse sûre" in message["text"]


def test_not_understanding_gets_simpler_words_about_the_same_thing(talk: Talk) -> None:
    talk.say("comment ajouter un collègue à ma structure")
    before = talk.last[0]
    talk.say("je ne comprends pas")
    assert talk.last[0]["fiche"] == before["fiche"]
    assert talk.text() != before["text"]


def test_a_hypothesis_after_an_answer_is_answered_too(talk: Talk) -> None:
    talk.say("c'est quoi le statut suspendue")
    talk.say("et si elle est rejetée ?")
    assert talk.kinds() == ["answer"]
    assert "nouveau numéro" in folded(talk.text()).replace("numero", "numéro")


def test_identifiers_given_by_themselves_are_noted_and_offered_later(talk: Talk) -> None:
    talk.say("mon siret c'est 732 829 320 00074")
    assert talk.kinds() == ["notice"]
    assert "SIRET 732 829 320 00074" in talk.text()
