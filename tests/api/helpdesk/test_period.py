"""Periods that pages ask for."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.helpdesk.period import MAX_DAYS, read_period, shortcuts

PARIS = ZoneInfo("Europe/Paris")
# 0 h 30 on the 25th in Paris.
MOMENT = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)


def test_days_are_the_desks_own_and_both_are_included() -> None:
    period = read_period("2026-10-24", "2026-10-25", MOMENT, PARIS)
    assert period.since == datetime(2026, 10, 24, tzinfo=PARIS)
    assert period.until == datetime(2026, 10, 26, tzinfo=PARIS)
    # The clocks go back that night.
    assert (period.until.astimezone(UTC) - period.since.astimezone(UTC)).total_seconds() == 49 * 3600
    assert period.query == "du=2026-10-24&au=2026-10-25"


@pytest.mark.parametrize(("du", "au"), [("", ""), ("x", "y"), ("2026-12-01", "2026-11-01"), ("1999-01-01", "1999-02-01")])
def test_without_days_it_is_the_last_thirty_days(du: str, au: str) -> None:
    period = read_period(du, au, MOMENT, PARIS)
    assert (period.du, period.au) == (date(2026, 10, 27), date(2026, 11, 25))
    assert period.days == 30


@given(st.text(max_size=12) | st.dates().map(str), st.text(max_size=12) | st.dates().map(str))
def test_any_text_gives_a_period_that_can_be_measured(du: str, au: str) -> None:
    period = read_period(du, au, MOMENT, PARIS)
    assert period.since < period.until
    assert 1 <= period.days <= MAX_DAYS


def test_shortcuts_end_today() -> None:
    assert shortcuts(MOMENT, PARIS)[0] == (7, "du=2026-11-19&au=2026-11-25")
