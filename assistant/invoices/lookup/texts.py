"""data/knowledge/suivi_factures.yml: sentences, who must move, rates, sources."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, field_validator

from assistant.invoices.chorus_pro.sentences import ErrorSentences, load_error_sentences
from assistant.invoices.payment_time import Rate
from assistant.knowledge.schemas import Source

FILE = "suivi_factures.yml"

Mover = Literal["vous", "client", "comptable", "titulaire", "chorus", "personne", "inconnu"]


class _Rate(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    du: date
    au: date
    pourcent: Decimal


class FollowUpTexts(BaseModel):
    """The file. `textes` are templates; a name between braces that a caller does not give raises KeyError. `failures` come
    from chorus_pro.yml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    textes: dict[str, str]
    qui_agit: dict[Mover, list[str]]
    taux: list[_Rate]
    sources: dict[str, Source]
    failures: ErrorSentences

    @field_validator("textes")
    @classmethod
    def _strip(cls, value: dict[str, str]) -> dict[str, str]:
        # Spaces at the ends matter in the pieces of a sentence; line breaks never do.
        return {key: text.strip("\n") for key, text in value.items()}

    def say(self, key: str, **values: object) -> str:
        """One sentence filled in."""
        return self.textes[key].format_map(values)

    def mover(self, statut: str) -> Mover:
        """Who must move an invoice that has this status."""
        return next((mover for mover, codes in self.qui_agit.items() if statut in codes), "inconnu")

    @property
    def rates(self) -> Sequence[Rate]:
        """Rates as the reckoning wants them."""
        return [Rate(first=rate.du, last=rate.au, percent=rate.pourcent) for rate in self.taux]


def load_texts(knowledge_dir: Path) -> FollowUpTexts:
    """Read the files in data/knowledge. Raises ValueError (pydantic's included) when one is wrong."""
    content = yaml.safe_load((knowledge_dir / FILE).read_text(encoding="utf-8"))
    return FollowUpTexts.model_validate({**content, "failures": load_error_sentences(knowledge_dir)})
