"""What a request needs, by its category: labels and questions are data (data/knowledge/sollicitations.yml), checks are here.

Pure rules. A value is text; its key is that of a `Besoin`. The SIRET and the invoice number are pieces of the checklist like the
others, but live in columns of their own.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from assistant.knowledge.load import ALWAYS_ASKED, Knowledge
from assistant.knowledge.schemas import Besoin, Categorie, Saisie, Statut
from assistant.masking import mask_secrets
from assistant.sollicitations.schemas import check_contact, check_numero_facture, check_siret
from assistant.sollicitations.siret import format_siret, is_valid_siret
from assistant.text import clean, fold, has_words

# Pieces that are columns of the table; the others are keys of `donnees`.
COLUMNS = frozenset({"siret", "numero_facture"})
# What nothing asked for, but was said in answer to the checklist.
PRECISIONS = "precisions"

MAX_CHARACTERS: Mapping[Saisie, int] = {
    Saisie.REFERENCE: 60,
    Saisie.STATUT: 80,
    Saisie.DATE: 120,
    Saisie.TEXTE: 200,
    Saisie.TEXTE_LONG: 1000,
}

_FULL_DATE = re.compile(r"(?<![\d/.-])(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?![\d/.-])")


class ChecklistError(ValueError):
    """Some pieces do not fit; `erreurs` gives a French sentence for each key."""

    def __init__(self, erreurs: dict[str, str]) -> None:
        super().__init__(" ".join(erreurs.values()))
        self.erreurs = erreurs


@dataclass(frozen=True)
class Piece:
    """A piece that a category asks for; the essential ones are asked one at a time."""

    besoin: Besoin
    essentiel: bool


class HasPieces(Protocol):
    """What a stored sollicitation and a request to write have in common."""

    @property
    def siret(self) -> str | None:
        """Fourteen digits."""

    @property
    def numero_facture(self) -> str | None:
        """The invoice number."""

    @property
    def donnees(self) -> dict[str, str]:
        """The other pieces by key."""


def pieces(knowledge: Knowledge, categorie: Categorie) -> list[Piece]:
    """What the category asks for, in the order in which it is asked; the description and the address come by themselves."""
    return [Piece(knowledge.besoins[cle], cle in categorie.essentiels) for cle in categorie.besoins if cle not in ALWAYS_ASKED]


def values_of(holder: HasPieces) -> dict[str, str]:
    """All pieces that were given, by key."""
    columns = {"siret": holder.siret, "numero_facture": holder.numero_facture}
    return {cle: value for cle, value in {**columns, **(holder.donnees or {})}.items() if value}


def missing(*, knowledge: Knowledge, categorie: Categorie, values: Mapping[str, str | None]) -> list[Besoin]:
    """The pieces that the category asks for and nobody gave, essential ones first. `values`: see `values_of`."""
    absent = [piece for piece in pieces(knowledge, categorie) if not values.get(piece.besoin.cle)]
    return [piece.besoin for piece in sorted(absent, key=lambda piece: not piece.essentiel)]


def check(knowledge: Knowledge, besoin: Besoin, value: str) -> str:
    """The value as it is kept, secrets masked. Raises ValueError with a French sentence."""
    match besoin.saisie:
        case Saisie.SIRET:
            return check_siret(value)
        case Saisie.NUMERO_FACTURE:
            return check_numero_facture(value)
        case Saisie.COURRIEL:
            return check_contact(value)
    value = clean(value) if besoin.saisie is Saisie.TEXTE_LONG else " ".join(clean(value).split())
    value = mask_secrets(value).text
    if not has_words(value):
        raise ValueError(f"« {besoin.libelle} » : écrivez au moins un mot ou un numéro.")
    longest = MAX_CHARACTERS[besoin.saisie]
    if len(value) > longest:
        raise ValueError(f"« {besoin.libelle} » : {longest} caractères au plus. Gardez l'essentiel.")
    if besoin.saisie is Saisie.STATUT:
        return known_statut(knowledge.statuts.values(), value) or value
    if besoin.saisie is Saisie.DATE:
        _refuse_impossible_dates(value)
    return value


def check_donnees(*, knowledge: Knowledge, categorie: Categorie, donnees: Mapping[str, str]) -> dict[str, str]:
    """The pieces as they are kept; empty ones are dropped. Raises ChecklistError telling all that does not fit at once."""
    kept: dict[str, str] = {}
    erreurs: dict[str, str] = {}
    for cle, value in donnees.items():
        if not clean(value):
            continue
        if cle in COLUMNS or cle not in knowledge.besoins or cle not in {*categorie.besoins, PRECISIONS}:
            erreurs[cle] = f"« {categorie.titre} » ne demande pas « {cle[:40]} »."
            continue
        try:
            kept[cle] = check(knowledge, knowledge.besoins[cle], value)
        except ValueError as error:
            erreurs[cle] = str(error)
    if erreurs:
        raise ChecklistError(erreurs)
    return kept


def known_statut(statuts: Iterable[Statut], value: str) -> str | None:
    """The label of the status that the value names (by label, alias or code), None when it names none."""
    wanted = fold(value).strip(" .«»\"'")
    for statut in statuts:
        if wanted in {fold(name) for name in (statut.libelle, statut.code, statut.code.replace("_", " "), *statut.alias)}:
            return statut.libelle
    return None


def _refuse_impossible_dates(value: str) -> None:
    for day, month, year in _FULL_DATE.findall(value):
        try:
            date(int(year) if len(year) == 4 else 2000 + int(year), int(month), int(day))
        except ValueError as error:
            raise ValueError(f"Le {day}/{month}/{year} n'existe pas. Écrivez le jour, puis le mois, puis l'année.") from error


def shown(besoin: Besoin, value: str) -> str:
    """The value for display: digits of a SIRET in groups."""
    return format_siret(value) if besoin.saisie is Saisie.SIRET and is_valid_siret(value) else value


def half_hidden(besoin: Besoin, value: str) -> str:
    """The value as it is offered: enough to recognise it, not enough to learn it."""
    if not besoin.sensible:
        return shown(besoin, value)
    name, at, domain = value.partition("@")
    return f"{name[:1]}•••{at}{domain}" if at else f"{value[:1]}•••"
