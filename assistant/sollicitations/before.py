"""Before a sollicitation is written: fiches that may already solve it. Pure."""

from collections.abc import Collection

from assistant.knowledge.load import Knowledge
from assistant.knowledge.schemas import Categorie, Fiche
from assistant.knowledge.search import SearchIndex
from assistant.text import fold_words

MAX_FICHES = 3
# Nearness from which a fiche that the category does not name is worth showing.
MIN_SIMILARITY = 0.6
_MIN_WORDS = 3


def fiches_before(
    *, knowledge: Knowledge, search: SearchIndex, categorie: Categorie | None, texte: str, seen: Collection[str] = ()
) -> list[Fiche]:
    """Up to three fiches: those of the category that the words name first, then those near the words, then the category's others.

    `seen`: ids of fiches that the person has read already.
    """
    own = [fiche for fiche in (categorie.fiches if categorie else []) if fiche in knowledge.fiches]
    hits = search.search(texte, limit=10) if len(fold_words(texte)) >= _MIN_WORDS else []
    near = [hit.fiche.id for hit in hits if hit.fiche.id in own and hit.relevant]
    near += [hit.fiche.id for hit in hits if hit.fiche.id not in own and hit.similarity >= MIN_SIMILARITY]
    found = [fiche for fiche in dict.fromkeys([*near, *own]) if fiche not in seen]
    return [knowledge.fiches[fiche] for fiche in found[:MAX_FICHES]]
