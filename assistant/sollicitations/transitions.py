"""What may be done with a sollicitation in each state (DESIGN §7). Pure tables; French sentences for what may not."""

from enum import StrEnum

from assistant.sollicitations.enums import Etat


class TransitionRefused(ValueError):
    """The change is not possible; the message is a French sentence that says why."""


class Conflict(ValueError):
    """Somebody else was faster. `agent_nom`: that agent's name; None when it was the person who asks, or the desk itself."""

    def __init__(self, message: str, agent_nom: str | None) -> None:
        super().__init__(message)
        self.agent_nom = agent_nom


class NotFound(LookupError):
    """There is no such sollicitation, or no such agent."""


class Action(StrEnum):
    """The changes that can be asked for."""

    PRENDRE = "prendre"
    AFFECTER = "affecter"
    RENDRE = "rendre"
    DEMANDER_COMPLEMENT = "demander_complement"
    PROPOSER_SOLUTION = "proposer_solution"
    TRANSFERER = "transferer"
    NOTER = "noter"
    MODIFIER = "modifier"
    CLORE = "clore"
    FUSIONNER = "fusionner"
    # The person who asks.
    COMPLETER = "completer"
    RENVOYER = "renvoyer"
    CLORE_SOI_MEME = "clore_soi_meme"


# The help-desk's turn: its clock runs.
TOUR_DU_SERVICE = frozenset({Etat.SOUMISE, Etat.AFFECTEE, Etat.COMPLEMENT_RECU, Etat.RENVOYEE})
# The person's turn: the clock stands still.
TOUR_DE_L_USAGER = frozenset({Etat.COMPLEMENT_DEMANDE, Etat.SOLUTION_PROPOSEE})
OUVERTES = TOUR_DU_SERVICE | TOUR_DE_L_USAGER

_FROM: dict[Action, frozenset[Etat]] = {
    Action.PRENDRE: TOUR_DU_SERVICE,
    Action.AFFECTER: OUVERTES,
    Action.RENDRE: OUVERTES - {Etat.SOUMISE},
    Action.DEMANDER_COMPLEMENT: TOUR_DU_SERVICE,
    # The desk may find the answer while the person still looks for the missing piece.
    Action.PROPOSER_SOLUTION: TOUR_DU_SERVICE | {Etat.COMPLEMENT_DEMANDE},
    Action.TRANSFERER: TOUR_DU_SERVICE | {Etat.COMPLEMENT_DEMANDE},
    # A note may also tell what was learnt later.
    Action.NOTER: OUVERTES | {Etat.CLOTUREE},
    Action.MODIFIER: OUVERTES,
    Action.CLORE: OUVERTES,
    Action.FUSIONNER: OUVERTES,
    # What the person remembers is welcome at any moment; only what was asked for changes the state.
    Action.COMPLETER: OUVERTES,
    Action.RENVOYER: frozenset({Etat.SOLUTION_PROPOSEE}),
    Action.CLORE_SOI_MEME: OUVERTES,
}

_WHY_NOT: dict[Etat, str] = {
    Etat.BROUILLON: "Cette sollicitation n'est pas encore déposée.",
    Etat.SOUMISE: "Cette sollicitation n'est encore affectée à personne.",
    Etat.AFFECTEE: "Cette sollicitation est en cours de traitement par l'assistance.",
    Etat.COMPLEMENT_DEMANDE: "Un complément est attendu de la personne qui a écrit.",
    Etat.COMPLEMENT_RECU: "Le complément demandé est arrivé ; l'assistance doit le lire.",
    Etat.SOLUTION_PROPOSEE: "Une solution est déjà proposée ; la réponse de la personne est attendue.",
    Etat.RENVOYEE: "La personne a renvoyé cette sollicitation ; l'assistance doit la reprendre.",
    Etat.CLOTUREE: "Cette sollicitation est close : elle ne change plus.",
}


def is_possible(action: Action, etat: Etat) -> bool:
    """True when the action may be done in this state."""
    return etat in _FROM[action]


def check_possible(action: Action, etat: Etat) -> None:
    """Raises TransitionRefused with the reason when the action may not be done in this state."""
    if not is_possible(action, etat):
        raise TransitionRefused(_WHY_NOT[etat])


def possible_actions(etat: Etat, *, merged: bool = False) -> frozenset[Action]:
    """All that may be done in this state; a merged sollicitation takes notes and the person's words only."""
    found = frozenset(action for action in Action if is_possible(action, etat))
    return found & {Action.NOTER, Action.COMPLETER} if merged else found


def after_complement(etat: Etat) -> Etat:
    """The state once the person has added something: whatever they were awaited for, the turn is the desk's again."""
    return Etat.COMPLEMENT_RECU if etat in TOUR_DE_L_USAGER else etat
