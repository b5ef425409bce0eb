"""When a question is not surely understood."""

import pytest

from actions.base import Services
from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply
from assistant.knowledge.subjects import Sujet
from assistant.knowledge.understanding import (
    MAX_CHOICES,
    MIN_ALTERNATIVE_CONFIDENCE,
    MIN_CANDIDATE_CONFIDENCE,
    OUT_OF_SCOPE_CONFIDENCE,
    SURE_CONFIDENCE,
    Ranked,
    Understanding,
)

FORGOTTEN = "compte-mot-de-passe-oublie"
NONSENSE = "xqzt wrgl bnpf"
OTHER = "/autre_chose"
SOLLICITATION = "/preparer_sollicitation"


@pytest.fixture(scope="module")
def understanding(services: Services) -> Understanding:
    return services.understanding


def payloads(reply: Reply) -> list[str]:
    return [button.payload for button in reply.buttons]


def test_near_candidates_become_choices_in_human_words_and_something_else(
    understanding: Understanding, services: Services
) -> None:
    ranking = [Ranked(f"fiche/{FORGOTTEN}", 0.30), Ranked("fiche/compte-creer", 0.20), Ranked("expliquer_statut", 0.10)]
    reply = understanding.doubtful(NONSENSE, ranking, 0)
    assert (reply.kind, reply.confidence) == (Kind.CHOICES, 0.30)
    assert [button.title for button in reply.buttons] == [
        services.knowledge.fiches[FORGOTTEN].titre,
        services.knowledge.fiches["compte-creer"].titre,
        "Comprendre un statut",
        "Autre chose",
    ]
    assert payloads(reply)[2:] == ["/expliquer_statut", OTHER]
    assert payloads(reply)[0] == f'/fiche{{"sujet": "fiche:{FORGOTTEN}"}}'


def test_there_are_never_more_than_three_choices_nor_twice_the_same(understanding: Understanding, services: Services) -> None:
    ranking = [Ranked(f"fiche/{fiche}", 0.2) for fiche in [*list(services.knowledge.fiches)[:6], FORGOTTEN, FORGOTTEN]]
    for text in ("mot de passe oublié", NONSENSE):
        reply = understanding.doubtful(text, ranking, 0)
        assert len(reply.buttons) == MAX_CHOICES + 1
        assert len(set(payloads(reply))) == MAX_CHOICES + 1
        assert payloads(reply)[-1] == OTHER
        assert [button.title for button in reply.buttons].count("Autre chose") == 1


def test_what_the_search_finds_near_is_offered_when_the_ranking_is_flat(understanding: Understanding) -> None:
    reply = understanding.doubtful("mot de passe oublié", [Ranked("saluer", MIN_CANDIDATE_CONFIDENCE / 2)], 0)
    assert reply.kind is Kind.CHOICES
    assert f'/fiche{{"sujet": "fiche:{FORGOTTEN}"}}' in payloads(reply)


def test_candidates_that_do_not_exist_or_are_too_unlikely_are_not_offered(understanding: Understanding) -> None:
    ranking = [Ranked("fiche/perdue", 0.4), Ranked("saluer", 0.2), Ranked(f"fiche/{FORGOTTEN}", MIN_CANDIDATE_CONFIDENCE - 0.001)]
    assert understanding.doubtful(NONSENSE, ranking, 0).kind is Kind.UNKNOWN


def test_not_known_is_said_and_offers_a_sollicitation(understanding: Understanding, services: Services) -> None:
    reply = understanding.doubtful(NONSENSE, [], 0)
    assert reply.kind is Kind.UNKNOWN
    assert "Je ne sais pas répondre" in reply.text
    assert payloads(reply)[-1] == SOLLICITATION
    fiches = payloads(reply)[:-1]
    assert len(fiches) <= 2
    assert (reply.text == services.knowledge.textes["inconnu"]) == bool(fiches)


def test_a_text_without_a_word_offers_no_fiche(understanding: Understanding, services: Services) -> None:
    reply = understanding.doubtful("???", [], 0)
    assert (reply.kind, payloads(reply)) == (Kind.UNKNOWN, [SOLLICITATION])
    assert reply.text == services.knowledge.textes["inconnu_sans_fiche"]


def test_a_second_failure_in_a_row_says_so_and_goes_straight_to_a_sollicitation(
    understanding: Understanding, services: Services
) -> None:
    for failures in (1, 2, 7):
        reply = understanding.doubtful(NONSENSE, [], failures)
        assert (reply.kind, reply.text) == (Kind.UNKNOWN, services.knowledge.textes["inconnu_encore"])
        assert payloads(reply) == [SOLLICITATION]


def test_choices_are_still_offered_after_a_failure(understanding: Understanding) -> None:
    assert understanding.doubtful(NONSENSE, [Ranked(f"fiche/{FORGOTTEN}", 0.3)], 3).kind is Kind.CHOICES


def test_out_of_scope_is_said_when_it_is_likely_and_nothing_is_near(understanding: Understanding) -> None:
    reply = understanding.doubtful("recette de la tarte aux pommes", [Ranked("hors_sujet", OUT_OF_SCOPE_CONFIDENCE)], 0)
    assert reply.kind is Kind.OUT_OF_SCOPE
    assert "hors de mon périmètre" in reply.text


@pytest.mark.parametrize(
    ("text", "ranking"),
    [
        ("mot de passe oublié", [Ranked("hors_sujet", 0.9)]),
        (NONSENSE, [Ranked("hors_sujet", OUT_OF_SCOPE_CONFIDENCE - 0.01)]),
        (NONSENSE, [Ranked(f"fiche/{FORGOTTEN}", 0.4), Ranked("hors_sujet", 0.35)]),
    ],
)
def test_out_of_scope_is_not_said_of_what_is_near_or_unsure(
    understanding: Understanding, text: str, ranking: list[Ranked]
) -> None:
    assert understanding.doubtful(text, ranking, 0).kind is not Kind.OUT_OF_SCOPE


def test_a_sure_refusal_stands_alone(understanding: Understanding, services: Services) -> None:
    reply = understanding.out_of_scope("recette de la tarte aux pommes", [Ranked("hors_sujet", SURE_CONFIDENCE)])
    assert (reply.kind, reply.text, reply.buttons) == (Kind.OUT_OF_SCOPE, services.knowledge.textes["hors_sujet"], [])


def test_a_refusal_that_is_not_sure_leaves_the_likely_fiches_at_hand(understanding: Understanding, services: Services) -> None:
    ranking = [Ranked("hors_sujet", SURE_CONFIDENCE - 0.01), Ranked("insulter", 0.02), Ranked(f"fiche/{FORGOTTEN}", 0.01)]
    reply = understanding.out_of_scope("mon code d'entrée", ranking)
    assert (reply.kind, reply.text) == (Kind.OUT_OF_SCOPE, services.knowledge.textes["hors_sujet_peu_sur"])
    assert FORGOTTEN in payloads(reply)[0]
    assert len(reply.buttons) <= MAX_CHOICES


def test_a_refusal_offers_nothing_when_nothing_is_near(understanding: Understanding, services: Services) -> None:
    reply = understanding.out_of_scope(NONSENSE, [Ranked("hors_sujet", 0.5)])
    assert (reply.text, reply.buttons) == (services.knowledge.textes["hors_sujet"], [])


def reserved(services: Services, *ranking: Ranked) -> Reply:
    """The answer about the first of the ranking, as it is given with that ranking."""
    sujet = Sujet("fiche", ranking[0].name.removeprefix("fiche/"))
    reply = services.answers.subject(sujet, ranking[0].confidence)
    assert reply is not None
    return services.understanding.with_reserve(reply, sujet, ranking)


def test_a_sure_answer_stands_alone(services: Services) -> None:
    reply = reserved(services, Ranked(f"fiche/{FORGOTTEN}", SURE_CONFIDENCE), Ranked("fiche/compte-creer", 0.09))
    assert reply.text == services.knowledge.fiches[FORGOTTEN].texte


def test_a_less_sure_answer_says_what_was_understood_and_what_the_next_two_answer(services: Services) -> None:
    fiches = services.knowledge.fiches
    others = ["compte-creer", "compte-bloque", "compte-gratuit"]
    ranking = [Ranked(f"fiche/{FORGOTTEN}", SURE_CONFIDENCE - 0.01), *(Ranked(f"fiche/{other}", 0.02) for other in others)]
    reply = reserved(services, *ranking)
    assert reply.kind is Kind.ANSWER
    assert reply.text.startswith(f"Si j'ai bien compris, votre question porte sur : **{fiches[FORGOTTEN].titre}**.")
    assert fiches[FORGOTTEN].texte in reply.text
    assert [fiches[other].reponse in reply.text for other in others] == [True, True, False]
    assert [button.title for button in reply.buttons][-2:] == [fiches[other].titre for other in others[:2]]
    urls = {source.url for source in reply.sources}
    assert {fiches[other].sources[0].url for other in others[:2]} <= urls
    assert len(urls) == len(reply.sources)


def test_what_is_too_unlikely_or_no_fiche_is_not_added(services: Services) -> None:
    ranking = [
        Ranked(f"fiche/{FORGOTTEN}", 0.5),
        Ranked("saluer", 0.3),
        Ranked("fiche/perdue", 0.2),
        Ranked("fiche/compte-creer", MIN_ALTERNATIVE_CONFIDENCE / 2),
    ]
    reply = reserved(services, *ranking)
    assert services.knowledge.textes["peu_sur_sinon"] not in reply.text
    assert reply.text.endswith(services.knowledge.fiches[FORGOTTEN].texte)


def test_choices_say_what_each_fiche_answers(understanding: Understanding, services: Services) -> None:
    reply = understanding.doubtful(NONSENSE, [Ranked(f"fiche/{FORGOTTEN}", 0.2), Ranked("expliquer_statut", 0.1)], 0)
    fiche = services.knowledge.fiches[FORGOTTEN]
    assert f"- **{fiche.titre}** : {fiche.reponse}" in reply.text
    assert reply.sources == [fiche.sources[0]]
