"""The life of a sollicitation after it was written: the one import for those who change one. Rules: DESIGN §7, transitions.py."""

from assistant.sollicitations.agent_side import (
    add_note,
    ask_complement,
    assign,
    close,
    hand_back,
    modify,
    propose_solution,
    take,
    transfer,
)
from assistant.sollicitations.housekeeping import requeue_idle
from assistant.sollicitations.merging import merge, unmerge
from assistant.sollicitations.person_side import add_complement, close_by_person, send_back
from assistant.sollicitations.transitions import Action, Conflict, NotFound, TransitionRefused, possible_actions

__all__ = [
    "Action",
    "Conflict",
    "NotFound",
    "TransitionRefused",
    "add_complement",
    "add_note",
    "ask_complement",
    "assign",
    "close",
    "close_by_person",
    "hand_back",
    "merge",
    "modify",
    "possible_actions",
    "propose_solution",
    "requeue_idle",
    "send_back",
    "take",
    "transfer",
    "unmerge",
]
