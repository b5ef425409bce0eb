"""Made-up sollicitations with their timelines, for trials and measures: nobody's data, and each says so.

The SIRETs pass the check of their keys but begin with a zero, which the INSEE gives to no structure; addresses end in
« .invalid ».
"""

import random
from bisect import bisect
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from stdnum import luhn

from assistant.knowledge.schemas import Categorie
from assistant.sollicitations.changes import SYSTEME, USAGER
from assistant.sollicitations.clock import Clock, clock_in
from assistant.sollicitations.desk import Desk
from assistant.sollicitations.enums import Etat, Origine, Priorite, TypeEvenement
from assistant.sollicitations.search_text import whole, words
from assistant.sollicitations.service import one_line

LABEL = "Données fictives."

_DAYS = 730
# The share of the latest ones that are still open.
_OPEN_SHARE = 0.12
_STRUCTURES_PER = 25
_MERGED = 0.03
_STILL_OPEN = 0.95
# Nearly all is seen to in this time; most of what has been open for longer was heard of again lately.
_SOON = timedelta(days=5)
_SEEN_TO = 0.8

_OPENINGS = (
    "Bonjour, je vous écris au sujet de notre dossier.",
    "Bonjour, petite entreprise de maçonnerie, nous ne savons plus quoi faire.",
    "Madame, Monsieur, je suis comptable et je suis bloquée depuis ce matin.",
    "Bonsoir, c'est pour notre association.",
    "Bonjour, la mairie nous renvoie vers vous.",
    "Je me permets de vous relancer.",
)
# What is about signing in, about the portal and its machines, about an invoice: a request is made of one kind only.
_ACCESS = {
    "connexion",
    "activation",
    "mot_de_passe_double_facteur",
    "rattachement_habilitation",
    "gestionnaire_absent",
    "creation_structure",
}
_PORTAL = {"flux_rejete", "raccordement_api_edi", "piste", "anomalie_portail", "depot_facture_erreur", "autre"}
_ACCESS_MIDDLES = (
    "Nous avons essayé avec un autre navigateur sans succès.",
    "Le lien reçu par courriel a expiré avant que je puisse l'ouvrir.",
    "Le gestionnaire de la structure a quitté l'entreprise.",
    "Notre interlocuteur à {lieu} ne répond plus au téléphone.",
    "Je dois déposer une facture de {montant} € et je ne peux pas entrer.",
    "Ma collègue de {lieu} a le même écran depuis le {jour}.",
    "Le service acheteur attend la facture {reference}.",
)
_PORTAL_MIDDLES = (
    "L'écran affiche une erreur après la validation.",
    "Nous avons essayé avec un autre navigateur sans succès.",
    "Le fichier a été envoyé par notre logiciel et le flux est revenu en anomalie.",
    "Le bordereau {reference} porte pourtant le bon code service.",
    "Tout marchait encore le {jour}.",
    "Le service acheteur nous demande un numéro d'engagement que nous n'avons pas.",
    "La facture de {montant} € pour {lieu} n'est pas partie.",
)
_INVOICE_MIDDLES = (
    "Le montant de {montant} € n'a toujours pas été payé.",
    "La facture a été déposée le {jour} et le statut n'a pas changé depuis.",
    "Le service acheteur nous demande un numéro d'engagement que nous n'avons pas.",
    "Le chantier de {lieu} est terminé depuis deux mois.",
    "Notre interlocuteur à {lieu} ne répond plus au téléphone.",
    "Le bordereau {reference} porte pourtant le bon code service.",
    "La trésorerie indique qu'il manque une pièce justificative.",
)
_CLOSINGS = (
    "Merci de votre aide.",
    "Pouvez-vous nous dire quoi faire ?",
    "C'est urgent, l'échéance approche.",
    "Dans l'attente de votre retour, cordialement.",
)
_ACCESS_ANSWERS = (
    "Le lien d'activation peut être demandé une nouvelle fois depuis la page de connexion.",
    "Le gestionnaire principal doit accepter votre rattachement dans le menu Approbations.",
)
_PORTAL_ANSWERS = (
    "Ouvrez le menu Suivi des flux, puis le compte rendu du fichier : il nomme la ligne à corriger.",
    "Videz le cache du navigateur, puis refaites la saisie depuis l'accueil du portail.",
)
_INVOICE_ANSWERS = (
    "Ouvrez le menu Synthèse, puis la facture, et lisez le motif affiché.",
    "Demandez au service acheteur le numéro d'engagement, puis déposez de nouveau la facture.",
)
_ASKS = ("Pouvez-vous joindre une copie de l'écran ?", "Quel est le message exact affiché à l'écran ?")
_COMPLEMENTS = ("Le message est « Une erreur est survenue ».", "L'écran dit seulement : opération impossible.")
_RETURNS = ("La réponse ne convient pas, le problème est toujours là.", "Cela n'a rien changé.")
_NOTES = ("Vu avec un collègue, rappeler la semaine prochaine.", "Même demande la semaine dernière.")
# Motives of closing that fit after an answer, whatever it was about; the one of the route is added.
_MOTIFS = ("solution_acceptee", "reponse_dans_fiche", "resolue_seule")
_ROUTE_MOTIFS = {"organisme_public": "organisme_public", "gestionnaire": "gestionnaire", "support": "support_chorus_pro"}
_SYLLABLES = ("bar", "mon", "vil", "cour", "san", "lem", "rov", "tiel", "gau", "pre", "dor", "nac", "fer", "lou", "beau", "chan")
_PRIORITIES = (Priorite.NORMALE, Priorite.HAUTE, Priorite.BASSE, Priorite.URGENTE)
_PRIORITY_WEIGHTS = tuple(accumulate((70, 15, 12, 3)))
_ORIGINS = (Origine.CONVERSATION, Origine.FORMULAIRE, Origine.API)
_ORIGIN_WEIGHTS = tuple(accumulate((60, 30, 10)))
_OPEN_STATES = (
    Etat.SOUMISE,
    Etat.AFFECTEE,
    Etat.COMPLEMENT_DEMANDE,
    Etat.COMPLEMENT_RECU,
    Etat.SOLUTION_PROPOSEE,
    Etat.RENVOYEE,
)
_OPEN_WEIGHTS = tuple(accumulate((30, 22, 16, 8, 18, 6)))

Values = dict[str, Any]


@dataclass(frozen=True)
class Made:
    """Columns of a row of `sollicitation`, and those of its events, oldest first."""

    row: Values
    events: list[Values]


class _Text:
    """A text with its search words, put together from pieces whose words are known."""

    def __init__(self) -> None:
        self._known: dict[str, list[str]] = {}

    def words_of(self, text: str) -> list[str]:
        found = self._known.get(text)
        if found is None:
            found = words(text)
            if len(self._known) < 5_000:
                self._known[text] = found
        return found


class Maker:
    """Makes `count` sollicitations of the two years before `moment`, oldest first; the same ones for the same `seed`."""

    def __init__(self, *, desk: Desk, count: int, agents: dict[int, str], moment: datetime, seed: int) -> None:
        """`agents`: names by id of those who deal with them."""
        self.desk = desk
        self.count = count
        self.agent_names = agents
        self.agent_ids = sorted(agents)
        self.moment = moment
        self.chance = random.Random(seed)  # noqa: S311 - nothing secret is drawn
        self.text = _Text()
        self.categories = list(desk.knowledge.categories.values())
        # A few subjects make most of the requests.
        self.category_weights = list(accumulate(1 / (1 + rank) for rank in range(len(self.categories))))
        self.sirets = [self._siret() for _ in range(max(3, count // _STRUCTURES_PER))]
        self.times = sorted(self.chance.random() for _ in range(count))
        self.numeros: list[tuple[int, str]] = []

    def one(self, id_: int) -> Made:
        """The next one, under the id that the database keeps for it."""
        chance = self.chance
        index = len(self.numeros)
        created = self.moment - timedelta(days=_DAYS * (1 - self.times[index]), seconds=1)
        categorie = self._pick(self.categories, self.category_weights)
        invoice = f"FAC-{created.year}-{chance.randrange(100_000):05d}" if "facture" in categorie.id else None
        siret = self._some_siret()
        description, description_words = self._description(categorie, created)
        numero = f"CHO-{created.year}-{id_:06d}"
        self.numeros.append((id_, numero))
        contact = f"usager-{chance.randrange(self.count)}@exemple.invalid"
        priorite = self._pick(_PRIORITIES, _PRIORITY_WEIGHTS)
        recent = index > self.count * (1 - _OPEN_SHARE)
        goal = self._pick(_OPEN_STATES, _OPEN_WEIGHTS) if recent and chance.random() < _STILL_OPEN else Etat.CLOTUREE
        if goal is Etat.SOUMISE and self.moment - created > _SOON and chance.random() < _SEEN_TO:
            goal = chance.choice((Etat.COMPLEMENT_DEMANDE, Etat.SOLUTION_PROPOSEE))
        origine = self._pick(_ORIGINS, _ORIGIN_WEIGHTS)
        life = _Life(self, created, priorite, categorie, origine)
        life.reach(goal)
        merged_into = None
        if life.etat is not Etat.CLOTUREE and chance.random() < _MERGED:
            merged_into = self.numeros[chance.randrange(index)] if index else None
        if merged_into is not None:
            agent = chance.choice(self.agent_ids)
            life.tell(TypeEvenement.FUSION, f"agent:{agent}", {"dans": merged_into[1], "agent_nom": self.agent_names[agent]})
        searched = [whole(numero), numero.rsplit("-", 1)[1], siret, whole(contact), *words(contact)]
        if invoice:
            searched += [whole(invoice), *words(invoice)]
        row: Values = {
            "id": id_,
            "numero": numero,
            "etat": life.etat,
            "origine": origine,
            "categorie": categorie.id,
            "route": categorie.route,
            "siret": siret,
            "numero_facture": invoice,
            "description": description,
            "contact": contact,
            "conversation_id": None,
            "cle_idempotence": None,
            "cree_le": created,
            "resume": one_line(description.removeprefix(LABEL)),
            "donnees": {"numero_facture": invoice} if invoice else {},
            "priorite": priorite,
            "agent_id": life.agent_id,
            "jeton_hache": None,
            "version": len(life.events),
            "maj_le": life.at,
            "echeance_le": life.clock.echeance_le,
            "secondes_restantes": life.clock.secondes_restantes,
            "cloture_le": life.at if life.etat is Etat.CLOTUREE else None,
            "motif_cloture": life.motif,
            "fusion_dans_id": merged_into[0] if merged_into else None,
            "texte_recherche": " ".join(searched + description_words + life.words),
            "fictive": True,
        }
        return Made(row, [{"sollicitation_id": id_, **event} for event in life.events])

    def _pick(self, values: Any, weights: Any) -> Any:
        return values[bisect(weights, self.chance.random() * weights[-1], hi=len(values) - 1)]

    def _some_siret(self) -> str:
        """A few structures write often, most seldom."""
        rank = int(self.chance.paretovariate(0.6)) if self.chance.random() < 0.3 else self.chance.randrange(len(self.sirets))
        return self.sirets[rank % len(self.sirets)]

    def _siret(self) -> str:
        # The Luhn key of nine digits, then that of fourteen.
        siren = "0" + f"{self.chance.randrange(1, 10**7):07d}"
        siren += luhn.calc_check_digit(siren)
        start = siren + f"{self.chance.randrange(1, 9999):04d}"
        return str(start + luhn.calc_check_digit(start))

    def _name(self) -> str:
        return "".join(self.chance.choice(_SYLLABLES) for _ in range(self.chance.randint(2, 4))).capitalize()

    def _description(self, categorie: Categorie, created: datetime) -> tuple[str, list[str]]:
        chance = self.chance
        middles = _of_kind(categorie, _ACCESS_MIDDLES, _PORTAL_MIDDLES, _INVOICE_MIDDLES)
        pieces = [
            LABEL,
            chance.choice(_OPENINGS),
            f"{categorie.titre}.",
            *chance.sample(middles, chance.randint(1, 4)),
            chance.choice(_CLOSINGS),
        ]
        found: list[str] = []
        texts: list[str] = []
        for piece in pieces:
            text = (
                piece.format(
                    montant=f"{chance.randrange(80, 90_000)},{chance.randrange(100):02d}",
                    jour=f"{created - timedelta(days=chance.randint(3, 45)):%d/%m}",
                    lieu=self._name(),
                    reference=f"{self._name()[:4].upper()}{chance.randrange(10_000)}",
                )
                if "{" in piece
                else piece
            )
            texts.append(text)
            found += words(text) if text is not piece else self.text.words_of(piece)
        return " ".join(texts), found


def _of_kind(categorie: Categorie, access: tuple[str, ...], portal: tuple[str, ...], invoice: tuple[str, ...]) -> tuple[str, ...]:
    return access if categorie.id in _ACCESS else portal if categorie.id in _PORTAL else invoice


class _Life:
    """What happened to one sollicitation, up to the state that it should be in."""

    def __init__(self, maker: Maker, created: datetime, priorite: Priorite, categorie: Categorie, origine: Origine) -> None:
        self.maker = maker
        self.chance = maker.chance
        self.priorite = priorite
        self.categorie = categorie
        self.at = created
        self.etat = Etat.SOUMISE
        self.clock = Clock(maker.desk.due(priorite, created), None)
        self.agent_id: int | None = None
        self.motif: str | None = None
        self.words: list[str] = []
        self.events: list[Values] = []
        self.tell(TypeEvenement.SOUMISSION, USAGER, {"origine": origine.value, "etat": Etat.SOUMISE.value})

    def reach(self, goal: Etat) -> None:
        """Go through what leads to the goal."""
        chance = self.chance
        if goal is Etat.SOUMISE:
            return
        self._taken()
        if chance.random() < 0.25:
            self._said(TypeEvenement.NOTE, _NOTES, None)
        answers = _of_kind(self.categorie, _ACCESS_ANSWERS, _PORTAL_ANSWERS, _INVOICE_ANSWERS)
        old = goal is Etat.AFFECTEE and self.maker.moment - self.at > _SOON and chance.random() < _SEEN_TO
        if goal in (Etat.COMPLEMENT_DEMANDE, Etat.COMPLEMENT_RECU) or old or chance.random() < 0.25:
            self._said(TypeEvenement.DEMANDE_COMPLEMENT, _ASKS, Etat.COMPLEMENT_DEMANDE, pieces=[])
            if goal is Etat.COMPLEMENT_DEMANDE:
                return
            if old or goal is Etat.COMPLEMENT_RECU:
                self._wait_until_lately()
            self._said(TypeEvenement.COMPLEMENT, _COMPLEMENTS, Etat.COMPLEMENT_RECU, acteur=USAGER)
            if goal is Etat.COMPLEMENT_RECU:
                return
            self._taken()
        if goal is Etat.AFFECTEE:
            return
        self._said(TypeEvenement.REPONSE, answers, Etat.SOLUTION_PROPOSEE)
        if goal is Etat.RENVOYEE or chance.random() < 0.12:
            if goal is Etat.RENVOYEE:
                self._wait_until_lately()
            self._said(TypeEvenement.RENVOI, _RETURNS, Etat.RENVOYEE, acteur=USAGER)
            if goal is Etat.RENVOYEE:
                return
            self._taken()
            self._said(TypeEvenement.REPONSE, answers, Etat.SOLUTION_PROPOSEE)
        if goal is Etat.CLOTUREE:
            by_person = chance.random() < 0.5
            motifs = (*_MOTIFS, _ROUTE_MOTIFS[self.categorie.route])
            self.motif = "par_la_personne" if by_person else chance.choice(motifs)
            acteur = USAGER if by_person else self._acteur()
            before = self._move(Etat.CLOTUREE, acteur)
            self.tell(
                TypeEvenement.CLOTURE,
                acteur,
                {"motif": self.motif, "avant": before.value, "etat": Etat.CLOTUREE.value, **self._named(acteur)},
            )

    def _taken(self) -> None:
        if self.agent_id is None:
            self.agent_id = self.chance.choice(self.maker.agent_ids)
        nom = self.maker.agent_names[self.agent_id]
        before = self._move(Etat.AFFECTEE, self._acteur())
        detail = {"agent_id": self.agent_id, "agent_nom_affecte": nom, "agent_nom": nom}
        self.tell(TypeEvenement.AFFECTATION, self._acteur(), {**detail, "avant": before.value, "etat": Etat.AFFECTEE.value})

    def _said(
        self, kind: TypeEvenement, texts: tuple[str, ...], etat: Etat | None, acteur: str | None = None, **detail: Any
    ) -> None:
        text = self.chance.choice(texts)
        self.words += self.maker.text.words_of(text)
        acteur = acteur or self._acteur()
        told: Values = {"texte": text, **detail, **self._named(acteur)}
        if etat is not None:
            told |= {"avant": self._move(etat, acteur).value, "etat": etat.value}
        self.tell(kind, acteur, told)

    def _wait_until_lately(self) -> None:
        if self.chance.random() < _SEEN_TO:
            self.at = max(self.at, self.maker.moment - timedelta(hours=self.chance.expovariate(1 / 20)))

    def _acteur(self) -> str:
        return f"agent:{self.agent_id}" if self.agent_id is not None else SYSTEME

    def _named(self, acteur: str) -> Values:
        return {"agent_nom": self.maker.agent_names[self.agent_id]} if self.agent_id is not None and acteur != USAGER else {}

    def _move(self, etat: Etat, acteur: str) -> Etat:
        # The next event comes later, but never after the present.
        self.at += min(timedelta(minutes=self.chance.expovariate(1 / 600)), (self.maker.moment - self.at) / 2)
        hours = self.maker.desk.hours
        if acteur != USAGER and not hours.is_open(self.at):
            # Agents work in opening hours. Only what the present closed hours would leave undone is done in them.
            waited = min(self.chance.randrange(60, 5400), hours.seconds_between(self.at, self.maker.moment))
            self.at = hours.add_seconds(self.at, waited) if waited else self.at
        before = self.etat
        self.clock = clock_in(desk=self.maker.desk, etat=etat, priorite=self.priorite, clock=self.clock, moment=self.at)
        self.etat = etat
        return before

    def tell(self, kind: TypeEvenement, acteur: str, detail: Values) -> None:
        """Add an event at the moment that this life has reached."""
        self.events.append({"type": kind, "acteur": acteur, "detail": detail, "cree_le": self.at})
