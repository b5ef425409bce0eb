"""The name of a file that a person gives: kept as it is when it is harmless, refused with the reason otherwise. Pure rules."""

import re
import unicodedata

from assistant.sollicitations.file_types import EXTENSIONS, Format

MAX_NAME = 50

# What Windows, macOS or a shell would read as something else than a name.
_FORBIDDEN = re.compile(r'[\\/:*?"<>|]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)
# « facture.exe.pdf »: shown without its last extension, it would pass for the program that it may be.
_PROGRAMS_TEXT = (
    "apk app bat bin chm cmd com cpl dll dmg docm exe hta htm html img iso jar jnlp js jse lnk mht mhtml msi msp php pif pl ps1 "
    "py rar reg scr sh svg swf sys url vb vbe vbs wsf xhtml xlsm zip 7z gz"
)
_PROGRAMS = frozenset(_PROGRAMS_TEXT.split())


def check_name(name: str) -> tuple[str, Format]:
    """The name in NFC with plain spaces, and the format that its extension announces. Raises ValueError, in French."""
    name = unicodedata.normalize("NFC", name)
    # macOS writes no-break spaces in the names of screenshots: harmless, but not every system can type them.
    name = "".join(" " if unicodedata.category(char) == "Zs" else char for char in name)
    if not name.strip():
        raise ValueError("Un fichier n'a pas de nom. Renommez-le, puis joignez-le.")
    # Control, format (« right to left » turns a name over), surrogate, private and line signs.
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for char in name):
        raise ValueError("Le nom d'un fichier contient un signe invisible. Renommez-le, puis joignez-le.")
    shown = f"« {name[:MAX_NAME]} »"
    if len(name) > MAX_NAME:
        raise ValueError(
            f"{shown}… : le nom a {len(name)} caractères, {MAX_NAME} au plus. Raccourcissez-le, puis joignez le fichier."
        )
    if _FORBIDDEN.search(name):
        raise ValueError(
            f'{shown} : le nom contient un signe interdit (\\ / : * ? " < > |). Renommez le fichier, puis joignez-le.'
        )
    stem, *extensions = name.split(".")
    if not stem.strip() or name != name.strip() or name.endswith(".") or _RESERVED.fullmatch(stem.strip()):
        raise ValueError(f"{shown} : ce nom n'est pas accepté. Renommez le fichier, puis joignez-le.")
    extensions = [extension.lower() for extension in extensions]
    if not extensions or extensions[-1] not in EXTENSIONS:
        raise ValueError(f"{shown} : seuls les fichiers PDF, PNG, JPEG et TXT sont acceptés.")
    if any(extension.strip() in _PROGRAMS for extension in extensions[:-1]):
        raise ValueError(f"{shown} : ce nom a deux extensions. Renommez le fichier, puis joignez-le.")
    return name, EXTENSIONS[extensions[-1]]
