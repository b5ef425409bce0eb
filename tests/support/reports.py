"""Reports of an invoice check, written by hand: for what is made of a report. The check itself has its own tests."""

from typing import Any

from assistant.invoices.schemas import CheckReport, FileFacts, FileKind, Finding, FoundField, Origin, Place, Severity, Verdict
from assistant.knowledge.schemas import Source

SOURCE = Source(titre="Une règle", url="https://exemple.fr/regle", date="2026-01-31")


def finding(severity: str = "bloquant", **changes: Any) -> Finding:
    """One point."""
    given = {
        "id": "NUM-LONG",
        "severity": Severity(severity),
        "title": "Numéro de facture trop long",
        "found": "Le numéro « FACTURE-2026-000000000147 » a 25 caractères.",
        "where": Place(xpath="/Invoice/ID"),
        "fix": "Raccourcissez le numéro à 20 caractères au plus.",
        "source": SOURCE,
        "anomaly": "ANO-16",
    }
    return Finding(**{**given, **changes})


def read(name: str, value: str, words: str = "") -> FoundField:
    """A value read in the text of a PDF."""
    return FoundField(name=name, label=name.capitalize(), value=value, words=words, where=Place(page=1), origin=Origin.TEXTE)


def report(*findings: Finding, name: str = "facture.pdf", verdict: str = "refus_probable", **changes: Any) -> CheckReport:
    """A report on one PDF, or on a lot when `members` are given."""
    given = {
        "verdict": Verdict(verdict),
        "summary": "Un point bloquant.",
        "file": FileFacts(name=name, size=2048, kind=FileKind.PDF, sha256="a" * 64, pages=2),
        "findings": list(findings),
        "fields": [read("numero", "F-12", "Facture n° F-12")],
    }
    return CheckReport(**{**given, **changes})
