"""The day of the invoice and the day it falls due."""

import re
from collections.abc import Iterator

from assistant.invoices.text.layout import Cell, Sheet
from assistant.invoices.text.proposals import Candidate, candidate
from assistant.invoices.text.values import DATE, to_date

_DUE = re.compile(
    r"(?:echeance|date limite)(?: de (?:paiement|reglement))?|date de (?:reglement|paiement)"
    r"|(?:a payer|a regler|payable|paiement|reglement)[^:]{0,25}\b(?:avant le|au plus tard le|le|au)\b"
)
_ISSUED = (
    (1, re.compile(r"date (?:de (?:la )?|d')?(?:facture|facturation|emission|avoir|etablissement)|emise? le|etablie? le")),
    (1, re.compile(r"(?:facture|avoir|note d'honoraires)[^:]{0,40}\b(?:du|en date du|le)\b(?= ?\d)")),
    (2, re.compile(r"^date\s*:?\s*(?=$|\d|le)|^date du document")),
    (3, re.compile(r"^(?:[a-z' -]{2,40}, ?)?le (?:lundi |mardi |mercredi |jeudi |vendredi |samedi |dimanche )?(?=\d)")),
)
_ANOTHER = re.compile(
    r"livraison|execution|prestation|commande|periode|echeance|origine|initiale|annule|remplace|relative|bon de|devis|marche"
    r"|notification|impression|reglement|paiement|avoir sur|penalit"
)


def issued(sheet: Sheet) -> Iterator[Candidate]:
    """The day of the invoice, ISO."""
    for rank, label in _ISSUED:
        for cell in sheet.cells():
            match = label.search(cell.flat)
            if match is None or _ANOTHER.search(cell.flat[: match.end()]):
                continue
            yield from _dates(sheet, cell, match.end(), rank)


def due(sheet: Sheet) -> Iterator[Candidate]:
    """The day the invoice falls due, ISO."""
    for cell in sheet.cells():
        match = _DUE.search(cell.flat)
        if match is not None:
            yield from _dates(sheet, cell, match.end(), 1)


def _dates(sheet: Sheet, cell: Cell, end: int, rank: int) -> Iterator[Candidate]:
    rest = cell.flat[end:]
    match = DATE.search(rest)
    if match is not None and len(rest[: match.start()]) < 25:
        day = to_date(match)
        if day is not None:
            yield candidate(day.isoformat(), cell, cell, rank)
        return
    if rest.strip(" :=."):
        return
    right = sheet.right_of(cell)
    for other in ([right] if right is not None else []) + list(sheet.below(cell)):
        match = DATE.match(other.flat.lstrip(": ")) or (re.match(r"le ", other.flat) and DATE.search(other.flat))
        if match:
            day = to_date(match)
            if day is not None:
                yield candidate(day.isoformat(), cell, other, rank)
            return
