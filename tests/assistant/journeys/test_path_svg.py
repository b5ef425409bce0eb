"""The drawing of a document's way."""

import pytest
from lxml import etree

from assistant.journeys.load import Journeys, load_journeys
from assistant.journeys.path_svg import draw_path, in_words
from assistant.journeys.schemas import Passage
from tests.support.paths import KNOWLEDGE

_RESULTS = sorted(load_journeys(KNOWLEDGE).resultats)
_SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", _RESULTS)
def test_the_drawing_says_all_of_the_way_in_its_boxes_and_in_its_description(journeys: Journeys, name: str) -> None:
    chemin = journeys.resultats[name].chemin
    root = etree.fromstring(draw_path(chemin, titre="Chemin", identifiant="c"))
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "c-titre c-desc"
    assert len(root.findall(f"{_SVG}rect")) == len(chemin)
    assert len(root.findall(f"{_SVG}polygon")) == len(chemin) - 1
    shown = " ".join(str(text.text) for text in root.findall(f"{_SVG}text"))
    for passage in chemin:
        assert passage.acteur in shown
        assert passage.action in shown
        assert passage.delai in shown
    assert root.findtext(f"{_SVG}desc") == in_words(chemin)


@pytest.mark.parametrize("name", _RESULTS)
def test_every_line_stays_in_its_box(journeys: Journeys, name: str) -> None:
    root = etree.fromstring(draw_path(journeys.resultats[name].chemin, titre="Chemin", identifiant="c"))
    height = float(root.get("viewBox").split()[3])
    boxes = [(float(one.get("y")), float(one.get("y")) + float(one.get("height"))) for one in root.findall(f"{_SVG}rect")]
    assert boxes[-1][1] <= height
    for text in root.findall(f"{_SVG}text"):
        assert any(top < float(text.get("y")) < bottom for top, bottom in boxes)
        assert len(str(text.text)) <= 34


def test_texts_are_escaped_and_what_is_only_usual_is_dashed() -> None:
    chemin = [
        Passage(acteur="<b>Vous</b>", action="A & B"),
        Passage(acteur="Client", action="Paie", reglementaire=False),
    ]
    drawn = draw_path(chemin, titre="<x>", identifiant="c")
    assert "<b>" not in drawn
    assert "&lt;b&gt;Vous" in drawn
    assert 'class="boite usage"' in drawn
