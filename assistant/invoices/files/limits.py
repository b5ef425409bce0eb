"""What is read and what is not. One place, so that a setting changes a limit everywhere."""

from dataclasses import dataclass

_MB = 1024 * 1024

MAX_NAME = 50


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, times in seconds. The first two come from the settings; the others are far above any real invoice."""

    file_bytes: int = 10 * _MB
    lot_bytes: int = 120 * _MB
    pages: int = 200
    # An editor says 500 invoices a flow (facts/factures.md, S52).
    members: int = 500
    # Text compresses 20 times, an XML of many alike lines 60 times; a bomb 1000 times.
    ratio: int = 200
    xml_depth: int = 64
    xml_nodes: int = 400_000
    attachments: int = 100
    findings: int = 300
    lot_seconds: float = 60.0


def readable_size(size: int) -> str:
    """« 12,4 Mo », « 830 Ko », « 12 octets »."""
    if size >= _MB:
        return f"{size / _MB:.1f}".replace(".", ",").removesuffix(",0") + "\u00a0Mo"
    if size >= 1024:
        return f"{size // 1024}\u00a0Ko"
    return f"{size}\u00a0octets"
