"""French words for what a schema or the rules of EN 16931 say. The words are in data/knowledge/en16931."""

import re
from functools import cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).resolve().parents[3] / "data" / "knowledge" / "en16931"
_NAMESPACE = re.compile(r"\{[^}]*\}")
_RULE_PREFIX = re.compile(r"^\[[\w-]+\]\s*-?\s*")


@cache
def _rules(folder: Path) -> tuple[dict[str, str], list[tuple[re.Pattern[str], str]]]:
    data = yaml.safe_load((folder / "regles.yml").read_text(encoding="utf-8"))
    return data["regles"], [(re.compile(row["modele"]), row["phrase"]) for row in data["modeles"]]


@cache
def _schema(folder: Path) -> list[tuple[re.Pattern[str], str]]:
    data = yaml.safe_load((folder / "schema.yml").read_text(encoding="utf-8"))
    return [(re.compile(row["modele"]), row["phrase"]) for row in data["modeles"]]


def rule_in_words(rule: str, text: str, folder: Path = FOLDER) -> str:
    """Our French for a rule, else for a family of texts, else the original text, in English, without its id."""
    by_id, patterns = _rules(folder)
    if rule in by_id:
        return by_id[rule]
    return _by_pattern(_RULE_PREFIX.sub("", text), patterns)


def schema_in_words(message: str, folder: Path = FOLDER) -> str:
    """Our French for a message of libxml2, else the message without its namespaces."""
    return _by_pattern(_NAMESPACE.sub("", message), _schema(folder))


def _by_pattern(text: str, patterns: list[tuple[re.Pattern[str], str]]) -> str:
    for pattern, sentence in patterns:
        if match := pattern.search(text):
            return sentence.format(*match.groups())
    return text
