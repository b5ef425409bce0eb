"""A lot (zip, tar.gz) read in memory, one member at a time; nothing is unpacked on a disk.

Refused before anything is decompressed: a path that leaves the archive, a link, a special file, an encrypted member, a ratio or
a total that no invoice has. What the headers announce is not believed: the bytes that come out are counted too.
Sources: PKWARE APPNOTE, POSIX pax, RFC 1952.
"""

import gzip
import io
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from assistant.invoices.files.detection import Container, Detected
from assistant.invoices.files.limits import Limits, readable_size
from assistant.invoices.files.refusal import Refused
from assistant.invoices.schemas import Observation, Place

CHECKS = ("LOT-ABIME", "LOT-VIDE", "LOT-PROTEGE", "LOT-CHEMIN", "LOT-LIEN", "LOT-RATIO", "LOT-NOMBRE", "LOT-DOUBLON")

MEMBER_CHECKS = ("LOT-PDF-SIMPLE", "LOT-AUTRE", "LOT-IMBRIQUE")

_CHUNK = 64 * 1024
_ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError, NotImplementedError, ValueError, OSError)
# The system's own notes: neither an invoice nor the person's doing.
_NOISE = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Member:
    """A file of the lot. `content` is None when it is over the limit of one file; `size` is then what is known of it."""

    name: str
    size: int
    content: bytes | None


class Lot:
    """A lot that may be read: `names` are its files; `members` gives them one at a time. Use `open_lot`."""

    def __init__(self, names: list[str], observations: list[Observation], members: Iterator[Member]) -> None:
        self.names = names
        self.observations = observations
        self.members = members


@contextmanager
def open_lot(path: Path, container: Container, limits: Limits) -> Iterator[Lot]:
    """Raises Refused (LOT-…) here, and while members are read when the bytes are more than was announced."""
    size = path.stat().st_size
    with path.open("rb") as handle:
        with _broken_is_refused():
            lot = (
                _zip_lot(zipfile.ZipFile(handle), limits, size) if container is Container.ZIP else _tar_lot(handle, limits, size)
            )
        lot.members = _guarded(lot.members)
        yield lot


@contextmanager
def _broken_is_refused() -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise Refused("LOT-ABIME", {"erreur": "elle est incomplète ou mal formée"}) from error


def _guarded(members: Iterator[Member]) -> Iterator[Member]:
    """Only what reading raises is translated, never what the caller does with a member."""
    while True:
        with _broken_is_refused():
            member = next(members, None)
        if member is None:
            return
        yield member


def _zip_lot(archive: zipfile.ZipFile, limits: Limits, size: int) -> Lot:
    files = []
    for info in archive.infolist():
        # What the operating system made of the name is not what the archive says.
        _check_path(info.orig_filename)
        mode = info.external_attr >> 16
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise Refused("LOT-LIEN", {"nom": info.filename}, Place(file=info.filename))
        if info.is_dir() or _is_noise(info.filename):
            continue
        if info.flag_bits & _ENCRYPTED:
            raise Refused("LOT-PROTEGE", {"nom": info.filename}, Place(file=info.filename))
        _check_ratio(info.filename, info.file_size, info.compress_size, limits)
        files.append(info)
    _check_total(sum(info.file_size for info in files), size, limits)
    names = [info.filename for info in files]
    observations = _observe(names, limits)

    def members() -> Iterator[Member]:
        budget = _Budget(limits.lot_bytes)
        for info in files[: limits.members]:
            with archive.open(info) as stream:
                yield _read(stream, info.filename, limits, budget)

    return Lot(names, observations, members())


def _tar_lot(handle: IO[bytes], limits: Limits, size: int) -> Lot:
    """A tar names its members along the way: it is walked once for the names, then once for the contents."""
    names = []
    for info, _ in _walk_tar(handle, limits, size):
        _check_path(info.name)
        if not (info.isreg() or info.isdir()):
            raise Refused("LOT-LIEN", {"nom": info.name}, Place(file=info.name))
        if info.isreg() and not _is_noise(info.name):
            names.append(info.name)

    def members() -> Iterator[Member]:
        budget, count = _Budget(limits.lot_bytes), 0
        for info, archive in _walk_tar(handle, limits, size):
            if not info.isreg() or _is_noise(info.name):
                continue
            count += 1
            if count > limits.members:
                return
            stream = archive.extractfile(info)
            if stream is not None:
                yield _read(stream, info.name, limits, budget)

    return Lot(names, _observe(names, limits), members())


def _walk_tar(handle: IO[bytes], limits: Limits, size: int) -> Iterator[tuple[tarfile.TarInfo, tarfile.TarFile]]:
    handle.seek(0)
    # Beside the contents: a header and padding for each entry, and the blocks of zeros at the end.
    most = limits.lot_bytes + 4 * limits.members * 1024 + 64 * 1024
    counted = _Counted(gzip.GzipFile(fileobj=handle), max(limits.ratio * size, 1024 * 1024), most)
    with tarfile.open(fileobj=io.BufferedReader(counted, _CHUNK), mode="r|") as archive:
        for number, info in enumerate(archive):
            # A tar of a million empty files is small and slow.
            if number > 4 * limits.members:
                raise Refused("LOT-RATIO", {"nom": "l'archive", "mesure": f"plus de {4 * limits.members} entrées"})
            yield info, archive
            # What is behind is not kept: a million headers would fill the memory.
            archive.members = []  # type: ignore[attr-defined]


class _Counted(io.RawIOBase):
    """A stream that stops when more comes out than the compressed size can mean."""

    def __init__(self, stream: IO[bytes] | gzip.GzipFile, by_ratio: int, by_size: int) -> None:
        self._stream = stream
        self._left = min(by_ratio, by_size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        chunk = self._stream.read(len(view))
        view[: len(chunk)] = chunk
        self._left -= len(chunk)
        if self._left < 0:
            raise Refused("LOT-RATIO", {"nom": "l'archive", "mesure": "bien plus que ce que sa taille annonce"})
        return len(chunk)


@dataclass
class _Budget:
    left: int


def _read(stream: IO[bytes], name: str, limits: Limits, budget: _Budget) -> Member:
    content = bytearray()
    while chunk := stream.read(_CHUNK):
        content += chunk
        budget.left -= len(chunk)
        if budget.left < 0:
            raise Refused("LOT-RATIO", {"nom": name, "mesure": f"plus de {readable_size(limits.lot_bytes)}"}, Place(file=name))
        if len(content) > limits.file_bytes:
            return Member(name, len(content), None)
    return Member(name, len(content), bytes(content))


def _check_path(name: str) -> None:
    parts = name.replace("\\", "/").split("/")
    absolute = name.startswith(("/", "\\")) or (len(name) > 1 and name[1] == ":")
    if absolute or ".." in parts or "\x00" in name:
        raise Refused("LOT-CHEMIN", {"nom": name.replace("\x00", "?")})


def _check_ratio(name: str, size: int, compressed: int, limits: Limits) -> None:
    if size > 1024 * 1024 and size > limits.ratio * max(compressed, 1):
        raise Refused("LOT-RATIO", {"nom": name, "mesure": f"{size // max(compressed, 1)} fois sa taille"}, Place(file=name))


def _check_total(total: int, size: int, limits: Limits) -> None:
    # Members that overlap (one stretch of bytes used many times) pass each alone: only the total shows them.
    if total > limits.lot_bytes:
        mesure = f"{readable_size(total)} une fois décompressé, pour {readable_size(limits.lot_bytes)} au plus"
        raise Refused("LOT-RATIO", {"nom": "l'archive", "mesure": mesure})
    if total > 1024 * 1024 and total > limits.ratio * size:
        raise Refused("LOT-RATIO", {"nom": "l'archive", "mesure": f"{total // max(size, 1)} fois sa taille"})


def _observe(names: list[str], limits: Limits) -> list[Observation]:
    if not names:
        raise Refused("LOT-VIDE")
    found = []
    if len(names) > limits.members:
        found.append(Observation("LOT-NOMBRE", values={"nombre": str(len(names)), "limite": str(limits.members)}))
    seen: set[str] = set()
    told: set[str] = set()
    for name in names:
        # Windows sees no difference between small and capital letters, and a flow has no folders.
        key = name.rpartition("/")[2].casefold()
        if key in seen and key not in told:
            told.add(key)
            found.append(Observation("LOT-DOUBLON", Place(file=name), {"nom": name.rpartition("/")[2]}))
        seen.add(key)
    return found


def _is_noise(name: str) -> bool:
    return name.startswith(_NOISE[0]) or name.rpartition("/")[2] in _NOISE[1:]


def not_for_a_lot(member: Member, detected: Detected) -> Observation | None:
    """What a member is that is neither a PDF nor an XML; a plain PDF is only known once it is open."""
    where, name = Place(file=member.name), member.name.rpartition("/")[2]
    if detected.container in (Container.PDF, Container.XML):
        return None
    nested = detected.container in (Container.ZIP, Container.TAR_GZ) or detected.looks_like.startswith(
        ("une archive", "un fichier compr")
    )
    if nested:
        return Observation("LOT-IMBRIQUE", where, {"nom": name})
    return Observation("LOT-AUTRE", where, {"nom": name, "contenu": detected.looks_like})


@contextmanager
def in_memory(content: bytes) -> Iterator[Path]:
    """A path to bytes that lie on no disk (memfd), for what only reads a path."""
    descriptor = os.memfd_create("membre", os.MFD_CLOEXEC)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
        yield Path(f"/dev/fd/{descriptor}")
    finally:
        os.close(descriptor)
