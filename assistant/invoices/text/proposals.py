"""What the readers of fields give: candidates with a rank, and the choice among them."""

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.invoices.reporting import Phrases
from assistant.invoices.schemas import FoundField, Origin, Place
from assistant.invoices.text.layout import Cell
from assistant.masking import mask_secrets

# Proposed for a credit note only: the word « facture » alone proves nothing.
KIND = "type"


@dataclass(frozen=True)
class Candidate:
    """A value read somewhere. `rank`: 1 for an explicit label, more for less sure ones."""

    value: str
    words: str
    page: int
    rank: int = 1


def candidate(value: str, label: Cell, holder: Cell, rank: int) -> Candidate:
    """The value with the words of its label and of the cell that holds it."""
    words = label.words if label is holder else f"{label.words} {holder.words}"
    return Candidate(value, words, holder.page, rank)


def found(name: str, chosen: Candidate, phrases: Phrases) -> FoundField:
    """As the report shows it; the label is the phrase « champ_… »."""
    return FoundField(
        name=name,
        label=phrases[f"champ_{name}"],
        value=chosen.value,
        # A line may also hold an account number, which is shown nowhere in full.
        words=mask_secrets(chosen.words).text,
        where=Place(page=chosen.page),
        origin=Origin.TEXTE,
    )


def only_one(candidates: Iterable[Candidate]) -> Candidate | None:
    """The value on which the best-ranked candidates agree; None when there is none or when they differ."""
    kept = list(candidates)
    best = min((item.rank for item in kept), default=0)
    first = [item for item in kept if item.rank == best]
    return first[0] if len({item.value for item in first}) == 1 else None
