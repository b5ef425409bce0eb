"""When the desk answers, in words."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from assistant.helpdesk.hours import OpeningHours
from assistant.knowledge.load import Knowledge
from assistant.sollicitations.opening import opening_words, week_words

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ("lun-ven 09:00-12:30,14:00-17:30", "du lundi au vendredi, de 9 h à 12 h 30 et de 14 h à 17 h 30"),
        ("lun-jeu 09:00-17:00; ven 09:00-12:00", "du lundi au jeudi, de 9 h à 17 h ; le vendredi, de 9 h à 12 h"),
        ("sam-dim 10:00-12:00", "le samedi et le dimanche, de 10 h à 12 h"),
        ("lun 08:00-24:00", "le lundi, de 8 h à 24 h"),
        ("lun 09:00-10:00; mer 09:00-10:00", "le lundi, de 9 h à 10 h ; le mercredi, de 9 h à 10 h"),
    ],
)
def test_the_week_is_told_in_few_words(hours: str, words: str) -> None:
    assert week_words(OpeningHours.parse(hours, PARIS)) == words


def test_it_says_whether_somebody_is_there_else_when_they_are_back(knowledge: Knowledge) -> None:
    hours = OpeningHours.parse("lun-ven 09:00-17:00", PARIS)
    told = opening_words(textes=knowledge.textes, hours=hours, moment=datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    assert told.endswith("hors jours fériés. Elle est là en ce moment.")
    told = opening_words(textes=knowledge.textes, hours=hours, moment=datetime(2026, 11, 24, 18, 0, tzinfo=UTC))
    assert told.endswith("Elle est de retour demain à 9 h.")


def test_it_promises_no_delay(knowledge: Knowledge) -> None:
    sentences = [text for name, text in knowledge.textes.items() if name.startswith("suivi_")]
    assert not any(word in " ".join(sentences).lower() for word in ("sous 48", "jours ouvrés", "dans les", "délai"))
