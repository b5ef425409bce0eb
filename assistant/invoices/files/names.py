"""The file's name: its length, its signs, its extension. Facts: ANO-38, ANO-43; which signs are refused is not published."""

import re
import unicodedata
from collections.abc import Iterator

from assistant.invoices.files.detection import Container, Detected
from assistant.invoices.files.limits import MAX_NAME
from assistant.invoices.schemas import Observation

CHECKS = ("FIC-NOM-LONG", "FIC-NOM-SIGNES", "FIC-EXTENSION-ABSENTE", "FIC-EXTENSION-REFUSEE", "FIC-EXTENSION-CONTENU")

_CONTAINERS = {".pdf": Container.PDF, ".xml": Container.XML, ".zip": Container.ZIP, ".tar.gz": Container.TAR_GZ}
_SAFE = re.compile(r"[A-Za-z0-9_\-. ()]")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}")


def bare_name(name: str) -> str:
    """The name without a folder, in NFC, without control signs: it is shown and never used to open a file."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = "".join(char if unicodedata.category(char)[0] != "C" else "\N{REPLACEMENT CHARACTER}" for char in last)
    return unicodedata.normalize("NFC", kept).strip() or "sans nom"


def extension_of(name: str) -> str:
    """« .pdf », « .tar.gz » or nothing, in small letters."""
    small = name.lower()
    if small.endswith(".tar.gz") and len(small) > len(".tar.gz"):
        return ".tar.gz"
    stem, point, end = small.rpartition(".")
    return point + end if stem and _EXTENSION.fullmatch(point + end) else ""


def check_name(name: str, detected: Detected) -> Iterator[Observation]:
    """The rules on the name of a file that is deposited."""
    if len(name) > MAX_NAME:
        yield Observation("FIC-NOM-LONG", values={"nom": name, "longueur": str(len(name))})
    if odd := odd_signs(name):
        yield Observation("FIC-NOM-SIGNES", values={"nom": name, "signes": odd})
    extension = extension_of(name)
    if not extension:
        yield Observation("FIC-EXTENSION-ABSENTE", values={"nom": name})
    elif extension not in _CONTAINERS:
        yield Observation("FIC-EXTENSION-REFUSEE", values={"extension": extension})
    elif detected.container not in (_CONTAINERS[extension], Container.VIDE, Container.AUTRE):
        # What is of no known kind gets FIC-TYPE-INCONNU: one cause, one finding.
        yield Observation("FIC-EXTENSION-CONTENU", values={"extension": extension, "contenu": detected.looks_like})


def odd_signs(name: str) -> str:
    """The signs outside letters without accent, digits, and a few others; each once, in order."""
    seen = dict.fromkeys(char for char in name if not _SAFE.fullmatch(char))
    return " ".join(f"« {char} »" for char in list(seen)[:10])
