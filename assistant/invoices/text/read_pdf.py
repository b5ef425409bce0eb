"""The text of a PDF, page by page, in layout order: columns stay side by side, two spaces or more between them."""

import logging
from dataclasses import dataclass
from pathlib import Path

from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError

# A page drawn by more operations than a dense invoice has is not laid out: pypdf may pad each of them with thousands of spaces.
MAX_SHOWN = 12_000
MAX_CONTENT_BYTES = 3_000_000
MAX_PAGES = 50
MAX_LINE = 600
MAX_LINES = 2_000
# Below this share of letters, digits and usual signs, the fonts of the page have no table back to characters.
MIN_READABLE = 0.7

_DAMAGED = "Le fichier PDF est abîmé ou incomplet : il n'a pas pu être lu."
_PROTECTED = "Le fichier PDF est protégé par un mot de passe : il n'a pas pu être lu."

# pypdf tells each oddity of a file; what matters is said in the report.
logging.getLogger("pypdf").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Page:
    """One page, `number` from 1. `unread` says in French why `lines` is empty or doubtful; None when the page was read.

    `empty`: it was read, and holds no text; `scanned`: it holds an image instead.
    """

    number: int
    lines: tuple[str, ...] = ()
    unread: str | None = None
    empty: bool = False
    scanned: bool = False

    @property
    def has_text(self) -> bool:
        """True when at least one line was read."""
        return bool(self.lines)


@dataclass(frozen=True)
class Pages:
    """The pages that were read, at most `max_pages`; `total` is what the file holds."""

    pages: tuple[Page, ...]
    total: int

    @property
    def has_text(self) -> bool:
        """True when at least one page has text."""
        return any(page.has_text for page in self.pages)

    @property
    def texts(self) -> tuple[str, ...]:
        """The text of each page, in order."""
        return tuple("\n".join(page.lines) for page in self.pages)

    @property
    def unread(self) -> list[str]:
        """Sentences on what could not be read, for the report."""
        told = [page.unread for page in self.pages if page.unread]
        if self.total > len(self.pages):
            told.append(f"Seules les {len(self.pages)} premières pages sur {self.total} ont été lues.")
        return told


def read_pages(path: Path, max_pages: int = MAX_PAGES) -> Pages:
    """The text of the first pages. Raises ValueError, with a French sentence, for a damaged or protected file."""
    try:
        reader = PdfReader(path, strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return _refuse(_PROTECTED)
        total = len(reader.pages)
        pages = tuple(_read_page(reader.pages[index], index + 1) for index in range(min(total, max_pages)))
    except ValueError as error:
        raise ValueError(_PROTECTED if str(error) == _PROTECTED else _DAMAGED) from error
    # pypdf lets the errors of its own arithmetic through when a file lies about its structure.
    except (PyPdfError, OSError, ArithmeticError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(_DAMAGED) from error
    if total == 0:
        raise ValueError(_DAMAGED)
    return Pages(pages, total)


def _refuse(sentence: str) -> Pages:
    raise ValueError(sentence)


def _read_page(page: PageObject, number: int) -> Page:
    try:
        return _extract(page, number)
    except (PyPdfError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError):
        return Page(number, unread=f"Page {number} : le texte n'a pas pu être lu.")


def _extract(page: PageObject, number: int) -> Page:
    content = page.get_contents()
    data = content.get_data() if content is not None else b""
    if len(data) > MAX_CONTENT_BYTES or data.count(b"Tj") + data.count(b"TJ") + data.count(b"'") > MAX_SHOWN:
        return Page(number, unread=f"Page {number} : trop chargée pour être lue.")
    lines = _lines(page.extract_text(extraction_mode="layout", layout_mode_space_vertically=False))
    if not lines:
        # Layout mode does not look inside the forms of a page (XObject), plain mode does.
        lines = _lines(page.extract_text())
    if not lines:
        scanned = _has_image(page)
        why = "est une image (document scanné)" if scanned else "ne contient pas de texte"
        return Page(number, unread=f"Page {number} : elle {why}, rien n'a pu y être lu.", empty=True, scanned=scanned)
    if _readable_share(lines) < MIN_READABLE:
        return Page(number, unread=f"Page {number} : ses caractères ne sont pas lisibles par un programme.")
    return Page(number, lines)


def _lines(text: str) -> tuple[str, ...]:
    plain = text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2009", " ").replace("\t", "  ")
    lines = (line.rstrip()[:MAX_LINE] for line in plain.splitlines()[:MAX_LINES])
    return tuple(line for line in lines if line.strip())


def _readable_share(lines: tuple[str, ...]) -> float:
    signs = "".join("".join(line.split()) for line in lines)
    usual = sum(char.isalnum() or char in ".,;:!?'’\"«»()[]{}/\\-–—_€%+*=@&#°²³…•|<>$£§" for char in signs)
    return usual / len(signs)


def _has_image(page: PageObject) -> bool:
    resources = page.get("/Resources")
    found = resources.get_object().get("/XObject") if resources is not None else None
    objects = found.get_object() if found is not None else {}
    return any(item.get_object().get("/Subtype") == "/Image" for item in objects.values()) if isinstance(objects, dict) else False
