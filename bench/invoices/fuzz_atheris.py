"""The parsers under atheris (coverage-guided), where it is installed: it is not in the locks.

    python -m venv /tmp/atheris && /tmp/atheris/bin/pip install atheris
    PYTHONPATH=.:.venv/service/lib/python3.12/site-packages \\
        /tmp/atheris/bin/python -m bench.invoices.fuzz_atheris xml CORPUS -max_total_time=200

The first argument names the parser: xml, pdf, lot or name. Only `Refused` may come out; anything else is a crash.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["assistant.invoices", "pypdf", "zipfile", "tarfile"]):
    from assistant.invoices.files.archives import in_memory, open_lot
    from assistant.invoices.files.attachments import check_attachments
    from assistant.invoices.files.detection import Container, detect
    from assistant.invoices.files.embedded_invoice import choose_invoice
    from assistant.invoices.files.limits import Limits
    from assistant.invoices.files.names import bare_name, check_name
    from assistant.invoices.files.pdf import open_pdf
    from assistant.invoices.files.refusal import Refused
    from assistant.invoices.files.safe_xml import parse_xml
    from assistant.invoices.files.xml_kind import kind_of, profile_of
    from assistant.invoices.schemas import Place
    from assistant.invoices.xml.read import read_root

from bench.invoices.samples import seeds

_LIMITS = Limits(file_bytes=1_000_000, lot_bytes=5_000_000)


def _xml(data: bytes) -> None:
    root = parse_xml(data, _LIMITS)
    profile_of(root)
    if kind_of(root).value in ("ubl", "cii"):
        read_root(root)


def _pdf(data: bytes) -> None:
    with in_memory(data) as path:
        chosen = choose_invoice(open_pdf(path, _LIMITS))
    list(check_attachments((piece, Place()) for piece in chosen.others))


def _lot(data: bytes) -> None:
    container = detect(data[:4096], data[-65536:]).container
    if container in (Container.ZIP, Container.TAR_GZ):
        with in_memory(data) as path, open_lot(path, container, _LIMITS) as lot:
            list(lot.members)


def _name(data: bytes) -> None:
    list(check_name(bare_name(data.decode("utf-8", errors="replace")), detect(data)))


_TARGETS: dict[str, Callable[[bytes], None]] = {"xml": _xml, "pdf": _pdf, "lot": _lot, "name": _name}


def main() -> None:
    """Write the seeds to the corpus folder, then fuzz."""
    target = _TARGETS[sys.argv[1]]
    corpus = Path(sys.argv[2])
    corpus.mkdir(parents=True, exist_ok=True)
    for name, content in seeds().items():
        (corpus / name).write_bytes(content)

    def once(data: bytes) -> None:
        try:
            target(data)
        except Refused:
            return

    atheris.Setup([sys.argv[0], *sys.argv[2:]], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
