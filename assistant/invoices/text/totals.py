"""HT, TVA, TTC and the net to pay: the arithmetic chooses among candidates, else what a label alone says."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import product

from assistant.invoices.text.layout import Cell, Sheet
from assistant.invoices.text.proposals import Candidate, candidate, only_one
from assistant.invoices.text.values import AMOUNT, RATE, to_amount, to_rate

_CENT = Decimal("0.01")
_HT = re.compile(
    r"(?:\btotal|\bmontant|\bsous[ -]total|\bbase|\bprix)\b[a-z ]{0,25}\b(?:h\.? ?t\b\.?|hors taxes?|hors tva)"
    r"|^(?:h\.? ?t\.?|hors taxes?)\s*:?$|^(?:net|total net) h\.?t\b"
)
_VAT = re.compile(r"(?<!hors )(?<!sans )\bt\.?v\.?a\b\.?|\btaxe sur la valeur")
_TTC = re.compile(
    r"\b(?:total|montant|net|somme)\b[a-z à]{0,25}\b(?:t\.? ?t\.? ?c\b\.?|toutes taxes)"
    r"|^(?:t\.?t\.?c\.?|toutes taxes comprises)\s*:?"
)
_NET = re.compile(
    r"\b(?:net|reste|solde|somme) a (?:payer|regler|verser)|\bmontant (?:du|a payer|a regler)\b"
    r"|\btotal (?:a payer|a regler|du)\b|^a (?:payer|regler)\s*:?"
)
_OTHER = re.compile(
    r"\bacompte|\bremise|\bescompte|\bretenue|\bport\b|\bindemnite|\bpenalite|\bcapital\b|\beco|\bp\.?u\.?\b|\bunitaire|\bintracom|\bn°|\bnumero"
    r"|\bdebit|\bencaissement|\bnon applicable|\bdeja\b|\bdevis\b|\bligne|\bpage\b|\breport\b"
)
_TABLE = re.compile(r"designation|description|libelle|quantite|\bqte\b|\bp\.?u\b|unitaire|article|prestation")
_RATE_ALONE = re.compile(r"(\d{1,2}[,.]\d{1,2})")
_RATE_HEAD = re.compile(r"taux(?: (?:de )?tva)?$|(?:%|t\.?v\.?a\.?) ?(?:%|tva)?$")
# Without the sign of percents, only these pass for rates.
_USUAL_RATES = frozenset(Decimal(rate) for rate in ("20", "10", "8.5", "5.5", "2.1"))
_OTHER_RATE = re.compile(r"penalit|retard|interet|escompte|remise|retenue|acompte|bce")
_CHOICES = 40


def totals(sheets: list[Sheet]) -> dict[str, Candidate]:
    """`montant_ht`, `montant_tva`, `montant_ttc`, `net_a_payer`: those that can be told, as « 1234.56 »."""
    without = list(_unique(_labelled(sheets, _HT)))
    tax = list(_unique(_labelled(sheets, _VAT)))
    whole = list(_unique(_labelled(sheets, _TTC)))
    net = only_one(_labelled(sheets, _NET))
    chosen = _consistent(without, tax + _summed(tax), whole + ([replace(net, rank=3)] if net else []))
    if chosen is None:
        chosen = {
            name: one
            for name, candidates in (("montant_ht", without), ("montant_tva", _of_total(tax)), ("montant_ttc", whole))
            if (one := only_one(candidates)) is not None
        }
    if net is not None:
        chosen["net_a_payer"] = net
    return chosen


def rates(sheets: list[Sheet]) -> list[Candidate]:
    """Each rate printed with the word TVA beside it or over its column."""
    kept: dict[str, Candidate] = {}
    for sheet in sheets:
        for cell in sheet.cells():
            for match in RATE.finditer(cell.flat):
                line = sheet.row_flat(cell.line)
                head = next((up for up in sheet.above(cell, 12) if re.search(r"\btva\b|\btaux\b", up.flat)), None)
                if not (_VAT.search(line) or head) or _OTHER_RATE.search(_sentence(sheet, cell, match.start())):
                    continue
                value = f"{to_rate(match[1]):f}"
                words = cell.words if _VAT.search(cell.flat) or head is None else f"{head.words} {cell.words}"
                kept.setdefault(value, Candidate(value, words, sheet.number))
            column = _RATE_ALONE.fullmatch(cell.flat)
            head = next((up for up in sheet.above(cell, 12) if _RATE_HEAD.match(up.flat)), None) if column else None
            if column and head and to_rate(column[1]) in _USUAL_RATES:
                value = f"{to_rate(column[1]):f}"
                kept.setdefault(value, Candidate(value, f"{head.words} {cell.words}", sheet.number))
    return list(kept.values())


def _sentence(sheet: Sheet, cell: Cell, end: int) -> str:
    """The words before a rate, from the last full stop; of its whole line when it stands alone in a cell."""
    before = re.split(r"[.;] ", cell.flat[:end])[-1]
    left = sheet.left_of(cell)
    return before if before.strip() or left is None else left.flat


def _labelled(sheets: list[Sheet], label: re.Pattern[str]) -> Iterator[Candidate]:
    for sheet in sheets:
        for cell in sheet.cells():
            match = label.search(cell.flat)
            if match is None or _OTHER.search(cell.flat):
                continue
            if (label is _HT and _TTC.search(cell.flat)) or (label is _TTC and _NET.search(cell.flat)):
                continue
            if label is _VAT and (_HT.search(cell.flat[: match.start()]) or _TTC.search(cell.flat)):
                continue
            yield from _beside(sheet, cell, match.end()) or _under(sheet, cell)


def _beside(sheet: Sheet, cell: Cell, end: int) -> list[Candidate]:
    right = sheet.right_of(cell)
    inside = list(AMOUNT.finditer(cell.flat, end))
    # « TVA 5,5 % sur 3 500,00   192,50 »: the amount of the label is its base.
    if inside and not (right is not None and AMOUNT.fullmatch(right.flat.strip(": "))):
        return [candidate(_text(inside[-1]), cell, cell, 1)]
    found: list[tuple[Cell, re.Match[str]]] = []
    other: Cell | None = cell
    # « TVA 20 % sur 1 000,00   200,00 »: the last amount of the line before another label.
    while other is not None and (other := sheet.right_of(other)) is not None:
        amount = AMOUNT.match(other.flat.lstrip(": "))
        if amount is None and re.search(r"[a-z]{3}", other.flat) and not re.fullmatch(r"(?:eur|euros?|€)", other.flat):
            break
        if amount is not None:
            found.append((other, amount))
    return [candidate(_text(found[-1][1]), cell, found[-1][0], 1)] if found else []


def _under(sheet: Sheet, cell: Cell) -> list[Candidate]:
    if _TABLE.search(sheet.row_flat(cell.line)):
        return []
    for other in sheet.below(cell, 1):
        amount = AMOUNT.fullmatch(other.flat.strip(": "))
        if amount is not None:
            return [candidate(_text(amount), cell, other, 2)]
    return []


def _text(match: re.Match[str]) -> str:
    return f"{to_amount(match):f}"


def _unique(candidates: Iterator[Candidate]) -> Iterator[Candidate]:
    seen: set[tuple[str, int]] = set()
    for item in candidates:
        if (item.value, item.rank) not in seen:
            seen.add((item.value, item.rank))
            yield item


def _of_total(tax: list[Candidate]) -> list[Candidate]:
    """Those whose label says total; without any, all."""
    return [item for item in tax if re.search(r"total|montant", item.words, re.IGNORECASE)] or tax


def _summed(tax: list[Candidate]) -> list[Candidate]:
    """The sum of the lines of each rate, when no total is printed."""
    by_rate = [item for item in tax if "%" in item.words]
    if len(by_rate) < 2:
        return []
    value = sum((Decimal(item.value) for item in by_rate), Decimal(0))
    return [Candidate(f"{value:f}", " + ".join(item.words for item in by_rate), by_rate[0].page, 4)]


def _consistent(without: list[Candidate], tax: list[Candidate], whole: list[Candidate]) -> dict[str, Candidate] | None:
    """The three that add up. None when none do, or when several different ones do equally well."""
    fitting = [
        (one.rank + two.rank + three.rank, (one, two, three))
        for one, two, three in product(without[:_CHOICES], tax[:_CHOICES], whole[:_CHOICES])
        if abs(Decimal(one.value) + Decimal(two.value) - Decimal(three.value)) <= _CENT and Decimal(three.value) != 0
    ]
    if not fitting:
        return None
    # The total of all is the largest that adds up: a single rate's own line adds up too.
    top = max(abs(Decimal(parts[2].value)) for _, parts in fitting)
    largest = [item for item in fitting if abs(Decimal(item[1][2].value)) == top]
    best = min(rank for rank, _ in largest)
    values = {tuple(part.value for part in parts) for rank, parts in largest if rank == best}
    if len(values) != 1:
        return None
    parts = next(parts for rank, parts in largest if rank == best)
    return dict(zip(("montant_ht", "montant_tva", "montant_ttc"), parts, strict=True))
