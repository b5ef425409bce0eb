"""Answers made of what the assistant knows: texts come from data/knowledge, shape from here."""

import json
import re
from collections.abc import Iterable, Sequence

from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply, ReplyButton
from assistant.knowledge.load import Knowledge
from assistant.knowledge.schemas import Anomalie, Cadre, Confiance, Fiche, Section, Statut, Terme
from assistant.knowledge.subjects import Sujet

# Follow-up intents and the section of a fiche that answers each.
FOLLOW_UPS: dict[str, Section] = {
    "suite_qui": Section.QUI,
    "suite_ou": Section.OU,
    "suite_combien_de_temps": Section.COMBIEN_DE_TEMPS,
    "suite_pourquoi": Section.POURQUOI,
    "suite_echec": Section.SI_CA_NE_MARCHE_PAS,
    "ne_pas_comprendre": Section.AUTREMENT_DIT,
}
_BUTTONS: dict[str, str] = {
    "suite_qui": "suite_qui",
    "suite_ou": "suite_ou",
    "suite_combien_de_temps": "suite_combien_de_temps",
    "suite_pourquoi": "suite_pourquoi",
    "suite_echec": "suite_echec",
    "ne_pas_comprendre": "suite_autrement",
}
NOT_VERIFIED = "Non vérifié"


class Answers:
    """Builds the replies about one subject."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._texts = knowledge.textes

    # --- one subject ------------------------------------------------------------------------------------------------

    def subject(self, sujet: Sujet, confidence: float | None = None) -> Reply | None:
        """The answer about a subject, None when it is not known (any more)."""
        knowledge, cle = self._knowledge, sujet.cle
        match sujet.famille:
            case "fiche" if cle in knowledge.fiches:
                return self.fiche(knowledge.fiches[cle], confidence)
            case "statut" if cle in knowledge.statuts:
                return self.statut(knowledge.statuts[cle], confidence)
            case "anomalie" if cle in knowledge.anomalies:
                return self.anomalie(knowledge.anomalies[cle], confidence)
            case "cadre" if cle in knowledge.cadres:
                return self.cadre(knowledge.cadres[cle], confidence)
            case "terme" if cle in knowledge.termes:
                return self.terme(knowledge.termes[cle], confidence)
        return None

    def title(self, sujet: Sujet) -> str | None:
        """A few human words for a button, None when the subject is not known."""
        knowledge, cle = self._knowledge, sujet.cle
        match sujet.famille:
            case "fiche" if cle in knowledge.fiches:
                return knowledge.fiches[cle].titre
            case "statut" if cle in knowledge.statuts:
                return f"Statut « {knowledge.statuts[cle].libelle} »"
            case "anomalie" if cle in knowledge.anomalies:
                return knowledge.anomalies[cle].titre
            case "cadre" if cle in knowledge.cadres:
                return f"Cadre {cle} : {knowledge.cadres[cle].libelle}"[:120]
            case "terme" if cle in knowledge.termes:
                return cle
        return None

    def fiche(self, fiche: Fiche, confidence: float | None = None) -> Reply:
        """Short answer and steps, with buttons for the sections that the fiche holds."""
        parts = [fiche.texte]
        if fiche.confiance == Confiance.BASSE:
            parts.append(self._texts["confiance_basse"])
        return Reply(
            kind=Kind.ANSWER,
            text="\n\n".join(parts),
            sources=list(fiche.sources),
            fiche=fiche.id,
            confidence=confidence,
            buttons=[
                ReplyButton(title=self._texts[_BUTTONS[intent]], payload=f"/{intent}")
                for intent, section in FOLLOW_UPS.items()
                if section in fiche.sections
            ],
        )

    def statut(self, statut: Statut, confidence: float | None = None) -> Reply:
        """Meaning, who set it, what to do, whether the payment time runs, same or new number."""
        texts = self._texts
        unknown = texts["statut_non_verifie"]
        parts = [texts["statut"].format(libelle=statut.libelle, sens=statut.sens)]
        if not statut.pose_par.startswith(NOT_VERIFIED):
            parts.append(texts["statut_pose_par"].format(pose_par=statut.pose_par))
        parts.append(texts["statut_action"].format(action=as_steps(statut.action)))
        delai = unknown if statut.delai.startswith(NOT_VERIFIED) else statut.delai
        parts.append(texts["statut_delai"].format(delai=delai))
        if statut.numero != "sans_objet":
            parts.append(texts["statut_numero"].format(numero=unknown if statut.numero == "non_verifie" else statut.numero_texte))
        return self._row(parts, statut.confiance, statut, confidence, echec=True)

    def anomalie(self, anomalie: Anomalie, confidence: float | None = None) -> Reply:
        """Cause and remedy."""
        texts = self._texts
        parts = [
            texts["anomalie"].format(titre=anomalie.titre),
            texts["anomalie_cause"].format(cause=anomalie.cause),
            texts["anomalie_correction"].format(correction=anomalie.correction),
        ]
        return self._row(parts, anomalie.confiance, anomalie, confidence, echec=True)

    def cadre(self, cadre: Cadre, confidence: float | None = None) -> Reply:
        """Label, when to use it, who deposits."""
        texts = self._texts
        parts = [
            texts["cadre"].format(code=cadre.code, libelle=cadre.libelle),
            texts["cadre_usage"].format(usage=cadre.usage),
            texts["cadre_deposant"].format(deposant=cadre.deposant.rstrip(".")),
        ]
        if cadre.note:
            parts.append(texts["cadre_note"].format(note=cadre.note))
        return self._row(parts, cadre.confiance, cadre, confidence)

    def terme(self, terme: Terme, confidence: float | None = None) -> Reply:
        """Definition, and the term it must not be taken for."""
        parts = [self._texts["terme"].format(terme=terme.terme, definition=terme.definition)]
        if terme.ne_pas_confondre and terme.difference:
            parts.append(self._texts["terme_difference"].format(autre=terme.ne_pas_confondre, difference=terme.difference))
        return self._row(parts, terme.confiance, terme, confidence)

    def comparison(self, left: Sujet, right: Sujet, confidence: float | None = None) -> Reply | None:
        """Both definitions one under the other, and their difference where the glossary tells it."""
        definitions = [self._definition(left), self._definition(right)]
        if None in definitions:
            return None
        (left_title, left_text, left_row), (right_title, right_text, right_row) = [d for d in definitions if d]
        parts = [
            self._texts["comparaison"].format(
                gauche=left_title, definition_gauche=left_text, droite=right_title, definition_droite=right_text
            )
        ]
        for one, other in ((left, right), (right, left)):
            terme = self._knowledge.termes.get(one.cle) if one.famille == "terme" else None
            if terme and terme.difference and terme.ne_pas_confondre == other.cle:
                parts.append(terme.difference)
                break
        return Reply(
            kind=Kind.ANSWER,
            text="\n\n".join(parts),
            sources=list({row.source.url: row.source for row in (left_row, right_row)}.values()),
            confidence=confidence,
        )

    def _definition(self, sujet: Sujet) -> tuple[str, str, Statut | Cadre | Terme] | None:
        knowledge = self._knowledge
        match sujet.famille:
            case "terme" if sujet.cle in knowledge.termes:
                terme = knowledge.termes[sujet.cle]
                return terme.terme, terme.definition, terme
            case "statut" if sujet.cle in knowledge.statuts:
                statut = knowledge.statuts[sujet.cle]
                return f"Statut « {statut.libelle} »", statut.sens, statut
            case "cadre" if sujet.cle in knowledge.cadres:
                cadre = knowledge.cadres[sujet.cle]
                return f"Cadre {cadre.code}", f"{cadre.libelle}. {cadre.usage}", cadre
        return None

    def _row(
        self,
        parts: Iterable[str],
        confiance: Confiance,
        row: Statut | Anomalie | Cadre | Terme,
        confidence: float | None,
        echec: bool = False,
    ) -> Reply:
        caution = [self._texts["confiance_basse"]] if confiance == Confiance.BASSE else []
        buttons = [ReplyButton(title=self._texts["suite_echec"], payload="/suite_echec")] if echec else []
        return Reply(
            kind=Kind.ANSWER, text="\n\n".join([*parts, *caution]), sources=[row.source], confidence=confidence, buttons=buttons
        )

    # --- follow-ups ---------------------------------------------------------------------------------------------------

    def follow_up(self, sujet: Sujet, intent: str) -> Reply:
        """The part of the current subject that a follow-up question asks for; says honestly when it is not known."""
        title = self.title(sujet)
        if title is None:
            # A fiche that went away since: the talk may be older than the knowledge.
            return Reply(kind=Kind.UNKNOWN, text=self._texts["rien_en_cours"], buttons=[self.sollicitation_button()])
        found = self._follow_up_text(sujet, intent)
        whole = self.subject(sujet)
        if found is not None and whole is not None:
            return Reply(
                kind=Kind.ANSWER,
                text=found,
                sources=whole.sources,
                fiche=whole.fiche,
                buttons=[self.sollicitation_button(sujet)] if intent == "suite_echec" else [],
            )
        if intent == "suite_echec":
            text = self._texts["section_absente"].format(titre=title, suite=self._texts["section_echec_suite"])
            return Reply(kind=Kind.UNKNOWN, text=text, buttons=[self.sollicitation_button(sujet)])
        text = self._texts["section_absente"].format(titre=title, suite=self._texts["section_absente_suite"])
        if whole is None:
            return Reply(kind=Kind.UNKNOWN, text=text, buttons=[self.sollicitation_button(sujet)])
        return whole.model_copy(update={"text": f"{text}\n\n{whole.text}"})

    def _follow_up_text(self, sujet: Sujet, intent: str) -> str | None:
        knowledge, cle = self._knowledge, sujet.cle
        match sujet.famille:
            case "fiche" if cle in knowledge.fiches:
                return knowledge.fiches[cle].sections.get(FOLLOW_UPS[intent])
            case "statut" if cle in knowledge.statuts:
                statut = knowledge.statuts[cle]
                return _first_known(
                    {
                        "suite_qui": self._texts["statut_pose_par"].format(pose_par=statut.pose_par),
                        "suite_ou": as_steps(statut.action),
                        "suite_combien_de_temps": statut.delai,
                        "suite_pourquoi": statut.sens,
                        "ne_pas_comprendre": f"{statut.sens}\n\n{as_steps(statut.action)}",
                    }.get(intent)
                )
            case "anomalie" if cle in knowledge.anomalies:
                anomalie = knowledge.anomalies[cle]
                return {
                    "suite_pourquoi": anomalie.cause,
                    "suite_ou": anomalie.correction,
                    "ne_pas_comprendre": f"{anomalie.cause}\n\n{anomalie.correction}",
                }.get(intent)
        return None

    # --- choices ------------------------------------------------------------------------------------------------------

    def choices(self, sujets: Sequence[Sujet], text: str, kind: Kind = Kind.CHOICES, other: bool = True) -> Reply:
        """Up to three subjects as buttons, and « autre chose »."""
        buttons = [self.subject_button(sujet) for sujet in sujets[:3]]
        if other:
            buttons.append(ReplyButton(title=self._texts["choix_autre"], payload="/autre_chose"))
        return Reply(kind=kind, text=text, buttons=buttons)

    def subject_button(self, sujet: Sujet) -> ReplyButton:
        """A button that asks for one subject."""
        return ReplyButton(title=self.title(sujet) or sujet.cle, payload="/fiche" + json.dumps({"sujet": str(sujet)}))

    def sollicitation_button(self, sujet: Sujet | None = None) -> ReplyButton:
        """A button that starts a sollicitation, about a subject where there is one."""
        about = json.dumps({"sujet": str(sujet)}) if sujet else ""
        return ReplyButton(title=self._texts["bouton_sollicitation"], payload=f"/preparer_sollicitation{about}")


# A step begins a sentence: « (article 2) suffit » is none.
_STEP = re.compile(r"(?:(?<=[.:;!?»])|^)\s*(\d{1,2})\)\s+")


def as_steps(text: str) -> str:
    """« Faites : 1) ceci. 2) cela. » of a table as Markdown with a numbered list; other texts as they are."""
    lead, *steps = _STEP.split(text)
    if not steps:
        return text
    lines = [f"{number}. {step.strip()}" for number, step in zip(steps[::2], steps[1::2], strict=True)]
    return "\n".join([lead.strip(), "", *lines]).strip()


def _first_known(text: str | None) -> str | None:
    return None if text is None or NOT_VERIFIED in text else text
