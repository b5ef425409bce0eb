"""While a sollicitation is being drafted: is a message an answer, a question in the middle, or the wish to stop? Pure rules."""

import re
from collections.abc import Iterable

from assistant.knowledge.schemas import Besoin
from assistant.text import fold, fold_words

_QUESTIONS = frozenset(
    {
        "fiche",
        "expliquer_statut",
        "expliquer_anomalie",
        "expliquer_cadre",
        "definir_terme",
        "comparer_termes",
        "verifier_facture",
        "suivre_facture",
        "motif_facture",
        "delai_facture",
        "lister_factures",
        "exigences_client",
        "suivre_flux",
        "hors_sujet",
        "message_anglais",
    }
)
_TALK = frozenset({"saluer", "remercier", "demander_robot", "demander_capacites", "insulter", "parler_humain"})
_FOLLOW_UPS = frozenset({"suite_combien_de_temps", "suite_ou", "suite_qui", "suite_pourquoi", "suite_echec", "ne_pas_comprendre"})
# Each has a rule in data/stories that answers it in the middle of the draft.
ANSWERED_BY_RULES = _QUESTIONS | _TALK | _FOLLOW_UPS
# Whole words: « quelqu'un », « commentaire » ask nothing; neither does « quand je dépose… », which tells when.
_INTERROGATIVE = re.compile(
    r"\s*(?:(?:comment|quels?|quelles?|ou|pourquoi|qui|combien|que|a quoi)\b(?!')|qu'est|est-ce|c'est quoi|c koi|"
    r"puis-je|dois-je|peut-on|quand\b(?!\s+(?:je|j'|on|nous|il|elle|ils|elles|le|la|les|l'|ma|mon|mes|un|une)))"
)
_WISH = (
    r"(?:je |j')?(?:veux|voudrais|dois|souhaite|peux|aimerais)\s+(?:\S+\s+)?"
    r"(?:corriger|modifier|changer|rectifier|refaire|revenir)"
)
_CORRECTION = re.compile(
    r"(?:(?:oups|oh|ah|non|pardon|attends|attendez|desole|euh|mince)[\s,!.]+)*"
    rf"(?:(?:je )?me suis tromp|{_WISH}|(?:corrige|modifie|change|rectifie|remplace)\w*\b|revenir\b|retour\b"
    r"|j'ai (?:fait une|mal)\b|erreur de ma part|(?:c'est )?(?:le mauvais|pas le bon|pas la bonne))"
)
_NUMBER_OR_ADDRESS = re.compile(r"[\d@]")
_LONGEST_CORRECTION = 10
_LONGEST_TALK = 5
_LONGEST_STOP = 5

_FIELDS = (
    ("numero_facture", ("numero de facture", "numero de la facture", "n° de facture", "la facture", "numero")),
    ("siret", ("siret", "structure", "etablissement")),
    ("contact", ("mail", "email", "e-mail", "courriel", "adresse", "contact")),
    ("description", ("description", "texte", "probleme", "explication", "message")),
    ("categorie", ("sujet", "categorie", "motif", "objet")),
)


def stops(intent: str, text: str) -> bool:
    """True when the person wants to leave the draft: said shortly, or by a button."""
    return intent in ("annuler", "au_revoir") and len(text.split()) <= _LONGEST_STOP


def is_question(text: str) -> bool:
    """True for what is asked and not told."""
    return text.rstrip().endswith("?") or _INTERROGATIVE.match(fold(text)) is not None


def takes_over(intent: str, text: str) -> bool:
    """True when the message is to be answered by another rule before the draft goes on."""
    if text.startswith("/"):
        return intent in ANSWERED_BY_RULES
    if intent in _TALK:
        return len(text.split()) <= _LONGEST_TALK or is_question(text)
    if intent in _FOLLOW_UPS:
        return len(text.split()) <= _LONGEST_TALK
    return (intent in _QUESTIONS or intent == "nlu_fallback") and is_question(text) and len(fold_words(text)) > 1


def tells_something_else(intent: str, text: str) -> bool:
    """Where a number or an address was asked for: True when the message holds none and is about what another rule answers."""
    return intent in _QUESTIONS and len(fold_words(text)) > 2 and _NUMBER_OR_ADDRESS.search(text) is None


def wants_to_correct(text: str) -> bool:
    """True for words that can only be the wish to change an earlier answer, where any words would be an answer too."""
    folded = fold(text).strip()
    return len(folded.split()) <= _LONGEST_CORRECTION and _CORRECTION.match(folded) is not None


def named_field(text: str, besoins: Iterable[Besoin] = ()) -> str | None:
    """The field that a correction names (« je me suis trompé de siret »), None when it names none.

    Pieces of the checklist (`besoins`) are known by their words; of two names in the text the longer one counts.
    """
    folded = fold(text)
    pieces = [(besoin.cle, tuple(fold(word) for word in (besoin.libelle, *besoin.mots))) for besoin in besoins]
    found = [
        (-max(len(word) for word in named), index, name)
        for index, (name, words) in enumerate((*pieces, *_FIELDS))
        if (named := [word for word in words if word in folded])
    ]
    return min(found)[2] if found else None
