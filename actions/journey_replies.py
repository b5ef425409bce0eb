"""What the chat says of the account journey and of the deposit."""

import json
from collections.abc import Iterable

from actions.base import Services
from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply, ReplyButton
from assistant.journeys import account, deposit
from assistant.journeys.account import CompteVu, EtapeVue
from assistant.journeys.deposit import FactureVue
from assistant.journeys.enums import EtatEtape, Genre
from assistant.journeys.schemas import Resultat
from assistant.journeys.state import Commande, EtatCompte, EtatFacture, Verbe
from assistant.knowledge.schemas import Confiance
from assistant.knowledge.subjects import Sujet

# The intent whose buttons carry commands of a journey: they work inside and outside the form.
INTENTS = {Genre.COMPTE: "commencer_parcours", Genre.FACTURE: "commencer_depot", Genre.QUIZ: "commencer_quiz"}
VALUE = "valeur"
_MAX_FICHES = 2


def command_button(title: str, genre: Genre, commande: Commande, cle: str = "") -> ReplyButton:
    """A button that does something in a journey."""
    value = f"{cle}/{commande}" if cle else str(commande)
    return ReplyButton(title=title[:200], payload=f"/{INTENTS[genre]}{json.dumps({VALUE: value})}")


def fiche_buttons(services: Services, fiches: Iterable[str], most: int = _MAX_FICHES) -> list[ReplyButton]:
    """The first fiches as buttons."""
    known = [one for one in fiches if one in services.knowledge.fiches]
    return [services.answers.subject_button(Sujet("fiche", one)) for one in known[:most]]


def bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def numbered(lines: Iterable[str]) -> str:
    return "\n".join(f"{rank}. {line}" for rank, line in enumerate(lines, start=1))


# --- the account ----------------------------------------------------------------------------------------------------


def account_question(services: Services, etat: EtatCompte) -> Reply | None:
    """The situation to choose or the current step; None at the end."""
    vu = account.view(services.journeys, etat)
    if vu.branche is None:
        compte = services.journeys.compte
        buttons = [
            command_button(branche.court, Genre.COMPTE, Commande(verbe=Verbe.SITUATION, cible=branche.id))
            for branche in compte.branches
        ]
        return Reply(kind=Kind.QUESTION, text=compte.question, buttons=buttons)
    if vu.courante is None:
        return None
    return _stuck(services, vu.courante) if vu.courante.etat is EtatEtape.BLOQUEE else _step(services, vu, vu.courante)


def _step(services: Services, vu: CompteVu, vue: EtapeVue) -> Reply:
    texts, etape = services.journeys.textes, vue.etape
    text = texts["etape"].format(
        numero=vue.numero, total=len(vu.etapes), titre=etape.titre, faire=numbered(etape.faire), reussi=etape.reussi
    )
    if vue.etat is not None:
        text += "\n\n" + texts["etape_deja"].format(etat=texts[f"etat_{vue.etat}"])
    if etape.confiance is Confiance.BASSE:
        text += "\n\n" + texts["prudence_basse"]
    skip = texts["bouton_passer_facultatif" if etape.facultative else "bouton_passer"]
    buttons = [
        _mark(texts["bouton_fait"], etape.id, EtatEtape.FAITE),
        _mark(texts["bouton_bloque"], etape.id, EtatEtape.BLOQUEE),
        _mark(skip, etape.id, EtatEtape.PASSEE),
    ]
    if vue.numero > 1:
        buttons.append(command_button(texts["bouton_precedente"], Genre.COMPTE, Commande(verbe=Verbe.RETOUR)))
    return Reply(kind=Kind.QUESTION, text=text, buttons=buttons, sources=etape.sources)


def _stuck(services: Services, vue: EtapeVue) -> Reply:
    texts, etape = services.journeys.textes, vue.etape
    problems = bullets(f"**{probleme.si}** {probleme.alors}" for probleme in etape.problemes)
    text = texts["bloque"].format(numero=vue.numero, titre=etape.titre, problemes=problems)
    buttons = [
        _mark(texts["bouton_fait"], etape.id, EtatEtape.FAITE),
        command_button(texts["bouton_continuer"], Genre.COMPTE, Commande(verbe=Verbe.ALLER)),
        ReplyButton(title=texts["bouton_aide"], payload="/preparer_sollicitation"),
        *fiche_buttons(services, etape.fiches),
    ]
    return Reply(kind=Kind.QUESTION, text=text, buttons=buttons, sources=etape.sources)


def account_end(services: Services, etat: EtatCompte) -> Reply:
    """What was done, what is left, where to see it again."""
    texts, vu = services.journeys.textes, account.view(services.journeys, etat)
    stuck, skipped = vu.selon(EtatEtape.BLOQUEE), vu.selon(EtatEtape.PASSEE)
    parts = [texts["compte_fini"].format(faites=len(vu.selon(EtatEtape.FAITE)), total=len(vu.etapes))]
    if stuck:
        parts.append(texts["compte_reste"].format(titres=", ".join(vue.etape.titre for vue in stuck)))
    if skipped:
        parts.append(texts["compte_passees"].format(titres=", ".join(vue.etape.titre for vue in skipped)))
    parts.append(texts["compte_page"])
    buttons = [
        command_button(
            texts["bouton_etape"].format(titre=vue.etape.titre), Genre.COMPTE, Commande(verbe=Verbe.ALLER, cible=vue.etape.id)
        )
        for vue in stuck[:2]
    ]
    buttons.append(ReplyButton(title=texts["bouton_depot"], payload=f"/{INTENTS[Genre.FACTURE]}"))
    buttons.append(command_button(texts["bouton_recommencer"], Genre.COMPTE, Commande(verbe=Verbe.RECOMMENCER)))
    return Reply(kind=Kind.NOTICE, text="\n\n".join(parts), buttons=buttons)


def _mark(title: str, etape: str, etat: EtatEtape) -> ReplyButton:
    return command_button(title, Genre.COMPTE, Commande(verbe=Verbe.MARQUER, cible=etape, valeur=etat))


# --- the invoice ----------------------------------------------------------------------------------------------------


def deposit_question(services: Services, etat: EtatFacture) -> Reply | None:
    """The next question; None at the end."""
    texts, vu = services.journeys.textes, deposit.view(services.journeys, etat)
    question = vu.question
    if question is None:
        return None
    buttons = [
        command_button(choix.titre, Genre.FACTURE, Commande(verbe=Verbe.REPONDRE, cible=question.id, valeur=choix.id))
        for choix in question.choix
    ]
    if vu.reponses:
        buttons.append(command_button(texts["bouton_reponse_precedente"], Genre.FACTURE, Commande(verbe=Verbe.RETOUR)))
    return Reply(kind=Kind.QUESTION, text=f"{question.question}\n\n{question.aide}".strip(), buttons=buttons)


def deposit_end(services: Services, etat: EtatFacture) -> Reply:
    """The result: cadre, who validates, pieces, days, way."""
    texts, vu = services.journeys.textes, deposit.view(services.journeys, etat)
    assert vu.resultat is not None, "asked only when the questions have ended"
    parts = [_result_text(services, vu.resultat)]
    if vu.resultat.attention:
        parts.append(texts["resultat_attention"].format(lignes=bullets(vu.resultat.attention)))
    if vu.resultat.confiance is Confiance.BASSE:
        parts.append(texts["prudence_basse"])
    parts.append(texts["resultat_page"])
    return Reply(kind=Kind.ANSWER, text="\n\n".join(parts), buttons=_result_buttons(services, vu), sources=vu.resultat.sources)


def _result_text(services: Services, resultat: Resultat) -> str:
    texts = services.journeys.textes
    cadre = services.knowledge.cadres.get(resultat.cadre)
    way = [f"**{one.acteur}** : {one.action}{f' ({one.delai})' if one.delai else ''}" for one in resultat.chemin]
    return texts["resultat"].format(
        titre=resultat.titre,
        cadre=texts["resultat_cadre"].format(code=cadre.code, libelle=cadre.libelle, type_document=resultat.type_document)
        if cadre
        else texts["resultat_sans_cadre"],
        ou=resultat.ou,
        valide_par=resultat.valide_par,
        pieces=bullets(resultat.pieces),
        delais=bullets(resultat.delais),
        chemin=numbered(way),
    )


def _result_buttons(services: Services, vu: FactureVue) -> list[ReplyButton]:
    texts = services.journeys.textes
    return [
        *fiche_buttons(services, vu.resultat.fiches if vu.resultat else []),
        command_button(texts["bouton_reponse_precedente"], Genre.FACTURE, Commande(verbe=Verbe.RETOUR)),
        command_button(texts["bouton_recommencer"], Genre.FACTURE, Commande(verbe=Verbe.RECOMMENCER)),
    ]
