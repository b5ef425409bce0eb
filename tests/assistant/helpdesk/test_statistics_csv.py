"""The CSV: what a French spreadsheet reads, and never a formula."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.helpdesk.enums import Champ
from assistant.helpdesk.statistics import Delai, Granularite, Part, Rapport, Robot, Tranche
from assistant.helpdesk.statistics_csv import cell, to_csv
from assistant.helpdesk.triage.service import Agreement
from assistant.knowledge.load import Knowledge

REPORT = Rapport(
    since=datetime(2026, 11, 1, tzinfo=UTC),
    until=datetime(2026, 11, 3, tzinfo=UTC),
    granularite=Granularite.JOUR,
    tranches=[Tranche(date(2026, 11, 1), 3, 1, 0, 5), Tranche(date(2026, 11, 2), 4, 2, 1, 6)],
    creees=7,
    closes=3,
    par_categorie={"piste": 5, "=cmd|' /C calc'!A0": 2},
    par_route={"support": 7},
    par_origine={"api": 7},
    premiere_reponse=Delai(7, 7, 5400, 9000),
    sans_reponse=0,
    resolution=Delai(0, 0, None, None),
    renvois=Part(1, 3),
    mauvaises_routes=Part(0, 0),
    changements_route=[],
    sujets=[("compte-bloque", 4), ("fiche-disparue", 1)],
    robot=Robot(11, 10, 4, 3),
    accord=[Agreement(Champ.CATEGORIE, 3, 1, 0)],
)


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_it_begins_with_a_bom_and_every_line_has_five_cells(knowledge: Knowledge) -> None:
    content = to_csv(REPORT, knowledge=knowledge)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == len(rows(content))
    assert rows(content)[0] == ["Rubrique", "Élément", "Début de tranche", "Valeur", "Unité"]
    assert {len(row) for row in rows(content)} == {5}


def test_figures_come_with_titles_units_and_decimal_commas(knowledge: Knowledge) -> None:
    found = rows(to_csv(REPORT, knowledge=knowledge))
    for row in (
        ["Volumes", "Sollicitations créées", "2026-11-02", "4", "nombre"],
        ["Créées, par catégorie", knowledge.categories["piste"].titre, "", "5", "nombre"],
        ["Créées, par destinataire", "Support Chorus Pro", "", "7", "nombre"],
        ["Délais", "Première réponse : médiane", "", "1,5", "heures d'ouverture"],
        ["Délais", "Résolution, hors attente de la personne : médiane", "", "", "heures d'ouverture"],
        ["Qualité", "Renvoyées par la personne : part", "", "0,3333", "part (0 à 1)"],
        ["Qualité", "Destinataire changé : part", "", "", "part (0 à 1)"],
        ["Sujets les plus demandés", knowledge.fiches["compte-bloque"].titre, "", "4", "nombre"],
        ["Sujets les plus demandés", "fiche-disparue", "", "1", "nombre"],
        ["Assistant", "Conversations terminées sur une réponse", "", "0,4", "part (0 à 1)"],
        ["Propositions de tri acceptées", "Catégorie", "", "0,75", "part (0 à 1)"],
    ):
        assert row in found


def test_a_name_that_would_be_a_formula_is_text(knowledge: Knowledge) -> None:
    found = rows(to_csv(REPORT, knowledge=knowledge))
    assert ["Créées, par catégorie", "'=cmd|' /C calc'!A0", "", "2", "nombre"] in found


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+33", "'+33"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("a=1", "a=1"),
        (-1, "-1"),
        (None, ""),
        (0.5, "0,5"),
        (2.0, "2"),
        (1 / 3, "0,3333"),
        (0.0, "0"),
    ],
)
def test_cells_are_written_so(value: str | int | float | None, written: str) -> None:
    assert cell(value) == written


@given(st.text())
def test_no_text_is_ever_read_as_a_formula(knowledge: Knowledge, text: str) -> None:
    content = to_csv(replace(REPORT, par_categorie={text: 1}), knowledge=knowledge)
    for row in rows(content):
        for one in row:
            assert not one.startswith(("=", "+", "-", "@", "\t", "\r"))
