"""Files given with a sollicitation: PDF, PNG, JPEG, TXT. Checked, written outside the web root, then recorded.

The bytes of a file lie in `<data>/pieces/<two signs>/<SHA-256>.<id>`: named by their hash, each row with a file of its own, so
that taking one away never touches another. They are on the disk before the row exists; when the row cannot be written they go.
"""

import asyncio
import hashlib
import os
import time
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.database import Sessions, now, write_transaction
from assistant.masking import Secret, mask_secrets
from assistant.sollicitations.enums import TypeEvenement
from assistant.sollicitations.file_names import check_name
from assistant.sollicitations.file_types import Format, decode_text, identify
from assistant.sollicitations.models import PieceJointe, Sollicitation, SollicitationEvent

logger = structlog.get_logger()

MAX_BYTES = 10 * 1024 * 1024
MAX_FILES = 5
# Over the whole life of one sollicitation, complements included.
MAX_FILES_IN_ALL = 20

_CHUNK = 64 * 1024
# Younger leftovers may be another request's work in progress.
_SWEEP_AFTER_SECONDS = 3600
_SWEEP_BATCH = 500
_NAMES = {Format.PDF: "PDF", Format.PNG: "PNG", Format.JPEG: "JPEG", Format.TEXT: "texte"}


class RefusedFile(ValueError):
    """A file cannot be taken; the message is a French sentence that says which, why and what to do."""


class Upload(Protocol):
    """What comes with a form: a name and bytes to read."""

    @property
    def filename(self) -> str | None:
        """As the browser gives it."""

    async def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes; empty at the end."""


@dataclass(frozen=True)
class Staged:
    """A file that is checked and on the disk, and not recorded yet. `masques`: the secrets taken out of a text."""

    id: str
    nom: str
    format: Format
    taille: int
    sha256: str
    path: Path
    masques: frozenset[Secret] = frozenset()


@dataclass
class Batch:
    """The files of one form. Once `attach` has them, it answers for them."""

    files: list[Staged] = field(default_factory=list)
    handed_over: bool = False

    @property
    def masques(self) -> frozenset[Secret]:
        """The secrets taken out of its texts."""
        return frozenset(kind for one in self.files for kind in one.masques)


class PieceStore:
    """Where the bytes lie. `directory` is made when the first file comes; nothing of it is served as such."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def path(self, *, sha256: str, piece_id: str) -> Path:
        """The file of one row."""
        return self._directory / sha256[:2] / f"{sha256}.{piece_id}"

    async def stage(self, upload: Upload) -> Staged:
        """Read, check and write one file. Raises RefusedFile, with nothing left on the disk."""
        try:
            nom, announced = check_name(upload.filename or "")
        except ValueError as error:
            raise RefusedFile(str(error)) from error
        content = await _read(upload, nom)
        return await asyncio.to_thread(self._check_and_write, nom, announced, content)

    def discard(self, staged: Iterable[Staged]) -> None:
        """Take files away that will not be recorded."""
        for one in staged:
            one.path.unlink(missing_ok=True)

    @asynccontextmanager
    async def staged(self, uploads: Sequence[Upload]) -> AsyncIterator[Batch]:
        """The files of one form, checked and written; what `attach` did not get is gone after the block. Raises RefusedFile."""
        if len(uploads) > MAX_FILES:
            raise RefusedFile(f"Vous avez choisi {len(uploads)} fichiers ; {MAX_FILES} au plus sont acceptés à la fois.")
        batch = Batch()
        try:
            for upload in uploads:
                batch.files.append(await self.stage(upload))
            yield batch
        finally:
            if not batch.handed_over:
                self.discard(batch.files)

    def leftovers(self, before: float) -> Iterator[tuple[Path, str | None]]:
        """Files last written before a moment (seconds since 1970), each with the id of its row; None: never finished."""
        for path in self._directory.glob("??/*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    sha256, _, piece_id = path.name.partition(".")
                    yield path, piece_id if len(sha256) == 64 and piece_id else None

    def _check_and_write(self, nom: str, announced: Format, content: bytes) -> Staged:
        masques: frozenset[Secret] = frozenset()
        try:
            found = _as_announced(identify(content), announced)
            if found is Format.TEXT:
                masked = mask_secrets(decode_text(content))
                content, masques = masked.text.encode(), masked.found
        except ValueError as error:
            raise RefusedFile(f"« {nom} » : {error}") from error
        sha256, piece_id = hashlib.sha256(content).hexdigest(), str(uuid.uuid4())
        path = self.path(sha256=sha256, piece_id=piece_id)
        _write(path, content)
        return Staged(piece_id, nom, found, len(content), sha256, path, masques)


def _as_announced(found: Format, announced: Format) -> Format:
    if found is not announced:
        raise ValueError(f"le contenu est du {_NAMES[found]}, pas du {_NAMES[announced]} comme le dit le nom.")
    return found


async def _read(upload: Upload, nom: str) -> bytes:
    """All the bytes, and not one more than may be taken: a file that goes on is not read to its end."""
    content = bytearray()
    while chunk := await upload.read(_CHUNK):
        content += chunk
        if len(content) > MAX_BYTES:
            raise RefusedFile(f"« {nom} » : le fichier dépasse {MAX_BYTES // 1024 // 1024} Mo. Réduisez-le, puis joignez-le.")
    return bytes(content)


def _write(path: Path, content: bytes) -> None:
    """On the disk for good under a hidden name, then under its own: a file that is there is whole."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}")
    try:
        with _create(draft) as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _create(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


# --- rows -----------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def recording(*, sessions: Sessions, store: PieceStore, batch: Batch) -> AsyncIterator[list[PieceJointe]]:
    """The rows of a form's files, without `sollicitation_id` and `cree_le`, to be written in the block by a change of the
    sollicitation (service.create, lifecycle.add_complement). The files that got no row are gone from the disk afterwards."""
    batch.handed_over = True
    try:
        yield [_row(one) for one in batch.files]
    finally:
        await _discard_unrecorded(sessions, store, batch.files)


async def attach(*, sessions: Sessions, store: PieceStore, sollicitation_id: int, batch: Batch, acteur: str) -> list[PieceJointe]:
    """Record the files of a form with an event each, in one transaction of their own; returns their rows.

    A file that the sollicitation already has (same name, same content) is not recorded twice: a form sent again adds nothing.
    Raises RefusedFile when there would be too many.
    """
    if not batch.files:
        return []
    async with recording(sessions=sessions, store=store, batch=batch) as rows, write_transaction(sessions) as session:
        return await _insert(session, sollicitation_id, rows, acteur)


async def check_room(*, sessions: Sessions, sollicitation_id: int, batch: Batch) -> None:
    """Raises RefusedFile when the sollicitation would have too many files."""
    if batch.files:
        present = len(await list_pieces(sessions=sessions, sollicitation_id=sollicitation_id))
        _check_room(present, len(batch.files))


def _check_room(present: int, fresh: int) -> None:
    if present + fresh > MAX_FILES_IN_ALL:
        raise RefusedFile(f"Cette demande a déjà {present} fichiers ; {MAX_FILES_IN_ALL} au plus sont gardés.")


def _row(one: Staged) -> PieceJointe:
    return PieceJointe(id=one.id, nom=one.nom, type_mime=one.format.value, taille=one.taille, sha256=one.sha256)


async def _insert(session: AsyncSession, sollicitation_id: int, rows: Sequence[PieceJointe], acteur: str) -> list[PieceJointe]:
    moment = now()
    # Locked first: two forms at once may not pass the limit together.
    await session.execute(update(Sollicitation).where(Sollicitation.id == sollicitation_id).values(maj_le=moment))
    present = list(await session.scalars(select(PieceJointe).where(PieceJointe.sollicitation_id == sollicitation_id)))
    kept = {(row.nom, row.sha256): row for row in [*rows[::-1], *present]}
    fresh = [row for row in rows if kept[row.nom, row.sha256] is row]
    _check_room(len(present), len(fresh))
    for row in fresh:
        row.sollicitation_id, row.cree_le = sollicitation_id, moment
        event = SollicitationEvent(
            sollicitation_id=sollicitation_id,
            type=TypeEvenement.PIECE_JOINTE,
            acteur=acteur,
            detail={"id": row.id, "nom": row.nom, "taille": row.taille},
            cree_le=moment,
        )
        session.add_all([row, event])
    await session.flush()
    return [kept[row.nom, row.sha256] for row in rows]


async def _discard_unrecorded(sessions: Sessions, store: PieceStore, staged: Sequence[Staged]) -> None:
    """Take away what has no row. Where the database does not say (it may have committed), the files stay: see `sweep`."""
    if not staged:
        return
    try:
        recorded = await _recorded(sessions, [one.id for one in staged])
    except SQLAlchemyError:
        logger.exception("pieces_left_for_the_sweep", count=len(staged))
        return
    store.discard(one for one in staged if one.id not in recorded)


async def _recorded(sessions: Sessions, ids: Sequence[str]) -> set[str]:
    async with sessions() as session:
        return set(await session.scalars(select(PieceJointe.id).where(PieceJointe.id.in_(ids))))


async def list_pieces(*, sessions: Sessions, sollicitation_id: int) -> list[PieceJointe]:
    """The files of a sollicitation, oldest first."""
    async with sessions() as session:
        found = await session.scalars(
            select(PieceJointe)
            .where(PieceJointe.sollicitation_id == sollicitation_id)
            .order_by(PieceJointe.cree_le, PieceJointe.nom, PieceJointe.id)
        )
        return list(found)


async def get_piece(*, sessions: Sessions, sollicitation_id: int, piece_id: str) -> PieceJointe | None:
    """One file of this very sollicitation. The caller has proved that it may be read: follow-up token, or an agent's session."""
    if not piece_id.isprintable():
        return None
    async with sessions() as session:
        found: PieceJointe | None = await session.scalar(
            select(PieceJointe).where(PieceJointe.id == piece_id, PieceJointe.sollicitation_id == sollicitation_id)
        )
    return found


async def sweep(*, sessions: Sessions, store: PieceStore) -> int:
    """Take away what a process that was killed left on the disk without a row; returns how many files went."""
    before = time.time() - _SWEEP_AFTER_SECONDS
    found = await asyncio.to_thread(lambda: list(store.leftovers(before)))
    gone = [path for path, piece_id in found if piece_id is None]
    with_id = [(path, piece_id) for path, piece_id in found if piece_id is not None]
    for start in range(0, len(with_id), _SWEEP_BATCH):
        batch = with_id[start : start + _SWEEP_BATCH]
        recorded = await _recorded(sessions, [piece_id for _, piece_id in batch])
        gone += [path for path, piece_id in batch if piece_id not in recorded]
    for path in gone:
        path.unlink(missing_ok=True)
    if gone:
        logger.info("pieces_swept", count=len(gone))
    return len(gone)
