"""No control of the catalogue goes unproven: each is raised by a file of the corpus or by a broken invoice, and raised alone."""

from collections.abc import Iterator
from pathlib import Path

from assistant.invoices.catalogue import load_catalogue
from assistant.invoices.schemas import Severity
from tests.support.invoices.corpus import expected
from tests.support.invoices.mutations import MUTATIONS, NOT_RUN, XSD
from tests.support.paths import KNOWLEDGE

HERE = Path(__file__).parent
CATALOGUE = {control.id: control.gravite for control in load_catalogue(KNOWLEDGE / "controles")}
BLOCKING = {name for name, severity in CATALOGUE.items() if severity is Severity.BLOQUANT}
# What no file can raise in this process, and the test that raises it.
ELSEWHERE = {
    # A file of a million lines is refused before it is read (FIC-TAILLE, FIC-XML-LIMITE): the rules run on an invoice in memory.
    "B2G-LIGNES": "rules/test_properties.py::test_a_million_lines_are_too_many",
    "FIC-TROP-LOURD": "test_service.py::test_a_file_over_the_time_or_the_memory_of_a_worker_is_told_as_too_heavy",
    "FIC-ARRET": "test_service.py::test_a_worker_that_dies_under_a_file_is_told_and_the_next_file_is_read",
}
NEVER_ALONE = {
    "EN-NON-VERIFIE",  # an amount that is no number stops the rules of the norm: the schema and our own rule say it as well
    "CAD-ROLE",  # what a supplier does not deposit is always a piece of works (CAD-TRAVAUX)
}


def _raised_together() -> Iterator[set[str]]:
    """The controls that one file raises; a member of a lot is a file too."""
    for row in expected().values():
        yield set(row["ids"])
        yield from (set(ids) for ids in row.get("members", {}).values())


def _of_the_norm(rule: str) -> str:
    if rule in (XSD, NOT_RUN):
        return {XSD: "XML-XSD", NOT_RUN: "EN-NON-VERIFIE"}[rule]
    return {"centime": "EN-CENTIME", "avis": "EN-SCHEMATRON-AVIS"}.get(rule.partition(" ")[0], "EN-SCHEMATRON")


def test_every_blocking_control_is_raised_as_blocking_by_a_file_of_the_corpus() -> None:
    blocking = set().union(*(row.get("blocking", []) for row in expected().values()))
    assert sorted(BLOCKING - blocking) == []
    assert blocking <= BLOCKING


def test_every_control_of_the_catalogue_is_raised_by_a_file_or_by_a_broken_invoice() -> None:
    raised = set().union(*_raised_together(), *(broken.controls for broken in MUTATIONS))
    assert set(CATALOGUE) - raised == set(ELSEWHERE)
    assert raised <= set(CATALOGUE)


def test_every_control_is_raised_alone_once_at_least_or_with_what_the_norm_adds() -> None:
    alone = {next(iter(ids)) for ids in _raised_together() if len(ids) == 1}
    for broken in MUTATIONS:
        for rules in broken.norm.values():
            whole = broken.controls | {_of_the_norm(rule) for rule in rules}
            if len(broken.controls) == 1 or len(whole) == 1:
                alone |= broken.controls or whole
    assert set(CATALOGUE) - alone == set(ELSEWHERE) | NEVER_ALONE


def test_the_test_that_raises_each_excepted_control_exists_and_names_it() -> None:
    for control, test in ELSEWHERE.items():
        file, _, name = test.partition("::")
        _, _, body = (HERE / file).read_text(encoding="utf-8").partition(f"def {name}(")
        assert control in body.partition("\n\n\n")[0], test
