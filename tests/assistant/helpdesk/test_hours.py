"""Opening hours: what the settings say, what is open, and sums of opening time, holidays and changing clocks included."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.helpdesk.hours import OpeningHours, easter, french_holidays

PARIS = ZoneInfo("Europe/Paris")
USUAL = OpeningHours.parse("lun-ven 09:00-12:30,14:00-17:30", PARIS)
HOUR = 3600


def paris(text: str) -> datetime:
    """A moment as the clock on the wall shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


# --- reading the setting --------------------------------------------------------------------------------------------


def test_days_and_hours_are_read_from_the_setting() -> None:
    hours = OpeningHours.parse("lun-jeu 9:00-12:30, 14:00-17:30 ; ven 09:00-12:00;sam 22:00-24:00", PARIS)
    long_day = [(time(9), time(12, 30)), (time(14), time(17, 30))]
    assert hours.days == {
        **dict.fromkeys(range(4), long_day),
        4: [(time(9), time(12))],
        5: [(time(22), time(0))],
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "au moins un jour"),
        (" ; ", "au moins un jour"),
        ("lundi 09:00-12:00", "des jours puis des heures"),
        ("lun", "des jours puis des heures"),
        ("abc 09:00-12:00", "« abc » n'est pas un jour"),
        ("ven-lun 09:00-12:00", "dans l'ordre de la semaine"),
        ("lun 09:00", "n'est pas de la forme 09:00-12:30"),
        ("lun 09:00-12:00,", "n'est pas de la forme"),
        ("lun 12:00-09:00", "la fermeture vient après l'ouverture"),
        ("lun 09:00-09:00", "la fermeture vient après l'ouverture"),
        ("lun 25:00-26:00", "n'est pas une heure"),
        ("lun 09:75-10:00", "n'est pas une heure"),
        ("lun 09:00-12:00,11:00-13:00", "se suivent sans se recouvrir"),
        ("lun 14:00-24:00,09:00-10:00", "se suivent sans se recouvrir"),
        ("lun-mer 09:00-12:00; mar 14:00-15:00", "« mar » est donné deux fois"),
    ],
)
def test_a_setting_that_makes_no_sense_is_told_with_its_part(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        OpeningHours.parse(text, PARIS)


# --- holidays -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "sunday"),
    [
        (2000, "2000-04-23"),
        (2024, "2024-03-31"),
        (2025, "2025-04-20"),
        (2026, "2026-04-05"),
        (2027, "2027-03-28"),
        (2038, "2038-04-25"),
    ],
)
def test_easter_is_where_the_calendar_has_it(year: int, sunday: str) -> None:
    assert easter(year) == date.fromisoformat(sunday)


def test_the_eleven_french_holidays_of_a_year() -> None:
    listed = "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25"
    assert french_holidays(2026) == {date.fromisoformat(f"2026-{day}") for day in listed.split()}


def test_two_holidays_on_one_day_are_one() -> None:
    # 2008: Ascension Day on the first of May.
    assert len(french_holidays(2008)) == 10


# --- open or not ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-24 08:59:59", False),
        ("2026-11-24 09:00:00", True),
        ("2026-11-24 12:29:59.999999", True),
        ("2026-11-24 12:30:00", False),
        ("2026-11-24 13:00:00", False),
        ("2026-11-24 17:29:59", True),
        ("2026-11-24 17:30:00", False),
        ("2026-11-28 10:00:00", False),
        ("2026-11-11 10:00:00", False),
        ("2026-05-14 10:00:00", False),
    ],
)
def test_the_desk_opens_at_its_hours_but_not_on_holidays(moment: str, is_open: bool) -> None:
    assert USUAL.is_open(paris(moment)) is is_open


def test_a_moment_counts_whatever_zone_it_is_told_in() -> None:
    assert USUAL.is_open(datetime(2026, 7, 1, 7, 0, tzinfo=UTC))
    assert not USUAL.is_open(datetime(2026, 12, 1, 7, 0, tzinfo=UTC))
    assert USUAL.is_open(datetime(2026, 7, 1, 16, 0, tzinfo=ZoneInfo("Asia/Tokyo")))


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-24 10:00", "2026-11-24 10:00"),
        ("2026-11-24 13:00", "2026-11-24 14:00"),
        ("2026-11-27 17:30", "2026-11-30 09:00"),
        ("2026-12-24 18:00", "2026-12-28 09:00"),
        ("2026-12-31 18:00", "2027-01-04 09:00"),
    ],
)
def test_the_next_opening_is_after_nights_weekends_and_holidays(moment: str, opening: str) -> None:
    assert USUAL.next_opening(paris(moment)) == paris(opening)


def test_a_desk_that_never_opens_says_so() -> None:
    closed = OpeningHours({}, frozenset(), PARIS)
    assert not closed.is_open(paris("2026-11-24 10:00"))
    assert closed.next_opening(paris("2026-11-24 10:00")) is None
    assert closed.seconds_between(paris("2026-01-01 00:00"), paris("2027-01-01 00:00")) == 0
    with pytest.raises(ValueError, match="jamais ouvert"):
        closed.add_seconds(paris("2026-11-24 10:00"), 1)
    with pytest.raises(ValueError, match="jamais ouvert"):
        closed.add_seconds(paris("2026-11-24 10:00"), -1)


# --- sums -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-24 09:00", 2, "2026-11-24 11:00"),
        ("2026-11-24 11:30", 2, "2026-11-24 15:00"),
        ("2026-11-24 16:30", 8, "2026-11-25 17:30"),
        ("2026-11-27 17:00", 1, "2026-11-30 09:30"),
        ("2026-11-28 12:00", 1, "2026-11-30 10:00"),
        ("2026-12-24 17:00", 1, "2026-12-28 09:30"),
        ("2026-11-24 13:00", 3.5, "2026-11-24 17:30"),
        ("2026-11-25 09:30", -1, "2026-11-24 17:00"),
        ("2026-11-30 09:00", -7, "2026-11-27 09:00"),
        ("2027-01-04 09:00", -0.5, "2026-12-31 17:00"),
    ],
)
def test_opening_hours_are_added_over_breaks_nights_and_holidays(start: str, hours: float, end: str) -> None:
    assert USUAL.add_seconds(paris(start), round(hours * HOUR)) == paris(end)


def test_the_night_when_clocks_go_forward_has_an_hour_less() -> None:
    sundays = OpeningHours.parse("dim 00:00-06:00", PARIS)
    assert sundays.seconds_between(paris("2026-03-29 00:00"), paris("2026-03-29 06:00")) == 5 * HOUR


def test_the_night_when_clocks_go_back_has_an_hour_more() -> None:
    sundays = OpeningHours.parse("dim 00:00-06:00", PARIS)
    assert sundays.seconds_between(paris("2026-10-25 00:00"), paris("2026-10-25 06:00")) == 7 * HOUR


def test_intervals_that_meet_in_the_hour_that_does_not_exist_count_once() -> None:
    sundays = OpeningHours.parse("dim 01:30-02:30,03:00-04:00", PARIS)
    assert sundays.seconds_between(paris("2026-03-29 00:00"), paris("2026-03-29 06:00")) == 1.5 * HOUR


def test_a_day_until_midnight_has_all_its_hours() -> None:
    always = OpeningHours.parse("lun-dim 00:00-24:00", PARIS)
    # From Monday to Monday, none of them a holiday, clocks unchanged.
    assert always.seconds_between(paris("2026-11-16 00:00"), paris("2026-11-23 00:00")) == 7 * 24 * HOUR
    assert always.seconds_between(paris("2026-12-24 12:00"), paris("2026-12-26 12:00")) == 24 * HOUR


# Years are computed once: the first example that meets one takes longer.
unhurried = settings(deadline=None)

# --- properties -----------------------------------------------------------------------------------------------------

ZONES = st.sampled_from([PARIS, ZoneInfo("America/Cayenne"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC")])
_START = datetime(2019, 6, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=12 * 365)).map(lambda since: _START + since)
# Steps of five minutes; the last is 24:00.
_TIMES = st.lists(st.integers(0, 24 * 12), min_size=2, max_size=6, unique=True).map(sorted)


def _day(marks: list[int]) -> list[tuple[time, time]]:
    times = [time(mark // 12 % 24, mark % 12 * 5) for mark in marks]
    return list(zip(times[::2], times[1::2], strict=False))


@st.composite
def opening_hours(draw: st.DrawFn) -> OpeningHours:
    """Hours of any kind, open on one day a week at least."""
    days = draw(st.dictionaries(st.integers(0, 6), _TIMES.map(_day), min_size=1, max_size=7))
    holidays = french_holidays(2024) | french_holidays(2025) if draw(st.booleans()) else frozenset[date]()
    return OpeningHours(days, holidays, draw(ZONES))


def walked(hours: OpeningHours, start: datetime, end: datetime) -> int:
    """Seconds of opening counted by looking at the wall clock every minute."""
    count = 0
    moment = start
    while moment < end:
        local = moment.astimezone(hours.zone)
        minute = local.hour * 60 + local.minute
        spans = () if local.date() in hours.holidays else hours.days.get(local.weekday(), ())
        if any(a.hour * 60 + a.minute <= minute < (b.hour * 60 + b.minute or 24 * 60) for a, b in spans):
            count += 60
        moment += timedelta(minutes=1)
    return count


@unhurried
@given(hours=opening_hours(), day=st.dates(date(2024, 4, 1), date(2025, 12, 1)), minutes=st.integers(0, 3 * 24 * 60))
def test_sums_are_what_the_wall_clock_tells(hours: OpeningHours, day: date, minutes: int) -> None:
    start = datetime.combine(day, time(12), UTC)
    end = start + timedelta(minutes=minutes)
    if start.astimezone(hours.zone).utcoffset() != end.astimezone(hours.zone).utcoffset():
        # Names of times that exist twice or never are not told by the wall clock; the tests above look at those nights.
        return
    assert hours.seconds_between(start, end) == walked(hours, start, end)


@unhurried
@given(hours=opening_hours(), start=MOMENTS, seconds=st.integers(0, 400 * HOUR))
def test_what_is_added_lies_between(hours: OpeningHours, start: datetime, seconds: int) -> None:
    end = hours.add_seconds(start, seconds)
    assert end >= start
    assert hours.seconds_between(start, end) == seconds
    assert hours.seconds_between(end, start) == -seconds


@unhurried
@given(hours=opening_hours(), start=MOMENTS, seconds=st.integers(1, 400 * HOUR))
def test_the_end_is_the_first_moment_at_which_all_is_over(hours: OpeningHours, start: datetime, seconds: int) -> None:
    end = hours.add_seconds(start, seconds)
    assert hours.is_open(end - timedelta(microseconds=1))


@unhurried
@given(hours=opening_hours(), start=MOMENTS, seconds=st.integers(0, 400 * HOUR))
def test_what_is_taken_away_lies_between(hours: OpeningHours, start: datetime, seconds: int) -> None:
    before = hours.add_seconds(start, -seconds)
    assert before <= start
    assert hours.seconds_between(before, start) == seconds


@unhurried
@given(hours=opening_hours(), start=MOMENTS, first=st.integers(0, 99 * HOUR), second=st.integers(0, 99 * HOUR))
def test_adding_twice_is_adding_the_sum(hours: OpeningHours, start: datetime, first: int, second: int) -> None:
    assert hours.add_seconds(hours.add_seconds(start, first), second) == hours.add_seconds(start, first + second)


@unhurried
@given(hours=opening_hours(), start=MOMENTS, first=st.integers(0, 30 * 24 * HOUR), second=st.integers(0, 800 * 24 * HOUR))
def test_time_in_between_adds_up(hours: OpeningHours, start: datetime, first: int, second: int) -> None:
    middle = start.replace(microsecond=0) + timedelta(seconds=first)
    start = start.replace(microsecond=0)
    end = middle + timedelta(seconds=second)
    parts = hours.seconds_between(start, middle) + hours.seconds_between(middle, end)
    assert hours.seconds_between(start, end) == parts


@unhurried
@given(hours=opening_hours(), moment=MOMENTS)
def test_the_next_opening_is_open_and_nothing_before_it(hours: OpeningHours, moment: datetime) -> None:
    opening = hours.next_opening(moment)
    assert opening is not None
    assert hours.is_open(opening)
    assert hours.seconds_between(moment, opening) == 0
