"""The timeline as a picture and as text."""

from datetime import date
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.invoices.timeline import Mark, Timeline, TimelineStep, render_timeline_svg, timeline_text
from assistant.invoices.timeline.public import TimelinePublic

SVG = "{http://www.w3.org/2000/svg}"
STEPS = [
    TimelineStep(code="DEPOSEE", libelle="Déposée", le=date(2026, 10, 23), par="Chorus Pro"),
    TimelineStep(
        code="SUSPENDUE",
        libelle="Suspendue",
        le=date(2026, 11, 12),
        par="destinataire",
        commentaire="Il manque <le bon> & la signature",
        marque=Mark.A_FAIRE,
    ),
]


def tree(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def test_picture_and_text_say_the_same_steps_in_the_same_order() -> None:
    drawn = " ".join(tree(render_timeline_svg(STEPS)).itertext())
    said = timeline_text(STEPS)
    for text in (drawn, said):
        places = [
            text.index(word) for word in ("23/10/2026", "Déposée", "12/11/2026", "Suspendue", "Il manque <le bon> & la signature")
        ]
        assert places == sorted(places)
    assert said.count("\n") == 1


def test_the_picture_has_a_name_and_a_description_for_those_who_do_not_see_it() -> None:
    root = tree(render_timeline_svg(STEPS, "Historique de la facture 2026-0147", "f1"))
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None and desc is not None
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}" == "f1-titre f1-texte"
    assert title.text == "Historique de la facture 2026-0147"
    assert "à vous d'agir" in (desc.text or "")


def test_the_picture_has_no_script_no_style_and_no_colour_of_its_own() -> None:
    root = tree(render_timeline_svg(STEPS))
    for node in root.iter():
        assert node.tag.removeprefix(SVG) in {"svg", "title", "desc", "path", "g", "text", "circle", "rect"}
        assert "style" not in node.attrib and "href" not in node.attrib
        assert node.get("fill") in (None, "currentColor", "none")
        assert node.get("stroke") in (None, "currentColor")


def test_marks_differ_by_shape_and_by_words_not_by_colour() -> None:
    shapes, words = set(), set()
    for mark in Mark:
        [group] = tree(render_timeline_svg([STEPS[0].model_copy(update={"marque": mark})])).iter(f"{SVG}g")
        shapes.add(tuple((node.tag, node.get("r")) for node in group if node.tag != f"{SVG}text"))
        words.add("".join(group.itertext()))
    assert len(shapes) == len(words) == len(Mark)


def test_a_long_comment_is_cut_in_the_picture_and_whole_in_the_text() -> None:
    step = STEPS[1].model_copy(update={"commentaire": "mot " * 140 + "fin"})
    assert "fin" not in "".join(t for node in tree(render_timeline_svg([step])).iter(f"{SVG}text") for t in node.itertext())
    assert timeline_text([step]).endswith("fin »")


def test_without_steps_there_is_no_picture() -> None:
    assert timeline_text([]) == ""
    with pytest.raises(ValueError, match="au moins une étape"):
        render_timeline_svg([])


def test_the_public_form_carries_picture_and_text_and_two_pictures_share_no_id() -> None:
    first = TimelinePublic(titre="Une", etapes=STEPS).model_dump()
    second = TimelinePublic(titre="Autre", etapes=STEPS).model_dump()
    assert first["texte"] == timeline_text(STEPS)
    assert {n.get("id") for n in tree(first["svg"]).iter()} & {n.get("id") for n in tree(second["svg"]).iter()} == {None}
    assert TimelinePublic.model_validate(Timeline(titre="Une", etapes=STEPS).model_dump(mode="json")).svg == first["svg"]


@given(st.text(max_size=300), st.text(max_size=600), st.text(max_size=300))
def test_whatever_is_written_the_picture_is_well_formed(label: str, comment: str, title: str) -> None:
    step = TimelineStep(code="X", libelle=label, le=date(2026, 1, 1), par=label, commentaire=comment)
    root = tree(render_timeline_svg([step, step], title, "x"))
    height = float((root.get("viewBox") or "").split()[3])
    assert all(float(node.get("y") or 0) <= height for node in root.iter(f"{SVG}text"))
