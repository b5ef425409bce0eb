"""Terms, statuses and cadres named in a question."""

import pytest

from actions.base import Services
from assistant.knowledge.subjects import Sujet
from assistant.knowledge.term_finder import TOO_WIDE, TermFinder, narrowed


@pytest.fixture(scope="module")
def terms(services: Services) -> TermFinder:
    return services.terms


def test_every_term_is_found_by_its_name_in_a_question(terms: TermFinder, services: Services) -> None:
    lost = {
        terme: found
        for terme in services.knowledge.termes
        if (found := terms.find(f"c'est quoi {terme} ?")) != [Sujet("terme", terme)]
    }
    assert lost == {}


def test_every_alias_leads_to_something_that_bears_it(terms: TermFinder, services: Services) -> None:
    lost = [alias for terme in services.knowledge.termes.values() for alias in terme.alias if not terms.find(alias)]
    assert lost == []


def test_every_cadre_is_found_by_its_code(terms: TermFinder, services: Services) -> None:
    for code in services.knowledge.cadres:
        assert terms.find(f"différence entre le cadre {code.lower()} et rien")[-1] == Sujet("cadre", code)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("différence entre code service et numéro d'engagement", ["Code service", "Numéro d'engagement"]),
        ("difference entre numero d’engagement et CODE SERVICE", ["Numéro d'engagement", "Code service"]),
        ("c'est quoi le cod service", ["Code service"]),
        ("les codes services", ["Code service"]),
        ("un code service sur chorus pro", ["Code service", "Chorus Pro"]),
        ("différence entre cadre A1 et A9", ["A1", "A9"]),
        ("différence entre les cadres de facturation A1 et A9", ["A1", "A9"]),
        ("différence entre le statut suspendue et le statut rejetée", ["SUSPENDUE", "REJETEE"]),
        ("différence entre facture rejetée et facture refusée", ["Rejet", "REFUSEE_1"]),
        ("différence entre un statut et un cadre", ["Statut", "Cadre de facturation"]),
        ("c'est quoi le cadre A1", ["A1"]),
    ],
)
def test_terms_come_in_reading_order_with_their_slips(terms: TermFinder, text: str, expected: list[str]) -> None:
    assert [sujet.cle for sujet in terms.find(text)] == expected


def test_a_longer_name_wins_over_the_shorter_one_inside_it(terms: TermFinder) -> None:
    assert terms.find("qu'est-ce que Chorus Pro") == [Sujet("terme", "Chorus Pro")]
    assert terms.find("qu'est-ce que Chorus") == [Sujet("terme", "Chorus")]


@pytest.mark.parametrize("text", ["", "???", "il fait beau ce matin", "🙂"])
def test_nothing_named_is_nothing_found(terms: TermFinder, text: str) -> None:
    assert terms.find(text) == []


def test_the_terms_that_are_too_wide_are_in_the_glossary(services: Services) -> None:
    assert set(services.knowledge.termes) >= set(TOO_WIDE)


@pytest.mark.parametrize(
    ("text", "at_least", "expected"),
    [
        ("c'est quoi le code service dans Chorus Pro", 1, ["Code service"]),
        ("c'est quoi un ticket", 1, ["Ticket"]),
        ("c'est quoi un ticket sur le portail Chorus Pro", 1, ["Ticket"]),
        ("différence entre code service et numéro d'engagement sur Chorus Pro", 2, ["Code service", "Numéro d'engagement"]),
        ("différence entre ticket et sollicitation sur Chorus Pro", 2, ["Ticket", "Sollicitation"]),
        ("différence entre Chorus et Chorus Pro", 2, ["Chorus", "Chorus Pro"]),
    ],
)
def test_a_wide_term_beside_others_is_not_what_is_asked(terms: TermFinder, text: str, at_least: int, expected: list[str]) -> None:
    assert [sujet.cle for sujet in narrowed(terms.find(text), at_least=at_least)] == expected
