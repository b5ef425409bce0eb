"""A quiz: what is drawn, what an answer does, the score, the comparison."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.journeys import quiz
from assistant.journeys.load import Journeys, load_journeys
from assistant.journeys.schemas import Serie
from assistant.journeys.state import Commande, EtatQuiz, Refused
from tests.support.paths import KNOWLEDGE

SERIES = ["fondamentaux", "vocabulaire", "anomalies"]
_JOURNEYS = load_journeys(KNOWLEDGE)


def place_of(journeys: Journeys, serie: Serie, etat: EtatQuiz, item: str, *, right: bool) -> int:
    vu = quiz.view(journeys, serie, etat).item(item)
    assert vu is not None
    return next(place for place, (number, _) in enumerate(vu.choix) if (number == 0) is right)


def answered(journeys: Journeys, serie: Serie, etat: EtatQuiz, right: int) -> EtatQuiz:
    """The run with its first `right` items right and the others wrong."""
    for rank, tire in enumerate(etat.tirage):
        place = place_of(journeys, serie, etat, tire.item, right=rank < right)
        etat = quiz.answer(journeys, serie, etat, Commande.parse(f"repondre:{tire.item}:{place}"))
    return etat


@pytest.mark.parametrize("name", SERIES)
def test_each_series_has_at_least_twenty_items_and_every_theme_is_drawn(journeys: Journeys, name: str) -> None:
    serie = journeys.series[name]
    assert len(serie.items) >= 20
    run = quiz.draw(serie, 7, [])
    themes = {journeys.items[tire.item].theme for tire in run.tirage}
    assert len(run.tirage) == serie.tirage
    assert themes == {theme.id for theme in serie.themes}


@given(seeds=st.lists(st.integers(0, 2**48), min_size=2, max_size=8), name=st.sampled_from(SERIES))
def test_no_two_runs_are_alike(seeds: list[int], name: str) -> None:
    serie = _JOURNEYS.series[name]
    runs: list[EtatQuiz] = []
    for seed in seeds:
        run = quiz.draw(serie, seed, runs)
        items = [tire.item for tire in run.tirage]
        assert len(set(items)) == len(items)
        assert all(sorted(tire.ordre) == [0, 1, 2, 3] for tire in run.tirage)
        assert items not in [[tire.item for tire in earlier.tirage] for earlier in runs]
        last = {tire.item: tire.ordre for earlier in reversed(runs) for tire in earlier.tirage}
        assert all(last.get(tire.item) != tire.ordre for tire in run.tirage)
        runs.insert(0, run)


@given(seed=st.integers(0, 2**48), name=st.sampled_from(SERIES))
def test_items_of_the_last_run_come_back_only_when_a_theme_has_no_others(seed: int, name: str) -> None:
    serie = _JOURNEYS.series[name]
    first = quiz.draw(serie, seed, [])
    second = quiz.draw(serie, seed + 1, [first])
    seen = {tire.item for tire in first.tirage}
    for tire in second.tirage:
        if tire.item in seen:
            theme = _JOURNEYS.items[tire.item].theme
            drawn = {one.item for one in second.tirage}
            assert all(item.id in seen | drawn for item in serie.items if item.theme == theme)


def test_the_same_seed_gives_the_same_run(journeys: Journeys) -> None:
    serie = journeys.series["anomalies"]
    assert quiz.draw(serie, 42, []) == quiz.draw(serie, 42, [])


def test_the_first_answer_counts_and_a_form_sent_twice_changes_nothing(journeys: Journeys) -> None:
    serie = journeys.series["anomalies"]
    run = quiz.draw(serie, 1, [])
    item = run.tirage[0].item
    wrong = place_of(journeys, serie, run, item, right=False)
    once = quiz.answer(journeys, serie, run, Commande.parse(f"repondre:{item}:{wrong}"))
    right = place_of(journeys, serie, run, item, right=True)
    assert quiz.answer(journeys, serie, once, Commande.parse(f"repondre:{item}:{right}")) == once
    assert once.reponses[item] != 0


@pytest.mark.parametrize("command", ["repondre:QX-99:0", "repondre:{item}:4", "repondre:{item}:", "marquer:{item}:faite"])
def test_an_answer_that_does_not_fit_is_refused(journeys: Journeys, command: str) -> None:
    serie = journeys.series["anomalies"]
    run = quiz.draw(serie, 1, [])
    with pytest.raises(Refused):
        quiz.answer(journeys, serie, run, Commande.parse(command.format(item=run.tirage[0].item)))


def test_the_score_is_told_by_theme_with_the_fiches_behind_the_errors(journeys: Journeys) -> None:
    serie = journeys.series["fondamentaux"]
    etat = answered(journeys, serie, quiz.draw(serie, 3, []), right=6)
    assert quiz.is_finished(journeys, serie, etat)
    score = quiz.score(quiz.view(journeys, serie, etat))
    assert (score.justes, score.total) == (6, 10)
    assert sum(right for _, right, _ in score.themes) == 6
    assert sum(total for _, _, total in score.themes) == 10
    wrong = [fiche for tire in etat.tirage[6:] for fiche in journeys.items[tire.item].fiches]
    assert score.a_relire == list(dict.fromkeys(wrong))


def test_before_and_after_are_the_first_and_the_last_finished_run(journeys: Journeys) -> None:
    serie = journeys.series["vocabulaire"]
    runs: list[EtatQuiz] = []
    for right in (3, 9, 7):
        runs.append(answered(journeys, serie, quiz.draw(serie, right, list(reversed(runs))), right=right))
    assert quiz.compare(journeys, serie, runs[:1]) is None
    compared = quiz.compare(journeys, serie, runs)
    assert compared is not None
    assert (compared.avant.justes, compared.apres.justes, compared.essais) == (3, 7, 3)


def test_an_item_that_is_withdrawn_from_the_series_does_not_break_a_run(journeys: Journeys) -> None:
    serie = journeys.series["anomalies"]
    run = quiz.draw(serie, 1, [])
    gone = run.model_copy(update={"tirage": [run.tirage[0].model_copy(update={"item": "QA-99"}), *run.tirage[1:]]})
    vu = quiz.view(journeys, serie, gone)
    assert len(vu.items) == serie.tirage - 1
    assert vu.courant is not None
    assert vu.courant.numero == 1
