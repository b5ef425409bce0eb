"""The check of the journeys: the real ones are in order; each kind of mistake is told with its place."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.journeys.check import check_journeys, fact_ids
from assistant.journeys.load import Journeys, load_journeys
from assistant.knowledge.load import Knowledge, KnowledgeError
from assistant.knowledge.schemas import Confiance, Source
from tests.live import ROOT

FACTS = ROOT.parent / "shared" / "facts"


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    """A small base of facts."""
    (tmp_path / "compte.md").write_text("### A-01. Où ?\n- 60 minutes\n", encoding="utf-8")
    (tmp_path / "factures.md").write_text("## 3. Cadres\n### 2.10 Travaux\n**Q01. Quoi ?**\n", encoding="utf-8")
    (tmp_path / "marches-paiement-reforme.md").write_text("### E-101. Qui ?\n", encoding="utf-8")
    (tmp_path / "anomalies.csv").write_text("id,domaine\nANO-01,x\n", encoding="utf-8")
    (tmp_path / "quiz.jsonl").write_text('{"id": "QZ-F01"}\n', encoding="utf-8")
    return tmp_path


def changed(journeys: Journeys, part: str, key: str, **changes: Any) -> Journeys:
    entries = dict(getattr(journeys, part))
    entries[key] = entries[key].model_copy(update=changes)
    if part == "items":
        series = {
            name: serie.model_copy(update={"items": [entries[item.id] for item in serie.items]})
            for name, serie in journeys.series.items()
        }
        return replace(journeys, items=entries, series=series)
    return replace(journeys, **{part: entries})


def problems(journeys: Journeys, knowledge: Knowledge, facts: Path | None = None) -> list[str]:
    return list(check_journeys(journeys, knowledge, facts))


def test_the_journeys_are_in_order(journeys: Journeys, knowledge: Knowledge) -> None:
    assert problems(journeys, knowledge, FACTS if FACTS.is_dir() else None) == []


def test_ids_of_facts_are_read_from_each_file(facts: Path) -> None:
    assert fact_ids(facts) == {"A-01", "B-3", "B-2.10", "B-Q01", "E-101", "ANO-01", "QZ-F01"}


def test_a_fact_that_does_not_exist_is_told(journeys: Journeys, knowledge: Knowledge, facts: Path) -> None:
    found = problems(journeys, knowledge, facts)
    assert "parcours/compte.yml, compte-creer: le fait « A-02 » n'existe pas" in found
    assert not [one for one in found if "« A-01 »" in one]


def test_a_number_that_is_not_in_the_facts_is_told(journeys: Journeys, knowledge: Knowledge, facts: Path) -> None:
    found = problems(journeys, knowledge, facts)
    assert "parcours/facture.yml, a9: le nombre 15 ne se trouve pas dans les faits" in found
    assert "parcours/compte.yml, compte-activer: le nombre 60 ne se trouve pas dans les faits" not in found


@pytest.mark.parametrize(
    ("part", "key", "changes", "told"),
    [
        ("etapes", "banque", {"fiches": ["disparue"]}, "parcours/compte.yml, banque: la fiche « disparue » n'existe pas"),
        ("etapes", "banque", {"reussi": "Ceci est non vérifié."}, "parcours/compte.yml, banque: « non vérifié » ne doit pas"),
        (
            "etapes",
            "banque",
            {"sources": [Source(titre="Un fichier", url="http://intranet/x")]},
            "http://intranet/x n'est pas une adresse publique",
        ),
        ("etapes", "suivi", {"confiance": Confiance.BASSE}, "suivi: un fait peu sûr doit être dit comme tel"),
        ("resultats", "a1", {"cadre": "A26"}, "parcours/facture.yml, a1: le cadre A26 n'existe pas"),
        ("items", "QA-01", {"bonne": "La payer", "mauvaises": ["la payer !", "x", "y"]}, "QA-01: deux choix disent la même"),
        ("items", "QA-01", {"theme": "disparu"}, "QA-01: le thème « disparu » n'existe pas"),
        ("items", "QA-01", {"confiance": Confiance.BASSE}, "QA-01: une question ne porte pas sur un fait peu sûr"),
        ("branches", "association", {"etapes": ["disparue", "suivi", "suivi"]}, "l'étape « disparue » n'existe pas"),
        ("branches", "association", {"etapes": ["suivi", "suivi"]}, "association: une étape y est deux fois"),
    ],
)
def test_each_mistake_is_told_with_its_place(
    journeys: Journeys, knowledge: Knowledge, part: str, key: str, changes: dict[str, Any], told: str
) -> None:
    found = problems(changed(journeys, part, key, **changes), knowledge)
    assert [one for one in found if told in one], found


def test_questions_that_turn_round_or_lead_nowhere_are_told(journeys: Journeys, knowledge: Knowledge) -> None:
    document = journeys.questions["document"]
    loop = [document.choix[0].model_copy(update={"vers": "document"}), document.choix[1].model_copy(update={"vers": "rien"})]
    found = problems(changed(journeys, "questions", "document", choix=loop), knowledge)
    assert "parcours/facture.yml: les questions tournent en rond (document → document)" in found
    assert "parcours/facture.yml: « rien » n'est ni une question ni un résultat" in found
    assert "parcours/facture.yml: rien ne mène à « role »" in found


def test_files_that_are_missing_or_malformed_are_told_all_at_once(tmp_path: Path) -> None:
    (tmp_path / "parcours").mkdir()
    (tmp_path / "parcours" / "compte.yml").write_text("titre: X\n", encoding="utf-8")
    with pytest.raises(KnowledgeError) as raised:
        load_journeys(tmp_path)
    told = "\n".join(raised.value.problems)
    assert "compte.yml, question: Field required" in told
    assert "facture.yml" in told
    assert "aucun quiz ne s'y trouve" in told
