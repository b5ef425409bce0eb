"""All proposals for one sollicitation, from what is in memory: built once at start-up, then pure and safe in several threads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from assistant.helpdesk.triage import neighbours
from assistant.helpdesk.triage.classifier import CategoryClassifier, Encode, Lesson, Ranked
from assistant.helpdesk.triage.data import TriageData, load_triage_data
from assistant.helpdesk.triage.priority import propose_priority
from assistant.helpdesk.triage.reply import draft_reply
from assistant.helpdesk.triage.schemas import Demande, FicheProche, Proposition, Propositions, ReponseProposee
from assistant.helpdesk.triage.vector_cache import VectorCache
from assistant.helpdesk.triage.words import stems, without_politeness
from assistant.knowledge.encoder import encode as sentence_encode
from assistant.knowledge.load import Knowledge
from assistant.knowledge.schemas import Besoin, Categorie, Fiche
from assistant.knowledge.search import SearchIndex
from assistant.sollicitations.checklist import missing, values_of
from assistant.text import fold

ROUTES = ("support", "organisme_public", "gestionnaire")
_PARIS = ZoneInfo("Europe/Paris")

# λ of the classifier, chosen by cross-validation on the requests (bench/triage). The questions of the fiches are no requests for
# help, and a fiche may serve two categories: they weigh less.
_DOUBT = 0.3
_DOUBT_OF_QUESTIONS = 3.0
# What the person (or the bot with them) chose counts, but less than plain words to the contrary.
_DECLARED = 0.25
_MIN_CATEGORY = 0.08
_MAX_CATEGORIES = 3
_MIN_ROUTE = 0.05
_NEAR_EXAMPLE = 0.5
_MAX_EXAMPLE = 140
_MAX_FICHES = 3
_SEARCHED = 12
# Beyond, a longer query only adds noise to the search.
_LONGEST_QUERY = 600
# A draft from a fiche that is not about it would cost more time than it saves.
_MIN_DRAFT = 0.5
_IN_CATEGORY = 0.12
_MAX_RARE_WORDS = 8
_MIN_RARITY = 3.0
_MIN_LETTERS = 4


def requests_as_lessons(examples: Mapping[str, Sequence[str]]) -> list[Lesson]:
    """The examples as what teaches best: people's own requests."""
    return [Lesson(text, categorie, _DOUBT, shown=True) for categorie, texts in examples.items() for text in texts]


@dataclass(frozen=True)
class TriageEngine:
    """The knowledge, the search over the fiches, the classifier and the rules."""

    knowledge: Knowledge
    search: SearchIndex
    data: TriageData
    classifier: CategoryClassifier
    encode: Encode

    @classmethod
    def build(
        cls,
        knowledge: Knowledge,
        search: SearchIndex,
        directory: Path,
        *,
        cache: Path | None = None,
        encode: Encode = sentence_encode,
    ) -> Self:
        """Read data/triage and learn from its examples. Raises TriageDataError.

        Some ten seconds of CPU the first time; three when `cache`, a directory, holds the sentence vectors of the time before.
        """
        data = load_triage_data(directory, knowledge)
        lessons = [*requests_as_lessons(data.examples), *cls.other_lessons(knowledge, search, data)]
        remembered = VectorCache(cache, encode) if cache else None
        classifier = CategoryClassifier.fit(list(knowledge.categories), lessons, remembered or encode)
        if remembered:
            remembered.save()
        # Requests come once each: they are not kept.
        return cls(knowledge, search, data, replace(classifier, encode=encode), encode)

    @staticmethod
    def other_lessons(knowledge: Knowledge, search: SearchIndex, data: TriageData) -> list[Lesson]:
        """What the categories say of themselves, and the questions that the fiches of each answer."""
        said = [
            Lesson(text, one.id, _DOUBT)
            for one in knowledge.categories.values()
            for text in (*one.mots, one.titre, one.description)
        ]
        asked = [
            Lesson(text, data.fiches[fiche.id], _DOUBT_OF_QUESTIONS, vector=vector)
            for fiche, text, vector in search.questions
            if fiche.id in data.fiches
        ]
        return [*said, *asked]

    def propose(
        self, demande: Demande, *, solved: Sequence[Demande] = (), open_: Sequence[Demande] = (), moment: datetime | None = None
    ) -> Propositions:
        """Everything that is proposed. `solved` and `open_`: other sollicitations to compare with (a few hundred at most).

        `moment`: when it is computed (when it was written, if absent): deadlines have come nearer since it was written.
        """
        texte = without_politeness(demande.texte)
        ranked = self.rank(texte, demande.categorie)
        best = self.knowledge.categories[ranked[0].categorie]
        written = demande.cree_le.astimezone(_PARIS).date()
        elapsed = ((moment or demande.cree_le).astimezone(_PARIS).date() - written).days
        fiches = self.fiches(texte, best)
        absent = missing(knowledge=self.knowledge, categorie=best, values={**best.deduits, **values_of(demande)})
        near_open = neighbours.nearest(demande, open_, vocabulary=self.classifier.stem_vocabulary, encode=self.encode)
        near_solved = neighbours.nearest(demande, solved, vocabulary=self.classifier.stem_vocabulary, encode=self.encode)
        return Propositions(
            categorie=self._categories(ranked, texte, demande.categorie),
            route=self._routes(ranked),
            priorite=[
                propose_priority(
                    rules=self.data.priorite,
                    textes=self.data.textes,
                    texte=texte,
                    categorie=best.id,
                    written=written,
                    elapsed=elapsed,
                )
            ],
            fiches=fiches,
            resolues=neighbours.solved(demande, near_solved, self.data.textes),
            doublons=neighbours.duplicates(demande, near_open, self.data.textes),
            manques=[besoin.cle for besoin in absent],
            reponse=self._reply(demande, best, fiches, absent),
        )

    def rank(self, texte: str, declared: str | None = None) -> list[Ranked]:
        """Categories by probability; `declared` is the one that was chosen with the request (« autre » says nothing)."""
        ranked = self.classifier.rank(without_politeness(texte))
        if declared is None or declared == "autre" or declared not in self.knowledge.categories:
            return ranked
        mixed = [
            Ranked(
                one.categorie,
                (1 - _DECLARED) * one.probability + _DECLARED * (one.categorie == declared),
                one.words,
                one.example,
                one.example_similarity,
            )
            for one in ranked
        ]
        return sorted(mixed, key=lambda one: -one.probability)

    def route_scores(self, ranked: Sequence[Ranked]) -> dict[str, float]:
        """The probability of each route: the sum of its categories', likeliest first."""
        sums = dict.fromkeys(ROUTES, 0.0)
        for one in ranked:
            sums[self.knowledge.categories[one.categorie].route] += one.probability
        return dict(sorted(sums.items(), key=lambda item: -item[1]))

    def fiches(self, texte: str, categorie: Categorie) -> list[FicheProche]:
        """The three fiches nearest to the text; those that the category names come first among equals, and fill up."""
        hits = [hit for hit in self.search.search(texte[:_LONGEST_QUERY], limit=_SEARCHED) if hit.relevant]
        scored: dict[str, tuple[float, list[str]]] = {}
        for hit in hits:
            named = hit.fiche.id in categorie.fiches
            score = min(max(hit.similarity, 0.0) + (_IN_CATEGORY if named else 0.0), 1.0)
            scored[hit.fiche.id] = (score, self._why_fiche(texte, hit.fiche, categorie if named else None))
        for fiche_id in categorie.fiches:
            if len(scored) < _MAX_FICHES and fiche_id in self.knowledge.fiches:
                reason = self.data.textes["fiche_categorie"].format(titre=categorie.titre)
                scored.setdefault(fiche_id, (_IN_CATEGORY, [reason]))
        best = sorted(scored.items(), key=lambda item: (-item[1][0], item[0]))[:_MAX_FICHES]
        return [
            FicheProche(id=fiche_id, titre=self.knowledge.fiches[fiche_id].titre, score=round(score, 4), raisons=reasons)
            for fiche_id, (score, reasons) in best
        ]

    def rare_words(self, texte: str) -> list[str]:
        """Beginnings of words (folded) by which the full-text search finds texts about the same thing, rarest first."""
        found: dict[str, float] = {}
        for stem in stems(without_politeness(texte)[:_LONGEST_QUERY]):
            weight = self.classifier.stem_vocabulary.weight(stem.stem)
            word = fold(stem.typed)
            if " " in stem.stem or weight is None or weight < _MIN_RARITY or not word.isalpha() or len(word) < _MIN_LETTERS:
                continue
            # A stem is not always the beginning of its word (« emploi » for « employait »).
            beginning = stem.stem if word.startswith(stem.stem) else word
            found[beginning] = weight
        return sorted(found, key=lambda word: (-found[word], word))[:_MAX_RARE_WORDS]

    def _categories(self, ranked: Sequence[Ranked], texte: str, declared: str) -> list[Proposition]:
        kept = [one for index, one in enumerate(ranked[:_MAX_CATEGORIES]) if index < 2 or one.probability >= _MIN_CATEGORY]
        return [
            Proposition(
                valeur=one.categorie,
                titre=self.knowledge.categories[one.categorie].titre,
                score=round(one.probability, 4),
                raisons=self._why_category(one, texte, declared),
            )
            for one in kept
        ]

    def _why_category(self, one: Ranked, texte: str, declared: str) -> list[str]:
        textes, reasons = self.data.textes, []
        folded = f" {fold(texte)} "
        named = [mot for mot in self.knowledge.categories[one.categorie].mots if f" {fold(mot)} " in folded]
        if named:
            reasons.append(textes["categorie_expression"].format(mots=max(named, key=len)))
        if one.words:
            reasons.append(textes["categorie_mots"].format(mots=", ".join(one.words)))
        if one.example is not None and one.example_similarity >= _NEAR_EXAMPLE:
            example = one.example if len(one.example) <= _MAX_EXAMPLE else one.example[:_MAX_EXAMPLE].rsplit(" ", 1)[0] + "…"
            reasons.append(textes["categorie_ressemble"].format(exemple=example))
        if one.categorie == declared and declared != "autre":
            reasons.append(textes["categorie_declaree"])
        return reasons or [textes["categorie_sens"]]

    def _routes(self, ranked: Sequence[Ranked]) -> list[Proposition]:
        return [
            Proposition(
                valeur=route, titre=self.data.textes[f"route_{route}"], score=round(score, 4), raisons=self._why(route, ranked)
            )
            for index, (route, score) in enumerate(self.route_scores(ranked).items())
            if index == 0 or score >= _MIN_ROUTE
        ]

    def _why(self, route: str, ranked: Sequence[Ranked]) -> list[str]:
        mine = [
            self.knowledge.categories[one.categorie] for one in ranked if self.knowledge.categories[one.categorie].route == route
        ]
        if mine[0].id == ranked[0].categorie:
            lead = self.data.textes["route_par_categorie"].format(titre=mine[0].titre)
        else:
            lead = self.data.textes["route_par_plusieurs"].format(titres=", ".join(f"« {one.titre} »" for one in mine[:2]))
        return [lead, mine[0].raison_route]

    def _why_fiche(self, texte: str, fiche: Fiche, categorie: Categorie | None) -> list[str]:
        textes = self.data.textes
        theirs = {stem.stem for question in (fiche.titre, *fiche.questions) for stem in stems(question)}
        common = list(dict.fromkeys(stem.typed.lower() for stem in stems(texte) if stem.stem in theirs and " " not in stem.stem))
        reasons = [textes["fiche_mots"].format(mots=", ".join(common[:4])) if common else textes["fiche_sens"]]
        if categorie is not None:
            reasons.append(textes["fiche_categorie"].format(titre=categorie.titre))
        return reasons

    def _reply(
        self, demande: Demande, categorie: Categorie, fiches: Sequence[FicheProche], absent: Sequence[Besoin]
    ) -> list[ReponseProposee]:
        if not fiches or fiches[0].score < _MIN_DRAFT:
            return []
        return [
            draft_reply(
                knowledge=self.knowledge,
                textes=self.data.textes,
                demande=demande,
                categorie=categorie,
                fiche=fiches[0],
                missing=absent,
            )
        ]
