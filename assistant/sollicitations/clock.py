"""The clock of a sollicitation: it runs in opening hours on the desk's turn, and stands still on the person's. Pure.

Exactly one of these holds: running (`echeance_le` is set), standing (`secondes_restantes` is set, negative when late), ended
(neither).
Rows of before the clock existed have neither while open: their whole target is still left.
"""

from dataclasses import dataclass
from datetime import datetime

from assistant.sollicitations.desk import Desk
from assistant.sollicitations.enums import Etat, Priorite
from assistant.sollicitations.transitions import TOUR_DE_L_USAGER, TOUR_DU_SERVICE


@dataclass(frozen=True)
class Clock:
    """The two columns. `secondes_restantes`: seconds of opening hours."""

    echeance_le: datetime | None
    secondes_restantes: int | None


def clock_in(*, desk: Desk, etat: Etat, priorite: Priorite, clock: Clock, moment: datetime) -> Clock:
    """The clock once the sollicitation is in the state `etat`."""
    if etat in TOUR_DE_L_USAGER:
        return Clock(None, _left(desk, priorite, clock, moment))
    if etat in TOUR_DU_SERVICE:
        if clock.echeance_le is not None:
            return clock
        return Clock(desk.hours.add_seconds(moment, _left(desk, priorite, clock, moment)), None)
    return Clock(None, None)


def clock_with_priority(*, desk: Desk, before: Priorite, after: Priorite, clock: Clock) -> Clock:
    """The clock once the priority has changed: as if the target had been the new one from the start."""
    more = desk.targets[after] - desk.targets[before]
    return Clock(
        desk.hours.add_seconds(clock.echeance_le, more) if clock.echeance_le is not None else None,
        clock.secondes_restantes + more if clock.secondes_restantes is not None else None,
    )


def _left(desk: Desk, priorite: Priorite, clock: Clock, moment: datetime) -> int:
    if clock.secondes_restantes is not None:
        return clock.secondes_restantes
    if clock.echeance_le is not None:
        return desk.hours.seconds_between(moment, clock.echeance_le)
    return desk.targets[priorite]
