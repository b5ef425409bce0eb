"""The bank account to pay."""

import re
from collections.abc import Iterator

from stdnum import bic as bic_number
from stdnum import iban as iban_number

from assistant.invoices.text.layout import Sheet
from assistant.invoices.text.proposals import Candidate

IBAN = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30})(?![A-Za-z0-9])")
FRENCH_IBAN = re.compile(r"(?<![A-Za-z0-9])FR\d{2}(?: ?[A-Z0-9]){23}(?![A-Za-z0-9])")
_BIC = re.compile(r"(?<![A-Z0-9])[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?![A-Z0-9])")


def ibans(sheets: list[Sheet]) -> list[Candidate]:
    """Every account whose keys are right, in full, each once."""
    kept: dict[str, Candidate] = {}
    for sheet in sheets:
        for cell in sheet.cells():
            for match in IBAN.finditer(cell.words):
                value = _longest_valid(match[1])
                if value is not None:
                    kept.setdefault(value, Candidate(value, cell.words, sheet.number))
    return list(kept.values())


def bics(sheets: list[Sheet]) -> Iterator[Candidate]:
    """Codes that stand beside or under the word BIC or SWIFT."""
    for sheet in sheets:
        for cell in sheet.cells():
            label = re.search(r"\bbic\b|\bswift\b", cell.flat)
            if label is None:
                continue
            right = sheet.right_of(cell)
            places = [
                cell.words[label.end() :],
                *([right.words] if right else []),
                *(other.words for other in sheet.below(cell, 1)),
            ]
            for words in places:
                found = [code for code in _BIC.findall(words.upper()) if bic_number.is_valid(code)]
                if found:
                    yield Candidate(found[0], f"{cell.words[label.start() : label.end()]} {found[0]}", sheet.number)
                    break


def _longest_valid(words: str) -> str | None:
    """« FR76 … 189 BIC AGRI…» goes too far: the groups are taken off from the end until the keys are right."""
    groups = words.split(" ")
    for count in range(len(groups), 0, -1):
        value = "".join(groups[:count])
        if iban_number.is_valid(value):
            return value
    return None
