"""What typed words answer in a journey: « fait », « bloqué », « 2 », « la deuxième », or the words of a choice. Pure rules."""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from assistant.journeys.enums import EtatEtape
from assistant.text import fold, fold_words

_LONGEST = 8
_CLOSE = 88

_DONE = re.compile(r"\b(?:fait|faite|termine|finie?|ok|reussie?|c'est bon|cest bon|deja fait|valide|oui)\b")
_STUCK = re.compile(r"\b(?:bloquee?s?|coince\w*|ca (?:ne )?marche pas|impossible|echec|j'y arrive pas|n'y arrive pas)\b")
_SKIP = re.compile(r"\b(?:passer?|passe|sauter?|saute|plus tard|ignorer?|suivante?|skip|pas concerne\w*)\b")
_BACK = re.compile(r"\b(?:precedente?|retour|arriere|revenir)\b")
_NOT = re.compile(r"\b(?:pas|non|jamais)\b")
_RANKS = (
    re.compile(r"^(?:la |le |reponse |choix |option |numero |n° ?)*(?:1|a|un|une|premiere?|1ere?|1er)\b"),
    re.compile(r"^(?:la |le |reponse |choix |option |numero |n° ?)*(?:2|b|deux|deuxieme|seconde?|2e|2eme)\b"),
    re.compile(r"^(?:la |le |reponse |choix |option |numero |n° ?)*(?:3|c|trois|troisieme|3e|3eme)\b"),
    re.compile(r"^(?:la |le |reponse |choix |option |numero |n° ?)*(?:4|d|quatre|quatrieme|4e|4eme|derniere?)\b"),
    *(re.compile(rf"^(?:la |le |reponse |choix |option |numero |n° ?)*{rank}\b") for rank in range(5, 10)),
)


def read_step(text: str) -> EtatEtape | None:
    """What is said of a step; « pas fait » says nothing sure."""
    folded = fold(text).strip()
    if _too_long(folded):
        return None
    if _STUCK.search(folded):
        return EtatEtape.BLOQUEE
    if _SKIP.search(folded):
        return EtatEtape.PASSEE
    if _DONE.search(folded) and not _NOT.search(folded):
        return EtatEtape.FAITE
    return None


def goes_back(text: str) -> bool:
    """« étape précédente », « retour »."""
    folded = fold(text).strip()
    return not _too_long(folded) and _BACK.search(folded) is not None


def read_choice(text: str, choices: Sequence[str]) -> int | None:
    """The place (from 0) of the choice that is meant: by its words first, then by its rank; None when it is not sure."""
    said = " ".join(fold_words(text))
    if not said:
        return None
    known = [" ".join(fold_words(choice)) for choice in choices]
    if said in known:
        return known.index(said)
    folded = fold(text).strip()
    if _too_long(folded):
        scores = sorted(((fuzz.ratio(said, one), place) for place, one in enumerate(known)), reverse=True)
        return scores[0][1] if scores[0][0] >= _CLOSE else None
    for place, pattern in enumerate(_RANKS[: len(choices)]):
        found = pattern.match(folded)
        # The whole answer, not the beginning of a sentence: « une question : … ».
        if found and not folded[found.end() :].strip(" .!)"):
            return place
    scores = sorted(((fuzz.token_set_ratio(said, one), place) for place, one in enumerate(known)), reverse=True)
    sure = scores[0][0] >= _CLOSE and (len(scores) == 1 or scores[1][0] < scores[0][0] - 5)
    return scores[0][1] if sure and len(said) > 2 else None


def _too_long(folded: str) -> bool:
    return len(folded.split()) > _LONGEST
