"""A quiz: draw, answer, score, compare. Pure functions over EtatQuiz; all chance comes from the seed that is given."""

import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.journeys.load import Journeys
from assistant.journeys.schemas import Item, Serie, Theme
from assistant.journeys.state import Commande, EtatQuiz, Refused, Tire, Verbe


@dataclass(frozen=True)
class ItemVu:
    """An item as it stands on the screen: `choix` in their order, each with its number in the knowledge (0 is the right one)."""

    numero: int
    item: Item
    choix: list[tuple[int, str]]
    reponse: int | None

    @property
    def juste(self) -> bool:
        return self.reponse == 0


@dataclass(frozen=True)
class Score:
    """Right answers out of those asked, as a whole and by theme; `a_relire`: fiches behind the wrong ones, without repeats."""

    justes: int
    total: int
    themes: list[tuple[Theme, int, int]]
    a_relire: list[str]


@dataclass(frozen=True)
class Comparaison:
    """The first and the last finished run of a series."""

    avant: Score
    apres: Score
    essais: int


@dataclass(frozen=True)
class QuizVu:
    """A run as it stands. `courant` is None once all is answered."""

    serie: Serie
    items: list[ItemVu]
    courant: ItemVu | None

    @property
    def repondus(self) -> int:
        return sum(1 for vu in self.items if vu.reponse is not None)

    def item(self, identifiant: str) -> ItemVu | None:
        return next((vu for vu in self.items if vu.item.id == identifiant), None)


def draw(serie: Serie, graine: int, before: Sequence[EtatQuiz]) -> EtatQuiz:
    """A new run, unlike the earlier runs `before` (latest first).

    Every theme is asked; items that were asked less often come first; neither the order of the items nor the order of an item's
    choices is that of the last time.
    """
    # Not for secrets: the same seed must give the same run.
    chance = random.Random(graine)  # noqa: S311
    asked = Counter(tire.item for run in before for tire in run.tirage)
    chosen = _choose(serie, asked, chance)
    last_orders = {tire.item: tire.ordre for run in reversed(before) for tire in run.tirage}
    sequences = {tuple(tire.item for tire in run.tirage) for run in before}
    chance.shuffle(chosen)
    while tuple(chosen) in sequences and len(sequences) < math.factorial(len(chosen)):
        chance.shuffle(chosen)
    return EtatQuiz(graine=graine, tirage=[Tire(item=one, ordre=_order(last_orders.get(one), chance)) for one in chosen])


def _choose(serie: Serie, asked: Counter[str], chance: random.Random) -> list[str]:
    """As many items of each theme as there is room for, in turn; the least asked first, chance among equals."""
    rows = {
        theme.id: sorted(
            (item.id for item in serie.items if item.theme == theme.id), key=lambda item: (asked[item], chance.random())
        )
        for theme in serie.themes
    }
    chosen: list[str] = []
    while len(chosen) < serie.tirage:
        themes = [theme for theme, items in rows.items() if items]
        # The last round may not have room for all themes: chance says which.
        chance.shuffle(themes)
        chosen += [rows[theme].pop(0) for theme in themes[: serie.tirage - len(chosen)]]
    return chosen


def _order(last: list[int] | None, chance: random.Random) -> list[int]:
    order = [0, 1, 2, 3]
    while True:
        chance.shuffle(order)
        if order != last:
            return order


def answer(journeys: Journeys, serie: Serie, etat: EtatQuiz, commande: Commande) -> EtatQuiz:
    """The state after an answer, which is given by its place on the screen (from 0): nothing there tells which is right.

    The first answer to an item counts: a form that is sent twice changes nothing. Raises Refused.
    """
    if commande.verbe is not Verbe.REPONDRE:
        raise Refused("Ce bouton n'est pas de ce quiz.")
    vu = view(journeys, serie, etat)
    asked = vu.item(commande.cible)
    if asked is None:
        raise Refused("Cette question n'est pas de cet essai. Répondez à celle qui est affichée.")
    if asked.reponse is not None:
        return etat
    if commande.valeur not in {str(place) for place in range(len(asked.choix))}:
        raise Refused("Choisissez une des réponses proposées.")
    number, _ = asked.choix[int(commande.valeur)]
    return etat.model_copy(update={"reponses": {**etat.reponses, commande.cible: number}})


def view(journeys: Journeys, serie: Serie, etat: EtatQuiz) -> QuizVu:
    """What is shown; items that the knowledge no longer holds are left out."""
    known = [tire for tire in etat.tirage if tire.item in journeys.items]
    items = []
    for rank, tire in enumerate(known, start=1):
        item = journeys.items[tire.item]
        choix = [(number, item.choix[number]) for number in tire.ordre]
        items.append(ItemVu(rank, item, choix, etat.reponses.get(item.id)))
    return QuizVu(serie, items, next((vu for vu in items if vu.reponse is None), None))


def is_finished(journeys: Journeys, serie: Serie, etat: EtatQuiz) -> bool:
    """True when every item that was drawn is answered."""
    return bool(etat.tirage) and view(journeys, serie, etat).courant is None


def score(vu: QuizVu) -> Score:
    """What was right so far."""
    answered = [one for one in vu.items if one.reponse is not None]
    themes = []
    for theme in vu.serie.themes:
        of_theme = [one for one in answered if one.item.theme == theme.id]
        if of_theme:
            themes.append((theme, sum(one.juste for one in of_theme), len(of_theme)))
    wrong = (fiche for one in answered if not one.juste for fiche in one.item.fiches)
    return Score(sum(one.juste for one in answered), len(answered), themes, list(dict.fromkeys(wrong)))


def compare(journeys: Journeys, serie: Serie, finished: Iterable[EtatQuiz]) -> Comparaison | None:
    """First and last of the finished runs (oldest first); None with fewer than two."""
    scores = [score(view(journeys, serie, etat)) for etat in finished]
    return Comparaison(scores[0], scores[-1], len(scores)) if len(scores) > 1 else None
