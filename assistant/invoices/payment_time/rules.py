"""The reckoning itself: pure, from the days on which statuses were taken.

Rules (code de la commande publique, https://www.legifrance.gouv.fr/codes/texte_lc/LEGITEXT000037701019/): start R2192-13,
R2192-15, R2192-22, R2192-23; delay L2192-10, R2192-10, R2192-11; interruption R2192-27 to R2192-29; interest and indemnity
R2192-31 to R2192-36, D2192-35. No day is moved for a Sunday or a public holiday: no source that we have says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from assistant.invoices.payment_time.interest import interest, rate_for
from assistant.invoices.payment_time.schemas import (
    DAYS,
    DAYS_AFTER_SUSPENSION,
    INDEMNITY,
    BuyerKind,
    Estimate,
    Note,
    Rate,
    Start,
    State,
    Step,
)

_AGREED = frozenset({"VALIDEE_1", "VALIDEE_2", "ABSENCE_VALIDATION_1_HORS_DELAI"})
_ORDERED = frozenset({"MANDATEE", "MISE_A_DISPOSITION_COMPTABLE", "COMPTABILISEE", "MISE_EN_PAIEMENT"})
# The invoice itself has ended, or went back to its sender.
_STOPPED = frozenset({"REJETEE", "REFUSEE_1", "REFUSEE_2"})
_NOT_SENT = frozenset({"BROUILLON", "DEPOSEE", "EN_COURS_ACHEMINEMENT", "A_VALIDER_1", "INTERPRETEE_OCR", "NON_CONFORME"})
_SENT_BACK = frozenset({"A_RECYCLER", "ERREUR_FOURNISSEUR_SUR_VALIDEUR"})
# From these alone nothing can be told of the time.
_SILENT = frozenset({"ABANDONNEE", "SUPPRIMEE", "TECHNIQUE_INCONNU", "EN_COURS_TRAITEMENT_PIVOT_S", "A_COMPLETER"})


@dataclass(frozen=True)
class _Run:
    """The time as the history leaves it: `since` is set while it is interrupted."""

    start: date
    reason: Start
    due: date
    since: date | None = None
    notes: tuple[Note, ...] = ()


def estimate(
    steps: Sequence[Step],
    *,
    buyer: BuyerKind | None,
    today: date,
    amount: Decimal | None = None,
    executed_on: date | None = None,
    days: int | None = None,
    rates: Sequence[Rate] = (),
    state_by_edi: bool = False,
    payment_shown: bool = True,
) -> Estimate:
    """Estimate from a history (any order). `buyer` None: reckoned with the general delay, and said. `days`: a shorter delay of
    the contract (never longer). `amount`: what is due, TTC. `payment_shown` False: this buyer never reports its payments.
    """
    history = sorted(steps, key=lambda step: step.on)
    kind = buyer or BuyerKind.GENERAL
    delay = min(days, DAYS[kind]) if days is not None else DAYS[kind]
    known = () if buyer else (Note.ACHETEUR_INCONNU,)
    base = Estimate(State.INCONNU, kind, delay, notes=known)
    current = history[-1].statut if history else ""
    if current in _STOPPED:
        return replace(base, state=State.ARRETE)
    if not history or current in _SILENT:
        return base
    if current in _NOT_SENT or current in _SENT_BACK:
        notes = (*known, Note.RECYCLEE) if current == "A_RECYCLER" else known
        return replace(base, state=State.PAS_COMMENCE, notes=notes)
    run = _run(history, delay, executed_on, state_by_edi)
    if run is None:
        return base
    base = replace(base, start=run.start, start_reason=run.reason, notes=(*known, *run.notes))
    return _conclude(base, run, history, today, amount, rates, payment_shown)


def _run(history: Sequence[Step], delay: int, executed_on: date | None, state_by_edi: bool) -> _Run | None:
    """None when the history does not tell the start."""
    back = max((index for index, step in enumerate(history) if step.statut in _SENT_BACK), default=-1)
    # Sent back for a wrong recipient: it runs towards the right one, from that one's own notice.
    lived = history[back + 1 :]
    found = _start(lived, executed_on)
    if found is None:
        return None
    start, reason = found
    notes = [
        note
        for note, true in (
            (Note.RECYCLEE, back >= 0),
            (Note.SOUS_TRAITANT, any(step.statut in _AGREED for step in lived)),
            (Note.ETAT_EDI, state_by_edi),
        )
        if true
    ]
    run = _Run(start, reason, start + timedelta(days=delay), notes=tuple(notes))
    return _interrupted(run, lived)


def _start(lived: Sequence[Step], executed_on: date | None) -> tuple[date, Start] | None:
    agreed = [step.on for step in lived if step.statut in _AGREED]
    reached = [step.on for step in lived if step.statut == "MISE_A_DISPOSITION" and (not agreed or step.on >= agreed[-1])]
    if agreed:
        # The buyer receives the agreement when the invoice reaches it: the later day never calls a buyer late too soon.
        start, reason = (reached[0] if reached else agreed[-1]), Start.ACCORD_TITULAIRE
    elif reached:
        start, reason = reached[0], Start.MISE_A_DISPOSITION
    else:
        return None
    if executed_on is not None and executed_on > start:
        return executed_on, Start.EXECUTION
    return start, reason


def _interrupted(run: _Run, lived: Sequence[Step]) -> _Run:
    """One interruption only, before the payment is ordered; afterwards 30 days, or what was left when that is more."""
    used, ordered = False, False
    for step in lived:
        ordered = ordered or step.statut in _ORDERED
        if step.statut == "SUSPENDUE" and run.since is None:
            refused = _why_no_interruption(used, ordered, step.on, run)
            if refused is not None:
                run = replace(run, notes=_with(run.notes, refused))
                continue
            used = True
            run = replace(run, since=step.on, notes=_with(run.notes, Note.SUSPENSION_A_VERIFIER))
        elif run.since is not None and (step.statut == "COMPLETEE" or step.statut in _ORDERED):
            left = max(0, (run.due - run.since).days)
            due = step.on + timedelta(days=max(DAYS_AFTER_SUSPENSION, left))
            run = replace(run, start=step.on, reason=Start.PIECES_RECUES, due=due, since=None)
    return run


def _why_no_interruption(used: bool, ordered: bool, on: date, run: _Run) -> Note | None:
    if used:
        return Note.SECONDE_SUSPENSION
    if ordered:
        return Note.SUSPENSION_APRES_MANDATEMENT
    return Note.SUSPENSION_APRES_ECHEANCE if on > run.due else None


def _conclude(
    base: Estimate,
    run: _Run,
    history: Sequence[Step],
    today: date,
    amount: Decimal | None,
    rates: Sequence[Rate],
    payment_shown: bool,
) -> Estimate:
    paid_on = next((step.on for step in reversed(history) if step.statut == "MISE_EN_PAIEMENT"), None)
    if run.since is not None and paid_on is None:
        return replace(base, state=State.SUSPENDU, suspended_since=run.since)
    reckoned = replace(base, due=run.due, paid_on=paid_on)
    late = ((paid_on or today) - run.due).days
    if late <= 0:
        state = State.PAYE_A_TEMPS if paid_on else State.EN_COURS
        return replace(reckoned, state=state, days_left=0 if paid_on else -late)
    if paid_on is None and not payment_shown:
        # It may well be paid: nobody is called late on a status that never comes.
        return replace(reckoned, state=State.INCONNU, notes=(*base.notes, Note.MISE_EN_PAIEMENT_NON_REMONTEE))
    rate = rate_for(run.due, rates)
    return replace(
        reckoned,
        state=State.PAYE_EN_RETARD if paid_on else State.EN_RETARD,
        late_days=late,
        rate=rate,
        interest=interest(amount, rate, late) if rate is not None and amount is not None and amount > 0 else None,
        indemnity=INDEMNITY,
        notes=(*base.notes, Note.TAUX_A_VERIFIER if rate is not None else Note.TAUX_INCONNU),
    )


def _with(notes: tuple[Note, ...], note: Note) -> tuple[Note, ...]:
    return notes if note in notes else (*notes, note)
