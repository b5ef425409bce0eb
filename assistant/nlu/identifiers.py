"""Identifiers of invoicing found by rule in a message: no learning, offsets into the text given.

Formats: SIRET/SIREN (INSEE; La Poste's establishments are exempt from Luhn on 14 digits), IBAN (ISO 13616), invoice number
(20 characters at most on Chorus Pro), flux number `CPP…`, cadres A1 to A25, anomaly ids of data/knowledge/anomalies.csv.
"""

import re
from dataclasses import dataclass
from typing import Callable, Iterable, List, Optional, Sequence, Tuple

from stdnum import iban as iban_number
from stdnum import luhn

LA_POSTE_SIREN = "356000000"

_DIGIT_GROUPS = re.compile(r"(?:(?<!\w)|(?<=siret)|(?<=siren))[0-9]+(?:[ .\-][0-9]+)*(?!\w)", re.IGNORECASE)
# « 6 12 34 56 78 », a telephone number without its first zero, is no SIREN.
_PHONE_GROUPS = (1, 2, 2, 2, 2)
_GOES_ON = re.compile(r"[\-/]\w|[.,][0-9]")
_NIC_AFTER = re.compile(r" 00[0-9]{3}(?![0-9])")
# A lookahead, so that an IBAN is found even where a false start (« lot AB12 FR76… ») swallows its beginning.
_IBAN = re.compile(r"(?<!\w)(?=([A-Za-z]{2}[0-9]{2}(?:[ .\-]?[A-Za-z0-9]){11,30}))")
_FLUX = re.compile(r"(?<!\w)(?:FSO[A-Z0-9]{3,8}_)?CPP[0-9][A-Z0-9_]{2,38}[A-Z0-9](?!\w)", re.IGNORECASE)
_CADRE = re.compile(r"(?<![\w\-])A( ?)(2[0-5]|1[0-9]|[1-9])(?:_[A-Z_]+)?(?![\w\-]|[.,][0-9])", re.IGNORECASE)
_NOT_A_CADRE_AFTER = re.compile(r"(?:pdf ?[/\-]? ?|\by )\Z", re.IGNORECASE)
_CADRE_WORD_BEFORE = re.compile(r"\b(?:cadre|code)(?: de facturation)?(?: ?(?:n°|numéro|numero|:))? ?\Z", re.IGNORECASE)
_CADRE_ENDS = re.compile(r"\s*(?:\Z|[?!;:)»\"…]|[.,](?![0-9])|(?:ou|et)\s+a ?[0-9])", re.IGNORECASE)
_ANOMALY = re.compile(r"(?<!\w)ANO[ _\-]?(?:n° ?)?0*([1-9][0-9]?)(?!\w)", re.IGNORECASE)

# What stands between « facture » and its number; words of it must end there (« no » is not the beginning of « notre »).
_SIGN = (
    r"(?P<sign>(?: ?(?:n°|nº|[:=#«\"(]|(?:n ?o|num|numéro|numero|réf|ref|référence|reference)(?![^\W\d_])\.?"
    r"|est(?![^\W\d_])(?: l[ea](?![^\W\d_]))?))*) ?"
)
_VALUE = r"(?P<value>[A-Z0-9](?:[A-Z0-9/_.\-]*[A-Z0-9])?)(?![^\W_]|@)"
_NUMBER_WORD_BEFORE = re.compile(
    r"(?:\b(?:numéro|numero|num|réf|ref|référence|reference)|n°|nº) ?(?:d'|du |des |de (?:la |ma |cette |mon |l')?)?\Z",
    re.IGNORECASE,
)


def _keyword(words: str) -> "re.Pattern[str]":
    return re.compile(rf"(?<!\w)(?P<keyword>{words})(?![^\W\d_])" + _SIGN + _VALUE, re.IGNORECASE)


_INVOICE = _keyword(r"factures?|fact|avoirs?")
_ENGAGEMENT = _keyword(r"engagements?(?: juridiques?)?|ej|bons? de commande|bdc|commandes?")
_SERVICE = _keyword(r"codes? services?(?: ex[ée]cutants?)?|cs|services? ex[ée]cutants?")

# « factures b2b », « facture 1er acompte », « facture pdf/a-3 », « facture 14h30 »: no numbers of invoices.
_NOT_A_NUMBER = re.compile(
    r"[0-9]{1,2}(?:er|re|e|nd|nde)|[0-9]{1,2}h[0-9]*|b2[bgc]|[0-9]fa|pdf[/\-_]?a.*|ubl.*|cii.*|en16931.*|e[1-5]", re.IGNORECASE
)
_DATE = re.compile(r"[0-9]{1,2}[/.\-][0-9]{1,2}(?:[/.\-][0-9]{2,4})?|(?:19|20)[0-9]{2}")
_QUANTITY_AFTER = re.compile(
    r" [0-9]{3}(?![0-9])|,[0-9]| ?(?:€|%)"
    r"| ?(?:k€|euros?|eur|centimes?|ht|ttc|jours?|j|mois|semaines?|ans?|années?|annees?|heures?|h|minutes?|fois|pages?|lignes?"
    r"|factures?|avoirs?|commandes?|engagements?|clients?|fournisseurs?|exemplaires?|mo|ko)(?!\w)",
    re.IGNORECASE,
)
# Acronyms that follow « code service » without being one.
_NOT_A_SERVICE = frozenset({"SIRET", "SIREN", "EJ", "SVP", "STP", "PDF", "API", "EDI", "TVA", "IBAN", "OK", "KO"})


@dataclass(frozen=True)
class Identifier:
    """One identifier: `kind` (entity name), canonical `value`, half-open [start, end) in the text."""

    kind: str
    value: str
    start: int
    end: int


def is_siren(digits: str) -> bool:
    """True for nine digits with a right Luhn key."""
    return len(digits) == 9 and _are_digits(digits) and luhn.is_valid(digits)


def is_siret(digits: str) -> bool:
    """True for fourteen digits with right keys; La Poste's establishments add up to a multiple of five instead."""
    if len(digits) != 14 or not _are_digits(digits):
        return False
    if digits.startswith(LA_POSTE_SIREN):
        return luhn.is_valid(digits) or sum(map(int, digits)) % 5 == 0
    return luhn.is_valid(digits) and luhn.is_valid(digits[:9])


def _are_digits(digits: str) -> bool:
    # Zeros pass every key; « ² » and « ٣ » are digits to Python, not to the INSEE.
    return digits.isascii() and digits.isdigit() and digits.strip("0") != ""


def _company_numbers(text: str) -> List[Identifier]:
    """SIRET and SIREN, however their digits are grouped; other numbers before or after them do not hide them."""
    found: List[Identifier] = []
    for run in _DIGIT_GROUPS.finditer(text):
        groups = [(match.start() + run.start(), match.end() + run.start()) for match in re.finditer(r"[0-9]+", run.group())]
        first_group = 0
        while first_group < len(groups):
            identifier, used = _company_number(text, groups, first_group)
            if identifier is not None:
                found.append(identifier)
            first_group += used
    return found


def _company_number(text: str, groups: Sequence[Tuple[int, int]], first_group: int) -> Tuple[Optional[Identifier], int]:
    """The SIRET, else the SIREN, that begins with a group of digits, and how many groups it takes (1 when there is none)."""
    digits, siren = "", None
    for index in range(first_group, len(groups)):
        start, end = groups[index]
        digits += text[start:end]
        if len(digits) > 14:
            break
        if is_siret(digits):
            return Identifier("siret", digits, groups[first_group][0], end), index - first_group + 1
        if is_siren(digits) and _stands_as_siren(text, groups, first_group, index):
            siren = (Identifier("siren", digits, groups[first_group][0], end), index - first_group + 1)
    return siren or (None, 1)


def _stands_as_siren(text: str, groups: Sequence[Tuple[int, int]], first_group: int, last_group: int) -> bool:
    """Nine digits with one key are found by chance once in ten: they must also stand as a SIREN is written."""
    sizes = tuple(end - start for start, end in groups[first_group : last_group + 1])
    alone = first_group == 0 and last_group == len(groups) - 1
    if sizes not in {(9,), (3, 3, 3)} and (not alone or sizes == _PHONE_GROUPS):
        return False
    start, end = groups[first_group][0], groups[last_group][1]
    if text[max(0, start - 1) : start] in {"-", "/", "."} or _GOES_ON.match(text, end):
        return False
    # « 732 829 320 00075 » is a SIRET with a slip in it: its beginning would pass for what was meant.
    return _NIC_AFTER.match(text, end) is None


def _ibans(text: str) -> List[Identifier]:
    found: List[Identifier] = []
    for match in _IBAN.finditer(text):
        if found and match.start() < found[-1].end:
            continue
        raw = match.group(1)
        # The pattern is greedy: words after the number may be in it, so shorten to the longest valid beginning.
        for size in range(len(raw), 14, -1):
            end = match.start() + size
            if raw[size - 1].isalnum() and not text[end : end + 1].isalnum() and iban_number.is_valid(raw[:size]):
                found.append(Identifier("iban", re.sub(r"[ .\-]", "", raw[:size]).upper(), match.start(), end))
                break
    return found


def _cadres(text: str) -> List[Identifier]:
    found = []
    for match in _CADRE.finditer(text):
        before = text[max(0, match.start() - 40) : match.start()]
        if _NOT_A_CADRE_AFTER.search(before):
            continue
        # « ma facture a 3 jours », « il y a 2 mois »: with a space it takes the word « cadre », or a capital and nothing after.
        capital_alone = text[match.start()] == "A" and _CADRE_ENDS.match(text, match.end())
        if match.group(1) and not capital_alone and not _CADRE_WORD_BEFORE.search(before):
            continue
        found.append(Identifier("cadre", f"A{int(match.group(2))}", match.start(), match.end()))
    return found


def _by_pattern(
    kind: str, pattern: "re.Pattern[str]", canonical: Callable[["re.Match[str]"], str]
) -> Callable[[str], List[Identifier]]:
    def find(text: str) -> List[Identifier]:
        return [Identifier(kind, canonical(match), match.start(), match.end()) for match in pattern.finditer(text)]

    return find


def _after_keyword(
    kind: str, pattern: "re.Pattern[str]", longest: int, fits: Callable[[str, "re.Match[str]"], bool]
) -> Callable[[str], List[Identifier]]:
    def find(text: str) -> List[Identifier]:
        found = []
        for match in pattern.finditer(text):
            value = match.group("value")
            if len(value) <= longest and not _CADRE.fullmatch(value) and fits(text, match):
                found.append(Identifier(kind, value, match.start("value"), match.end("value")))
        return found

    return find


def _is_number(text: str, match: "re.Match[str]") -> bool:
    """Whether the word after « facture » or « commande » is its number, rather than an amount, a date, a year, a delay…"""
    value, keyword = match.group("value"), match.group("keyword").lower()
    # Without a digit « facture rejetée » would give a number « rejetée ».
    if not any(char.isdigit() for char in value) or _NOT_A_NUMBER.fullmatch(value):
        return False
    before = text[max(0, match.start() - 40) : match.start()]
    if re.search(r"[nr#]", match.group("sign").lower()) or _NUMBER_WORD_BEFORE.search(before):
        return True
    if _DATE.fullmatch(value):
        return False
    if value.isdigit():
        # « avoir » is most often the verb: « avoir 30 comptes ».
        shortest = 4 if keyword.startswith("avoir") else 2
        return len(value) >= shortest and _QUANTITY_AFTER.match(text, match.end()) is None
    return True


def _is_service(text: str, match: "re.Match[str]") -> bool:
    """Whether the word after « code service » is one: a digit or a low line in it, or capitals where not all is in capitals."""
    value = match.group("value")
    if value.isdigit():
        return _QUANTITY_AFTER.match(text, match.end()) is None
    if any(char.isdigit() or char == "_" for char in value):
        return True
    return value.isupper() and value not in _NOT_A_SERVICE and any(char.islower() for char in text)


_FINDERS: Sequence[Callable[[str], List[Identifier]]] = (
    _ibans,
    _company_numbers,
    _by_pattern("numero_flux", _FLUX, lambda match: match.group().upper()),
    _by_pattern("anomalie", _ANOMALY, lambda match: f"ANO-{int(match.group(1)):02d}"),
    _cadres,
    _after_keyword("numero_engagement", _ENGAGEMENT, 50, _is_number),
    _after_keyword("code_service", _SERVICE, 100, _is_service),
    _after_keyword("numero_facture", _INVOICE, 20, _is_number),
)


def find_identifiers(text: str) -> List[Identifier]:
    """All identifiers of `text` in reading order; where two overlap, the surer kind (order of the finders) is kept."""
    kept: List[Identifier] = []
    taken = bytearray(len(text))
    for finder in _FINDERS:
        for found in finder(text):
            if not any(taken[found.start : found.end]):
                taken[found.start : found.end] = b"\x01" * (found.end - found.start)
                kept.append(found)
    return sorted(kept, key=lambda found: found.start)


def first(found: Iterable[Identifier], kind: str) -> Optional[Identifier]:
    """The first identifier of one kind, or None."""
    return next((item for item in found if item.kind == kind), None)
