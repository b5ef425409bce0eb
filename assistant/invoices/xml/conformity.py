"""Does the XML obey its schema and the rules of EN 16931?"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any

from lxml import etree

from assistant.invoices.files.xml_kind import ZUGFERD_1, kind_of
from assistant.invoices.schemas import FileKind, Observation, Place
from assistant.invoices.xml import cii, saxon, ubl
from assistant.invoices.xml.leaves import Element, Leaves
from assistant.invoices.xml.locations import readable
from assistant.invoices.xml.standards import FOLDER, WITHOUT_LINES, RuleSet, level_of, standard_of, usual_standards
from assistant.invoices.xml.wording import rule_in_words, schema_in_words

# A file made by a wrong program breaks the same thing everywhere: the first ones are enough to mend it.
MAX_SCHEMA_ERRORS = 10
MAX_RULES = 40
# The rules take a millisecond or so a line: about two thousand lines are worth the wait, a hundred thousand would hold a worker.
MAX_ELEMENTS = 40_000
# The second set, of codes and syntax, costs a third of the first.
MAX_ELEMENTS_TWO_SETS = 30_000


def warm_up() -> None:
    """Load the usual schemas and rules (about two seconds, 200 MB), in the thread that will check the files."""
    for standard in usual_standards():
        _schema(standard.schema)
        for rules in standard.rules:
            saxon.compile_rules(FOLDER / rules.stylesheet)


def check_conformity(root: Element, *, in_pdf: bool = False) -> tuple[list[Observation], list[str]]:
    """What is wrong, and the ids of the controls that ran, for a root that the safe reader gave; `in_pdf`: out of a Factur-X.

    Raises saxon.WrongPlace when called from a thread that is not the first one that ran rules.
    """
    if root.tag == ZUGFERD_1:
        return [Observation("XML-ZUGFERD1")], ["XML-ZUGFERD1"]
    if kind_of(root) is FileKind.PES:
        return [Observation("XML-PES")], ["XML-PES"]
    standard = standard_of(root, in_pdf=in_pdf)
    if standard is None:
        return [Observation("XML-RACINE", values={"racine": etree.QName(root).localname})], ["XML-RACINE"]
    leaves = Leaves({**cii.NAMESPACES, **ubl.NAMESPACES})
    level = level_of(root)
    ran = ["XML-PROFIL", "XML-PROFIL-SANS-LIGNES", "XML-XSD"]
    found = _profile(root, level, leaves)
    found += _against_schema(root, standard.schema)
    if not standard.rules:
        return found, ran
    limit = MAX_ELEMENTS if len(standard.rules) == 1 else MAX_ELEMENTS_TWO_SETS
    if sum(1 for _ in islice(root.iter(), limit + 1)) > limit:
        return [*found, Observation("EN-TROP-LONG", values={"limite": str(limit)})], ran
    try:
        found += _against_rules(root, standard.rules, leaves)
    except saxon.RulesFailed:
        return [*found, Observation("EN-NON-VERIFIE")], ran
    return found, [*ran, "EN-SCHEMATRON", "EN-SCHEMATRON-AVIS"]


def _profile(root: Element, level: str | None, leaves: Leaves) -> list[Observation]:
    if level in WITHOUT_LINES:
        return [Observation("XML-PROFIL-SANS-LIGNES", values={"profil": {"basicwl": "BASIC WL"}.get(level, level.upper())})]
    if level is None:
        reader = cii.read_cii if kind_of(root) is FileKind.CII else ubl.read_ubl
        guideline = reader(root).guideline
        where = guideline.where if guideline else Place(xpath=leaves.path(root))
        return [Observation("XML-PROFIL", where, {"profil": guideline.value if guideline else "aucun"})]
    return []


@cache
def _schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(file=str(FOLDER / name))


def _against_schema(root: Element, name: str) -> list[Observation]:
    schema = _schema(name)
    if schema.validate(root):
        return []
    found = []
    # lxml's stubs do not know that a log is iterable.
    log: Any = schema.error_log
    for error in islice(log, MAX_SCHEMA_ERRORS):
        values = {"message": schema_in_words(error.message), "ligne": str(error.line)}
        found.append(Observation("XML-XSD", Place(xpath=_named(error.path, root)), values))
    return found


def _named(path: str | None, root: Element) -> str | None:
    """libxml2 writes a root without a prefix « /* »."""
    return f"/{etree.QName(root).localname}{path[2:]}" if path and path.startswith("/*") else path


def _against_rules(root: Element, rules: Sequence[RuleSet], leaves: Leaves) -> list[Observation]:
    """One observation a rule and message, at its first place, with the number of places."""
    first: dict[tuple[str, str], saxon.Failure] = {}
    counts: dict[tuple[str, str], int] = {}
    for failure in _failures(root, rules):
        key = (failure.rule, failure.text)
        first.setdefault(key, failure)
        counts[key] = counts.get(key, 0) + 1
    return [
        Observation(
            "EN-SCHEMATRON-AVIS" if failure.warning else "EN-SCHEMATRON",
            Place(xpath=readable(root, failure.location, leaves)),
            {
                "regle": failure.rule or "sans numéro",
                "message": rule_in_words(failure.rule, failure.text),
                "endroits": f"{counts[key]} endroits" if counts[key] > 1 else "un endroit",
            },
        )
        for key, failure in list(first.items())[:MAX_RULES]
    ]


def _failures(root: Element, rules: Sequence[RuleSet]) -> Iterator[saxon.Failure]:
    for one in rules:
        for failure in saxon.failures(FOLDER / one.stylesheet, root):
            if one.keeps(failure.rule, warning=failure.warning):
                yield failure
