"""Search over the fiches: lexical (BM25 with stems and a tolerance for typos) and semantic ranks, fused."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import bm25s
import numpy as np
import snowballstemmer
from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.knowledge.encoder import encode
from assistant.knowledge.schemas import Fiche
from assistant.text import fold_words

# Reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009): 60 is the authors' constant.
_FUSION = 60
# Below this nearness a fiche without a common word is not a hit.
MIN_SIMILARITY = 0.45
_MIN_LETTERS_FOR_SLIP = 5
_STOP_WORDS_TEXT = (
    "a au aux avec ce ces c d dans de des du elle en est et il ils j je l la le les leur lui m ma mais me mes mon n ne nos "
    "notre nous on ou par pas pour qu que qui s sa se ses si son sur t ta te tes toi ton tu un une vos votre vous y comment "
    "faire fait puis peut ai as avez suis etes sont etre avoir cette cet quel quelle quels quelles dois doit faut"
)
# Words that say nothing of the subject (folded); help to triage leaves them out too.
STOP_WORDS = frozenset(_STOP_WORDS_TEXT.split())


@dataclass(frozen=True)
class Hit:
    """A fiche found: `score` orders hits of one query; `similarity` (-1 to 1) is the nearness in meaning to its best question;
    `lexical` is the BM25 score."""

    fiche: Fiche
    score: float
    similarity: float
    lexical: float = 0.0

    @property
    def relevant(self) -> bool:
        """False for what only fills the end of a list: no common word and no near meaning."""
        return self.lexical > 0 or self.similarity >= MIN_SIMILARITY


class SearchIndex:
    """An index over the fiches, built once at start-up. Methods are safe to call from several threads."""

    def __init__(self, fiches: Sequence[Fiche]) -> None:
        self._fiches = list(fiches)
        self._stemmer = snowballstemmer.stemmer("french")
        documents = [self._stems(_document(fiche)) for fiche in self._fiches]
        self._vocabulary = sorted({stem for document in documents for stem in document})
        self._known = frozenset(self._vocabulary)
        self._bm25 = bm25s.BM25()
        self._bm25.index(documents, show_progress=False)
        questions = [[fiche.titre, *fiche.questions] for fiche in self._fiches]
        self._owner = np.repeat(np.arange(len(questions)), [len(group) for group in questions])
        self._vectors = encode([text for group in questions for text in group])

    @property
    def questions(self) -> list[tuple[Fiche, str, np.ndarray[Any, Any]]]:
        """Each fiche's title and questions with their vectors, as they were encoded at start-up."""
        texts = [text for fiche in self._fiches for text in (fiche.titre, *fiche.questions)]
        return [(self._fiches[i], text, self._vectors[n]) for n, (i, text) in enumerate(zip(self._owner, texts, strict=True))]

    def search(self, query: str, limit: int = 10) -> list[Hit]:
        """The best fiches for a free text, best first; empty when the text holds no word."""
        stems = self._stems(query)
        if not fold_words(query):
            return []
        similarity = self._similarity(query)
        fused = 1 / (_FUSION + _ranks(similarity))
        lexical = np.zeros(len(self._fiches))
        known = [self._closest(stem) for stem in stems]
        terms = [stem for stem in known if stem is not None]
        if terms:
            lexical = np.asarray(self._bm25.get_scores(terms))
            fused = fused + np.where(lexical > 0, 1 / (_FUSION + _ranks(lexical)), 0)
        best = np.argsort(-fused, kind="stable")[:limit]
        return [Hit(self._fiches[i], float(fused[i]), float(similarity[i]), float(lexical[i])) for i in best]

    def _similarity(self, query: str) -> np.ndarray[Any, Any]:
        nearness = self._vectors @ encode([query])[0]
        best = np.full(len(self._fiches), -1.0)
        np.maximum.at(best, self._owner, nearness)
        return best

    def _stems(self, text: str) -> list[str]:
        words = [word for word in fold_words(text) if word not in STOP_WORDS]
        return list(self._stemmer.stemWords(words))

    def _closest(self, stem: str) -> str | None:
        if stem in self._known:
            return stem
        if len(stem) < _MIN_LETTERS_FOR_SLIP:
            return None
        found = process.extractOne(stem, self._vocabulary, scorer=OSA.distance, score_cutoff=1)
        return str(found[0]) if found else None


def _document(fiche: Fiche) -> str:
    # The title and the questions say what the fiche is about: they count more than what it tells.
    head = " ".join([fiche.titre, fiche.titre, fiche.titre, *fiche.questions, *fiche.questions])
    return f"{head} {fiche.texte} {' '.join(fiche.sections.values())}"


def _ranks(scores: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    order = np.argsort(-scores, kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    return ranks
