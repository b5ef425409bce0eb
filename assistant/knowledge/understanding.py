"""What to do when a question is not surely understood: offer choices, admit, or say that it is out of scope."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply, ReplyButton
from assistant.knowledge.answers import Answers
from assistant.knowledge.load import Knowledge
from assistant.knowledge.schemas import Fiche
from assistant.knowledge.search import SearchIndex
from assistant.knowledge.subjects import Sujet

# Values set by bench/understanding (calibration on the training data, see docs/understanding.md).
MIN_CANDIDATE_CONFIDENCE = 0.06
MIN_SIMILARITY = 0.55
OUT_OF_SCOPE_CONFIDENCE = 0.30
# Above this the answer stands alone; below, it says what was understood and adds the short answers of the next likely fiches.
SURE_CONFIDENCE = 0.95
MIN_ALTERNATIVE_CONFIDENCE = 0.01
MAX_ALTERNATIVES = 2
MAX_CHOICES = 3

_TABLE_INTENTS = {
    "expliquer_statut": "accueil_bouton_statut",
    "expliquer_anomalie": "accueil_bouton_erreur",
    "preparer_sollicitation": "accueil_bouton_sollicitation",
}


@dataclass(frozen=True)
class Ranked:
    """An intent (full name, « fiche/… » for a fiche) and its probability."""

    name: str
    confidence: float


class Understanding:
    """Second thoughts about a message that no rule could answer with assurance."""

    def __init__(self, knowledge: Knowledge, search: SearchIndex, answers: Answers) -> None:
        self._texts = knowledge.textes
        self._knowledge = knowledge
        self._search = search
        self._answers = answers

    def doubtful(self, text: str, ranking: Sequence[Ranked], failures: int) -> Reply:
        """Choices when something comes near, else an honest « I don't know » (or « not my field »), with the way on.

        `failures`: how many messages in a row were not understood before this one.
        """
        hits = self._search.search(text, limit=MAX_CHOICES)
        near = [hit for hit in hits if hit.similarity >= MIN_SIMILARITY]
        top = ranking[0] if ranking else None
        if top is not None and top.name == "hors_sujet" and top.confidence >= OUT_OF_SCOPE_CONFIDENCE and not near:
            return self.out_of_scope(text, ranking)
        candidates = self._candidates(ranking, [hit.fiche.id for hit in near])
        if candidates:
            fiches = [self._knowledge.fiches[name] for name in candidates if name in self._knowledge.fiches]
            return Reply(
                kind=Kind.CHOICES,
                text="\n\n".join([self._texts["choix"], _short_answers(fiches)]).strip(),
                buttons=[*candidates.values(), ReplyButton(title=self._texts["choix_autre"], payload="/autre_chose")],
                sources=[fiche.sources[0] for fiche in fiches],
                confidence=top.confidence if top else None,
            )
        return self.unknown(text, failures)

    def with_reserve(self, reply: Reply, sujet: Sujet, ranking: Sequence[Ranked]) -> Reply:
        """The answer as it is when it is sure; else it says what was understood, and what the next likely fiches answer."""
        top = ranking[0] if ranking else None
        if top is None or top.name != f"fiche/{sujet.cle}" or top.confidence >= SURE_CONFIDENCE:
            return reply
        others = [
            self._knowledge.fiches[ranked.name.removeprefix("fiche/")]
            for ranked in ranking[1:]
            if ranked.confidence >= MIN_ALTERNATIVE_CONFIDENCE and ranked.name.removeprefix("fiche/") in self._knowledge.fiches
        ][:MAX_ALTERNATIVES]
        parts = [self._texts["peu_sur"].format(titre=self._answers.title(sujet)), reply.text]
        if others:
            parts += [self._texts["peu_sur_sinon"], _short_answers(others)]
        buttons = [self._answers.subject_button(Sujet("fiche", fiche.id)) for fiche in others]
        sources = {source.url: source for source in (*reply.sources, *(fiche.sources[0] for fiche in others))}
        return reply.model_copy(
            update={"text": "\n\n".join(parts), "buttons": [*reply.buttons, *buttons], "sources": list(sources.values())}
        )

    def out_of_scope(self, text: str, ranking: Sequence[Ranked]) -> Reply:
        """Decline; unless that is sure, the nearest fiches stay at hand: a question of ours in rare words looks foreign."""
        confidence = ranking[0].confidence if ranking else 0.0
        if confidence >= SURE_CONFIDENCE:
            return Reply(kind=Kind.OUT_OF_SCOPE, text=self._texts["hors_sujet"], confidence=confidence)
        likely = [ranked.name.removeprefix("fiche/") for ranked in ranking[1:] if ranked.confidence >= MIN_ALTERNATIVE_CONFIDENCE]
        near = [hit.fiche.id for hit in self._search.search(text, limit=MAX_ALTERNATIVES) if hit.similarity >= MIN_SIMILARITY]
        offered = [name for name in dict.fromkeys([*likely, *near]) if name in self._knowledge.fiches][:MAX_CHOICES]
        buttons = [self._answers.subject_button(Sujet("fiche", name)) for name in offered]
        key = "hors_sujet_peu_sur" if buttons else "hors_sujet"
        return Reply(kind=Kind.OUT_OF_SCOPE, text=self._texts[key], buttons=buttons, confidence=confidence)

    def unknown(self, text: str, failures: int) -> Reply:
        """Say that one does not know, with the nearest fiches and a sollicitation."""
        if failures >= 1:
            return Reply(kind=Kind.UNKNOWN, text=self._texts["inconnu_encore"], buttons=[self._answers.sollicitation_button()])
        hits = self._search.search(text, limit=2)
        fiches = [self._answers.subject_button(Sujet("fiche", hit.fiche.id)) for hit in hits if hit.similarity > 0.3]
        key = "inconnu" if fiches else "inconnu_sans_fiche"
        return Reply(kind=Kind.UNKNOWN, text=self._texts[key], buttons=[*fiches, self._answers.sollicitation_button()])

    def _candidates(self, ranking: Sequence[Ranked], near: Sequence[str]) -> dict[str, ReplyButton]:
        """Buttons of the likeliest subjects, keyed by the id of the fiche or the intent."""
        buttons: dict[str, ReplyButton] = {}
        for ranked in ranking:
            if ranked.confidence < MIN_CANDIDATE_CONFIDENCE or len(buttons) >= MAX_CHOICES:
                break
            if ranked.name.startswith("fiche/"):
                fiche_id = ranked.name.removeprefix("fiche/")
                if fiche_id in self._knowledge.fiches:
                    buttons[fiche_id] = self._answers.subject_button(Sujet("fiche", fiche_id))
            elif ranked.name in _TABLE_INTENTS:
                title = self._texts[_TABLE_INTENTS[ranked.name]]
                buttons[ranked.name] = ReplyButton(title=title, payload=f"/{ranked.name}")
        for fiche_id in near:
            if len(buttons) >= MAX_CHOICES:
                break
            buttons.setdefault(fiche_id, self._answers.subject_button(Sujet("fiche", fiche_id)))
        return buttons


def _short_answers(fiches: Sequence[Fiche]) -> str:
    """« - **titre** : short answer », a line each."""
    return "\n".join(f"- **{fiche.titre}** : {fiche.reponse}" for fiche in fiches)
