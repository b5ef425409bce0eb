"""Which pieces of the checklist a free message gives: « statut rejetée, engagement 2024-55, déposée le 12 mars ». Pure rules."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.knowledge.load import Knowledge
from assistant.knowledge.schemas import Besoin, Saisie
from assistant.sollicitations.checklist import check
from assistant.sollicitations.siret import is_valid_siret
from assistant.text import fold

EMAIL = re.compile(r"[^\s<>(),;:]+@[^\s<>(),;:]+\.[^\s<>(),;:]+")

_PARTS = re.compile(r"[\n;]+|,(?=\s)|\s+et\s+(?=(?:le|la|mon|notre|siret|statut|date|engagement|code)\b)")
_SIRET = re.compile(r"(?<!\d)\d(?:[ .\-\u00a0\u202f]?\d){13}(?!\d)")
_LEAD_IN = re.compile(r"^(?:(?:c'est|le|la|les|l'|mon|ma|notre|un|une|au|du|de|pour|voici|et)\s*)+")
_AFTER_LABEL = re.compile(r"^\s*(?:(?::|=|→|-|n°|est|c'est|affiche|:)\s*)*", re.IGNORECASE)
_MONTHS = r"(?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre)"
_DAYS = r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)"
_DATE = re.compile(
    rf"\b\d{{1,2}}[/.-]\d{{1,2}}(?:[/.-]\d{{2,4}})?\b|\b(?:\d{{1,2}}|1er)\s+{_MONTHS}\b|\bdepuis\s+(?:{_MONTHS}|{_DAYS})\b"
    rf"|\b(?:hier|avant-hier|aujourd'hui|ce matin|{_DAYS})\b"
    r"|\b(?:depuis|il y a)\s+(?:plus de\s+)?(?:\w+)\s+(?:heures?|jours?|semaines?|mois|ans?)\b"
)


@dataclass(frozen=True)
class Entity:
    """An identifier that the conversation found: its kind, its canonical value, the words that gave it."""

    kind: str
    value: str
    words: str


@dataclass(frozen=True)
class Recognised:
    """Values by key, and what no piece could take (kept, so that nothing said is lost)."""

    values: dict[str, str]
    rest: str


def recognise(knowledge: Knowledge, text: str, entities: Sequence[Entity], wanted: Sequence[Besoin]) -> Recognised:
    """Give each part of the message to the piece that it names or has the shape of; each piece takes one part."""
    values: dict[str, str] = {}
    rest: list[str] = []
    for part in (part.strip(" .\t") for part in _PARTS.split(text)):
        if not part:
            continue
        found = _by_label(knowledge, part, _left(wanted, values)) or _by_shape(knowledge, part, entities, _left(wanted, values))
        values.update(found)
        if not found:
            rest.append(part)
    return Recognised(values, ", ".join(rest))


def sure_values(knowledge: Knowledge, entities: Sequence[Entity], wanted: Sequence[Besoin]) -> dict[str, str]:
    """The pieces that identifiers give beyond doubt: not those that may be another's (`ambigu`), nor when there are two."""
    values: dict[str, str] = {}
    for besoin in wanted:
        found = {entity.value for entity in entities if besoin.entite and entity.kind == besoin.entite}
        if besoin.ambigu or len(found) != 1:
            continue
        value = _checked(knowledge, besoin, _entity_text(knowledge, besoin, found.pop()))
        if value is not None:
            values[besoin.cle] = value
    return values


def _left(wanted: Sequence[Besoin], values: dict[str, str]) -> list[Besoin]:
    return [besoin for besoin in wanted if besoin.cle not in values]


def _by_label(knowledge: Knowledge, part: str, wanted: Sequence[Besoin]) -> dict[str, str]:
    """« statut : rejetée »: the longest name that begins the part."""
    folded = fold(part)
    start = match.end() if (match := _LEAD_IN.match(folded)) else 0
    names = [(fold(name), besoin) for besoin in wanted for name in (besoin.libelle, *besoin.mots)]
    for name, besoin in sorted(names, key=lambda item: -len(item[0])):
        # Folding may change lengths (« œ »): the value is then taken by the other way.
        if len(folded) == len(part) and re.match(rf"{re.escape(name)}(?![a-z0-9])", folded[start:]):
            value = _AFTER_LABEL.sub("", part[start + len(name) :]).strip()
            kept = _checked(knowledge, besoin, value) if value else None
            if kept is not None:
                return {besoin.cle: kept}
    return {}


def _by_shape(knowledge: Knowledge, part: str, entities: Sequence[Entity], wanted: Sequence[Besoin]) -> dict[str, str]:
    """A SIRET, an address, an identifier that the conversation found, a date."""
    for besoin in sorted(wanted, key=lambda besoin: not _is_named(besoin, part)):
        value: str | None = None
        match besoin.saisie:
            case Saisie.SIRET:
                digits = [re.sub(r"\D", "", found) for found in _SIRET.findall(part)]
                value = next((found for found in digits if is_valid_siret(found)), None)
            case Saisie.COURRIEL:
                value = found.group().rstrip(".") if (found := EMAIL.search(part)) else None
            case Saisie.DATE:
                value = part if _DATE.search(fold(part)) else None
            case _ if besoin.entite:
                kinds = [entity for entity in entities if entity.kind == besoin.entite and entity.words in part]
                value = _entity_text(knowledge, besoin, kinds[0].value) if kinds else None
        kept = _checked(knowledge, besoin, value) if value else None
        if kept is not None:
            return {besoin.cle: kept}
    return {}


def _is_named(besoin: Besoin, part: str) -> bool:
    folded = fold(part)
    return any(re.search(rf"(?<![a-z0-9]){re.escape(fold(word))}(?![a-z0-9])", folded) for word in besoin.mots)


def _entity_text(knowledge: Knowledge, besoin: Besoin, value: str) -> str:
    """A status comes by its code; people read its label."""
    return knowledge.statuts[value].libelle if besoin.saisie is Saisie.STATUT and value in knowledge.statuts else value


def _checked(knowledge: Knowledge, besoin: Besoin, value: str) -> str | None:
    try:
        return check(knowledge, besoin, value)
    except ValueError:
        return None
