"""`make sync`: the titles and questions of the fiches are training examples too; this writes them in Rasa's form.

Run: python -m assistant.knowledge.export_questions [--check]. With --check nothing is written; exit code 1 when it is stale.
"""

from pathlib import Path
from typing import Annotated

import typer

from assistant.knowledge.check import load_examples
from assistant.knowledge.load import load_knowledge
from assistant.knowledge.schemas import Fiche
from assistant.text import fold_words

TARGET = Path("data/nlu/titres_et_questions.yml")
_HEAD = """\
# Written by `make sync` from the titles and questions of data/knowledge/fiches: edit those, not this file.
version: "3.1"
nlu:
"""


def render(fiches: list[Fiche], taken: set[str]) -> str:
    """The file's content; a text that already is an example elsewhere (`taken`, as folded words) is left out."""
    blocks = []
    seen = set(taken)
    for fiche in sorted(fiches, key=lambda fiche: fiche.id):
        lines = []
        for text in (fiche.titre, *fiche.questions):
            key = " ".join(fold_words(text))
            if key not in seen:
                seen.add(key)
                lines.append(f"    - {text}\n")
        if lines:
            blocks.append(f"- intent: fiche/{fiche.id}\n  examples: |\n{''.join(lines)}")
    return _HEAD + "\n".join(blocks)


def main(
    check: Annotated[bool, typer.Option(help="Seulement contrôler que le fichier est à jour.")] = False,
    knowledge_dir: Path = Path("data/knowledge"),
) -> None:
    """Write data/nlu/titres_et_questions.yml."""
    knowledge = load_knowledge(knowledge_dir)
    written = load_examples(TARGET.parent, leave_out=TARGET)
    taken = {" ".join(fold_words(text)) for texts in written.values() for text in texts}
    content = render(list(knowledge.fiches.values()), taken)
    if not check:
        TARGET.write_text(content, encoding="utf-8")
    elif not TARGET.is_file() or TARGET.read_text(encoding="utf-8") != content:
        typer.echo(f"{TARGET} n'est plus à jour : lancez « make sync ».")
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
