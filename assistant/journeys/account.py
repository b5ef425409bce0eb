"""The account set-up journey: pure functions over EtatCompte."""

from dataclasses import dataclass

from assistant.journeys.enums import EtatEtape
from assistant.journeys.load import Journeys
from assistant.journeys.schemas import Branche, Etape
from assistant.journeys.state import Commande, EtatCompte, Refused, Verbe


@dataclass(frozen=True)
class EtapeVue:
    """A step as it stands: `numero` counts from 1."""

    numero: int
    etape: Etape
    etat: EtatEtape | None


@dataclass(frozen=True)
class CompteVu:
    """All that is shown of the journey. `courante` is None before a situation is chosen and once every step has its word."""

    branche: Branche | None
    etapes: list[EtapeVue]
    courante: EtapeVue | None

    @property
    def dites(self) -> int:
        """Steps of which something was said."""
        return sum(1 for vue in self.etapes if vue.etat is not None)

    def selon(self, etat: EtatEtape) -> list[EtapeVue]:
        """The steps that stand in one state; its name will do (templates)."""
        return [vue for vue in self.etapes if vue.etat == etat]

    @property
    def terminee(self) -> bool:
        """True when every step has its word and none is stuck."""
        return self.branche is not None and self.dites == len(self.etapes) and not self.selon(EtatEtape.BLOQUEE)


def advance(journeys: Journeys, etat: EtatCompte, commande: Commande) -> EtatCompte:
    """The state after the command. Raises Refused. What was said of a step survives a change of situation."""
    match commande.verbe:
        case Verbe.SITUATION:
            if commande.cible not in journeys.branches:
                raise Refused("Cette situation n'existe pas. Choisissez-en une dans la liste.")
            return etat.model_copy(update={"branche": commande.cible, "courante": None})
        case Verbe.MARQUER:
            if commande.valeur not in list(EtatEtape):
                raise Refused("Dites si l'étape est faite, bloquée ou passée.")
            said = EtatEtape(commande.valeur)
            etape = _of_branch(journeys, etat, commande.cible)
            # Who is stuck stays there, to read what to do.
            courante = etape if said is EtatEtape.BLOQUEE else None
            return etat.model_copy(update={"etapes": {**etat.etapes, etape: said}, "courante": courante})
        case Verbe.ALLER:
            # Nothing named: on to the next step of which nothing was said.
            cible = _of_branch(journeys, etat, commande.cible) if commande.cible else None
            return etat.model_copy(update={"courante": cible})
        case Verbe.RETOUR:
            return etat.model_copy(update={"courante": _before(journeys, etat)})
        case Verbe.RECOMMENCER:
            return EtatCompte()
    raise Refused("Ce bouton n'est pas de ce parcours.")


def view(journeys: Journeys, etat: EtatCompte) -> CompteVu:
    """What is shown; steps that the knowledge no longer holds are left out."""
    branche = journeys.branches.get(etat.branche or "")
    if branche is None:
        return CompteVu(None, [], None)
    ids = [etape for etape in branche.etapes if etape in journeys.etapes]
    vues = [EtapeVue(rank, journeys.etapes[etape], etat.etapes.get(etape)) for rank, etape in enumerate(ids, start=1)]
    named = next((vue for vue in vues if vue.etape.id == etat.courante), None)
    return CompteVu(branche, vues, named or next((vue for vue in vues if vue.etat is None), None))


def _of_branch(journeys: Journeys, etat: EtatCompte, etape: str) -> str:
    branche = journeys.branches.get(etat.branche or "")
    if branche is None or etape not in branche.etapes:
        raise Refused("Cette étape n'est pas dans votre parcours.")
    return etape


def _before(journeys: Journeys, etat: EtatCompte) -> str | None:
    """The step before the current one; the first has none before it, the end is after the last."""
    vu = view(journeys, etat)
    if not vu.etapes:
        return None
    rank = vu.courante.numero if vu.courante else len(vu.etapes) + 1
    return vu.etapes[max(rank - 2, 0)].etape.id
