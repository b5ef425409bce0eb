"""Groups of questions for a page that must not make people wait: few are grouped at once, many ahead of time, with their age.

Grouping thousands of questions takes seconds. So what was grouped last is shown with its moment, and made anew in the background
when it is older than MAX_AGE; the first time, the page says that it is being prepared.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from assistant.database import Sessions, now
from assistant.helpdesk.unanswered import Groupes, Raison, list_groups, more_than
from assistant.knowledge.search import SearchIndex

logger = structlog.get_logger()

# So many are grouped while the person waits.
FEW = 150
MAX_AGE = timedelta(minutes=10)
# Seconds that the person waits for a grouping that is being made.
PATIENCE = 0.05
# Periods remembered, those asked for last.
_KEPT = 24

_Key = tuple[datetime, datetime, tuple[Raison, ...]]


@dataclass(frozen=True)
class Tableau:
    """What a page shows. `groupes`: None while they are being prepared; `calcule_le`: when they were made.

    `ancien`: they were made ahead of time, not for this page; `en_cours`: newer ones are being made; `echec`: the last try at
    making them failed, and what is shown, if anything, is older.
    """

    groupes: Groupes | None
    calcule_le: datetime | None
    en_cours: bool
    ancien: bool = False
    echec: bool = False


class GroupBoard:
    """The groups of one process, by period and reasons."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, tuple[Groupes, datetime]] = OrderedDict()
        self._running: dict[_Key, asyncio.Task[None]] = {}
        self._failed: set[_Key] = set()

    async def show(
        self, *, sessions: Sessions, search: SearchIndex, since: datetime, until: datetime, raisons: Sequence[Raison]
    ) -> Tableau:
        """The groups of [since, until), as new as can be had at once."""
        if not await more_than(FEW, sessions=sessions, since=since, until=until, raisons=raisons):
            found = await list_groups(sessions=sessions, search=search, since=since, until=until, raisons=raisons)
            return Tableau(found, now(), en_cours=False)
        key = (since, until, tuple(raisons))
        kept = self._kept.get(key)
        if kept is None or now() - kept[1] > MAX_AGE:
            task = self._running.get(key)
            if task is None:
                task = self._running[key] = asyncio.create_task(self._make(key, sessions, search))
            await asyncio.wait({task}, timeout=PATIENCE)
            kept = self._kept.get(key)
        if kept is None:
            return Tableau(None, None, en_cours=key in self._running, echec=key in self._failed)
        self._kept.move_to_end(key)
        return Tableau(*kept, en_cours=key in self._running, ancien=True, echec=key in self._failed)

    async def settle(self) -> None:
        """Wait for all that is being made."""
        await asyncio.gather(*self._running.values())

    async def close(self) -> None:
        """Give up what is being made."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _make(self, key: _Key, sessions: Sessions, search: SearchIndex) -> None:
        since, until, raisons = key
        try:
            started = now()
            found = await list_groups(sessions=sessions, search=search, since=since, until=until, raisons=raisons)
            self._kept[key] = (found, started)
            self._kept.move_to_end(key)
            self._failed.discard(key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        except Exception:
            # The page says so, and tries again each time that it is asked for.
            self._failed.add(key)
            logger.exception("grouping_failed")
        finally:
            del self._running[key]
