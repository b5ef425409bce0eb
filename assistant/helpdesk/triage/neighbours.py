"""Other sollicitations that are near: probable duplicates among the open ones, help among the solved ones. Pure.

What a desk wants of « duplicate »: the same problem of the same people, so that one answer serves. Hence:
- two SIRET or two invoice numbers that differ are two cases, however near the texts: an accountant writes the same for ten
  clients;
- two people with the same words and nothing else in common are two cases too: each waits for an answer, and merging would
  lose one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.helpdesk.triage.classifier import Encode, encode_in_batches
from assistant.helpdesk.triage.features import Matrix, Vocabulary
from assistant.helpdesk.triage.schemas import Demande, SollicitationProche
from assistant.helpdesk.triage.words import stems
from assistant.text import fold

# How many go through the sentence encoder, which is most of the time of a triage.
MAX_COMPARED = 16
MAX_DUPLICATES = 5
MAX_SOLVED = 3
# Longer texts differ in their details, not in their subject.
_LONGEST = 600
# Nearness (0 to 1) from which two texts of the same people tell the same thing. Set on pairs in tests/…/test_neighbours.py.
NEAR = 0.72
VERY_NEAR = 0.85
SOLVED_NEAR = 0.55
_MEANING = 0.7


@dataclass(frozen=True)
class Near:
    """Another sollicitation and how near its text is: meaning and common words, 0 to 1."""

    demande: Demande
    similarity: float
    words: list[str]


def nearest(demande: Demande, others: Sequence[Demande], *, vocabulary: Vocabulary, encode: Encode) -> list[Near]:
    """The others by nearness, nearest first. Only the MAX_COMPARED with most words in common are compared by meaning."""
    others = [other for other in others if other.id != demande.id]
    if not others:
        return []
    text = demande.texte[:_LONGEST]
    mine = vocabulary.matrix([text])[0]
    lexical = vocabulary.matrix([other.texte[:_LONGEST] for other in others]) @ mine
    chosen = np.argsort(-lexical, kind="stable")[:MAX_COMPARED]
    vectors = encode_in_batches([text, *(others[index].texte[:_LONGEST] for index in chosen)], encode)
    return sorted(
        (_near(demande, others[index], float(lexical[index]), vectors, row + 1) for row, index in enumerate(chosen)),
        key=lambda near: (-near.similarity, near.demande.id),
    )


def _near(demande: Demande, other: Demande, lexical: float, vectors: Matrix, row: int) -> Near:
    if _same_words(demande.texte, other.texte):
        similarity = 1.0
    else:
        meaning = float(vectors[0] @ vectors[row])
        similarity = min(max(_MEANING * meaning + (1 - _MEANING) * lexical, 0.0), 0.99)
    return Near(other, similarity, _common_words(demande.texte, other.texte))


def duplicates(demande: Demande, near: Sequence[Near], textes: dict[str, str]) -> list[SollicitationProche]:
    """Open sollicitations that are probably the same as this one, likeliest first."""
    found = [duplicate for one in near if (duplicate := _duplicate(demande, one, textes)) is not None]
    return sorted(found, key=lambda duplicate: (-duplicate.score, duplicate.id))[:MAX_DUPLICATES]


def _duplicate(demande: Demande, near: Near, textes: dict[str, str]) -> SollicitationProche | None:
    other = near.demande
    if _differ(demande.siret, other.siret) or _differ(_plain(demande.numero_facture), _plain(other.numero_facture)):
        return None
    same_structure = _same(demande.siret, other.siret)
    same_invoice = _same(_plain(demande.numero_facture), _plain(other.numero_facture))
    same_category = demande.categorie == other.categorie
    same_address = _same(fold(demande.contact), fold(other.contact))
    same_talk = _same(demande.conversation_id, other.conversation_id)
    score = _score(near.similarity, same_structure, same_invoice, same_category, same_address or same_talk)
    if score is None:
        return None
    reasons = [
        (same_structure and same_invoice, "doublon_facture_et_structure"),
        (same_structure and not same_invoice, "doublon_structure"),
        (same_invoice and not same_structure, "doublon_facture"),
        (same_address, "doublon_personne"),
        (same_talk, "doublon_conversation"),
        (same_category, "doublon_categorie"),
        (not same_category, "doublon_autre_categorie"),
        (near.similarity >= NEAR, "doublon_texte"),
        (not same_address, "doublon_autre_personne"),
    ]
    said = [textes[key].format(pourcent=round(100 * near.similarity)) for holds, key in reasons if holds]
    return _shown(other, score, said)


def _score(similarity: float, structure: bool, invoice: bool, category: bool, person: bool) -> float | None:
    """How surely it is the same case, None when it is not."""
    if invoice and structure:
        return 0.95 if category else 0.75
    if invoice and person:
        return 0.9 if category else 0.7
    if invoice:
        # Numbers such as « 2026-001 » are every company's: the words must be the same too.
        return 0.6 if similarity >= VERY_NEAR else None
    if (structure or person) and similarity >= (NEAR if category else VERY_NEAR):
        return 0.5 + 0.4 * similarity
    return None


def solved(demande: Demande, near: Sequence[Near], textes: dict[str, str]) -> list[SollicitationProche]:
    """Solved ones whose answer may help, nearest first; of any structure."""
    found = []
    for one in near:
        if one.similarity < SOLVED_NEAR or one.demande.id == demande.id:
            continue
        reasons = [textes["resolue_texte"].format(pourcent=round(100 * one.similarity))]
        if one.words:
            reasons.append(textes["resolue_mots"].format(mots=", ".join(one.words)))
        if one.demande.categorie == demande.categorie:
            reasons.append(textes["resolue_categorie"])
        if _same(demande.siret, one.demande.siret):
            reasons.append(textes["resolue_structure"])
        found.append(_shown(one.demande, one.similarity, reasons))
    return found[:MAX_SOLVED]


def _shown(other: Demande, score: float, reasons: list[str]) -> SollicitationProche:
    return SollicitationProche(
        id=other.id, numero=other.numero, resume=other.resume, etat=other.etat, score=round(score, 4), raisons=reasons
    )


def _same(left: str | None, right: str | None) -> bool:
    return bool(left) and left == right


def _differ(left: str | None, right: str | None) -> bool:
    return bool(left) and bool(right) and left != right


def _plain(number: str | None) -> str:
    """« F-2024 / 12 » and « f2024-12 » are one number."""
    return re.sub(r"[^a-z0-9]", "", fold(number or ""))


def _same_words(left: str, right: str) -> bool:
    return " ".join(fold(left).split()) == " ".join(fold(right).split())


def _common_words(left: str, right: str) -> list[str]:
    """Up to four words of the left text that the right one holds too, longest first."""
    theirs = {stem.stem for stem in stems(right) if " " not in stem.stem}
    typed = {stem.stem: stem.typed.lower() for stem in stems(left) if " " not in stem.stem and len(stem.stem) > 3}
    return sorted((word for stem, word in typed.items() if stem in theirs), key=lambda word: (-len(word), word))[:4]
