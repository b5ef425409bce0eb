"""A pasted error message finds its row; an ordinary question is no pasted message."""

import csv
import random
import re

import pytest

from actions.base import Services
from assistant.knowledge.anomaly_matcher import POSSIBLE, SURE, AnomalyMatcher
from tests.support.paths import KNOWLEDGE


def verbatim() -> list[tuple[str, str]]:
    with (KNOWLEDGE / "anomalies.csv").open(encoding="utf-8", newline="") as handle:
        return [
            (row["id"], message.strip())
            for row in csv.DictReader(handle)
            for message in row["message"].split("|")
            if message.strip()
        ]


MESSAGES = verbatim()


@pytest.fixture(scope="module")
def matcher(services: Services) -> AnomalyMatcher:
    return services.anomalies


def owners(message: str) -> set[str]:
    return {row for row, other in MESSAGES if other == message}


def missed(matcher: AnomalyMatcher, changed: list[tuple[str, str, str]]) -> list[str]:
    """Messages whose changed text does not find one of the rows that hold it."""
    wrong = []
    for row, message, text in changed:
        hit = matcher.pasted(text)
        if hit is None or hit.anomalie.id not in owners(message):
            wrong.append(f"{row}: {text} → {hit.anomalie.id if hit else None}")
    return wrong


def test_every_message_is_long_enough_to_be_told_from_ordinary_words() -> None:
    assert len(MESSAGES) >= 16
    assert [message for _, message in MESSAGES if len(re.findall(r"[a-zà-ÿ']", message.lower())) < 18] == []


def test_each_verbatim_message_finds_its_own_row(matcher: AnomalyMatcher) -> None:
    assert missed(matcher, [(row, message, message) for row, message in MESSAGES]) == []


def test_each_message_with_a_letter_dropped_finds_its_own_row(matcher: AnomalyMatcher) -> None:
    choice = random.Random(7)
    changed = []
    for row, message in MESSAGES:
        letters = [position for position, char in enumerate(message) if char.isalpha()]
        position = choice.choice(letters[1:])
        changed.append((row, message, message[:position] + message[position + 1 :]))
    assert missed(matcher, changed) == []


def test_each_message_among_other_words_finds_its_own_row(matcher: AnomalyMatcher) -> None:
    changed = [
        (row, message, f"Bonjour, voici ce qui s'affiche : « {message} » depuis ce matin, que faire ?")
        for row, message in MESSAGES
    ]
    assert missed(matcher, changed) == []


def test_capitals_and_missing_accents_do_not_hide_a_message(matcher: AnomalyMatcher) -> None:
    assert missed(matcher, [(row, message, message.upper()) for row, message in MESSAGES]) == []


@pytest.mark.parametrize(
    "text",
    [
        "ma facture est suspendue, que faire ?",
        "Comment créer un compte Chorus Pro ?",
        "où trouver le code service de mon client",
        "je n'arrive pas à déposer ma facture",
        "le numéro d'engagement est-il obligatoire pour une commune ?",
        "Dans quel délai une facture est-elle payée ?",
        "bonjour",
        "",
        "73282932000074",
        "merci beaucoup pour votre aide, bonne journée",
        "mon client dit qu'il ne voit pas la facture que j'ai envoyée lundi",
        "La structure n'exige pas d'engagement et pourtant mon dépôt API est refusé pour ce motif",
        "Si l'acheteur n'utilise pas le portail, une simple lettre au titulaire suffit-elle ?",
        "ma structure n'a pas de service",
        "la structure de mon client est inactive",
    ],
)
def test_an_ordinary_question_is_no_pasted_message(matcher: AnomalyMatcher, text: str) -> None:
    assert matcher.pasted(text) is None


def test_the_questions_of_the_fiches_are_no_pasted_messages(matcher: AnomalyMatcher, services: Services) -> None:
    questions = [question for fiche in services.knowledge.fiches.values() for question in fiche.questions]
    taken = {question: hit.anomalie.id for question in questions if (hit := matcher.pasted(question))}
    assert len(taken) <= 0.01 * len(questions), taken


def test_each_anomaly_is_described_by_its_own_words(matcher: AnomalyMatcher, services: Services) -> None:
    rows = services.knowledge.anomalies.values()
    assert len(rows) == 89
    not_first = {}
    for row in rows:
        for phrase in (row.titre, *row.symptomes):
            hits = matcher.described(phrase)
            if not hits or hits[0].anomalie.id != row.id:
                not_first[phrase] = hits[0].anomalie.id if hits else None
            else:
                assert hits[0].score >= SURE
    assert not_first == {}


def test_descriptions_come_best_first_and_never_below_what_is_possible(matcher: AnomalyMatcher) -> None:
    hits = matcher.described("le destinataire de ma facture est introuvable", limit=5)
    assert 1 <= len(hits) <= 5
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(hit.score >= POSSIBLE and not hit.pasted for hit in hits)


def test_words_about_something_else_describe_no_anomaly(matcher: AnomalyMatcher) -> None:
    assert matcher.described("recette de la tarte aux pommes") == []


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("l'erreur cite « BuyerOrderReferencedDocument.IssuerAssignedID.value » comme obligatoire", "ANO-07"),
        ("nos factures reviennent avec SpecifiedTradeSettlementPaymentMeans.TypeCode.value", "ANO-23"),
        ("cvc-datatype-valid '-1 324,60' is not a valid value for 'decimal'", "ANO-53"),
        ("motif MONTANTTOTAL_ERR", "ANO-48"),
    ],
)
def test_a_field_or_code_name_of_one_message_only_finds_its_row(matcher: AnomalyMatcher, text: str, row: str) -> None:
    hit = matcher.pasted(text)
    assert hit is not None
    assert (hit.anomalie.id, hit.pasted) == (row, True)


@pytest.mark.parametrize(
    "text",
    [
        # A name that many messages hold does not say which one.
        "TypeCode obligatoire",
        # A name that the message does not hold makes it another message.
        "ApplicableTradeTax.TypeCode.value est obligatoire dans SpecifiedTradeSettlementPaymentMeans",
        "ClaudIA et PayPal ne répondent pas",
    ],
)
def test_a_name_that_does_not_say_which_finds_nothing(matcher: AnomalyMatcher, text: str) -> None:
    assert matcher.pasted(text) is None
