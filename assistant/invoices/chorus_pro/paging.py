"""Pages of a list. Chorus Pro gives 10 results a page unless told, and may leave out what it says of its pages."""

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from assistant.invoices.chorus_pro.values import read_number

Item = TypeVar("Item")

PAGE_SIZE = 50


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page; `pages` and `total` as the server says, None when it says nothing."""

    items: list[Item]
    pages: int | None = None
    total: int | None = None


@dataclass(frozen=True)
class Results(Generic[Item]):
    """What was read. `complete` is False when there is more, or when nobody knows: then it is a part only."""

    items: tuple[Item, ...]
    complete: bool
    total: int | None = None


def page_of(items: list[Item], said: Mapping[str, Any], suffix: str = "") -> Page[Item]:
    """`said` holds pages and total, named with `suffix` in the blocks of an invoice (« totalHistoStatut »)."""
    return Page(items, read_number(said.get(f"pages{suffix}")), read_number(said.get(f"total{suffix}")))


async def read_pages(
    fetch: Callable[[int], Awaitable[Page[Item]]], key: Callable[[Item], Hashable], max_results: int
) -> AsyncIterator[tuple[Item, int | None] | None]:
    """(item, total), each item once though the list moves between two pages; then None if more exists than was given.

    `fetch` takes a number from 1. Ends when the server says that it was the last page, or on an empty page when it does not say.
    A server that gives the same page over and over is left at the first page that brings nothing new.
    """
    seen: set[Hashable] = set()
    number = 0
    while True:
        number += 1
        page = await fetch(number)
        fresh = 0
        for item in page.items:
            mark = key(item)
            if mark in seen:
                continue
            if len(seen) >= max_results:
                yield None
                return
            seen.add(mark)
            fresh += 1
            yield item, page.total
        missing = page.total is not None and len(seen) < page.total
        if not page.items or (page.pages is not None and number >= page.pages):
            if missing:
                yield None
            return
        if page.pages is None and page.total is not None and not missing:
            return
        if not fresh:
            yield None
            return
        if len(seen) >= max_results:
            yield None
            return


async def collect(
    fetch: Callable[[int], Awaitable[Page[Item]]], key: Callable[[Item], Hashable], max_results: int
) -> Results[Item]:
    """At most `max_results` items, and whether they are all."""
    items: list[Item] = []
    total: int | None = None
    complete = True
    async for found in read_pages(fetch, key, max_results):
        if found is None:
            complete = False
        else:
            items.append(found[0])
            total = found[1]
    return Results(tuple(items), complete, total)
