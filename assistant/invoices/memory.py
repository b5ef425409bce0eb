"""What one person checked, so that a number used twice is told. In the memory of this process only, for some hours.

A scope is a conversation or a page (an unguessable token that the page sends back), known here by its hash. Kept of an invoice:
a keyed digest of seller, number and year, and the hash of its file. The key of the digests is drawn at start-up and stays here:
what lies in memory does not tell which invoices were checked. Nothing goes to a disk or a log.
"""

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Self

from assistant.invoices.schemas import CheckReport, InvoiceKey

_SECONDS = 12 * 3600
_MAX_SCOPES = 5_000
_MAX_NUMBERS = 1_000

# Names of CheckReport.fields that make an invoice unique.
NUMBER, SELLERS, DATE = "numero", ("siret_fournisseur", "siren_fournisseur"), "date"

_Numbers = OrderedDict[bytes, set[str]]


class SeenKeys(frozenset[InvoiceKey]):
    """Stands for a set of keys of which only the digests are known: it answers « in » and nothing else."""

    _secret: bytes
    _digests: frozenset[bytes]

    @classmethod
    def of(cls, secret: bytes, digests: Iterable[bytes]) -> Self:
        """The keys whose digests these are."""
        found = cls()
        found._secret, found._digests = secret, frozenset(digests)
        return found

    def __contains__(self, key: object) -> bool:
        return isinstance(key, InvoiceKey) and _digest(self._secret, key) in self._digests


class CheckedNumbers:
    """The memory of this process; `clock` gives seconds. Scopes used longest ago go first when there are too many."""

    def __init__(self, *, seconds: float = _SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        # For each scope: when it was last used, and the files (SHA-256) in which each number was met.
        self._scopes: OrderedDict[str, tuple[float, _Numbers]] = OrderedDict()

    def seen(self, scope: str, *, sha256: str) -> SeenKeys:
        """Keys met in this scope, in other files than the one with this hash: the same file again is no duplicate."""
        self._forget()
        _, numbers = self._scopes.get(_name(scope), (0.0, OrderedDict()))
        return SeenKeys.of(self._secret, (digest for digest, files in numbers.items() if files - {sha256}))

    def remember(self, scope: str, report: CheckReport) -> None:
        """Keep the numbers of a report; an invoice without number, seller or date leaves nothing."""
        self._forget()
        name = _name(scope)
        _, numbers = self._scopes.pop(name, (0.0, OrderedDict()))
        for key in keys_of(report):
            numbers.setdefault(_digest(self._secret, key), set()).add(report.file.sha256)
        while len(numbers) > _MAX_NUMBERS:
            numbers.popitem(last=False)
        self._scopes[name] = (self._clock(), numbers)
        while len(self._scopes) > _MAX_SCOPES:
            self._scopes.popitem(last=False)

    def _forget(self) -> None:
        limit = self._clock() - self._seconds
        while self._scopes and next(iter(self._scopes.values()))[0] < limit:
            self._scopes.popitem(last=False)


def keys_of(report: CheckReport) -> Iterator[InvoiceKey]:
    """The keys of the invoices that a report read; of a lot, those of its members."""
    for member in report.members:
        yield from keys_of(member)
    read = {found.name: found.value for found in report.fields}
    seller = next((read[name] for name in SELLERS if read.get(name)), None)
    year = _year(read.get(DATE, ""))
    if seller and year and read.get(NUMBER):
        yield InvoiceKey(seller, read[NUMBER], year)


def _year(text: str) -> int | None:
    try:
        return date.fromisoformat(text).year
    except ValueError:
        return None


def _name(scope: str) -> str:
    return hashlib.sha256(scope.encode()).hexdigest()


def _digest(secret: bytes, key: InvoiceKey) -> bytes:
    # Lengths in front: « a » with « bc » is not « ab » with « c ».
    parts = "".join(f"{len(part)}:{part}" for part in (key.seller, key.number, str(key.year)))
    return hmac.digest(secret, parts.encode(), "sha256")
