"""data/triage: what is wrong is told with the file it stands in; what stands there is right."""

import shutil
from pathlib import Path

import pytest

from assistant.helpdesk.triage.data import MIN_EXAMPLES, TriageData, TriageDataError, load_triage_data, read_examples
from assistant.knowledge.load import Knowledge
from assistant.text import fold_words
from tests.support.paths import ROOT, TRIAGE


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A copy of data/triage to spoil."""
    return Path(shutil.copytree(TRIAGE, tmp_path / "triage"))


def spoil(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_every_category_has_examples_enough_and_every_fiche_a_category_or_none(data: TriageData, knowledge: Knowledge) -> None:
    assert list(data.examples) == list(knowledge.categories)
    assert min(map(len, data.examples.values())) >= MIN_EXAMPLES
    assert set(data.fiches.values()) <= set(knowledge.categories)
    assert len(data.fiches) > 0.9 * len(knowledge.fiches)
    for categorie in knowledge.categories.values():
        for fiche in categorie.fiches:
            assert knowledge.categories[data.fiches[fiche]].fiches.count(fiche) == 1


def test_no_request_that_judges_teaches(data: TriageData) -> None:
    held_out = read_examples(ROOT / "bench" / "triage" / "controle.yml")
    judging = {" ".join(fold_words(text)) for texts in held_out.values() for text in texts}
    teaching = {" ".join(fold_words(text)) for texts in data.examples.values() for text in texts}
    assert not judging & teaching


def test_the_examples_name_no_real_address_nor_number(data: TriageData) -> None:
    for texts in data.examples.values():
        for text in texts:
            assert "@" not in text, text
            assert not any(word.isdigit() and len(word) >= 9 for word in text.split()), text


@pytest.mark.parametrize(
    ("name", "before", "after", "problem"),
    [
        ("exemples.yml", "connexion:\n", "conexion:\n", "« conexion » n'existe pas"),
        ("exemples.yml", '- "Login impossible"', "- 12", "une liste de textes"),
        ("exemples.yml", '- "site en panne ?"', '- "Login impossible"', "à la fois dans connexion et dans anomalie_portail"),
        ("priorite.yml", "urgente: 6", "urgente: beaucoup", r"niveaux\.urgente"),
        ("priorite.yml", "autre: -1", "autres: -1", "« autres » n'existe pas"),
        ("priorite.yml", "    points: 3\n", "    poids: 3\n", r"signaux\.0\.points"),
        ("fiches.yml", "avoir: depot_facture_erreur", "avoir: depot", "« depot » n'existe pas"),
        ("fiches.yml", "compte-creer:", "compte-cree:", "la fiche « compte-cree » n'existe pas"),
        ("textes.yml", 'priorite_basse: "Basse"', "priorite_basse: 1", "priorite_basse: un texte est attendu"),
    ],
)
def test_a_mistake_is_told_with_its_file(
    directory: Path, knowledge: Knowledge, name: str, before: str, after: str, problem: str
) -> None:
    spoil(directory / name, before, after)
    with pytest.raises(TriageDataError, match=problem) as told:
        load_triage_data(directory, knowledge)
    assert name in str(told.value)


@pytest.mark.parametrize("name", ["exemples.yml", "priorite.yml", "fiches.yml", "textes.yml"])
def test_a_missing_file_is_told(directory: Path, knowledge: Knowledge, name: str) -> None:
    (directory / name).unlink()
    with pytest.raises(TriageDataError, match=name):
        load_triage_data(directory, knowledge)


def test_a_category_with_too_few_examples_is_told(directory: Path, knowledge: Knowledge) -> None:
    path = directory / "exemples.yml"
    kept = [
        line for line in path.read_text(encoding="utf-8").splitlines() if "PISTE" not in line and "piste" not in line.lower()[:4]
    ]
    path.write_text("\n".join([*kept, "piste:", '  - "invalid_client"']), encoding="utf-8")
    with pytest.raises(TriageDataError, match=r"piste: 1 exemples \(il en faut 25\)"):
        load_triage_data(directory, knowledge)
