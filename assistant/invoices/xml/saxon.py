"""Schematron rules run by SaxonC, compiled once in a process and used again.

SaxonC is a GraalVM image: its memory belongs to the process and the thread that started it. Used from another thread, or in a
process forked after the start, it ends the whole process (« Failed to enter the specified IsolateThread context »:
https://github.com/akretion/factur-x/issues/77, https://github.com/akretion/fr-einvoicing/issues/9). So there is one processor a
process, it stays in its thread, and a call from elsewhere is an exception before SaxonC is touched.
"""

import os
import threading
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from lxml import etree

from assistant.invoices.xml.leaves import Element

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"


class WrongPlace(RuntimeError):
    """SaxonC was started in another thread or in a parent process: start a fresh process (spawn, not fork)."""


class RulesFailed(RuntimeError):
    """The rules could not be run on this file; nothing is known of what they would say."""


@dataclass(frozen=True)
class Failure:
    """A rule that the file breaks. `location` is an XPath of SVRL; `flag` « warning », « fatal » or None (which is fatal)."""

    rule: str
    flag: str | None
    location: str
    text: str

    @property
    def warning(self) -> bool:
        """True for what the rules point out and do not forbid."""
        return self.flag in ("warning", "information")


class _Engine:
    def __init__(self) -> None:
        # Not imported before it is needed: the import maps 100 MB.
        saxonche: Any = import_module("saxonche")
        self.home = _here()
        self.errors: type[Exception] = saxonche.PySaxonApiError
        self._processor: Any = saxonche.PySaxonProcessor(license=False)
        self._compiled: dict[Path, Any] = {}

    def compiled(self, stylesheet: Path) -> Any:
        if stylesheet not in self._compiled:
            compiler = self._processor.new_xslt30_processor()
            self._compiled[stylesheet] = compiler.compile_stylesheet(stylesheet_file=str(stylesheet))
        return self._compiled[stylesheet]

    def run(self, stylesheet: Path, xml: str) -> str:
        document = self._processor.parse_xml(xml_text=xml)
        return str(self.compiled(stylesheet).transform_to_string(xdm_node=document))


_engine: _Engine | None = None


def _here() -> tuple[int, int]:
    return os.getpid(), threading.get_ident()


def _the_engine() -> _Engine:
    global _engine
    if _engine is None:
        _engine = _Engine()
    if _engine.home != _here():
        raise WrongPlace("SaxonC was started in another thread or process.")
    return _engine


def compile_rules(stylesheet: Path) -> None:
    """Compile now rather than at the first file. Raises WrongPlace."""
    _the_engine().compiled(stylesheet)


def failures(stylesheet: Path, root: Element) -> list[Failure]:
    """What the rules say of the document, in the document's order. Raises WrongPlace, RulesFailed.

    `root` must come from the safe reader: it holds no entity and no DTD, so SaxonC fetches nothing.
    """
    engine = _the_engine()
    try:
        report = engine.run(stylesheet, etree.tostring(root, encoding="unicode"))
        svrl = etree.fromstring(report.encode(), etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except (engine.errors, etree.XMLSyntaxError) as error:
        raise RulesFailed(str(error)) from error
    return [
        Failure(
            rule=node.get("id") or "",
            flag=node.get("flag"),
            location=node.get("location") or "",
            text=" ".join("".join(str(part) for part in node.itertext()).split()),
        )
        for node in svrl.iter(f"{_SVRL}failed-assert", f"{_SVRL}successful-report")
    ]
