from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.invoices.text.layout import flat
from assistant.invoices.text.values import AMOUNT, DATE, to_amount, to_date

MONTHS = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"]
DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31))
AMOUNTS = st.decimals(min_value=0, max_value=Decimal("99999999.99"), places=2)


@given(DAYS)
def test_a_day_is_read_in_every_way_it_is_printed(day: date) -> None:
    first = "1er" if day.day == 1 else str(day.day)
    for words in (
        f"{day:%d/%m/%Y}",
        f"{day:%d.%m.%y}",
        f"{day:%d-%m-%Y}",
        day.isoformat(),
        f"{first} {MONTHS[day.month - 1]} {day.year}",
    ):
        match = DATE.search(flat(f"le {words}"))
        assert match is not None and to_date(match) == day, words


@given(AMOUNTS, st.sampled_from([" ", ".", ""]), st.sampled_from(["€", " €", " EUR", ""]))
def test_an_amount_is_read_in_every_way_it_is_printed(value: Decimal, separator: str, unit: str) -> None:
    whole, cents = f"{value:,.2f}".split(".")
    match = AMOUNT.search(flat(f"total : {whole.replace(',', separator)},{cents}{unit}"))
    assert match is not None and to_amount(match) == value


@pytest.mark.parametrize("words", ["31/02/2026", "00/10/2026", "45/13/2026"])
def test_a_day_that_no_calendar_has_is_not_read(words: str) -> None:
    match = DATE.search(words)
    assert match is None or to_date(match) is None


@pytest.mark.parametrize("words", ["20,00 %", "1234", "12/11/2026", "01 02 03 04 05"])
def test_what_is_no_amount_is_not_read(words: str) -> None:
    assert AMOUNT.search(words) is None
