"""What a report of the whole inspection says, by ids and by rules of the norm."""

import datetime
import re
from functools import cache
from pathlib import Path

from assistant.invoices.inspection import Inspector, make_inspector
from assistant.invoices.schemas import CheckOptions, CheckReport, Severity
from tests.support.invoices.mutations import NOT_RUN, XSD
from tests.support.paths import KNOWLEDGE

TODAY = datetime.date(2026, 11, 24)
# The findings that carry a rule of the norm, and what is put before its number.
_OF_THE_NORM = {"EN-SCHEMATRON": "", "EN-CENTIME": "centime ", "EN-SCHEMATRON-AVIS": "avis "}
_OTHERS = {"XML-XSD": XSD, "EN-NON-VERIFIE": NOT_RUN}
_RULE = re.compile(r"Règle (sans numéro|\S+) \(")


@cache
def inspector(**limits: float) -> Inspector:
    """The real one, warmed up, once a process; `limits` as in assistant.invoices.files.limits.Limits."""
    made = make_inspector({"knowledge": str(KNOWLEDGE), "limits": limits})
    made.warm_up()
    return made


def inspect(folder: Path, name: str, content: bytes, options: CheckOptions, **limits: float) -> CheckReport:
    """The report of a file deposited under this name."""
    path = folder / "recu"
    path.write_bytes(content)
    return inspector(**limits).inspect(path, name=name, options=options)


def ids(report: CheckReport, severity: Severity | None = None) -> list[str]:
    """The controls that speak, each once, in alphabetical order."""
    return sorted({finding.id for finding in report.findings if severity in (None, finding.severity)})


def rules(report: CheckReport) -> list[str]:
    """What the schema and the norm say: « BR-CO-15 », « centime BR-CO-15 », « avis BR-… », « schéma », « non appliquées »."""
    said = {_OTHERS[finding.id] for finding in report.findings if finding.id in _OTHERS}
    for finding in report.findings:
        if finding.id in _OF_THE_NORM:
            match = _RULE.match(finding.found)
            assert match, finding.found
            said.add(_OF_THE_NORM[finding.id] + match[1])
    return sorted(said)


def controls(report: CheckReport) -> set[str]:
    """The controls of our own that speak, the norm's apart."""
    return set(ids(report)) - {*_OF_THE_NORM, *_OTHERS}
