"""When the help-desk answers, in words. No delay is promised: none is known."""

from collections.abc import Mapping
from datetime import datetime, time

from assistant.helpdesk.hours import OpeningHours
from assistant.helpdesk.relay import french_moment

_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def opening_words(*, textes: Mapping[str, str], hours: OpeningHours, moment: datetime) -> str:
    """« L'équipe qui gère Choriste répond du lundi au vendredi, de 9 h à 12 h 30… » and, when it is closed, when it is back."""
    text = textes["suivi_horaires"].format(horaires=week_words(hours))
    if hours.is_open(moment):
        return f"{text} {textes['suivi_ouvert']}"
    following = hours.next_opening(moment)
    if following is None:
        return text
    return f"{text} {textes['suivi_ferme'].format(moment=french_moment(following, moment, hours.zone))}"


def week_words(hours: OpeningHours) -> str:
    """« du lundi au jeudi, de 9 h à 17 h ; le vendredi, de 9 h à 12 h »."""
    groups: list[tuple[list[int], list[tuple[time, time]]]] = []
    for day in sorted(hours.days):
        spans = hours.days[day]
        if groups and groups[-1][1] == spans and groups[-1][0][-1] == day - 1:
            groups[-1][0].append(day)
        else:
            groups.append(([day], spans))
    return " ; ".join(f"{_days(days)}, {_spans(spans)}" for days, spans in groups)


def _days(days: list[int]) -> str:
    first, last = _DAYS[days[0]], _DAYS[days[-1]]
    if len(days) == 1:
        return f"le {first}"
    return f"du {first} au {last}" if len(days) > 2 else f"le {first} et le {last}"


def _spans(spans: list[tuple[time, time]]) -> str:
    return " et ".join(f"de {_hour(opening)} à {_hour(closing, end=True)}" for opening, closing in spans)


def _hour(at: time, *, end: bool = False) -> str:
    hour = 24 if end and at == time(0) else at.hour
    return f"{hour} h" + (f" {at.minute:02d}" if at.minute else "")
