"""What a check is asked and what it answers. The same shapes for the chat, the page and the API."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from assistant.knowledge.schemas import Source


class Severity(StrEnum):
    """What a finding means for the deposit."""

    BLOQUANT = "bloquant"
    A_VERIFIER = "a_verifier"
    CONSEIL = "conseil"


class Verdict(StrEnum):
    """The report in one word. `illisible`: nothing could be said of the invoice itself."""

    ACCEPTABLE = "acceptable"
    A_VERIFIER = "a_verifier"
    REFUS_PROBABLE = "refus_probable"
    ILLISIBLE = "illisible"


class FileKind(StrEnum):
    """What a file is, by its content."""

    PDF = "pdf"
    FACTUR_X = "factur-x"
    UBL = "ubl"
    CII = "cii"
    PES = "pes"
    LOT = "lot"
    INCONNU = "inconnu"


class Origin(StrEnum):
    """Where a value was read. Values read from the text of a PDF are proposals: the person confirms them."""

    XML = "xml"
    TEXTE = "texte"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(_Frozen):
    """Where something stands: a page (from 1) of a PDF, an XPath of an XML, a file of a lot. Any may be absent."""

    file: str | None = None
    page: int | None = None
    xpath: str | None = None


class Finding(_Frozen):
    """One thing found. `anomaly` names a row of data/knowledge/anomalies.csv, `fiche` a fiche; either may be absent."""

    id: str
    severity: Severity
    title: str
    found: str
    where: Place = Place()
    fix: str
    source: Source
    anomaly: str | None = None
    fiche: str | None = None


class FoundField(_Frozen):
    """A value read in the file. `words` are those it came from, for the person to judge."""

    name: str
    label: str
    value: str
    words: str = ""
    where: Place = Place()
    origin: Origin


class FileFacts(_Frozen):
    """The file itself. `size` in bytes, `sha256` in hexadecimal, `pages` of a PDF."""

    name: str
    size: int
    kind: FileKind
    sha256: str
    pages: int | None = None
    profile: str | None = None
    signed: bool = False


class CheckReport(_Frozen):
    """All that a check says. Findings: blocking first. `unread` holds sentences on what could not be read or checked:
    it is never passed as good. `checks` names the rules that ran. A lot holds one report an invoice in `members`.
    """

    verdict: Verdict
    summary: str
    file: FileFacts
    findings: list[Finding] = []
    fields: list[FoundField] = []
    unread: list[str] = []
    checks: list[str] = []
    members: list["CheckReport"] = []


@dataclass(frozen=True)
class Observation:
    """What a rule says: the id of a control in data/knowledge/controles, where, and the values for its sentence."""

    id: str
    where: Place = field(default_factory=Place)
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class InvoiceKey:
    """What makes an invoice unique: one issuer, one number, one year (facts/factures.md, ANO-14)."""

    seller: str
    number: str
    year: int


@dataclass(frozen=True)
class CheckOptions:
    """What the person said beside the file. Absent demands (`None`) are unknown: the rule then says « à vérifier »."""

    today: date
    siret_destinataire: str | None = None
    code_service_exige: bool | None = None
    engagement_exige: bool | None = None
    cadre: str | None = None
    already_checked: frozenset[InvoiceKey] = frozenset()
