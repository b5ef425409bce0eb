"""What the live and browser tests share: the whole of Choriste, started once."""

from collections.abc import Iterator

import pytest

from tests.live import ROOT, LiveChoriste, start_choriste, stop_choriste


@pytest.fixture(scope="session")
def live_choriste(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveChoriste]:
    """One Choriste for all live tests."""
    live = start_choriste(tmp_path_factory.mktemp("choriste"))
    try:
        live.wait_until_said("prêt :")
        yield live
    finally:
        stop_choriste(live)


@pytest.fixture(scope="session")
def live_service_url(live_choriste: LiveChoriste) -> str:
    """The address of the running service."""
    return live_choriste.url


_ORDER = ("scripts", "assistant", "actions", "api", "widget", "e2e", "browser")


# They need the machine for themselves: one process runs them all, with one Choriste.
_LIVE = frozenset({"e2e", "browser"})


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(ROOT / "tests").parts[0]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast ones first: rules, then contracts, then the live ones, then the browser.

    When several processes share the tests (pytest-xdist), a file stays in one process: what it prepares is prepared once.
    """

    def rank(item: pytest.Item) -> int:
        folder = _folder(item)
        return _ORDER.index(folder) if folder in _ORDER else len(_ORDER)

    items.sort(key=rank)
    for item in items:
        item.add_marker(pytest.mark.xdist_group("live" if _folder(item) in _LIVE else str(item.path)))
