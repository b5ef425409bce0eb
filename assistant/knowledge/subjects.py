"""A subject: what an answer is about, so that follow-up questions and buttons can name it."""

from dataclasses import dataclass
from typing import Literal, Self, get_args

# « facture »: an invoice looked up, by its key; « controle »: an invoice check, by the id of the message that reports it.
Famille = Literal["fiche", "statut", "anomalie", "cadre", "terme", "categorie", "facture", "controle"]


@dataclass(frozen=True)
class Sujet:
    """`famille` and the key in it, written « fiche:compte-creer »."""

    famille: Famille
    cle: str

    def __str__(self) -> str:
        return f"{self.famille}:{self.cle}"

    @classmethod
    def parse(cls, text: str | None) -> Self | None:
        """The subject written in `text`, None when it is not one."""
        famille, separator, cle = (text or "").partition(":")
        if not separator or famille not in get_args(Famille) or not cle:
            return None
        return cls(famille, cle)  # type: ignore[arg-type]  # membership was checked on the line above
