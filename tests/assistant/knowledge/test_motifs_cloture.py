"""Reasons for closing: what stands in data/knowledge/motifs_cloture.yml, and what is refused there."""

import re
from pathlib import Path

import pytest

from assistant.knowledge.load import Knowledge, KnowledgeError, load_knowledge
from assistant.sollicitations.person_side import PERSON_REASON
from tests.assistant.knowledge.samples import MOTIFS, write_knowledge


def test_the_desk_has_some_ten_reasons_of_one_sentence_each(knowledge: Knowledge) -> None:
    of_the_desk = [motif for motif in knowledge.motifs_cloture.values() if motif.par == "agent"]
    assert 8 <= len(of_the_desk) <= 15
    for motif in knowledge.motifs_cloture.values():
        assert motif.phrase.endswith(".")
        assert not re.search(r"[.!?] [A-ZÀÉ]", motif.phrase)
    assert len({motif.titre for motif in of_the_desk}) == len(of_the_desk)


def test_the_reason_of_the_person_is_the_one_that_the_code_gives(knowledge: Knowledge) -> None:
    assert [motif.id for motif in knowledge.motifs_cloture.values() if motif.par == "usager"] == [PERSON_REASON]


def test_no_reason_promises_a_delay(knowledge: Knowledge) -> None:
    for motif in knowledge.motifs_cloture.values():
        assert not re.search(r"\b(heures|jours|semaines?|rapidement|bientôt)\b", motif.phrase)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("id: resolue", "id: Résolue !", "motifs_cloture.yml, Résolue !: id"),
        ("phrase: Votre problème est résolu, merci.", "phrase: Résolu.", "motifs_cloture.yml, resolue: phrase"),
        ("    par: usager\n", "    par: tiers\n", "motifs_cloture.yml, par_la_personne: par"),
        ("    par: usager\n", "", "il faut des motifs de l'assistance et celui de la personne"),
        ("id: par_la_personne", "id: resolue", "« resolue » existe deux fois"),
        ("motifs:", "autres:", "il faut des motifs de l'assistance"),
        (MOTIFS, "motifs: 3\n", "une liste « motifs » est attendue"),
    ],
)
def test_what_is_wrong_is_told_with_its_file(tmp_path: Path, before: str, after: str, told: str) -> None:
    place = write_knowledge(tmp_path)
    assert before in MOTIFS
    (place / "motifs_cloture.yml").write_text(MOTIFS.replace(before, after), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=told):
        load_knowledge(place)


def test_without_the_file_nothing_starts(tmp_path: Path) -> None:
    place = write_knowledge(tmp_path)
    (place / "motifs_cloture.yml").unlink()
    with pytest.raises(KnowledgeError, match=r"motifs_cloture\.yml: ce fichier manque"):
        load_knowledge(place)
