"""An invoice that comes in with a form: read to a place of its own, which is gone after the block, whatever happens."""

import asyncio
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.dependencies import Context
from api.errors import Problem
from assistant.database import now
from assistant.invoices.files.limits import readable_size
from assistant.invoices.schemas import CheckOptions
from assistant.knowledge.load import Knowledge
from assistant.sollicitations.siret import normalize_siret
from assistant.text import clean

PREFIX = "choriste-facture-"
# Words around the file: parameters are a few signs each.
FORM_BYTES = 64 * 1024
_MAX_FIELDS = 20
_MAX_FIELD_BYTES = 8 * 1024
_MAX_NAME = 255
_CHUNK = 256 * 1024
_SWEEP_AFTER_SECONDS = 3600
_YES, _NO = frozenset({"oui", "true", "1"}), frozenset({"non", "false", "0"})


@dataclass(frozen=True)
class Received:
    """A file on the disk, for the time of the block, and what was said beside it. `name` as the browser gives it, cleaned."""

    path: Path
    name: str
    sha256: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Sent:
    """The form before its file is looked at."""

    fields: Mapping[str, str] = field(default_factory=dict)
    files: list[UploadFile] = field(default_factory=list)


@asynccontextmanager
async def read(request: Request, texts: Mapping[str, str]) -> AsyncIterator[Sent]:
    """The form; its file lies where no name leads to (starlette's spooled files) until `stored`. Raises Problem."""
    try:
        form = await request.form(max_files=4, max_fields=_MAX_FIELDS, max_part_size=_MAX_FIELD_BYTES)
    except ClientDisconnect as error:
        raise Problem(400, "envoi_interrompu", texts["verif_envoi_interrompu"]) from error
    except HTTPException as error:
        raise Problem(400, "formulaire_illisible", texts["verif_envoi_interrompu"]) from error
    try:
        items = form.multi_items()
        # A file field that was left empty comes as a file without a name.
        files = [value for name, value in items if isinstance(value, UploadFile) and value.filename and name == "file"]
        yield Sent({name: value.strip() for name, value in items if isinstance(value, str) and name != "file"}, files)
    finally:
        await form.close()


@asynccontextmanager
async def stored(context: Context, sent: Sent) -> AsyncIterator[Received]:
    """The one file of the form in a folder of its own (0700). Raises Problem: none, several, too large."""
    texts, most = context.services.knowledge.textes, max_bytes(context)
    if not sent.files:
        raise Problem(422, "fichier_absent", texts["verif_fichier_absent"])
    if len(sent.files) > 1:
        raise Problem(422, "plusieurs_fichiers", texts["verif_plusieurs_fichiers"])
    [upload] = sent.files
    # Made and removed without a thread: a cancelled request must find the way to `finally` with nothing half done.
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        path = folder / "facture"
        digest = hashlib.sha256()
        size = 0
        with path.open("xb") as target:
            while chunk := await upload.read(_CHUNK):
                size += len(chunk)
                if size > most:
                    raise Problem(413, "fichier_trop_grand", texts["verif_trop_grand"].format(limite=readable_size(most)))
                digest.update(chunk)
                await asyncio.to_thread(target.write, chunk)
        yield Received(path, file_name(upload.filename or ""), digest.hexdigest(), sent.fields)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def max_bytes(context: Context) -> int:
    """The most that may come in: a whole lot. What a single file may weigh is the check's business."""
    return context.max_invoice_bytes


def file_name(given: str) -> str:
    """The name to show: no folders, no invisible signs (that turn « fdp.exe » round), cut where it is endless."""
    return clean(given.replace("\\", "/").rpartition("/")[2])[:_MAX_NAME] or "facture"


def read_options(context: Context, fields: Mapping[str, str]) -> tuple[CheckOptions, dict[str, str]]:
    """The options, and a French sentence for each field that does not fit (the option is then absent)."""
    knowledge: Knowledge = context.services.knowledge
    errors: dict[str, str] = {}

    siret = None
    if fields.get("siret_destinataire"):
        try:
            siret = normalize_siret(fields["siret_destinataire"])
        except ValueError as error:
            errors["siret_destinataire"] = str(error)
    cadre = fields.get("cadre", "").upper() or None
    if cadre is not None and cadre not in knowledge.cadres:
        errors["cadre"] = knowledge.textes["verif_cadre_inconnu"].format(cadre=cadre[:20])
        cadre = None
    demands: dict[str, bool | None] = {}
    for name in ("code_service_exige", "engagement_exige"):
        word = fields.get(name, "").lower()
        if word and word not in _YES | _NO:
            errors[name] = knowledge.textes["verif_oui_non"]
        demands[name] = True if word in _YES else False if word in _NO else None
    today = now().astimezone(context.services.desk.hours.zone).date()
    options = CheckOptions(
        today=today,
        siret_destinataire=siret,
        cadre=cadre,
        code_service_exige=demands["code_service_exige"],
        engagement_exige=demands["engagement_exige"],
    )
    return options, errors


def sweep(before: float | None = None) -> int:
    """Take away what a process that was killed left behind; returns how many folders went."""
    limit = time.time() - _SWEEP_AFTER_SECONDS if before is None else before
    gone = 0
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        # Another account's folder of that name is not ours to touch.
        if not folder.is_symlink() and folder.stat().st_uid == os.getuid() and folder.stat().st_mtime < limit:
            shutil.rmtree(folder, ignore_errors=True)
            gone += 1
    return gone
