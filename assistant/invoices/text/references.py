"""Numbers that a label gives: invoice, engagement, code service, market."""

import re
from collections.abc import Iterator

from assistant.invoices.text.layout import Cell, Sheet
from assistant.invoices.text.proposals import Candidate, candidate
from assistant.invoices.text.values import DATE

_SIGN = r"\s*(?:n\s?[°ºo]\.?|n\.|no\b\.?|num(?:ero)?\b\.?|#)?\s*[:=]?\s*"
_N = r"(?:n\s?[°ºo]\.?|n\.|no\.?|num(?:ero)?\.?|ref(?:erence)?\.?)\s?"
_TOKEN = r"(?:[A-Z]{1,4} )?[A-Za-z0-9][A-Za-z0-9/_.\-]*"  # noqa: S105 - a shape, not a secret
_VALUE = re.compile(rf"[:=]?\s*({_TOKEN})")
_ANOTHER_INVOICE = re.compile(
    r"\b(?:origine|initiale?|annul\w*|remplace\w*|relative?s?|concern\w*|rectifi\w*|precedente?|anterieure?|acompte|corrig\w*"
    r"|sur (?:la )?facture|avoir (?:sur|pour)|rappel\w*|indiqu\w*|a rappeler|suite a|reference a)\b"
)
_INVOICE = (
    (1, re.compile(rf"(?:{_N}(?:de |d')?(?:la )?(?:facture|avoir|note)|(?:facture|avoir|note d'honoraires)\s?{_N})" + _SIGN)),
    (2, re.compile(r"^(?:facture|avoir|note d'honoraires)\s*[:\-–]?\s*")),
    (3, re.compile(r"^(?:numero|n\s?[°º]|piece n\s?[°º]|document n\s?[°º])\s*[:]?\s*")),
)
_ENGAGEMENT = (
    (1, re.compile(rf"(?:{_N}(?:d'|de l')?)?(?:engagement(?: juridique)?|\bej\b)" + _SIGN)),
    (
        2,
        re.compile(
            rf"(?:{_N}(?:de |du )?(?:votre )?)?"
            r"(?:bons? de commande|\bbdc\b|\bbc\b(?=\s?n)|(?<!date de )(?<!date )\bcommande\b(?: client)?)" + _SIGN
        ),
    ),
)
_SERVICE = (
    (1, re.compile(r"code[ -](?:du )?service(?: executant| destinataire| chorus(?: pro)?)?" + _SIGN)),
    (2, re.compile(r"\bservice executant" + _SIGN)),
)
_MARKET = (
    (1, re.compile(rf"(?:{_N}(?:du |de )?marche(?: public)?|\bmarche(?: public)?\s?(?:{_N}|(?=\s*:)))" + _SIGN)),
    (2, re.compile(rf"(?:{_N}(?:du |de )?contrat|\bcontrat\s?{_N})" + _SIGN)),
)
_CREDIT = re.compile(r"^(?:facture d')?avoir(?:\s*$|\s*:|\s+(?:n\s?[°ºo]|no\b|num)|\s+[a-z]*-?\d)")
_SERVICE_VALUE = re.compile(r"[:=]?\s*([A-Z0-9][A-Z0-9_\-]+)(?![a-z])")
_NOT_A_SERVICE = frozenset({"SIRET", "SIREN", "TVA", "IBAN", "BIC", "CHORUS", "PRO", "DATE"})


def invoice_numbers(sheet: Sheet) -> Iterator[Candidate]:
    """The number of this invoice, not of another one that it cites."""
    for rank, label in _INVOICE:
        for cell in sheet.cells():
            match = label.search(cell.flat)
            if match is None or _ANOTHER_INVOICE.search(cell.flat[: match.end()]):
                continue
            before = sheet.left_of(cell)
            if before is not None and before.end + 3 > cell.start and _ANOTHER_INVOICE.search(before.flat):
                continue
            for value, holder in _values(sheet, cell, match.end(), _VALUE):
                # A bare title may be followed by the day: only an explicit label makes a date a number.
                if rank > 1 and (DATE.fullmatch(value.lower()) or re.fullmatch(r"(?:19|20)\d\d", value)):
                    continue
                yield candidate(value, cell, holder, rank)
                break


def credit_titles(sheet: Sheet) -> Iterator[Cell]:
    """Titles that say « avoir »: the document, not the verb."""
    return (cell for cell in sheet.cells() if _CREDIT.search(cell.flat))


def engagements(sheet: Sheet) -> Iterator[Candidate]:
    """The engagement, else the order."""
    yield from _labelled(sheet, _ENGAGEMENT)


def markets(sheet: Sheet) -> Iterator[Candidate]:
    """The market, else the contract."""
    yield from _labelled(sheet, _MARKET)


def services(sheet: Sheet) -> Iterator[Candidate]:
    """The code service: capitals, digits, hyphens."""
    for rank, label in _SERVICE:
        for cell in sheet.cells():
            match = label.search(cell.flat)
            if match is None:
                continue
            for value, holder in _values(sheet, cell, match.end(), _SERVICE_VALUE, digit=False):
                if value not in _NOT_A_SERVICE and len(value) > 1:
                    yield candidate(value, cell, holder, rank)
                    break


def _labelled(sheet: Sheet, labels: tuple[tuple[int, re.Pattern[str]], ...]) -> Iterator[Candidate]:
    for rank, label in labels:
        for cell in sheet.cells():
            match = label.search(cell.flat)
            if match is None:
                continue
            for value, holder in _values(sheet, cell, match.end(), _VALUE):
                if not DATE.fullmatch(value.lower()):
                    yield candidate(value, cell, holder, rank)
                    break


def _values(sheet: Sheet, cell: Cell, end: int, shape: re.Pattern[str], *, digit: bool = True) -> Iterator[tuple[str, Cell]]:
    """Values after the label in its cell, else in the cell at its right, else under it."""
    rest = cell.words[end:]
    if rest.strip(" :=.-–"):
        value = _value(rest, shape, digit)
        if value:
            yield value, cell
        return
    right = sheet.right_of(cell)
    places = ([right] if right is not None else []) + list(sheet.below(cell))
    for other in places:
        value = _value(other.words, shape, digit)
        if value and (value == other.words.strip(" :=") or DATE.search(other.flat) or other.words.strip(" :=").startswith(value)):
            yield value, other


def _value(text: str, shape: re.Pattern[str], digit: bool) -> str | None:
    match = shape.match(text)
    if match is None:
        return None
    value = match.group(1).rstrip(".-/_")
    if digit and not any(char.isdigit() for char in value):
        return None
    # « 12 rue … », « 1 234,56 »: numbers of something else.
    after = text[match.end(1) :]
    # « BDC 2026 118 »: where it ends is not sure.
    if re.match(r"\s?(?:€|%|,\d|jours?\b|rue\b)| \d+(?!\d*[/.-]\d)(?! \w+ 20\d\d)", after):
        return None
    return value
