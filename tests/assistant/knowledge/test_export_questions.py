"""`make sync`: titles and questions of the fiches become training examples."""

from pathlib import Path

import pytest
import typer
import yaml
from typer.testing import CliRunner

from assistant.knowledge import export_questions
from assistant.knowledge.check import load_examples
from assistant.knowledge.load import load_knowledge
from tests.assistant.knowledge.samples import write_knowledge


def intents(content: str) -> dict[str, list[str]]:
    return {
        block["intent"]: [line.removeprefix("- ") for line in block["examples"].splitlines()]
        for block in yaml.safe_load(content)["nlu"] or []
    }


def test_each_fiche_gives_its_title_and_questions_once_in_the_order_of_ids(tmp_path: Path) -> None:
    fiches = list(load_knowledge(write_knowledge(tmp_path)).fiches.values())
    content = export_questions.render(fiches[::-1], set())
    assert list(intents(content)) == ["fiche/essai-creer", "fiche/essai-supprimer"]
    assert intents(content)["fiche/essai-creer"] == ["Créer un essai", *fiches[0].questions]
    assert yaml.safe_load(content)["version"] == "3.1"
    assert content == export_questions.render(fiches, set())


def test_what_is_an_example_elsewhere_is_left_out_whatever_its_accents(tmp_path: Path) -> None:
    fiches = list(load_knowledge(write_knowledge(tmp_path)).fiches.values())
    content = export_questions.render(fiches, {"creer un essai", "je veux creer un essai"})
    assert intents(content)["fiche/essai-creer"] == ["Comment créer un essai ?", "Où crée-t-on un essai ?"]


def test_a_question_that_two_fiches_share_is_written_for_the_first_only(tmp_path: Path) -> None:
    fiche = next(iter(load_knowledge(write_knowledge(tmp_path)).fiches.values()))
    twin = fiche.model_copy(update={"id": "essai-jumeau"})
    assert list(intents(export_questions.render([twin, fiche], set()))) == ["fiche/essai-creer"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's directory with the small knowledge and one file of examples."""
    place = write_knowledge(tmp_path)
    (tmp_path / "data" / "nlu").mkdir(parents=True)
    place.rename(tmp_path / "data" / "knowledge")
    (tmp_path / "data" / "nlu" / "essai.yml").write_text(
        "nlu:\n- intent: fiche/essai-creer\n  examples: |\n    - creer un essai\n", encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(export_questions.main)
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def test_the_check_fails_until_the_file_is_written_and_again_when_a_fiche_changes(project: Path) -> None:
    code, said = run("--check")
    assert (code, "lancez « make sync »" in said) == (1, True)
    assert not (project / export_questions.TARGET).exists()
    assert run()[0] == 0
    assert run("--check") == (0, "")
    path = project / "data" / "knowledge" / "fiches" / "essai" / "essai-creer.md"
    path.write_text(path.read_text(encoding="utf-8").replace("Je veux créer", "Je souhaite créer"), encoding="utf-8")
    assert run("--check")[0] == 1


def test_what_was_written_can_be_read_as_examples_and_names_no_text_twice(project: Path) -> None:
    run()
    examples = load_examples(project / "data" / "nlu")["fiche/essai-creer"]
    assert examples.count("creer un essai") == 1
    assert "Créer un essai" not in examples
    assert "Je veux créer un essai" in examples
