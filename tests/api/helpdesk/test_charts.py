"""Pictures of figures: right proportions, readable without colour, nothing that a CSP would refuse."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.helpdesk import charts
from api.helpdesk.charts import Series

values = st.lists(st.one_of(st.none(), st.floats(0, 1e9)), max_size=60)


def _tree(picture: str) -> ElementTree.Element:
    return ElementTree.fromstring(picture)


@given(values, st.sampled_from([charts.bars, charts.lines]))
def test_any_figures_give_a_picture_that_stays_in_its_frame(figures: list[float | None], draw: object) -> None:
    picture = draw("Titre", [str(n) for n in range(len(figures))], [Series("a", figures), Series("b", figures)])  # type: ignore[operator]
    tree = _tree(picture)
    assert tree.attrib["role"] == "img"
    assert tree.attrib["aria-label"] == "Titre"
    for rect in tree.iter("rect"):
        assert 0 <= float(rect.attrib["y"]) <= 260
        assert float(rect.attrib["height"]) >= 0
        assert float(rect.attrib["x"]) + float(rect.attrib["width"]) <= 640


def test_bars_are_as_high_as_their_figures() -> None:
    tree = _tree(charts.bars("T", ["a", "b"], [Series("n", [10, 5])]))
    first, second = (float(rect.attrib["height"]) for rect in tree.iter("rect"))
    assert first == pytest.approx(2 * second, abs=0.2)
    assert [title.text for title in tree.iter("title")] == ["a : 10 – n", "b : 5 – n"]


def test_a_gap_breaks_the_line_and_keeps_its_marks() -> None:
    tree = _tree(charts.lines("T", list("abcde"), [Series("n", [1, 2, None, 4, 5])]))
    assert len(list(tree.iter("polyline"))) == 2
    assert len(list(tree.iter("circle"))) == 4


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 4), (3, 4), (4, 4), (5, 8), (9, 10), (17, 20), (100, 100), (101, 200), (0.5, 4)]
)
def test_the_scale_ends_on_a_round_number(highest: float, top: float) -> None:
    assert charts._ceiling([highest]) == top


_HOSTILE = "<script>\"'&</title>"
_PAIR = [Series(_HOSTILE, [1]), Series("b" + _HOSTILE, [2])]


@pytest.mark.parametrize(
    "picture",
    [
        charts.bars(_HOSTILE, [_HOSTILE], _PAIR),
        charts.lines(_HOSTILE, [_HOSTILE], _PAIR),
        charts.ranks(_HOSTILE, [(_HOSTILE, 1.0), (_HOSTILE * 3, 2.0)]),
    ],
    ids=["bars", "lines", "ranks"],
)
def test_whatever_a_name_holds_is_text_and_nothing_is_styled_in_place(picture: str) -> None:
    tree = _tree(picture)
    assert {element.tag for element in tree.iter()} <= {"svg", "line", "text", "rect", "title", "circle", "polyline"}
    assert tree.attrib["aria-label"] == _HOSTILE
    assert {name for element in tree.iter() for name in element.attrib}.isdisjoint({"style", "href", "onload", "onclick"})
    told = [element.text or "" for element in tree.iter() if element.tag in ("title", "text")]
    assert sum(_HOSTILE in text for text in told) >= 3
