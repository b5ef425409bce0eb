"""Leaves of an XML read with their XPath: text, amounts, dates."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from lxml import etree
from stdnum.fr import siren as siren_number

from assistant.invoices.model import Found, Identifier, Unreadable
from assistant.invoices.schemas import Place

Element = etree._Element

# An amount of more digits is no amount; `Decimal` alone would take « NaN » and « 1E9999999 ».
_NUMBER = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(Z|[+-]\d{2}:\d{2})?")
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})\d*")


class Leaves:
    """Reads under one root. What is there but has the wrong shape goes to `unreadable`."""

    def __init__(self, namespaces: Mapping[str, str]) -> None:
        self.namespaces = dict(namespaces)
        self.unreadable: list[Unreadable] = []
        self._prefixes = {uri: prefix for prefix, uri in namespaces.items()}
        self._paths: dict[Element, str] = {}

    def place(self, node: Element) -> Place:
        return Place(xpath=self.path(node))

    def path(self, node: Element) -> str:
        """`/rsm:CrossIndustryInvoice/rsm:ExchangedDocument/ram:ID`, with a rank where several have the same name."""
        known = self._paths.get(node)
        if known is not None:
            return known
        parent = node.getparent()
        if parent is None:
            self._paths[node] = "/" + self._name(node)
            return self._paths[node]
        # All the children at once: counting the elder ones of each would be quadratic in the lines.
        start = self.path(parent)
        children = [child for child in parent if isinstance(child.tag, str)]
        totals: dict[str, int] = {}
        for child in children:
            totals[child.tag] = totals.get(child.tag, 0) + 1
        ranks: dict[str, int] = {}
        for child in children:
            ranks[child.tag] = ranks.get(child.tag, 0) + 1
            rank = f"[{ranks[child.tag]}]" if totals[child.tag] > 1 else ""
            self._paths[child] = f"{start}/{self._name(child)}{rank}"
        return self._paths[node]

    def _name(self, node: Element) -> str:
        name = etree.QName(node)
        prefix = self._prefixes.get(name.namespace or "")
        return f"{prefix}:{name.localname}" if prefix else name.localname

    def all(self, node: Element | None, path: str) -> list[Element]:
        return [] if node is None else node.findall(path, self.namespaces)

    def first(self, node: Element | None, path: str) -> Element | None:
        """The first that says something, or None."""
        return next((found for found in self.all(node, path) if _text(found) or len(found)), None)

    def text(self, node: Element | None, path: str) -> Found[str] | None:
        found = self.first(node, path)
        return None if found is None or not _text(found) else Found(_text(found), self.place(found))

    def texts(self, node: Element | None, path: str) -> tuple[Found[str], ...]:
        return tuple(Found(_text(found), self.place(found)) for found in self.all(node, path) if _text(found))

    def identifier(self, node: Element | None, path: str) -> tuple[Found[Identifier], ...]:
        """Identifiers with their scheme: `schemeID`, or the `schemeName` of older files."""
        return tuple(
            Found(Identifier(found.get("schemeID") or found.get("schemeName"), _text(found)), self.place(found))
            for found in self.all(node, path)
            if _text(found)
        )

    def decimal(self, node: Element | None, path: str, term: str) -> Found[Decimal] | None:
        return self.decimal_of(self.first(node, path), term)

    def decimal_of(self, found: Element | None, term: str) -> Found[Decimal] | None:
        if found is None:
            return None
        words = _text(found)
        if not _NUMBER.fullmatch(words):
            self.unreadable.append(Unreadable(term, words, self.place(found)))
            return None
        return Found(Decimal(words), self.place(found), words)

    def day(self, node: Element | None, path: str, term: str) -> Found[date] | None:
        """A day written 2026-11-24 (UBL), or 20261124 (CII, format 102), whatever follows."""
        found = self.first(node, path)
        if found is None:
            return None
        words = _text(found)
        match = _ISO_DAY.fullmatch(words) or _COMPACT_DAY.fullmatch(words)
        try:
            day = date(*(int(part) for part in match.groups()[:3])) if match else None
        except ValueError:
            day = None
        if day is None:
            self.unreadable.append(Unreadable(term, words, self.place(found)))
            return None
        return Found(day, self.place(found), words)


def _text(node: Element) -> str:
    return (node.text or "").strip()


def embedded_size(content: str | None) -> int | None:
    """Size in bytes of what a base64 text holds, without decoding it."""
    packed = re.sub(r"\s+", "", content or "")
    return len(packed) * 3 // 4 - packed[-2:].count("=") if packed else None


_DIGITS = re.compile(r"[\s\u00a0\u202f.\-]")


def digits(words: str) -> str:
    """Without the spaces, dots and dashes that people put in a SIRET."""
    return _DIGITS.sub("", words)


def siret_of(identifiers: tuple[Found[Identifier], ...]) -> Found[str] | None:
    """The SIRET: what scheme 0009 says, whatever its form, else 14 digits under SIREN's scheme or under none that we know."""
    named = [item for item in identifiers if item.value.scheme == "0009"]
    likely = [item for item in identifiers if re.fullmatch(r"\d{14}", digits(item.value.value)) and item.value.scheme != "0088"]
    for item in (*named, *likely):
        return Found(digits(item.value.value), item.where, item.value.value)
    return None


def siren_of(identifiers: tuple[Found[Identifier], ...]) -> Found[str] | None:
    """The SIREN: scheme 0002 unless it holds a SIRET, else 9 digits without a scheme whose check digit is right.

    Foreign registers have 9 digits too: without a scheme, a wrong check digit says that it is no SIREN.
    """
    for item in identifiers:
        value = digits(item.value.value)
        if (item.value.scheme == "0002" and len(value) != 14) or (item.value.scheme is None and siren_number.is_valid(value)):
            return Found(value, item.where, item.value.value)
    return None
