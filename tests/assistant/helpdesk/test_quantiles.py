"""Medians of what is put together from days."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.helpdesk.quantiles import KEPT, Quantiles, merge, quantiles, sketch

_DAYS = st.lists(st.lists(st.integers(0, 10**6), max_size=KEPT), max_size=12)


def nearest_rank(ordered: list[int], tenths: int) -> int:
    """The definition: the smallest value that so many tenths do not exceed."""
    return ordered[-(-len(ordered) * tenths // 10) - 1]


@given(_DAYS)
def test_small_days_give_exactly_the_quantiles_of_all_values(days: list[list[int]]) -> None:
    everything = sorted(value for day in days for value in day)
    expected = Quantiles(len(everything), nearest_rank(everything, 5), nearest_rank(everything, 9)) if everything else None
    assert quantiles(sketch(day) for day in days) == (expected or Quantiles(0, None, None))


@given(st.lists(st.lists(st.integers(0, 10**6), min_size=1, max_size=900), min_size=1, max_size=6))
def test_large_days_are_off_by_half_a_hundredth_of_the_ranks_at_most(days: list[list[int]]) -> None:
    found = quantiles(sketch(day) for day in days)
    everything = sorted(value for day in days for value in day)
    assert found.count == len(everything)
    for told, share in ((found.median, 0.5), (found.p90, 0.9)):
        assert told in everything
        below = sum(value < told for value in everything)  # type: ignore[operator]
        not_above = sum(value <= told for value in everything)  # type: ignore[operator]
        slack = len(everything) * 0.5 / KEPT + len(days)
        assert below - slack <= share * len(everything) <= not_above + slack


def test_a_sketch_is_small_and_keeps_the_number() -> None:
    values = list(range(5000))
    assert sketch(values)[0] == 5000
    assert len(sketch(values)) == KEPT + 1
    assert sketch([3, 1, 2]) == [3, 1, 2, 3]
    assert sketch([]) == [0]


@given(st.lists(st.lists(st.integers(0, 10**6), max_size=300), max_size=8))
def test_a_month_put_together_from_its_days_tells_nearly_what_they_tell(days: list[list[int]]) -> None:
    everything = sorted(value for day in days for value in day)
    month = merge([sketch(day) for day in days])
    assert month[0] == len(everything)
    assert len(month) <= KEPT + 1
    if len(everything) <= KEPT:
        assert month[1:] == everything
        return
    found = quantiles([month])
    for told, share in ((found.median, 0.5), (found.p90, 0.9)):
        below = sum(value < told for value in everything)  # type: ignore[operator]
        not_above = sum(value <= told for value in everything)  # type: ignore[operator]
        slack = 2 * (len(everything) * 0.5 / KEPT + len(days))
        assert below - slack <= share * len(everything) <= not_above + slack
