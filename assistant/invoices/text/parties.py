"""SIRETs, whose they are, and the seller's VAT number.

A number counts only when its keys are right; a wrong one is told when a label calls it a SIRET. Its role comes from the words
around it, from the heading of its block and from the foot of the page.
"""

import re
from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace

from stdnum import luhn

from assistant.invoices.text.layout import Cell, Sheet
from assistant.invoices.text.proposals import Candidate
from assistant.sollicitations.siret import is_valid_siret

SIRET = re.compile(r"(?<![\w])(?<!\d[ .])\d(?:[ .]?\d){13}(?![ .]?\d|\w)")
_VAT = re.compile(r"(?<![a-z0-9])fr\s?([0-9a-z]{2})\s?(\d{3})[ .]?(\d{3})[ .]?(\d{3})(?!\d)")
_BUYER = re.compile(
    r"\bclient|destinataire|acheteur|debiteur|payeur|facture[er]? a\b|adresse de facturation|a l'attention|\bdoit\b"
    r"|maitre d'ouvrage"
)
_SELLER = re.compile(r"emetteur|fournisseur|prestataire|vendeur|titulaire|\bnotre siret|\bvotre prestataire|artisan")
_PUBLIC = re.compile(
    r"\bmairie|\bcommune d|\bville d|departement|\bregion\b|centre hospitalier|universite|ministere|prefecture|metropole"
    r"|communaute"
    r"|\bccas\b|\blycee|\bcollege\b|\bsyndicat|\brectorat|\bchu\b|\bconseil (?:departemental|regional)|\boffice public"
)
_COMPANY = re.compile(
    r"\bsarl\b|\bsasu?\b|\beurl\b|\bs\.a\.r\.l|\brcs\b|\br\.c\.s|\bcapital\b|\bnaf\b|\bape\b|siege social"
    r"|micro-?entre|auto-?entre|\bei\b|\brm\b|\bbanque\b"
)
_BLOCK = 8
# Nearer than this many columns, the cell at the left belongs to the same words.
_NEAR = 4
_SURE = 2


@dataclass(frozen=True)
class WrongSiret:
    """A number that a label calls SIRET and whose key is wrong. `role`: a key of what `sirets` gives."""

    written: str
    page: int
    role: str


@dataclass(frozen=True)
class _Seen:
    digits: str
    written: str
    words: str
    page: int
    seller: int
    buyer: int


def sirets(sheets: list[Sheet]) -> dict[str, list[Candidate]]:
    """`siret_fournisseur`, `siret_destinataire`, and `siret` for those whose role stays open."""
    merged = _merge(_seen(sheets))
    vat_sirens = _vat_sirens(sheets)
    roles: dict[str, list[Candidate]] = {"siret_fournisseur": [], "siret_destinataire": [], "siret": []}
    open_ones: list[_Seen] = []
    for item in merged:
        role = _role(item, vat_sirens)
        if role == "siret":
            open_ones.append(item)
        else:
            roles[role].append(_as_candidate(item))
    # Of two numbers, one whose role is sure leaves the other role to the second, if nothing speaks against it.
    if len(merged) == 2 and len(open_ones) == 1:
        item = open_ones.pop()
        missing = "siret_fournisseur" if roles["siret_destinataire"] else "siret_destinataire"
        against = item.buyer > item.seller if missing == "siret_fournisseur" else item.seller > item.buyer
        roles["siret" if against else missing].append(_as_candidate(item))
    roles["siret"] += [_as_candidate(item) for item in open_ones]
    for role in ("siret_fournisseur", "siret_destinataire"):
        # Two sellers or two buyers: the person chooses.
        if len(roles[role]) > 1:
            roles["siret"] += roles.pop(role)
            roles[role] = []
    return roles


def wrong_sirets(sheets: list[Sheet], taken: Container[str]) -> list[WrongSiret]:
    """Each wrong number once, however often and in whatever form it is printed.

    `taken`: the roles of the right ones; a role that two numbers claim stays open, as in `sirets`.
    """
    vat_sirens = _vat_sirens(sheets)
    roles = [(item, _role(item, vat_sirens)) for item in _merge(_seen(sheets, right=False))]
    claims = Counter(role for _, role in roles)
    return [
        WrongSiret(item.written, item.page, role if claims[role] == 1 and role not in taken else "siret") for item, role in roles
    ]


def seller_vat(sheets: list[Sheet], seller_siret: str | None) -> Candidate | None:
    """The VAT number that goes with the seller's SIREN; else the only one that is not printed in the client's block."""
    found = {
        number: Candidate(number, cell.words, cell.page)
        for number, cell, sheet in _vat_cells(sheets)
        if (seller_siret is not None and number[-9:] == seller_siret[:9]) or not _buyer_score(sheet, cell)
    }
    own = [item for number, item in found.items() if seller_siret is not None and number[-9:] == seller_siret[:9]]
    kept = own or list(found.values())
    return kept[0] if len(kept) == 1 else None


def _as_candidate(item: _Seen) -> Candidate:
    return Candidate(item.digits, item.words, item.page)


def _role(item: _Seen, vat_sirens: set[str]) -> str:
    seller = item.seller + (1 if item.digits[:9] in vat_sirens and len(vat_sirens) == 1 else 0)
    if seller - item.buyer >= _SURE:
        return "siret_fournisseur"
    return "siret_destinataire" if item.buyer - seller >= _SURE else "siret"


def _seen(sheets: list[Sheet], *, right: bool = True) -> Iterator[_Seen]:
    """The numbers whose keys are right, or those that are wrong: 14 digits of anything else are no SIRET, hence their label."""
    for sheet in sheets:
        for cell in sheet.cells():
            for match in SIRET.finditer(cell.flat):
                digits = re.sub(r"\D", "", match.group())
                before = sheet.left_of(cell)
                if is_valid_siret(digits) is not right or not (right or _labelled(cell, before)):
                    continue
                label = cell.words
                if before is not None and not re.search(r"siret", cell.flat) and re.search(r"siret", before.flat):
                    label = f"{before.words} {cell.words}"
                scores = _seller_score(sheet, cell), _buyer_score(sheet, cell)
                yield _Seen(digits, match.group(), label, sheet.number, *scores)


def _labelled(cell: Cell, before: Cell | None) -> bool:
    return "siret" in cell.flat or (before is not None and re.fullmatch(r".*siret[^\d]*", before.flat) is not None)


def _context(sheet: Sheet, cell: Cell) -> str:
    """What labels the number: its cell and, when they are a label, the cells just at the left and over it."""
    left = sheet.left_of(cell)
    up = next(iter(sheet.above(cell, 1)), None)
    near = [other.flat for other in (left, up) if other is not None and "siret" in other.flat]
    if left is not None and cell.start - left.end < _NEAR:
        near.append(left.flat)
    return " ".join([cell.flat, *near])


def _buyer_score(sheet: Sheet, cell: Cell) -> int:
    if _BUYER.search(_context(sheet, cell)):
        return 3
    block = _block(sheet, cell)
    return 2 if re.search(_BUYER, block) and not _SELLER.search(block) else 2 if _PUBLIC.search(block) else 0


def _seller_score(sheet: Sheet, cell: Cell) -> int:
    context = _context(sheet, cell)
    if _SELLER.search(context):
        return 3
    score = 2 if _COMPANY.search(context) else 0
    block = _block(sheet, cell)
    if _BUYER.search(block) or _PUBLIC.search(block):
        return score
    if _SELLER.search(block) or _COMPANY.search(block):
        score += 2
    last = len(sheet.rows) - 1
    return max(score, 2 if cell.line >= last - 2 and last > 12 else 0)


def _block(sheet: Sheet, cell: Cell) -> str:
    """The lines over the number in its own columns, down to the nearest heading of a party."""
    kept: list[str] = []
    for other in sheet.above(cell, _BLOCK):
        if other.start < cell.start - 25:
            continue
        kept.append(other.flat)
        if _BUYER.search(other.flat) or _SELLER.search(other.flat):
            break
    return " | ".join(kept)


def _merge(seen: Iterator[_Seen]) -> list[_Seen]:
    merged: dict[str, _Seen] = {}
    for item in seen:
        known = merged.get(item.digits)
        if known is None:
            merged[item.digits] = item
        else:
            merged[item.digits] = replace(known, seller=max(known.seller, item.seller), buyer=max(known.buyer, item.buyer))
    return list(merged.values())


def _vat_cells(sheets: list[Sheet]) -> Iterator[tuple[str, Cell, Sheet]]:
    for sheet in sheets:
        for cell in sheet.cells():
            for match in _VAT.finditer(cell.flat):
                siren = "".join(match.groups()[1:])
                key = match[1].upper()
                # The key of most numbers follows from the SIREN; those with letters cannot be checked that way.
                if luhn.is_valid(siren) and (not key.isdigit() or int(key) == (12 + 3 * (int(siren) % 97)) % 97):
                    yield f"FR{key}{siren}", cell, sheet


def _vat_sirens(sheets: list[Sheet]) -> set[str]:
    return {number[-9:] for number, _, _ in _vat_cells(sheets)}
