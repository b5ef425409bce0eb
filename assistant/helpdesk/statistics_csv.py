"""The supervisor's figures as a file that French spreadsheets open: UTF-8 with BOM, semicolons, decimal commas, no formula."""

import csv
import io
from collections.abc import Iterator

from assistant.helpdesk.statistics import Delai, Rapport
from assistant.knowledge.load import Knowledge

# What a spreadsheet would take for the beginning of a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")

Cell = str | int | float | None


def to_csv(report: Rapport, *, knowledge: Knowledge) -> bytes:
    """One line a figure: heading, element, bucket (its first day), value, unit. Titles come from the knowledge."""
    texts = knowledge.textes
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(cell(texts[f"stat_colonne_{name}"]) for name in ("rubrique", "element", "debut", "valeur", "unite"))
    for row in _rows(report, knowledge):
        writer.writerow(cell(value) for value in row)
    return buffer.getvalue().encode("utf-8-sig")


def cell(value: Cell) -> str:
    """A value as it is written: decimal comma, nothing for None, and an apostrophe before what would be a formula."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".").replace(".", ",")
    text = str(value)
    # Counts are numbers, whatever their sign; texts are not.
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def _rows(report: Rapport, knowledge: Knowledge) -> Iterator[tuple[Cell, ...]]:
    texts = knowledge.textes
    number, share, hours = texts["stat_unite_nombre"], texts["stat_unite_part"], texts["stat_unite_heures"]
    volumes = texts["stat_volumes"]
    for tranche in report.tranches:
        day = tranche.debut.isoformat()
        for name in ("creees", "closes", "renvois", "conversations"):
            yield volumes, texts[f"stat_{name}"], day, getattr(tranche, name), number
    titles = {categorie.id: categorie.titre for categorie in knowledge.categories.values()}
    for heading, counts in (
        ("stat_par_categorie", {titles.get(key, key): count for key, count in report.par_categorie.items()}),
        ("stat_par_route", {texts.get(f"stat_route_{key}", key): count for key, count in report.par_route.items()}),
        ("stat_par_origine", {texts.get(f"stat_origine_{key}", key): count for key, count in report.par_origine.items()}),
    ):
        for name, count in counts.items():
            yield texts[heading], name, None, count, number
    for name, delay in (("stat_premiere_reponse", report.premiere_reponse), ("stat_resolution", report.resolution)):
        yield texts["stat_delais"], f"{texts[name]} : {texts['stat_mediane']}", None, _hours(delay, "mediane"), hours
        yield texts["stat_delais"], f"{texts[name]} : {texts['stat_p90']}", None, _hours(delay, "p90"), hours
        yield texts["stat_delais"], f"{texts[name]} : {texts['stat_mesurees']}", None, delay.mesurees, number
    yield texts["stat_delais"], texts["stat_sans_reponse"], None, report.sans_reponse, number
    for name, part in (("stat_renvoyees", report.renvois), ("stat_mauvaises_routes", report.mauvaises_routes)):
        yield texts["stat_qualite"], texts[name], None, part.nombre, number
        yield texts["stat_qualite"], f"{texts[name]} : {texts['stat_taux']}", None, part.taux, share
    for fiche, count in report.sujets:
        title = knowledge.fiches[fiche].titre if fiche in knowledge.fiches else fiche
        yield texts["stat_sujets"], title, None, count, number
    robot = report.robot
    for name, value, unit in (
        ("stat_conversations", robot.conversations, number),
        ("stat_mesurees", robot.mesurees, number),
        ("stat_resolues", robot.taux_resolution, share),
        ("stat_passees", robot.taux_passage, share),
    ):
        yield texts["stat_robot"], texts[name], None, value, unit
    for one in report.accord:
        yield texts["stat_accord"], texts[f"stat_champ_{one.champ.value}"], None, one.taux, share


def _hours(delay: Delai, name: str) -> float | None:
    seconds: int | None = getattr(delay, name)
    return None if seconds is None else round(seconds / 3600, 2)
