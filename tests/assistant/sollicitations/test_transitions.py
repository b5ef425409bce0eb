"""What may be done in which state."""

import pytest

from assistant.sollicitations.enums import Etat
from assistant.sollicitations.transitions import (
    OUVERTES,
    Action,
    TransitionRefused,
    after_complement,
    check_possible,
    is_possible,
    possible_actions,
)

AGENT_ANSWERS = {Action.DEMANDER_COMPLEMENT, Action.PROPOSER_SOLUTION, Action.TRANSFERER}
ALWAYS_WHILE_OPEN = {
    Action.AFFECTER,
    Action.NOTER,
    Action.MODIFIER,
    Action.CLORE,
    Action.FUSIONNER,
    Action.COMPLETER,
    Action.CLORE_SOI_MEME,
}


@pytest.mark.parametrize(
    ("etat", "more"),
    [
        (Etat.SOUMISE, {Action.PRENDRE} | AGENT_ANSWERS),
        (Etat.AFFECTEE, {Action.PRENDRE, Action.RENDRE} | AGENT_ANSWERS),
        (Etat.COMPLEMENT_DEMANDE, {Action.RENDRE, Action.PROPOSER_SOLUTION, Action.TRANSFERER}),
        (Etat.COMPLEMENT_RECU, {Action.PRENDRE, Action.RENDRE} | AGENT_ANSWERS),
        (Etat.SOLUTION_PROPOSEE, {Action.RENDRE, Action.RENVOYER}),
        (Etat.RENVOYEE, {Action.PRENDRE, Action.RENDRE} | AGENT_ANSWERS),
    ],
)
def test_what_may_be_done_while_it_is_open(etat: Etat, more: set[Action]) -> None:
    assert possible_actions(etat) == ALWAYS_WHILE_OPEN | more


def test_what_is_closed_takes_notes_only() -> None:
    assert possible_actions(Etat.CLOTUREE) == {Action.NOTER}


def test_nothing_is_done_with_a_draft() -> None:
    assert possible_actions(Etat.BROUILLON) == frozenset()


def test_a_merged_one_takes_notes_and_the_persons_words() -> None:
    assert possible_actions(Etat.AFFECTEE, merged=True) == {Action.NOTER, Action.COMPLETER}
    assert possible_actions(Etat.CLOTUREE, merged=True) == {Action.NOTER}


@pytest.mark.parametrize("etat", list(Etat))
@pytest.mark.parametrize("action", list(Action))
def test_what_is_not_possible_is_refused_with_a_french_sentence(action: Action, etat: Etat) -> None:
    if is_possible(action, etat):
        check_possible(action, etat)
    else:
        with pytest.raises(TransitionRefused, match=r"^[A-Z].{20,}\.$"):
            check_possible(action, etat)


def test_words_of_the_person_give_the_turn_back_to_the_desk() -> None:
    after = {etat: after_complement(etat) for etat in OUVERTES}
    assert after == {
        Etat.SOUMISE: Etat.SOUMISE,
        Etat.AFFECTEE: Etat.AFFECTEE,
        Etat.COMPLEMENT_DEMANDE: Etat.COMPLEMENT_RECU,
        Etat.COMPLEMENT_RECU: Etat.COMPLEMENT_RECU,
        Etat.SOLUTION_PROPOSEE: Etat.COMPLEMENT_RECU,
        Etat.RENVOYEE: Etat.RENVOYEE,
    }
