"""The deposit of an invoice: questions that end in a cadre. Pure functions over EtatFacture."""

from dataclasses import dataclass

from assistant.journeys.load import Journeys
from assistant.journeys.schemas import Choix, Question, Resultat
from assistant.journeys.state import Commande, EtatFacture, Refused, Verbe


@dataclass(frozen=True)
class FactureVue:
    """What was answered, then either the next question or the result."""

    reponses: list[tuple[Question, Choix]]
    question: Question | None
    resultat: Resultat | None


def advance(journeys: Journeys, etat: EtatFacture, commande: Commande) -> EtatFacture:
    """The state after the command. An earlier question may be answered again: what came after it is forgotten. Raises Refused."""
    vue = view(journeys, etat)
    match commande.verbe:
        case Verbe.REPONDRE:
            asked = [question.id for question, _ in vue.reponses]
            if vue.question is not None:
                asked.append(vue.question.id)
            if commande.cible not in asked:
                raise Refused("Cette question n'est plus posée. Répondez à celle qui est affichée.")
            if _choice(journeys.questions[commande.cible], commande.valeur) is None:
                raise Refused("Choisissez une des réponses proposées.")
            kept = [(question.id, choix.id) for question, choix in vue.reponses[: asked.index(commande.cible)]]
            return EtatFacture(reponses=[*kept, (commande.cible, commande.valeur)])
        case Verbe.RETOUR:
            return EtatFacture(reponses=[(question.id, choix.id) for question, choix in vue.reponses[:-1]])
        case Verbe.RECOMMENCER:
            return EtatFacture()
    raise Refused("Ce bouton n'est pas de ce parcours.")


def view(journeys: Journeys, etat: EtatFacture) -> FactureVue:
    """Where the answers lead. Those that the knowledge no longer understands are left out, with all that followed."""
    reponses: list[tuple[Question, Choix]] = []
    name = journeys.facture.questions[0].id
    for question_id, choix_id in etat.reponses:
        question = journeys.questions.get(name)
        choix = _choice(question, choix_id) if question is not None and question.id == question_id else None
        if question is None or choix is None:
            break
        reponses.append((question, choix))
        name = choix.vers
    return FactureVue(reponses, journeys.questions.get(name), journeys.resultats.get(name))


def _choice(question: Question, choix: str) -> Choix | None:
    return next((one for one in question.choix if one.id == choix), None)
