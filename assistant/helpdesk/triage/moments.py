"""Deadlines, waits and amounts that a text tells, each with the words as typed. Pure rules on folded French; no clock is read.

What is not said with a word of deadline (« avant », « d'ici », « expire le »…) or of waiting (« depuis », « il y a »…) is not
taken: a bare date may be anything.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.helpdesk.triage.words import Folded

# Longer than that it is history (« notre société existe depuis vingt ans »), not a wait.
_LONGEST_WAIT = 3 * 365
# A deadline without a year that has just passed is this year's, not next year's.
_JUST_PASSED = 60

_FIRST_NUMBERS = ("un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize")
_NUMBERS = {
    **{word: value for value, word in enumerate(_FIRST_NUMBERS, 1)},
    "une": 1,
    "quinze": 15,
    "vingt": 20,
    "trente": 30,
    "quarante": 40,
    "cinquante": 50,
    "soixante": 60,
    "quatre-vingt-dix": 90,
    "cent": 100,
    "une dizaine de": 10,
    "une quinzaine de": 15,
    "une vingtaine de": 20,
    "une trentaine de": 30,
}
_UNITS = {"h": 1 / 24, "j": 1, "s": 7, "m": 30.4, "t": 91, "a": 365}
_MONTHS = (
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
)
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")

_NUMBER = r"(?P<number>\d{1,3}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + ")"
_UNIT = r"(?P<unit>h(?:eures?)?|j(?:ours?|rs?)?|sem(?:aines?)?|mois|trimestres?|ans?|annees?)(?![a-z])"
_DURATION = rf"{_NUMBER}\s*{_UNIT}"
_ABOUT = r"(?:\s+(?:plus de|environ|pres de|bientot|deja|maintenant|presque|au moins))*"
_DATE = (
    r"(?:(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})(?:[/.-](?P<year>\d{4}|\d{2}))?(?![\d/.-]*\d)"
    rf"|(?P<day2>\d{{1,2}}|1er)\s+(?P<name>{'|'.join(_MONTHS)})(?:\s+(?P<year2>20\d\d))?)"
)
_MONTH = rf"(?P<only>{'|'.join(_MONTHS)})(?:\s+(?P<year3>20\d\d)|\s+dernier)?"
_WEEKDAY = rf"(?P<weekday>{'|'.join(_DAYS)})(?:\s+prochain)?(?!\s+dernier)"

_BEFORE = (
    r"(?<![a-z])(?:avant|d'ici|jusqu'a|jusqu'au|au plus tard|pour|expire|expirera|prevue?|dernier delai|date limite|echeance)"
)
_LINK = r"(?:\s*(?:,|:|est|fixee?|au|le|la|ce|a|du|pour))*\s+"
_SOON = {
    "ce soir": 0,
    "aujourd'hui": 0,
    "demain": 1,
    "apres-demain": 2,
}
_ENDS = r"(?:la\s+)?fin\s+(?P<end>de\s+(?:la\s+)?semaine|de\s+l'annee|d'annee|du\s+mois|de\s+mois|de\s+l'exercice)"
_SINCE = (
    r"(?<![a-z])(?:depuis|il y a|(?:ca|cela) (?:va )?fait?(?:re)?|voila|voici|en souffrance depuis|en attente depuis|"
    r"en est a|en sont a)"
)
_DONE = (
    r"(?<![a-z])(?:depuis|datant|date|deposee?s?|envoyee?s?|transmise?s?|emise?s?|acceptee?s?|validee?s?|recue?s?|"
    r"mise?s? a disposition|en date|echue?s?|mandatee?s?)"
)
_NOT_WAITING = re.compile(r"(?:exist\w*|chang\w*|utilis\w*|client\w*|fournisseur\w*|travaill\w*|install\w*)[^.!?]{0,25}\Z")
_LAST = re.compile(
    r"(?<![a-z])depuis (?P<last>l'an(?:nee)? (?:dernier|derniere|passee?)|l'an passe|l'ete(?: dernier)?|cet ete|"
    r"l'hiver(?: dernier)?|le printemps(?: dernier)?|le mois dernier|la rentree)"
)
_LAST_SEASONS = {"ete": (7, 15), "hiver": (1, 15), "printemps": (4, 15), "rentree": (9, 1)}

_DEADLINE_DURATION = re.compile(
    rf"(?:(?<![a-z])(?:d'ici(?: a)?|dans(?: moins de| a peine)?|(?:me|nous|lui|leur) reste(?: plus)?(?: que)?|plus que)\s+"
    rf"|(?:faut|dois|devons|doit|doivent|besoin|repondre|regulariser|fournir)[^.!?\n]{{0,60}}(?<![a-z])sous\s+){_DURATION}"
)
_DEADLINE_DATE = re.compile(rf"{_BEFORE}{_LINK}{_DATE}")
_DEADLINE_WEEKDAY = re.compile(rf"{_BEFORE}{_LINK}{_WEEKDAY}")
_DEADLINE_SOON = re.compile(rf"{_BEFORE}(?:\s*(?:,|:|est|a))*\s+(?P<soon>{'|'.join(_SOON)})(?![a-z])")
_DEADLINE_END = re.compile(rf"{_BEFORE}\s+{_ENDS}")
_WAIT_DURATION = re.compile(
    rf"{_SINCE}{_ABOUT}\s+{_DURATION}|{_DURATION.replace('number', 'number2').replace('unit', 'unit2')}"
    r"\s+(?:de retard|d'attente|apres)|retard de\s+" + _DURATION.replace("number", "number3").replace("unit", "unit3")
)
_WAIT_DATE = re.compile(rf"{_DONE}\s+(?:le\s+|du\s+|au\s+)?{_DATE}")
_WAIT_MONTH = re.compile(rf"(?<![a-z])depuis\s+(?:le mois de |le mois d'|debut |mi-|mi |fin )?{_MONTH}(?![a-z])")

_AMOUNT = re.compile(
    r"(?<![\w.,/-])(?P<amount>\d{1,3}(?:[ .\u00a0\u202f]\d{3})+|\d+)(?P<decimals>[.,]\d{1,2})?\s*"
    r"(?P<unit>k€|k euros|keuros|m€|millions? d'euros|€|euros?|eur)(?![a-z])"
)


@dataclass(frozen=True)
class Told:
    """Something that the text tells: a number of days (or euros) and the words that tell it."""

    amount: int
    words: str


def deadlines(text: Folded, today: date) -> list[Told]:
    """Deadlines by the days left (0 or less: reached or passed), soonest first."""
    found: list[Told] = []
    for match in _DEADLINE_DURATION.finditer(text.text):
        found.append(Told(_days(match["number"], match["unit"]), text.typed(*match.span())))
    for match in _DEADLINE_DATE.finditer(text.text):
        day = _date(match, today, ahead=True)
        if day is not None:
            found.append(Told((day - today).days, text.typed(*match.span())))
    for match in _DEADLINE_WEEKDAY.finditer(text.text):
        ahead = (_DAYS.index(match["weekday"]) - today.weekday()) % 7
        found.append(Told(ahead or 7, text.typed(*match.span())))
    for match in _DEADLINE_SOON.finditer(text.text):
        found.append(Told(_SOON[match["soon"]], text.typed(*match.span())))
    for match in _DEADLINE_END.finditer(text.text):
        found.append(Told((_end(match["end"], today) - today).days, text.typed(*match.span())))
    return sorted(found, key=lambda told: told.amount)


def waits(text: Folded, today: date) -> list[Told]:
    """Waits by the days gone by, longest first."""
    found = [Told(days, words) for days, words in _waits(text, today) if 0 < days <= _LONGEST_WAIT]
    return sorted(found, key=lambda told: -told.amount)


def amounts(text: Folded) -> list[Told]:
    """Amounts in whole euros, largest first."""
    found: list[Told] = []
    for match in _AMOUNT.finditer(text.text):
        value = float(re.sub(r"\D", "", match["amount"]))
        decimals = match["decimals"]
        value += float(f"0.{decimals[1:]}") if decimals else 0
        unit = match["unit"]
        factor = 1_000 if unit.startswith("k") else 1_000_000 if unit.startswith("m") else 1
        found.append(Told(round(value * factor), text.typed(*match.span())))
    return sorted(found, key=lambda told: -told.amount)


def _waits(text: Folded, today: date) -> Iterator[tuple[int, str]]:
    for match in _WAIT_DURATION.finditer(text.text):
        if _NOT_WAITING.search(text.text[: match.start()]):
            continue
        groups = match.groupdict()
        number = groups["number"] or groups["number2"] or groups["number3"]
        unit = groups["unit"] or groups["unit2"] or groups["unit3"]
        yield _days(number, unit), text.typed(*match.span())
    for match in _WAIT_DATE.finditer(text.text):
        day = _date(match, today, ahead=False)
        if day is not None:
            yield (today - day).days, text.typed(*match.span())
    for match in _WAIT_MONTH.finditer(text.text):
        month = _MONTHS.index(match["only"]) + 1
        year = int(match["year3"]) if match["year3"] else today.year - (month > today.month)
        # The middle of the month: nobody told the day.
        yield (today - date(year, month, 15)).days, text.typed(*match.span())
    for match in _LAST.finditer(text.text):
        yield _days_since(match["last"], today), text.typed(*match.span())


def _days_since(words: str, today: date) -> int:
    season = next((when for name, when in _LAST_SEASONS.items() if name in words), None)
    if season is not None:
        year = today.year - (season > (today.month, today.day))
        return (today - date(year, *season)).days
    return 30 if "mois" in words else 365


def _days(number: str, unit: str) -> int:
    value = int(number) if number.isdigit() else _NUMBERS[number]
    return round(value * _UNITS[unit[0]])


def _date(match: re.Match[str], today: date, *, ahead: bool) -> date | None:
    """The day that a match names, None when there is no such day; without a year the next one (a deadline) or the last one."""
    day = 1 if match["day2"] == "1er" else int(match["day"] or match["day2"])
    month = int(match["month"]) if match["month"] else _MONTHS.index(match["name"]) + 1
    year = match["year"] or match["year2"]
    if year:
        return _possible(int(year) if len(year) == 4 else 2000 + int(year), month, day)
    found = _possible(today.year, month, day)
    if found is None:
        return None
    if ahead:
        if (today - found).days > _JUST_PASSED:
            return _possible(today.year + 1, month, day)
        # In January, « avant le 20 décembre » has just passed.
        before = _possible(today.year - 1, month, day)
        return before if before and 0 < (today - before).days <= _JUST_PASSED else found
    return found if found <= today else _possible(today.year - 1, month, day)


def _possible(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _end(words: str, today: date) -> date:
    if "semaine" in words:
        return today + timedelta(days=max(4 - today.weekday(), 0))
    if "mois" in words:
        return today.replace(day=calendar.monthrange(today.year, today.month)[1])
    return date(today.year, 12, 31)
