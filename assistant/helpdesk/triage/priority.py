"""How soon a request must be dealt with: signals found in the text, each with its words. Anger is not a signal (data/triage)."""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from assistant.helpdesk.triage.data import RegleAttente, RegleEcheance, RegleMontant, ReglesPriorite, Signal
from assistant.helpdesk.triage.moments import Told, amounts, deadlines, waits
from assistant.helpdesk.triage.schemas import Proposition
from assistant.helpdesk.triage.words import Folded, fold_with_origin

Found = tuple[int, str]


def propose_priority(
    *, rules: ReglesPriorite, textes: dict[str, str], texte: str, categorie: str, written: date, elapsed: int = 0
) -> Proposition:
    """The level, with a reason for each signal (largest first). `categorie`: the likeliest one.

    `written`: the day of the text, from which « demain » counts; `elapsed`: the days gone by since.

    The score is not a probability: 1 when the level stands well inside its range of points, down to 0.5 at its border.
    """
    text = fold_with_origin(texte)
    found = [
        *_deadline(rules.echeance, _later(deadlines(text, written), -elapsed)),
        *_wait(rules.attente, text, _later(waits(text, written), elapsed)),
        *_amount(rules.montant, amounts(text)),
        *(signal for rule in rules.signaux for signal in _words(rule, text)),
    ]
    base = rules.categories.get(categorie, 0)
    points = base + sum(worth for worth, _ in found)
    level = rules.niveaux.level(points)
    reasons = [reason for _, reason in sorted(found, key=lambda one: -abs(one[0]))]
    if not reasons:
        reasons = [textes["priorite_categorie" if base < 0 else "priorite_sans_signal"]]
    borders = (rules.niveaux.urgente, rules.niveaux.haute, rules.niveaux.normale)
    # Levels begin at whole points: half a point below is where the one before ends.
    margin = min(abs(points - border + 0.5) for border in borders)
    return Proposition(
        valeur=level.value, titre=textes[f"priorite_{level.value}"], score=min(1.0, 0.4 + 0.2 * margin), raisons=reasons
    )


def _later(told: list[Told], days: int) -> list[Told]:
    return [Told(one.amount + days, one.words) for one in told]


def _deadline(rule: RegleEcheance, told: list[Told]) -> Iterable[Found]:
    """The soonest one only: two dates do not make it more urgent."""
    for one in told[:1]:
        points = next((palier.points for palier in rule.paliers if one.amount <= palier.jours), 0)
        if points:
            phrase = rule.phrase if one.amount > 0 else rule.phrase_depassee
            yield points, phrase.format(mots=_short(one.words), jours=_in_days(one.amount))


def _wait(rule: RegleAttente, text: Folded, told: list[Told]) -> Iterable[Found]:
    money = re.search(rf"(?<![a-z])(?:{'|'.join(map(re.escape, rule.mots))})", text.text) is not None
    for one in told[:1]:
        points = next((palier.points for palier in rule.paliers if one.amount >= palier.jours), 0)
        if points:
            yield (points if money else 1), rule.phrase.format(mots=_short(one.words), jours=_in_days(one.amount))


def _amount(rule: RegleMontant, told: list[Told]) -> Iterable[Found]:
    for one in told[:1]:
        points = next((palier.points for palier in rule.paliers if one.amount >= palier.euros), 0)
        if points:
            yield points, rule.phrase.format(mots=_short(one.words))


def _words(rule: Signal, text: Folded) -> Iterable[Found]:
    match = _pattern(tuple(rule.mots)).search(text.text)
    if match:
        yield rule.points, rule.phrase.format(mots=_short(text.typed(*match.span())))


@lru_cache(maxsize=64)
def _pattern(mots: tuple[str, ...]) -> re.Pattern[str]:
    alternatives = "|".join(re.escape(mot).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for mot in mots)
    return re.compile(rf"(?<![a-z0-9])(?:{alternatives})(?![a-z0-9])")


def _in_days(days: int) -> str:
    return f"{days} jours" if days > 1 else f"{days} jour"


def _short(words: str) -> str:
    """One line, as it was typed."""
    return " ".join(words.split())
