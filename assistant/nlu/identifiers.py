"""Identifiers of invoicing found by rule in a message: no learning, offsets into the text given.

Formats: SIRET/SIREN (INSEE; La Poste's establishments are exempt from Luhn on 14 digits), IBAN (ISO 13616), invoice number
(20 characters at most on Chorus Pro), flux number `CPP…`, cadres A1 to A25, anomaly ids of data/knowledge/anomalies.csv.
"""

import re
from dataclasses import dataclass
from typing import Callable, Iterable, List, Optional, Sequence

from stdnum import iban as iban_number
from stdnum import luhn

LA_POSTE_SIREN = "356000000"

_SPACED_DIGITS = re.compile(r"(?<![\w])\d(?:[ .\u202f]?\d){8,13}(?![\w])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b", re.IGNORECASE)
_FLUX = re.compile(r"\b(?:FSO[A-Z0-9]{3,8}_)?CPP[A-Z0-9_]{4,40}\b", re.IGNORECASE)
_CADRE = re.compile(r"(?<![\w-])A ?(2[0-5]|1\d|[1-9])(?![\w-]|[.,]\d)(?:_[A-Z_]+)?", re.IGNORECASE)
_ANOMALY = re.compile(r"\bANO[ -]?(\d{1,2})\b", re.IGNORECASE)
_NUMBER_SIGN = r"(?: ?(?:n°|n ?o\.?|nº|numéro|numero|num|réf(?:érence)?\.?|ref(?:erence)?\.?|:|est|=|le|la))*\s*"
_TOKEN = r"([A-Z0-9](?:[A-Z0-9/_.\-]*[A-Z0-9])?)"
_INVOICE = re.compile(r"\b(?:factures?|fact|avoirs?)\b" + _NUMBER_SIGN + _TOKEN, re.IGNORECASE)
_ENGAGEMENT = re.compile(
    r"\b(?:engagements?(?: juridiques?)?|ej|bons? de commande|bdc|commandes?)\b" + _NUMBER_SIGN + _TOKEN, re.IGNORECASE
)
_SERVICE = re.compile(r"\b(?:codes? services?|cs|services? exécutants?|services? executants?)\b" + _NUMBER_SIGN + _TOKEN, re.IGNORECASE)


@dataclass(frozen=True)
class Identifier:
    """One identifier: `kind` (entity name), canonical `value`, half-open [start, end) in the text."""

    kind: str
    value: str
    start: int
    end: int


def is_siren(digits: str) -> bool:
    """True for nine digits with a right Luhn key."""
    return len(digits) == 9 and digits.isdigit() and luhn.is_valid(digits)


def is_siret(digits: str) -> bool:
    """True for fourteen digits with right keys; La Poste's establishments add up to a multiple of five instead."""
    if len(digits) != 14 or not digits.isdigit():
        return False
    if digits.startswith(LA_POSTE_SIREN):
        return luhn.is_valid(digits) or sum(map(int, digits)) % 5 == 0
    return luhn.is_valid(digits) and luhn.is_valid(digits[:9])


def _digit_runs(text: str) -> List[Identifier]:
    found = []
    for match in _SPACED_DIGITS.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if is_siret(digits):
            found.append(Identifier("siret", digits, match.start(), match.end()))
        elif is_siren(digits):
            found.append(Identifier("siren", digits, match.start(), match.end()))
    return found


def _ibans(text: str) -> List[Identifier]:
    found = []
    for match in _IBAN.finditer(text):
        # The pattern is greedy: words after the number may be in it, so shorten to the longest valid beginning.
        for end in range(len(match.group()), 14, -1):
            candidate = match.group()[:end]
            if candidate[-1] != " " and iban_number.is_valid(candidate):
                compact = re.sub(r"\s", "", candidate).upper()
                found.append(Identifier("iban", compact, match.start(), match.start() + end))
                break
    return found


def _by_pattern(kind: str, pattern: "re.Pattern[str]", canonical: Callable[["re.Match[str]"], str]) -> Callable[[str], List[Identifier]]:
    def find(text: str) -> List[Identifier]:
        return [Identifier(kind, canonical(match), match.start(), match.end()) for match in pattern.finditer(text)]

    return find


def _after_keyword(kind: str, pattern: "re.Pattern[str]", longest: int, needs_digit: bool) -> Callable[[str], List[Identifier]]:
    def find(text: str) -> List[Identifier]:
        found = []
        for match in pattern.finditer(text):
            value = match.group(1)
            # Without a digit « facture rejetée » would give a number « rejetée ».
            has_shape = any(char.isdigit() for char in value) if needs_digit else (value.isupper() or any(c.isdigit() for c in value))
            if has_shape and len(value) <= longest and not _CADRE.fullmatch(value):
                found.append(Identifier(kind, value, match.start(1), match.end(1)))
        return found

    return find


_FINDERS: Sequence[Callable[[str], List[Identifier]]] = (
    _ibans,
    _digit_runs,
    _by_pattern("numero_flux", _FLUX, lambda match: match.group().upper()),
    _by_pattern("anomalie", _ANOMALY, lambda match: f"ANO-{int(match.group(1)):02d}"),
    _by_pattern("cadre", _CADRE, lambda match: f"A{int(match.group(1))}"),
    _after_keyword("numero_engagement", _ENGAGEMENT, 50, needs_digit=True),
    _after_keyword("code_service", _SERVICE, 100, needs_digit=False),
    _after_keyword("numero_facture", _INVOICE, 20, needs_digit=True),
)


def find_identifiers(text: str) -> List[Identifier]:
    """All identifiers of `text` in reading order; where two overlap, the surer kind (order of the finders) is kept."""
    kept: List[Identifier] = []
    for finder in _FINDERS:
        for candidate in finder(text):
            if not _overlaps(candidate, kept):
                kept.append(candidate)
    return sorted(kept, key=lambda found: found.start)


def _overlaps(candidate: Identifier, kept: Iterable[Identifier]) -> bool:
    return any(candidate.start < other.end and other.start < candidate.end for other in kept)


def first(found: Iterable[Identifier], kind: str) -> Optional[Identifier]:
    """The first identifier of one kind, or None."""
    return next((item for item in found if item.kind == kind), None)


