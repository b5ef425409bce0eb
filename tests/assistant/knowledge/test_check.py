"""`make check-knowledge`: each rule notices what it is for, and says nothing of what is right."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from assistant.knowledge.check import check_examples, check_fiches, facts_not_used, load_examples, main, read_facts
from assistant.knowledge.load import Knowledge, load_knowledge
from tests.assistant.knowledge.samples import FICHE, SOLLICITATIONS, write_knowledge

FACTS = "Un essai dure 15 jours et coûte 1 250,50 euros."


def with_fiche(tmp_path: Path, text: str) -> Knowledge:
    place = write_knowledge(tmp_path)
    (place / "fiches" / "essai" / "essai-creer.md").write_text(text, encoding="utf-8")
    return load_knowledge(place)


def test_the_good_knowledge_has_no_problem(tmp_path: Path) -> None:
    assert list(check_fiches(load_knowledge(write_knowledge(tmp_path)), FACTS)) == []


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("et cliquez sur", "et " + "cliquez " * 60 + "sur", "la réponse courte a 70 mots (au plus 60)"),
        ("[essai-supprimer]", "[essai-inconnu]", "voir_aussi : la fiche « essai-inconnu » n'existe pas"),
        ("## Autrement dit\nIl suffit de cliquer.\n\n", "", "la section « Autrement dit » manque"),
        ("Deux jours.", "Deux jours, non vérifié.", "« non vérifié » ne doit pas s'y trouver"),
        ("Deux jours.", "<b>Deux jours</b>.", "« <b » ne doit pas s'y trouver"),
        ("Deux jours.", "![image](https://exemple.fr/page)", "« ![ » ne doit pas s'y trouver"),
        ("Deux jours.", "| a | b |", "« | » ne doit pas s'y trouver"),
        ("Deux jours.", "Voyez [là](https://ailleurs.fr/).", "le lien https://ailleurs.fr/ n'est pas une des sources"),
        ("Deux jours.", "Après 16 jours.", "le nombre 16 ne se trouve pas dans les faits"),
        ("Deux jours.", "Après 1 260,50 euros.", "le nombre 1260,50 ne se trouve pas dans les faits"),
        ("Deux jours.", "À COMPLÉTER : le délai.", "« À COMPLÉTER » : ce brouillon n'est pas terminé"),
        ("titre: Créer un essai", "titre: Supprimer un essai", "le titre « Supprimer un essai » sert deux fois"),
    ],
)
def test_each_rule_tells_the_fiche_and_what_is_wrong(tmp_path: Path, before: str, after: str, told: str) -> None:
    assert before in FICHE
    problems = list(check_fiches(with_fiche(tmp_path, FICHE.replace(before, after)), FACTS))
    assert f"essai-creer: {told}" in problems


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Deux jours.", "Après 15 jours, 1 250,50 euros, 1\u00a0250,50 euros."),
        ("Deux jours.", "Étape 3 sur 10."),
        ("Deux jours.", "Voyez [là](https://exemple.fr/page) et [le portail](https://portail.chorus-pro.gouv.fr/)."),
    ],
)
def test_numbers_of_the_facts_small_numbers_and_links_to_the_sources_are_right(tmp_path: Path, before: str, after: str) -> None:
    assert list(check_fiches(with_fiche(tmp_path, FICHE.replace(before, after)), FACTS)) == []


def test_without_the_facts_numbers_are_not_judged(tmp_path: Path) -> None:
    knowledge = with_fiche(tmp_path, FICHE.replace("Deux jours.", "Après 16 jours."))
    assert list(check_fiches(knowledge, None)) == []


def test_a_category_must_name_fiches_that_exist(tmp_path: Path) -> None:
    place = write_knowledge(tmp_path)
    (place / "sollicitations.yml").write_text(SOLLICITATIONS.replace("[essai-creer]", "[essai-perdu]"), encoding="utf-8")
    assert list(check_fiches(load_knowledge(place), None)) == ["sollicitations.yml, essai: la fiche « essai-perdu » n'existe pas"]


# --- training examples ----------------------------------------------------------------------------------------------


def enough(name: str) -> list[str]:
    return [f"{name} exemple {chr(97 + number)}" for number in range(15)]


@pytest.fixture
def good(tmp_path: Path) -> Knowledge:
    return load_knowledge(write_knowledge(tmp_path))


def test_enough_different_examples_are_right(good: Knowledge) -> None:
    assert list(check_examples(good, {f"fiche/{name}": enough(name) for name in good.fiches})) == []


def test_too_few_examples_are_told(good: Knowledge) -> None:
    examples = {"fiche/essai-creer": enough("un")[:14]}
    assert list(check_examples(good, examples)) == [
        "essai-creer: 14 exemples (il en faut 15)",
        "essai-supprimer: 0 exemples (il en faut 15)",
    ]


def test_the_same_example_in_two_intents_is_told_whatever_its_accents(good: Knowledge) -> None:
    examples = {f"fiche/{name}": enough(name) for name in good.fiches}
    examples["fiche/essai-creer"] += ["Où est l’état ?"]
    examples["saluer"] = ["ou est l'etat"]
    assert list(check_examples(good, examples)) == ["« ou est l'etat » est à la fois dans fiche/essai-creer et dans saluer"]


def test_examples_of_a_fiche_that_does_not_exist_are_told(good: Knowledge) -> None:
    examples = {f"fiche/{name}": enough(name) for name in good.fiches} | {"fiche/essai-perdu": ["perdu"]}
    assert list(check_examples(good, examples)) == ["fiche/essai-perdu: cette fiche n'existe pas"]


def test_examples_are_read_from_all_the_files_but_one(tmp_path: Path) -> None:
    head = 'version: "3.1"\nnlu:\n'
    (tmp_path / "un.yml").write_text(
        head + "- intent: saluer\n  examples: |\n    - bonjour\n    - salut - toi\n- lookup: villes\n  examples: |\n    - Lyon\n",
        encoding="utf-8",
    )
    (tmp_path / "deux.yml").write_text(head + "- intent: saluer\n  examples: |\n    - coucou\n", encoding="utf-8")
    assert load_examples(tmp_path) == {"saluer": ["coucou", "bonjour", "salut - toi"]}
    assert load_examples(tmp_path, leave_out=tmp_path / "deux.yml") == {"saluer": ["bonjour", "salut - toi"]}


# --- coverage and the command ---------------------------------------------------------------------------------------


def facts_directory(tmp_path: Path) -> Path:
    place = tmp_path / "facts"
    place.mkdir()
    (place / "compte.md").write_text("### A-01. Un fait\n### A-77. Un autre\nUn essai dure 15 jours.\n", encoding="utf-8")
    (place / "factures.md").write_text("**Q01.** Une question\n", encoding="utf-8")
    (place / "marches-paiement-reforme.md").write_text("### E-5. Encore un\n", encoding="utf-8")
    return place


def test_facts_that_nothing_names_are_listed(tmp_path: Path, good: Knowledge) -> None:
    assert list(facts_not_used(good, facts_directory(tmp_path))) == [
        "A-77 (compte.md)",
        "B-Q01 (factures.md)",
        "E-5 (marches-paiement-reforme.md)",
    ]


def run(knowledge: Path, nlu: Path, facts: Path) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(main)
    result = CliRunner().invoke(app, ["--knowledge-dir", str(knowledge), "--nlu-dir", str(nlu), "--facts", str(facts)])
    return result.exit_code, result.output


def nlu_directory(tmp_path: Path, *intents: str) -> Path:
    place = tmp_path / "nlu"
    place.mkdir()
    blocks = [
        f"- intent: {intent}\n  examples: |\n" + "".join(f"    - {text}\n" for text in enough(intent)) for intent in intents
    ]
    (place / "essai.yml").write_text('version: "3.1"\nnlu:\n' + "".join(blocks), encoding="utf-8")
    return place


def test_the_command_says_that_all_is_in_order_and_counts(tmp_path: Path) -> None:
    nlu = nlu_directory(tmp_path, "fiche/essai-creer", "fiche/essai-supprimer")
    code, said = run(write_knowledge(tmp_path), nlu, facts_directory(tmp_path))
    assert code == 0
    assert "2 fiches : essai 2" in said
    assert "1 statuts, 1 anomalies, 1 cadres, 1 termes, 1 catégories de sollicitation" in said
    assert "Faits sans fiche (3)" in said
    assert "Les connaissances sont en ordre." in said


def test_the_command_fails_and_lists_what_is_to_be_mended(tmp_path: Path) -> None:
    code, said = run(write_knowledge(tmp_path), nlu_directory(tmp_path, "fiche/essai-creer"), tmp_path / "absent")
    assert code == 1
    assert "✗ essai-supprimer: 0 exemples (il en faut 15)" in said
    assert "nombres et couverture ne sont pas contrôlés" in said
    assert "en ordre" not in said


def test_the_command_fails_with_every_reason_when_nothing_can_be_loaded(tmp_path: Path) -> None:
    place = write_knowledge(tmp_path)
    (place / "statuts.csv").unlink()
    (place / "cadres.csv").unlink()
    code, said = run(place, nlu_directory(tmp_path), tmp_path / "absent")
    assert code == 1
    assert f"✗ {place / 'statuts.csv'}: ce fichier manque" in said
    assert f"✗ {place / 'cadres.csv'}: ce fichier manque" in said


def test_the_facts_are_read_as_one_folded_text(tmp_path: Path) -> None:
    assert "un essai dure 15 jours" in read_facts(facts_directory(tmp_path))
