"""One file on the disk → one report. Synchronous, and run in a worker process: see assistant.invoices.service for the way in."""

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from lxml import etree
from pydantic import TypeAdapter

from assistant.invoices.catalogue import Catalogue, load_catalogue
from assistant.invoices.fields import fields_of
from assistant.invoices.files import archives, attachments, names, pdf, polyglot, safe_xml
from assistant.invoices.files.detection import HEAD, Container, Detected, detect
from assistant.invoices.files.embedded_invoice import choose_invoice
from assistant.invoices.files.limits import Limits, readable_size
from assistant.invoices.files.refusal import Refused
from assistant.invoices.files.xml_kind import ZUGFERD_1, kind_of, profile_of
from assistant.invoices.memory import keys_of
from assistant.invoices.model import Invoice
from assistant.invoices.reporting import Draft, Phrases, load_phrases, softened
from assistant.invoices.schemas import CheckOptions, CheckReport, FileFacts, FileKind, InvoiceKey, Observation, Place
from assistant.invoices.stages import Stages, load_stages
from assistant.invoices.text.read_pdf import Pages

_TAIL = 64 * 1024
_LIMITS: TypeAdapter[Limits] = TypeAdapter(Limits)
OPTIONS: TypeAdapter[CheckOptions] = TypeAdapter(CheckOptions)
# Findings that say that the rules of EN 16931 did not run.
NORM_NOT_APPLIED = frozenset({"EN-TROP-LONG", "EN-NON-VERIFIE"})
FILE_CHECKS = ("FIC-VIDE", "FIC-TAILLE", "FIC-TYPE-INCONNU", *names.CHECKS)


def _no_progress() -> None:
    """Who calls outside a worker has no clock to restart."""


class Inspector:
    """The controls, the limits and the stages, loaded once. `inspect` keeps nothing of a file."""

    def __init__(self, *, catalogue: Catalogue, phrases: Phrases, limits: Limits, stages: Stages) -> None:
        self._catalogue = catalogue
        self._phrases = phrases
        self._limits = limits
        self._stages = stages

    def warm_up(self) -> None:
        """Load schemas and compile rules."""
        self._stages.warm_up()

    def handle(self, path: Path, request: dict[str, Any], progress: Callable[[], None]) -> dict[str, Any]:
        """A worker's way in: name and options in JSON, report in JSON."""
        options = OPTIONS.validate_python(request["options"])
        return self.inspect(path, name=request["name"], options=options, progress=progress).model_dump(mode="json")

    def inspect(
        self, path: Path, *, name: str, options: CheckOptions, progress: Callable[[], None] = _no_progress
    ) -> CheckReport:
        """All that can be said of a file. Raises OSError when it cannot be opened; nothing in it makes this raise by intent."""
        draft = Draft(self._catalogue, self._phrases, self._limits.findings)
        facts, detected = _facts(path, names.bare_name(name))
        draft.ran(*FILE_CHECKS)
        draft.add(names.check_name(facts.name, detected))
        try:
            facts = self._read(path, facts, detected, draft, options, progress)
        except Refused as refusal:
            draft.add([refusal.observation])
            draft.say("non_lu_facture")
        return draft.build(facts)

    def _read(
        self,
        path: Path,
        facts: FileFacts,
        detected: Detected,
        draft: Draft,
        options: CheckOptions,
        progress: Callable[[], None],
    ) -> FileFacts:
        container = detected.container
        is_lot = container in (Container.ZIP, Container.TAR_GZ)
        limit = self._limits.lot_bytes if is_lot else self._limits.file_bytes
        if container is Container.VIDE:
            raise Refused("FIC-VIDE")
        if facts.size > limit:
            raise Refused("FIC-TAILLE", {"taille": readable_size(facts.size), "limite": readable_size(limit)})
        if container is Container.AUTRE:
            raise Refused("FIC-TYPE-INCONNU", {"ressemble": detected.looks_like})
        if is_lot:
            facts = facts.model_copy(update={"kind": FileKind.LOT})
            self._lot(path, container, draft, options, progress)
            return facts
        if container is Container.PDF:
            return self._pdf(path, facts, draft, options)
        return self._xml(path.read_bytes(), facts, draft, options, Place())[0]

    # --- XML ---

    def _xml(
        self, content: bytes, facts: FileFacts, draft: Draft, options: CheckOptions, inside: Place
    ) -> tuple[FileFacts, Invoice | None]:
        """The facts of the file, and the invoice where the XML holds one that is read."""
        draft.ran(*safe_xml.CHECKS)
        try:
            root = safe_xml.parse_xml(content, self._limits)
        except Refused as refusal:
            draft.add([replace(refusal.observation, where=inside)])
            draft.say("non_lu_xml" if inside.file else "non_lu_facture")
            return facts, None
        if facts.kind is FileKind.INCONNU:
            facts = facts.model_copy(update={"kind": kind_of(root)})
        facts = facts.model_copy(update={"profile": profile_of(root)})
        return facts, self._structured(root, draft, options, in_pdf=facts.kind is FileKind.FACTUR_X)

    def _structured(self, root: etree._Element, draft: Draft, options: CheckOptions, *, in_pdf: bool) -> Invoice | None:
        """Schema, norm, rules and pieces of an XML that is safe."""
        observations, ran = self._stages.check_conformity(root, in_pdf=in_pdf)
        draft.ran(*ran)
        if NORM_NOT_APPLIED & {observation.id for observation in observations}:
            draft.say("non_lu_conformite")
        kind = kind_of(root)
        if kind in (FileKind.PES, FileKind.INCONNU) or root.tag == ZUGFERD_1:
            draft.add(observations)
            draft.say("non_lu_pes" if kind is FileKind.PES else "non_lu_zugferd" if root.tag == ZUGFERD_1 else "non_lu_facture")
            return None
        invoice = self._stages.read_root(root)
        draft.read = True
        found, rules = self._stages.run_rules(invoice, options)
        draft.add(self._stages.explain_cents(observations, found, rules))
        draft.add(found)
        draft.ran(*rules)
        draft.fields += fields_of(invoice, self._phrases)
        draft.add(attachments.check_attachments(attachments.embedded_in_xml(root)))
        draft.ran(*attachments.CHECKS)
        return invoice

    # --- PDF ---

    def _pdf(self, path: Path, facts: FileFacts, draft: Draft, options: CheckOptions) -> FileFacts:
        facts = facts.model_copy(update={"kind": FileKind.PDF})
        draft.ran(*pdf.CHECKS)
        try:
            opened = pdf.open_pdf(path, self._limits)
        except Refused as refusal:
            draft.add([refusal.observation])
            draft.say("non_lu_facture")
            return facts
        facts = facts.model_copy(update={"pages": opened.pages, "signed": opened.signed})
        draft.add(opened.observations)
        draft.ran(*polyglot.CHECKS)
        draft.add(polyglot.check_end(path))
        if opened.pages > self._limits.pages:
            draft.say("non_lu_pages", limite=str(self._limits.pages))
        chosen = choose_invoice(opened)
        draft.add(chosen.observations)
        others = [(piece, Place(file=piece.name)) for piece in chosen.others]
        draft.add(attachments.check_attachments(others), softened)
        draft.ran(*chosen.checks, *(attachments.CHECKS if others else ()))
        if chosen.content is None:
            self._plain(path, draft, options)
            return facts
        facts = facts.model_copy(update={"kind": FileKind.FACTUR_X})
        facts, invoice = self._xml(chosen.content, facts, draft, options, Place(file=chosen.name))
        if invoice is not None:
            self._agreement(path, invoice, draft)
        return facts

    def _agreement(self, path: Path, invoice: Invoice, draft: Draft) -> None:
        pages = self._pages(path)
        if pages is None or not pages.has_text:
            draft.say("non_lu_accord")
            return
        observations, ran = self._stages.check_agreement(invoice, pages)
        draft.add(observations)
        draft.ran(*ran)

    def _pages(self, path: Path) -> Pages | None:
        """The text of the pages; None when the file opens but its pages cannot be read."""
        try:
            return self._stages.read_pages(path, self._limits.pages)
        except pdf.PDF_ERRORS:
            return None

    def _plain(self, path: Path, draft: Draft, options: CheckOptions) -> None:
        """A PDF without XML: what is read in its text is proposed, never asserted."""
        draft.ran("PDF-SCAN", "PDF-TEXTE-ILLISIBLE")
        pages = self._pages(path)
        if pages is None:
            raise Refused("PDF-ABIME")
        if not pages.has_text:
            # A page too heavy to be read is no image: only what is known is said.
            scan = all(page.empty for page in pages.pages)
            draft.add([Observation("PDF-SCAN" if scan else "PDF-TEXTE-ILLISIBLE")])
            draft.say("non_lu_texte")
            for sentence in pages.unread:
                draft.say_text(sentence)
            return
        text = self._stages.text
        draft.fields += text.propose(pages, self._phrases)
        if not draft.fields:
            draft.say("non_lu_facture")
            for sentence in pages.unread:
                draft.say_text(sentence)
            return
        draft.read = True
        draft.say("non_lu_texte_propose")
        found, rules = self._stages.run_rules(text.invoice_from_text(draft.fields), options)
        draft.add(found, softened)
        draft.ran(*rules)
        mentions, ran, unread = text.check_mentions(pages, draft.fields, self._phrases)
        draft.add(mentions, softened)
        draft.ran(*ran)
        for sentence in unread:
            draft.say_text(sentence)

    # --- lots ---

    def _lot(self, path: Path, container: Container, draft: Draft, options: CheckOptions, progress: Callable[[], None]) -> None:
        draft.ran(*archives.CHECKS, *archives.MEMBER_CHECKS, "LOT-NUMERO-DOUBLON")
        end = time.monotonic() + self._limits.lot_seconds
        with archives.open_lot(path, container, self._limits) as lot:
            draft.add(lot.observations)
            if len(lot.names) > self._limits.members:
                draft.say("non_lu_lot_nombre", limite=str(self._limits.members))
            total = min(len(lot.names), self._limits.members)
            for number, member in enumerate(lot.members):
                if time.monotonic() > end:
                    draft.say("non_lu_lot_temps", nombre=str(total - number))
                    break
                progress()
                self._member(member, draft, options)
        draft.add(_twice(draft.members))
        if not draft.members:
            draft.say("non_lu_facture")

    def _member(self, member: archives.Member, draft: Draft, options: CheckOptions) -> None:
        name = names.bare_name(member.name)
        if member.content is None:
            limit = readable_size(self._limits.file_bytes)
            where = Place(file=member.name)
            draft.add([Observation("FIC-TAILLE", where, {"taille": f"plus de {limit}", "limite": limit})])
            draft.say("non_lu_lot_taille", nom=name, limite=limit)
            return
        detected = detect(member.content[:HEAD], member.content[-_TAIL:])
        if refusal := archives.not_for_a_lot(member, detected):
            draft.add([refusal])
            return
        with archives.in_memory(member.content) as path:
            report = self.inspect(path, name=name, options=options)
        if report.file.kind is FileKind.PDF:
            draft.add([Observation("LOT-PDF-SIMPLE", Place(file=member.name), {"nom": name})])
        draft.members.append(report)


def make_inspector(config: dict[str, Any]) -> Inspector:
    """The worker's factory: `{"knowledge": folder, "limits": {…}}`."""
    knowledge = Path(config["knowledge"])
    return Inspector(
        catalogue=load_catalogue(knowledge / "controles"),
        phrases=load_phrases(knowledge),
        limits=_LIMITS.validate_python(config["limits"]),
        stages=load_stages(),
    )


def _facts(path: Path, name: str) -> tuple[FileFacts, Detected]:
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
        size = handle.seek(0, 2)
        handle.seek(0)
        head = handle.read(HEAD)
        handle.seek(max(0, size - _TAIL))
        detected = detect(head, handle.read(_TAIL))
    return FileFacts(name=name, size=size, kind=FileKind.INCONNU, sha256=digest), detected


def _twice(members: list[CheckReport]) -> Iterator[Observation]:
    seen: dict[InvoiceKey, str] = {}
    for member in members:
        for key in keys_of(member):
            if first := seen.get(key):
                values = {"numero": key.number, "premier": first, "second": member.file.name}
                yield Observation("LOT-NUMERO-DOUBLON", Place(file=member.file.name), values)
            seen.setdefault(key, member.file.name)
