"""What was kept of the review list, as files ready for data/: people read them, then run the checks and the training."""

import io
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import yaml
from sqlalchemy import select

from assistant.database import Sessions
from assistant.helpdesk.enums import SorteRevue, StatutRevue
from assistant.helpdesk.models import Revue
from assistant.helpdesk.personal_data import mask_personal
from assistant.helpdesk.review import mask_stub
from assistant.text import fold_words

_HEAD = (
    "# Exemples retenus à la relecture par l'assistance. Relisez-les, déplacez-les dans le fichier de leur domaine,\n"
    "# puis lancez « make check-knowledge » et « make train ».\n"
)


@dataclass(frozen=True)
class ExportFile:
    """A file to put at `chemin` (relative to the project)."""

    chemin: str
    contenu: str


async def export_review(
    *, sessions: Sessions, day: date, since: datetime | None = None, until: datetime | None = None
) -> list[ExportFile]:
    """Files of all lines that were kept, or of those decided in [since, until). `day` names the file of the examples.

    Personal data are masked again on the way out: a corrected text may have brought some back.
    """
    statement = select(Revue).where(Revue.statut == StatutRevue.RETENUE).order_by(Revue.id)
    if since is not None:
        statement = statement.where(Revue.decide_le >= since)
    if until is not None:
        statement = statement.where(Revue.decide_le < until)
    async with sessions() as session:
        rows = list(await session.scalars(statement))
    examples = [(row.cible, mask_personal(row.texte)) for row in rows if row.sorte == SorteRevue.EXEMPLE]
    files = [ExportFile(f"data/nlu/revue_{day.isoformat()}.yml", examples_file(examples))] if examples else []
    stubs: dict[str, str] = {}
    for row in rows:
        if row.sorte == SorteRevue.FICHE:
            stubs.setdefault(_stub_path(row.cible, row.texte, row.id), mask_stub(row.texte))
    return [*files, *(ExportFile(path, text) for path, text in stubs.items())]


def examples_file(examples: Sequence[tuple[str, str]]) -> str:
    """Rasa's YAML for (intent, text) pairs: one block an intent, each text once."""
    by_intent: dict[str, dict[str, str]] = defaultdict(dict)
    for intent, text in examples:
        by_intent[intent].setdefault(" ".join(fold_words(text)) or text, text)
    blocks = [
        f"- intent: {intent}\n  examples: |\n" + "".join(f"    - {text}\n" for text in texts.values())
        for intent, texts in sorted(by_intent.items())
    ]
    return f'{_HEAD}version: "3.1"\nnlu:\n' + "\n".join(blocks)


def export_archive(files: Sequence[ExportFile]) -> bytes:
    """The files as one ZIP; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(files, key=lambda file: file.chemin):
            entry = zipfile.ZipInfo(file.chemin, date_time=(2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.contenu.encode("utf-8"))
    return buffer.getvalue()


def _stub_path(domaine: str, text: str, number: int) -> str:
    """Where the fiche belongs; a head that people broke gets a name that tells its line of the list."""
    try:
        head = yaml.safe_load(text.split("---\n", 2)[1])
        name = str(head["id"])
    except (IndexError, KeyError, TypeError, yaml.YAMLError):
        name = ""
    safe = name if name.replace("-", "").isalnum() and name.isascii() else f"{domaine}-revue-{number}"
    return f"data/knowledge/fiches/{domaine}/{safe}.md"
