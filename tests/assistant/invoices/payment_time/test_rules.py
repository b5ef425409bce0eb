"""The reckoning of the payment time: each rule by itself, then what must hold for any history."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.invoices.payment_time import BuyerKind, Estimate, Note, Rate, State, Step, estimate
from assistant.invoices.payment_time.interest import interest, rate_for
from assistant.invoices.payment_time.schemas import DAYS, Start

DAY = date(2026, 9, 1)
TODAY = date(2026, 11, 24)
RATES = [
    Rate(date(2026, 1, 1), date(2026, 6, 30), Decimal("10.15")),
    Rate(date(2026, 7, 1), date(2026, 12, 31), Decimal("10.40")),
]


def history(*steps: tuple[str, int]) -> list[Step]:
    """Statuses with the number of days after DAY."""
    return [Step(statut, DAY + timedelta(days=after)) for statut, after in steps]


def reckon(
    *steps: tuple[str, int], today: date = DAY + timedelta(days=10), buyer: BuyerKind | None = BuyerKind.GENERAL
) -> Estimate:
    return estimate(history(*steps), buyer=buyer, today=today, amount=Decimal(1000), rates=RATES)


@pytest.mark.parametrize(("buyer", "days"), [(BuyerKind.GENERAL, 30), (BuyerKind.SANTE, 50), (BuyerKind.ENTREPRISE_PUBLIQUE, 60)])
def test_the_delay_is_that_of_the_kind_of_buyer(buyer: BuyerKind, days: int) -> None:
    found = reckon(("DEPOSEE", 0), ("MISE_A_DISPOSITION", 1), buyer=buyer)
    assert (found.state, found.days, found.due) == (State.EN_COURS, days, DAY + timedelta(days=1 + days))
    assert found.days_left == days - 9


def test_an_unknown_buyer_is_reckoned_with_the_general_delay_and_said() -> None:
    found = reckon(("MISE_A_DISPOSITION", 0), buyer=None)
    assert found.days == 30
    assert Note.ACHETEUR_INCONNU in found.notes


def test_a_contract_may_shorten_the_delay_and_never_lengthens_it() -> None:
    steps = history(("MISE_A_DISPOSITION", 0))
    assert estimate(steps, buyer=BuyerKind.GENERAL, today=DAY, days=20).days == 20
    assert estimate(steps, buyer=BuyerKind.GENERAL, today=DAY, days=45).days == 30


@pytest.mark.parametrize("statut", ["BROUILLON", "DEPOSEE", "EN_COURS_ACHEMINEMENT", "A_RECYCLER", "A_VALIDER_1"])
def test_nothing_runs_before_the_buyer_is_told(statut: str) -> None:
    found = reckon((statut, 0))
    assert (found.state, found.due) == (State.PAS_COMMENCE, None)


def test_work_done_later_moves_the_start() -> None:
    steps = history(("MISE_A_DISPOSITION", 0))
    later = estimate(steps, buyer=BuyerKind.GENERAL, today=DAY, executed_on=DAY + timedelta(days=5))
    assert (later.start, later.start_reason) == (DAY + timedelta(days=5), Start.EXECUTION)
    earlier = estimate(steps, buyer=BuyerKind.GENERAL, today=DAY, executed_on=DAY - timedelta(days=5))
    assert (earlier.start, earlier.start_reason) == (DAY, Start.MISE_A_DISPOSITION)


def test_a_subcontractor_s_time_runs_from_the_agreement() -> None:
    found = reckon(("DEPOSEE", 0), ("A_VALIDER_1", 0), ("ABSENCE_VALIDATION_1_HORS_DELAI", 15), ("MISE_A_DISPOSITION", 16))
    assert (found.start, found.start_reason) == (DAY + timedelta(days=16), Start.ACCORD_TITULAIRE)
    assert Note.SOUS_TRAITANT in found.notes


def test_sent_back_it_runs_towards_the_right_recipient_only() -> None:
    found = reckon(("MISE_A_DISPOSITION", 0), ("A_RECYCLER", 5), ("MISE_A_DISPOSITION", 8))
    assert found.due == DAY + timedelta(days=38)
    assert Note.RECYCLEE in found.notes


def test_while_it_is_suspended_there_is_no_last_day() -> None:
    found = reckon(("MISE_A_DISPOSITION", 0), ("SUSPENDUE", 5))
    assert (found.state, found.suspended_since, found.due) == (State.SUSPENDU, DAY + timedelta(days=5), None)


@pytest.mark.parametrize(
    ("buyer", "suspended", "days_after"),
    # 5 days left: 30. 45 left of 50: these 45.
    [(BuyerKind.GENERAL, 25, 30), (BuyerKind.SANTE, 5, 45), (BuyerKind.ENTREPRISE_PUBLIQUE, 20, 40), (BuyerKind.SANTE, 20, 30)],
)
def test_after_a_suspension_thirty_days_or_what_was_left(buyer: BuyerKind, suspended: int, days_after: int) -> None:
    found = reckon(("MISE_A_DISPOSITION", 0), ("SUSPENDUE", suspended), ("COMPLETEE", suspended + 4), buyer=buyer)
    assert found.due == DAY + timedelta(days=suspended + 4 + days_after)
    assert found.start_reason is Start.PIECES_RECUES
    assert Note.SUSPENSION_A_VERIFIER in found.notes


def test_a_second_suspension_interrupts_nothing() -> None:
    once = reckon(("MISE_A_DISPOSITION", 0), ("SUSPENDUE", 5), ("COMPLETEE", 7))
    twice = reckon(("MISE_A_DISPOSITION", 0), ("SUSPENDUE", 5), ("COMPLETEE", 7), ("SUSPENDUE", 9))
    assert twice.due == once.due
    assert Note.SECONDE_SUSPENSION in twice.notes


def test_a_suspension_after_the_order_to_pay_interrupts_nothing() -> None:
    found = reckon(("MISE_A_DISPOSITION", 0), ("MANDATEE", 5), ("SUSPENDUE", 7))
    assert found.due == DAY + timedelta(days=30)
    assert Note.SUSPENSION_APRES_MANDATEMENT in found.notes


def test_a_suspension_after_the_last_day_does_not_undo_the_delay() -> None:
    found = reckon(("MISE_A_DISPOSITION", 0), ("SUSPENDUE", 40), today=DAY + timedelta(days=50))
    assert (found.state, found.late_days) == (State.EN_RETARD, 20)
    assert Note.SUSPENSION_APRES_ECHEANCE in found.notes


def test_the_last_day_itself_is_not_late_and_the_next_one_is() -> None:
    steps = [("MISE_A_DISPOSITION", 0)]
    on_time = reckon(*steps, today=DAY + timedelta(days=30))
    assert (on_time.state, on_time.days_left, on_time.indemnity) == (State.EN_COURS, 0, Decimal(0))
    late = reckon(*steps, today=DAY + timedelta(days=31))
    assert (late.state, late.late_days, late.indemnity) == (State.EN_RETARD, 1, Decimal(40))


def test_a_late_payment_owes_interest_to_the_payment_and_forty_euros() -> None:
    found = reckon(("MISE_A_DISPOSITION", 0), ("MISE_EN_PAIEMENT", 67), today=TODAY)
    assert (found.state, found.late_days, found.rate) == (State.PAYE_EN_RETARD, 37, Decimal("10.40"))
    # 1000 × 10.40 % × 37 / 365 = 10.542…
    assert (found.interest, found.indemnity) == (Decimal("10.54"), Decimal(40))
    assert Note.TAUX_A_VERIFIER in found.notes


def test_paid_in_time_owes_nothing() -> None:
    found = reckon(("MISE_A_DISPOSITION", 0), ("MISE_EN_PAIEMENT", 30), today=TODAY)
    assert (found.state, found.late_days, found.interest) == (State.PAYE_A_TEMPS, 0, None)


def test_rejected_the_time_has_ended() -> None:
    assert reckon(("MISE_A_DISPOSITION", 0), ("REJETEE", 4)).state is State.ARRETE


def test_a_buyer_that_never_reports_payments_is_not_called_late() -> None:
    steps = history(("MISE_A_DISPOSITION", 0))
    found = estimate(steps, buyer=BuyerKind.GENERAL, today=TODAY, rates=RATES, payment_shown=False)
    assert (found.state, found.late_days) == (State.INCONNU, 0)
    assert Note.MISE_EN_PAIEMENT_NON_REMONTEE in found.notes


def test_the_rate_is_that_of_the_half_year_in_which_interest_begins() -> None:
    assert rate_for(date(2026, 6, 29), RATES) == Decimal("10.15")
    # Interest begins on the first of July.
    assert rate_for(date(2026, 6, 30), RATES) == Decimal("10.40")
    assert rate_for(date(2026, 12, 31), RATES) is None


def test_without_a_known_rate_no_amount_is_given() -> None:
    steps = [Step("MISE_A_DISPOSITION", date(2027, 1, 1))]
    found = estimate(steps, buyer=BuyerKind.GENERAL, today=date(2027, 3, 1), amount=Decimal(1000), rates=RATES)
    assert (found.state, found.interest, found.indemnity) == (State.EN_RETARD, None, Decimal(40))
    assert Note.TAUX_INCONNU in found.notes


@pytest.mark.parametrize("steps", [(), (("ABANDONNEE", 0),), (("INCONNU_AU_BATAILLON", 0),), (("SERVICE_FAIT", 0),)])
def test_a_history_that_does_not_tell_the_start_gives_no_date(steps: tuple[tuple[str, int], ...]) -> None:
    found = reckon(*steps)
    assert (found.state, found.due) == (State.INCONNU, None)


CODES = [
    "DEPOSEE",
    "MISE_A_DISPOSITION",
    "SUSPENDUE",
    "COMPLETEE",
    "A_RECYCLER",
    "REJETEE",
    "MANDATEE",
    "MISE_EN_PAIEMENT",
    "VALIDEE_1",
    "?",
]
HISTORIES = st.lists(st.tuples(st.sampled_from(CODES), st.integers(0, 120)), max_size=12)
BUYERS = st.sampled_from([*BuyerKind, None])


@given(HISTORIES, BUYERS, st.integers(0, 400))
def test_what_is_said_never_contradicts_itself(steps: list[tuple[str, int]], buyer: BuyerKind | None, after: int) -> None:
    today = DAY + timedelta(days=after)
    found = reckon(*steps, today=today, buyer=buyer)
    late = found.state in (State.EN_RETARD, State.PAYE_EN_RETARD)
    assert (found.late_days > 0) == late
    assert found.indemnity == (40 if late else 0)
    assert (found.due is not None) == late or found.state in (State.EN_COURS, State.PAYE_A_TEMPS, State.INCONNU)
    if found.due is not None:
        assert found.start is not None and (found.due - found.start).days >= 30
    if found.interest is not None:
        assert found.interest >= 0 and found.rate is not None


@given(HISTORIES, BUYERS, st.randoms(use_true_random=False))
def test_the_order_in_which_days_are_given_does_not_matter(
    steps: list[tuple[str, int]], buyer: BuyerKind | None, random: object
) -> None:
    # Two statuses of one day do have an order: they are left out.
    by_day = {after: (statut, after) for statut, after in steps}
    ordered = [by_day[after] for after in sorted(by_day)]
    shuffled = list(ordered)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis' own Random
    assert reckon(*shuffled, buyer=buyer) == reckon(*ordered, buyer=buyer)


@given(BUYERS, st.integers(0, 59), st.integers(0, 60))
def test_a_suspension_never_brings_the_last_day_nearer(buyer: BuyerKind | None, suspended: int, pause: int) -> None:
    plain = reckon(("MISE_A_DISPOSITION", 0), buyer=buyer)
    kept = reckon(("MISE_A_DISPOSITION", 0), ("SUSPENDUE", suspended), ("COMPLETEE", suspended + pause), buyer=buyer)
    assert plain.due is not None and kept.due is not None
    assert kept.due >= plain.due


@given(st.decimals(0, 10**7, places=2), st.integers(0, 5000))
def test_interest_grows_with_the_days_and_the_amount(base: Decimal, days: int) -> None:
    percent = Decimal("10.40")
    assert interest(base, percent, days) <= interest(base, percent, days + 1)
    assert interest(base, percent, days) <= interest(base + 1, percent, days)
    assert interest(base, percent, 365) == (base * percent / 100).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")


def test_every_kind_of_buyer_has_its_delay() -> None:
    assert set(DAYS) == set(BuyerKind)
