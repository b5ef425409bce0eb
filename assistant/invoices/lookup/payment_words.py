"""The estimate of the payment time in words: one paragraph beside a state, or all of it."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from assistant.invoices.lookup.schemas import Invoice
from assistant.invoices.lookup.texts import FollowUpTexts
from assistant.invoices.lookup.wording import amount, day, days, percent
from assistant.invoices.payment_time import BuyerKind, Estimate, Note, State, Step, estimate
from assistant.invoices.payment_time.schemas import DAYS
from assistant.knowledge.schemas import Source

_LATE = frozenset({State.EN_RETARD, State.PAYE_EN_RETARD})


def estimate_of(invoice: Invoice, texts: FollowUpTexts, today: date, buyer: BuyerKind | None = None) -> Estimate:
    """Reckon an invoice; `buyer` stands in for a kind that is not known."""
    return estimate(
        [Step(entry.statut, entry.le) for entry in invoice.historique],
        buyer=invoice.acheteur or buyer,
        today=today,
        amount=invoice.resume.montant_ttc if invoice.resume.devise == "EUR" else None,
        executed_on=invoice.execute_le,
        days=invoice.delai_marche,
        rates=texts.rates,
        state_by_edi=bool(invoice.etat_edi),
        payment_shown=invoice.paiement_remonte is not False,
    )


def short(found: Estimate, texts: FollowUpTexts) -> str:
    """One paragraph."""
    return texts.say("paiement", phrase=sentence(found, texts))


def sentence(found: Estimate, texts: FollowUpTexts) -> str:
    """The state of the payment time and its dates."""
    key = f"paiement_{found.state.value}"
    if found.state is State.EN_COURS and found.days_left == 0:
        key = "paiement_aujourdhui"
    return texts.say(
        key,
        echeance=day(found.due) if found.due else "",
        jours=_run_days(found),
        depart=day(found.start) if found.start else "",
        reste=days(found.days_left),
        depuis=day(found.suspended_since) if found.suspended_since else "",
        retard=days(found.late_days),
        paye=day(found.paid_on) if found.paid_on else "",
    )


def detail(invoice: Invoice, found: Estimate, texts: FollowUpTexts, today: date, quoted_number: str) -> str:
    """All of it: start, delay, last day, rights, notes, and that it is an estimate."""
    lines = [texts.say("paiement_detail", numero=quoted_number), sentence(found, texts)]
    listed = list(_dates(invoice, found, texts, today))
    if listed:
        lines.append("\n".join(listed))
    if found.state in _LATE:
        lines.append(rights(found, texts, invoice.resume.montant_ttc))
    if found.notes:
        lines.append("\n".join(f"- {texts.say(f'note_{note.value}')}" for note in found.notes))
    lines.append(texts.say("paiement_reserve"))
    return "\n\n".join(lines)


def rights(found: Estimate, texts: FollowUpTexts, base: Decimal | None) -> str:
    """Interest and indemnity of a late payment."""
    if found.interest is None or found.rate is None or base is None:
        owed = texts.say("paiement_interets_sans_taux")
    else:
        key = "paiement_interets" if found.paid_on else "paiement_interets_provisoires"
        owed = texts.say(
            key,
            interets=amount(found.interest),
            base=amount(base),
            taux=percent(found.rate),
            retard=days(found.late_days),
        )
    return texts.say("paiement_droits", interets=owed, indemnite=amount(found.indemnity))


def legal_sources(found: Estimate, texts: FollowUpTexts) -> list[Source]:
    """Where the rules can be read, those of interest when something is late."""
    if found.state in (State.INCONNU, State.PAS_COMMENCE) and found.due is None:
        return [texts.sources["delai"]]
    late = [texts.sources["interets"]] if found.state in _LATE else []
    return [texts.sources["delai"], *late, *([texts.sources["taux"]] if found.rate is not None else [])]


def _dates(invoice: Invoice, found: Estimate, texts: FollowUpTexts, today: date) -> Iterator[str]:
    if found.start is not None and found.start_reason is not None:
        yield texts.say(f"paiement_depart_{found.start_reason.value}", depart=day(found.start))
    if found.due is None:
        return
    yield texts.say("paiement_delai", jours=found.days, acheteur=texts.say(f"acheteur_{found.buyer.value}"))
    yield texts.say("paiement_echeance", echeance=day(found.due))
    if Note.ACHETEUR_INCONNU in found.notes:
        others = {kind: estimate_of(invoice, texts, today, kind).due for kind in DAYS if kind is not BuyerKind.GENERAL}
        yield texts.say("paiement_autres_acheteurs", **{kind.value: day(due) for kind, due in others.items() if due is not None})


def _run_days(found: Estimate) -> int:
    """Days from the start that is shown to the last day: after an interruption they are not the legal delay."""
    if found.start is None or found.due is None:
        return found.days
    return (found.due - found.start) // timedelta(days=1)
