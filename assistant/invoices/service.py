"""The way in for the chat, the page and the API: `await checker.check(path_or_bytes, name=…, options=…)`.

Files are read in processes of their own (assistant.invoices.isolation). Nothing is kept: neither the file nor the report.
"""

import asyncio
import hashlib
from dataclasses import asdict
from pathlib import Path

import structlog

from assistant.invoices.catalogue import Catalogue, load_catalogue
from assistant.invoices.files.limits import Limits, readable_size
from assistant.invoices.files.names import bare_name
from assistant.invoices.isolation.pool import Bounds, TooBusy, TooHeavy, WorkerFailed, WorkerPool
from assistant.invoices.memory import keys_of
from assistant.invoices.reporting import Draft, load_phrases
from assistant.invoices.schemas import CheckOptions, CheckReport, FileFacts, FileKind, Observation, Place
from assistant.references import new_reference
from assistant.settings import Settings

logger = structlog.get_logger()

_FACTORY = "assistant.invoices.inspection:make_inspector"
_MB = 1024 * 1024
# The rule of assistant.invoices.rules that a number is new; its memory never leaves this process.
DUPLICATE = "NUM-DOUBLON"


class Busy(Exception):
    """Too many checks are waiting; the message is a French sentence that says to try again."""


class InvoiceChecker:
    """Make one with `from_settings`, `await start()` it (some seconds: the workers warm up), `await close()` it at the end."""

    def __init__(self, *, knowledge: Path, limits: Limits, bounds: Bounds, workers: int, queue: int, recycle_after: int) -> None:
        self._catalogue: Catalogue = load_catalogue(knowledge / "controles")
        self._phrases = load_phrases(knowledge)
        self._limits = limits
        self._starting = asyncio.Lock()
        self._closed = False
        config = {"knowledge": str(knowledge.resolve()), "limits": asdict(limits)}
        self.pool = WorkerPool(_FACTORY, config, workers=workers, queue=queue, recycle_after=recycle_after, bounds=bounds)

    @classmethod
    def from_settings(cls, settings: Settings) -> "InvoiceChecker":
        """The limits of the settings. Raises ValueError when a control or a sentence is wrong."""
        limits = Limits(
            file_bytes=settings.invoice_max_file_mb * _MB,
            lot_bytes=settings.invoice_max_lot_mb * _MB,
            lot_seconds=settings.invoice_lot_seconds,
        )
        bounds = Bounds(
            seconds=settings.invoice_seconds,
            total_seconds=settings.invoice_lot_seconds + settings.invoice_seconds,
            memory_mb=settings.invoice_memory_mb,
            max_file_bytes=max(limits.file_bytes, limits.lot_bytes) + _MB,
        )
        return cls(
            knowledge=settings.knowledge_dir,
            limits=limits,
            bounds=bounds,
            workers=settings.invoice_workers,
            queue=settings.invoice_queue,
            recycle_after=settings.invoice_recycle_after,
        )

    async def start(self) -> None:
        """Start the workers, which the first check does otherwise. Raises WorkerFailed."""
        async with self._starting:
            if self._closed:
                raise WorkerFailed("closed")
            await self.pool.start()

    async def close(self) -> None:
        """End the workers, for good."""
        self._closed = True
        await self.pool.close()

    async def check(self, path: Path | bytes, *, name: str, options: CheckOptions) -> CheckReport:
        """The report on one file, or on its bytes. Raises Busy, and OSError when the path cannot be read; a file that takes too
        much, or that makes the check fail, gets a report that says so."""
        size = len(path) if isinstance(path, bytes) else (await asyncio.to_thread(path.stat)).st_size
        name = bare_name(name)
        if size > max(self._limits.lot_bytes, self._limits.file_bytes):
            limit = readable_size(self._limits.lot_bytes)
            observation = Observation("FIC-TAILLE", values={"taille": readable_size(size), "limite": limit})
            return await self._stopped(path, size, name, observation)
        # What was checked before is compared here: a worker that reads a hostile file has no business knowing it.
        request = {
            "name": name,
            "options": {
                "today": options.today.isoformat(),
                "siret_destinataire": options.siret_destinataire,
                "code_service_exige": options.code_service_exige,
                "engagement_exige": options.engagement_exige,
                "cadre": options.cadre,
            },
        }
        try:
            await self.start()
            answer = await self.pool.run(request, path, size)
            return self._with_duplicates(CheckReport.model_validate(answer), options)
        except TooBusy as error:
            raise Busy(self._phrases["occupe"]) from error
        except TooHeavy as error:
            logger.warning("invoice_too_heavy", resource=error.resource, size=size)
            observation = Observation("FIC-TROP-LOURD", values={"ressource": error.resource})
        except (WorkerFailed, ValueError) as error:
            reference = new_reference()
            # The trace may hold words of the file: a line number is enough for most bugs.
            logger.error("invoice_check_failed", reference=reference, error=_without_contents(str(error)))  # noqa: TRY400
            observation = Observation("FIC-ARRET", values={"reference": reference})
        return await self._stopped(path, size, name, observation)

    async def _stopped(self, source: Path | bytes, size: int, name: str, observation: Observation) -> CheckReport:
        draft = Draft(self._catalogue, self._phrases, self._limits.findings)
        draft.add([observation])
        draft.say("non_lu_trop_lourd")
        digest = await asyncio.to_thread(_sha256, source)
        return draft.build(FileFacts(name=name, size=size, kind=FileKind.INCONNU, sha256=digest))

    def _with_duplicates(self, report: CheckReport, options: CheckOptions) -> CheckReport:
        """NUM-DOUBLON for an invoice whose key was met before; the rules could not know it."""
        members = [self._with_duplicates(member, options) for member in report.members]
        known = [] if report.members else [key for key in keys_of(report) if key in options.already_checked]
        if not known and members == report.members:
            return report
        draft = Draft(self._catalogue, self._phrases, self._limits.findings + len(known))
        draft.read = bool(report.fields)
        draft.findings = list(report.findings)
        draft.fields, draft.unread = list(report.fields), list(report.unread)
        draft.checks, draft.members = list(report.checks), members
        for key in known:
            where = next((found.where for found in report.fields if found.name == "numero"), Place())
            draft.add([Observation(DUPLICATE, where, {"numero": key.number, "annee": str(key.year)})])
        return draft.build(report.file)


def _sha256(source: bytes | Path) -> str:
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    with source.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _without_contents(trace: str) -> str:
    """Where it failed and the exception's name; its words may quote the file."""
    lines = [line.strip() for line in trace.splitlines() if line.strip()]
    places = [line for line in lines if line.startswith("File ")][-4:]
    last = lines[-1].partition(":")[0] if lines else ""
    return " | ".join([*places, last])[:1000]
