"""The clock: runs on the desk's turn, stands on the person's, ends with the closing; opening hours only."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from assistant.sollicitations.clock import Clock, clock_in, clock_with_priority
from assistant.sollicitations.desk import Desk
from assistant.sollicitations.enums import Etat, Priorite
from assistant.sollicitations.transitions import TOUR_DE_L_USAGER, TOUR_DU_SERVICE
from tests.support.services import real_desk

# A Tuesday, 10:00 in Paris.
TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DESK: Desk = real_desk()


def step(clock: Clock, etat: Etat, moment: datetime, priorite: Priorite = Priorite.NORMALE) -> Clock:
    return clock_in(desk=DESK, etat=etat, priorite=priorite, clock=clock, moment=moment)


def test_it_stands_while_the_person_is_awaited_and_goes_on_with_what_was_left() -> None:
    clock = Clock(DESK.due(Priorite.NORMALE, TUESDAY), None)
    stopped = step(clock, Etat.COMPLEMENT_DEMANDE, TUESDAY + HOUR)
    assert stopped == Clock(None, DESK.targets[Priorite.NORMALE] - 3600)
    # Three days later, at ten again.
    assert step(stopped, Etat.COMPLEMENT_RECU, TUESDAY + timedelta(days=3)) == Clock(
        DESK.hours.add_seconds(TUESDAY + timedelta(days=3), DESK.targets[Priorite.NORMALE] - 3600), None
    )


def test_going_from_one_waiting_to_another_changes_nothing() -> None:
    stopped = Clock(None, 1234)
    assert step(stopped, Etat.SOLUTION_PROPOSEE, TUESDAY) == stopped


def test_it_runs_on_when_the_turn_stays_the_desks() -> None:
    clock = Clock(TUESDAY + HOUR, None)
    assert step(clock, Etat.AFFECTEE, TUESDAY + 5 * HOUR) == clock


def test_what_is_late_stays_late_by_as_much() -> None:
    due = TUESDAY - HOUR
    stopped = step(Clock(due, None), Etat.SOLUTION_PROPOSEE, TUESDAY)
    assert stopped.secondes_restantes == -3600
    next_day = TUESDAY + timedelta(days=1)
    assert step(stopped, Etat.RENVOYEE, next_day) == Clock(next_day - HOUR, None)


def test_it_ends_with_the_closing() -> None:
    assert step(Clock(TUESDAY, None), Etat.CLOTUREE, TUESDAY) == Clock(None, None)
    assert step(Clock(None, 60), Etat.CLOTUREE, TUESDAY) == Clock(None, None)


def test_rows_of_before_the_clock_have_their_whole_target_left() -> None:
    assert step(Clock(None, None), Etat.AFFECTEE, TUESDAY) == Clock(DESK.due(Priorite.NORMALE, TUESDAY), None)
    assert step(Clock(None, None), Etat.SOLUTION_PROPOSEE, TUESDAY) == Clock(None, DESK.targets[Priorite.NORMALE])


def test_another_priority_is_as_if_it_had_been_so_from_the_start() -> None:
    before = Clock(DESK.due(Priorite.NORMALE, TUESDAY), None)
    after = clock_with_priority(desk=DESK, before=Priorite.NORMALE, after=Priorite.URGENTE, clock=before)
    assert after == Clock(DESK.due(Priorite.URGENTE, TUESDAY), None)
    more = DESK.targets[Priorite.BASSE] - DESK.targets[Priorite.HAUTE]
    standing = clock_with_priority(desk=DESK, before=Priorite.HAUTE, after=Priorite.BASSE, clock=Clock(None, 100))
    assert standing == Clock(None, 100 + more)


def test_an_ended_clock_has_no_priority() -> None:
    ended = Clock(None, None)
    assert clock_with_priority(desk=DESK, before=Priorite.HAUTE, after=Priorite.BASSE, clock=ended) == ended


STATES = st.sampled_from(sorted(TOUR_DU_SERVICE | TOUR_DE_L_USAGER))
WAITS = st.integers(0, 20 * 24 * 3600)


@given(steps=st.lists(st.tuples(STATES, WAITS), max_size=12), priorite=st.sampled_from(list(Priorite)))
def test_what_is_used_and_what_is_left_make_the_target(steps: list[tuple[Etat, int]], priorite: Priorite) -> None:
    """Whatever the way: the opening time spent on the desk's turns and what is left add up to the target."""
    moment = TUESDAY
    etat = Etat.SOUMISE
    clock = Clock(DESK.due(priorite, moment), None)
    used = 0
    for after, seconds in steps:
        later = moment + timedelta(seconds=seconds)
        if etat in TOUR_DU_SERVICE:
            used += DESK.hours.seconds_between(moment, later)
        clock = step(clock, after, later, priorite)
        etat, moment = after, later
        if clock.echeance_le is not None:
            assert clock.secondes_restantes is None and etat in TOUR_DU_SERVICE
            left = DESK.hours.seconds_between(moment, clock.echeance_le)
        else:
            assert clock.secondes_restantes is not None and etat in TOUR_DE_L_USAGER
            left = clock.secondes_restantes
        assert used + left == DESK.targets[priorite]
