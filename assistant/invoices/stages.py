"""The readers and the rules that an inspection calls, loaded together.

They are imported by the worker when it warms up and not above: the service itself never loads what reads a hostile file.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from lxml import etree

from assistant.invoices.reporting import Phrases
from assistant.invoices.schemas import CheckOptions, FoundField, Observation
from assistant.invoices.text.read_pdf import Pages

if TYPE_CHECKING:
    from assistant.invoices.model import Invoice


class CheckConformity(Protocol):
    """Schema and rules of the norm; `in_pdf`: the XML is that of a Factur-X."""

    def __call__(self, root: etree._Element, *, in_pdf: bool) -> tuple[list[Observation], list[str]]: ...


@dataclass(frozen=True)
class Stages:
    """One function a stage; each is documented where it is written."""

    read_root: "Callable[[etree._Element], Invoice]"
    check_conformity: CheckConformity
    explain_cents: Callable[[Collection[Observation], Collection[Observation], Collection[str]], Iterable[Observation]]
    run_rules: "Callable[[Invoice, CheckOptions], tuple[list[Observation], list[str]]]"
    check_agreement: "Callable[[Invoice, Pages], tuple[list[Observation], list[str]]]"
    read_pages: Callable[[Path, int], Pages]
    warm_up: Callable[[], None]
    text: "TextStages"


@dataclass(frozen=True)
class TextStages:
    """What reads an invoice in the words of a plain PDF."""

    propose: Callable[[Pages, Phrases], list[FoundField]]
    invoice_from_text: "Callable[[list[FoundField]], Invoice]"
    check_mentions: Callable[[Pages, Sequence[FoundField], Phrases], tuple[Iterable[Observation], Iterable[str], Iterable[str]]]


def load_stages() -> Stages:
    """Import all of them. Done once, in a worker."""
    from assistant.invoices.rules import run_rules
    from assistant.invoices.text.as_invoice import invoice_from_text
    from assistant.invoices.text.fields import propose
    from assistant.invoices.text.mentions import check_mentions
    from assistant.invoices.text.read_pdf import read_pages
    from assistant.invoices.xml.agreement import check_agreement
    from assistant.invoices.xml.conformity import check_conformity, warm_up
    from assistant.invoices.xml.read import read_root
    from assistant.invoices.xml.tolerance import explain_cents

    return Stages(
        read_root=read_root,
        check_conformity=check_conformity,
        explain_cents=explain_cents,
        run_rules=run_rules,
        check_agreement=check_agreement,
        read_pages=read_pages,
        warm_up=warm_up,
        text=TextStages(propose, invoice_from_text, check_mentions),
    )
