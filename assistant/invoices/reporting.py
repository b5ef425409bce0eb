"""A report put together: findings in order, verdict, one sentence. Texts: data/knowledge/phrases_controle.yml."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from assistant.invoices.catalogue import Catalogue
from assistant.invoices.schemas import CheckReport, FileFacts, Finding, FoundField, Observation, Severity, Verdict

PHRASES_FILE = "phrases_controle.yml"

_ORDER = {Severity.BLOQUANT: 0, Severity.A_VERIFIER: 1, Severity.CONSEIL: 2}

Phrases = Mapping[str, str]


def load_phrases(knowledge: Path) -> dict[str, str]:
    """The sentences by name. Raises ValueError when one is not a text."""
    found = yaml.safe_load((knowledge / PHRASES_FILE).read_text(encoding="utf-8"))
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise ValueError(f"{PHRASES_FILE} : chaque phrase est un texte.")
    return found


def softened(severity: Severity) -> Severity:
    """What a « bloquant » becomes when the value was read in the text of a PDF: the reading may be wrong."""
    return Severity.A_VERIFIER if severity is Severity.BLOQUANT else severity


@dataclass
class Draft:
    """What was found so far. `read`: the invoice itself was read, so that something can be said of it."""

    catalogue: Catalogue
    phrases: Phrases
    most: int
    read: bool = False
    findings: list[Finding] = field(default_factory=list)
    fields: list[FoundField] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)
    members: list[CheckReport] = field(default_factory=list)

    def add(self, observations: Iterable[Observation], change: Callable[[Severity], Severity] | None = None) -> None:
        """Observations in words; `change` turns each control's own severity into another."""
        for observation in observations:
            if len(self.findings) >= self.most:
                self.say("non_lu_constats", limite=str(self.most))
                return
            finding = self.catalogue.finding(observation)
            if change is not None:
                finding = finding.model_copy(update={"severity": change(finding.severity)})
            if finding not in self.findings:
                self.findings.append(finding)

    def ran(self, *ids: str) -> None:
        """These rules ran."""
        self.checks += [one for one in ids if one not in self.checks]

    def say(self, phrase: str, **values: str) -> None:
        """What could not be read or checked."""
        self.say_text(self.phrases[phrase].format(**values))

    def say_text(self, sentence: str) -> None:
        """The same with a sentence that is made already."""
        if sentence not in self.unread:
            self.unread.append(sentence)

    def build(self, facts: FileFacts) -> CheckReport:
        """The report. A « bloquant » outweighs all, even when nothing else could be read."""
        findings = sorted(self.findings, key=lambda finding: _ORDER[finding.severity])
        verdict = self._verdict(findings)
        return CheckReport(
            verdict=verdict,
            summary=self._summary(verdict, findings),
            file=facts,
            findings=findings,
            fields=self.fields,
            unread=self.unread,
            checks=sorted({*self.checks, *(finding.id for finding in findings)}),
            members=self.members,
        )

    def _verdict(self, findings: list[Finding]) -> Verdict:
        severities = {finding.severity for finding in findings}
        verdicts = {member.verdict for member in self.members}
        if Severity.BLOQUANT in severities or Verdict.REFUS_PROBABLE in verdicts:
            return Verdict.REFUS_PROBABLE
        if not self.read and verdicts <= {Verdict.ILLISIBLE}:
            return Verdict.ILLISIBLE
        if Severity.A_VERIFIER in severities or self.unread or verdicts - {Verdict.ACCEPTABLE}:
            return Verdict.A_VERIFIER
        return Verdict.ACCEPTABLE

    def _summary(self, verdict: Verdict, findings: list[Finding]) -> str:
        if self.members:
            return self._lot_summary(findings)
        severity = {Verdict.REFUS_PROBABLE: Severity.BLOQUANT, Verdict.A_VERIFIER: Severity.A_VERIFIER}.get(verdict)
        number = sum(finding.severity is severity for finding in findings)
        name = f"resume_{verdict}"
        if number == 1:
            name += "_un"
        elif number == 0 and verdict is Verdict.A_VERIFIER:
            name += "_non_lu"
        return self.phrases[name].format(nombre=number)

    def _lot_summary(self, findings: list[Finding]) -> str:
        blocked = sum(member.verdict is Verdict.REFUS_PROBABLE for member in self.members)
        dark = sum(member.verdict is Verdict.ILLISIBLE for member in self.members)
        total = len(self.members)
        said = self.phrases["resume_lot"].format(total=total, bons=total - blocked - dark, bloques=blocked, illisibles=dark)
        if any(finding.severity is Severity.BLOQUANT for finding in findings):
            return f"{self.phrases['resume_lot_bloquant']} {said}"
        return said
