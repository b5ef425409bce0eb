"""Durations and ages as the console words them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from api.helpdesk.views import duree, install_filters, nombre
from api.pages import templates


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"),
        (0, "moins de 1 min"),
        (59, "moins de 1 min"),
        (-59, "moins de 1 min"),
        (60, "1 min"),
        (59 * 60 + 59, "59 min"),
        (3600, "1 h 00"),
        (3 * 3600 + 5 * 60, "3 h 05"),
        (2 * 86400, "2 j"),
        (2 * 86400 + 4 * 3600, "2 j 4 h"),
    ],
)
def test_a_duration_is_told_in_words_and_never_as_zero_minutes(seconds: int | None, words: str) -> None:
    assert duree(seconds) == words


@pytest.mark.parametrize(
    ("ago", "words"),
    [(-5, "à l'instant"), (0, "à l'instant"), (58, "à l'instant"), (61, "il y a 1 min"), (2 * 3600 + 30, "il y a 2 h 00")],
)
def test_what_happened_less_than_a_minute_ago_happened_just_now(ago: int, words: str) -> None:
    install_filters(ZoneInfo("Europe/Paris"))
    assert templates.env.filters["il_y_a"](datetime.now(UTC) - timedelta(seconds=ago)) == words


@pytest.mark.parametrize(
    ("value", "words"), [(None, "–"), (0, "0"), (12_345, "12\u202f345"), (4.0, "4"), (1234.56, "1\u202f234,6"), (True, "1")]
)
def test_numbers_are_written_as_the_french_do(value: float | None, words: str) -> None:
    assert nombre(value) == words


def test_a_moment_breaks_only_between_its_day_and_its_hour() -> None:
    install_filters(ZoneInfo("Europe/Paris"))
    shown = str(templates.env.filters["moment"](datetime(2020, 9, 28, 10, 5, tzinfo=UTC)))
    assert shown == ('<time datetime="2020-09-28T10:05:00+00:00">lun.\u00a028\u00a0sept.\u00a02020, 12\u00a0h\u00a005</time>')
