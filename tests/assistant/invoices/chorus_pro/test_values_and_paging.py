"""Dates, amounts and pages for any input."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.invoices.chorus_pro.answers import read_object, read_retry_after
from assistant.invoices.chorus_pro.paging import Page, collect
from assistant.invoices.chorus_pro.reading import latest_first
from assistant.invoices.chorus_pro.schemas import Passage
from assistant.invoices.chorus_pro.values import PARIS, read_amount, read_day, read_flag, read_moment, read_number

DAYS = st.dates(date(2000, 1, 2), date(2099, 12, 31))


@given(DAYS)
def test_a_day_is_read_alike_from_every_form(day: date) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=PARIS)
    epoch = int(midnight.timestamp())
    in_utc = midnight.astimezone(UTC)
    for form in (
        day.isoformat(),
        day.strftime("%d/%m/%Y"),
        day.strftime("%Y%m%d"),
        f"{day} 00:00",
        f"{day}T00:00:00.000",
        f" {day}T12:00 ",
        midnight.isoformat(),
        in_utc.isoformat(),
        in_utc.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
        in_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        epoch,
        epoch * 1000,
        str(epoch * 1000),
        Decimal(epoch * 1000),
    ):
        assert read_day(form) == day, form


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.lists(st.integers()), st.decimals()))
def test_no_value_makes_a_reader_fail(value: object) -> None:
    moment = read_moment(value)
    assert moment is None or moment.tzinfo is PARIS
    amount = read_amount(value)
    assert amount is None or amount.is_finite()
    assert read_number(value) is None or isinstance(read_number(value), int)
    assert read_flag(value) in (True, False, None)


@pytest.mark.parametrize(
    "value", ["", "bientôt", "31/02/2026", "2026-13-01", "02/2026", 0, -1, 20260928, True, "9999-12-31T23:59:59-12:00", "1e9"]
)
def test_what_is_no_date_is_unknown(value: object) -> None:
    assert read_day(value) is None


def test_amounts_keep_their_cents_and_refuse_what_json_does_not_have() -> None:
    found = read_object(b'{"a": 1200.10}')
    assert found == {"a": Decimal("1200.10")}
    assert read_object(b'{"a": NaN}') is None and read_object(b"[1]") is None and read_object(b"[" * 100_000) is None
    assert read_amount("12,50") == Decimal("12.50") and read_amount("Infinity") is None and read_number("1e30") is None


@given(st.text())
def test_any_retry_after_is_read_or_unknown(value: str) -> None:
    found = read_retry_after(value)
    assert found is None or found >= 0


@given(
    total=st.integers(0, 130),
    size=st.integers(1, 60),
    bound=st.integers(1, 150),
    tells_pages=st.booleans(),
    tells_total=st.booleans(),
)
async def test_paging_gives_each_item_once_and_says_rightly_whether_it_is_all(
    total: int, size: int, bound: int, tells_pages: bool, tells_total: bool
) -> None:
    async def fetch(number: int) -> Page[int]:
        items = list(range(total))[(number - 1) * size : number * size]
        return Page(items, -(-total // size) if tells_pages else None, total if tells_total else None)

    found = await collect(fetch, lambda item: item, bound)
    assert list(found.items) == list(range(min(total, bound)))
    if found.complete:
        assert len(found.items) == total
    elif tells_pages or tells_total or total < bound:
        assert len(found.items) < total


@given(st.integers(1, 20))
async def test_a_server_that_repeats_its_page_is_left_and_the_list_is_a_part(size: int) -> None:
    asked: list[int] = []

    async def fetch(number: int) -> Page[int]:
        asked.append(number)
        return Page(list(range(size)), 1000, 1000 * size)

    found = await collect(fetch, lambda item: item, 10_000)
    assert len(found.items) == size and not found.complete and asked == [1, 2]


async def test_an_invoice_that_slides_to_the_next_page_is_given_once() -> None:
    pages = {1: [5, 4, 3], 2: [3, 2, 1]}

    async def fetch(number: int) -> Page[int]:
        return Page(pages.get(number, []))

    found = await collect(fetch, lambda item: item, 100)
    assert found.items == (5, 4, 3, 2, 1) and found.complete


@given(st.lists(st.integers(0, 5), max_size=8), st.booleans())
def test_a_history_is_latest_first_whichever_way_it_came(minutes: list[int], ascending: bool) -> None:
    start = datetime(2026, 9, 28, 11, tzinfo=PARIS)
    passages = [
        Passage(histoStatutId=rank, histoStatutDatePassage=start + timedelta(minutes=minute))
        for rank, minute in enumerate(sorted(minutes))
    ]
    came = passages if ascending else passages[::-1]
    ordered = latest_first(came)
    assert [passage.quand for passage in ordered] == sorted(
        (passage.quand for passage in passages if passage.quand), reverse=True
    )
    if len(set(minutes)) > 1:
        assert [passage.identifiant for passage in ordered] == [passage.identifiant for passage in passages[::-1]]
