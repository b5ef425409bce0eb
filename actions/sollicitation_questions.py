"""The questions of the draft of a sollicitation, in the order that assistant/sollicitations/draft decides."""

import json
import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import sollicitation_wishes as wishes
from actions.base import ChoristeAction, Events, send
from actions.drafts import PREFIX, addresses_said, draft_from, said_before, value_button
from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply, ReplyButton
from assistant.knowledge.schemas import Besoin, Saisie
from assistant.sollicitations import checklist
from assistant.sollicitations.draft import Draft, Question

_MAX_BUTTONS = 3


class _Ask(ChoristeAction):
    """Asks one thing."""

    slot: str

    def name(self) -> str:
        return f"action_ask_{PREFIX}{self.slot}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        draft = draft_from(tracker, self.services.knowledge)
        asked = self.asked(draft)
        if wishes.is_doubtful(tracker, self.services.knowledge, asked):
            send(dispatcher, wishes.doubt(self.services, tracker, asked))
        else:
            send(dispatcher, self.question(tracker, draft))
        return []

    def asked(self, draft: Draft) -> Question:
        """What is asked: told from the draft, else the slot by itself."""
        return Question(self.slot)

    def question(self, tracker: Tracker, draft: Draft) -> Reply:
        """The question to ask."""
        return Reply(kind=Kind.QUESTION, text=self.services.knowledge.textes[f"{PREFIX}{self.slot}"])


class ActionAskCategorie(_Ask):
    """Which kind of problem?"""

    slot = "categorie"

    def question(self, tracker: Tracker, draft: Draft) -> Reply:
        buttons = [
            ReplyButton(
                title=categorie.titre, payload="/preparer_sollicitation" + json.dumps({"sujet": f"categorie:{categorie.id}"})
            )
            for categorie in self.services.knowledge.categories.values()
        ]
        return super().question(tracker, draft).model_copy(update={"buttons": buttons})


class _AskPiece(_Ask):
    """Asks for pieces of the checklist. What the conversation already holds is offered; having none is always an answer."""

    def question(self, tracker: Tracker, draft: Draft) -> Reply:
        knowledge = self.services.knowledge
        besoins = [knowledge.besoins[cle] for cle in self.asked(draft).keys]
        return self._one(tracker, draft, besoins[0]) if len(besoins) == 1 else self._several(tracker, draft, besoins)

    def asked(self, draft: Draft) -> Question:
        found = draft.question()
        if found is not None and found.field == self.slot:
            return found
        return Question(self.slot, (self.slot,) if self.slot in checklist.COLUMNS else (checklist.PRECISIONS,))

    def _one(self, tracker: Tracker, draft: Draft, besoin: Besoin) -> Reply:
        knowledge = self.services.knowledge
        buttons = [value_button(knowledge, besoin, value) for value in said_before(tracker, knowledge, draft, besoin)]
        buttons.append(ReplyButton(title=knowledge.textes["sol_sans"], payload="/nier"))
        return Reply(kind=Kind.QUESTION, text=besoin.question, buttons=buttons, saisie=besoin.saisie)

    def _several(self, tracker: Tracker, draft: Draft, besoins: list[Besoin]) -> Reply:
        knowledge = self.services.knowledge
        lines = "\n".join(
            f"- {besoin.libelle.lower() if besoin.libelle[1:2].islower() else besoin.libelle}" for besoin in besoins
        )
        buttons = [
            value_button(knowledge, besoin, value, named=True)
            for besoin in besoins
            for value in said_before(tracker, knowledge, draft, besoin)[:1]
        ][:_MAX_BUTTONS]
        buttons.append(ReplyButton(title=knowledge.textes["sol_autres_sans"], payload="/nier"))
        text = knowledge.textes["sol_autres"].format(pieces=lines)
        return Reply(kind=Kind.QUESTION, text=text, buttons=buttons, saisie=Saisie.TEXTE_LONG)


class ActionAskSiret(_AskPiece):
    """Which structure?"""

    slot = "siret"


class ActionAskNumeroFacture(_AskPiece):
    """Which invoice?"""

    slot = "numero_facture"


class ActionAskPiece(_AskPiece):
    """Any other piece of the checklist, or all those that are not essential in one question."""

    slot = "piece"


class ActionAskDescription(_Ask):
    """What happens? Says what this kind of request needs and what must not be written."""

    slot = "description"

    def question(self, tracker: Tracker, draft: Draft) -> Reply:
        hints = [*draft.categorie.complements[:2], *draft.categorie.eviter[:1]] if draft.categorie else []
        text = self.services.knowledge.textes["sol_description"].format(complements="").strip()
        lines = "\n".join(f"- {hint}" for hint in hints)
        return Reply(kind=Kind.QUESTION, text=f"{text}\n\n{lines}".strip(), saisie=Saisie.TEXTE_LONG)


class ActionAskContact(_Ask):
    """Where to answer? Addresses of the conversation are offered, half hidden."""

    slot = "contact"

    def question(self, tracker: Tracker, draft: Draft) -> Reply:
        knowledge = self.services.knowledge
        contact = Besoin(cle="contact", libelle="Adresse électronique", question="", saisie="courriel", sensible=True)
        buttons = [value_button(knowledge, contact, address) for address in addresses_said(tracker, draft)]
        return super().question(tracker, draft).model_copy(update={"buttons": buttons, "saisie": contact.saisie})


class ActionAskChampAModifier(_Ask):
    """What is to be changed?"""

    slot = "champ_a_modifier"

    def question(self, tracker: Tracker, draft: Draft) -> Reply:
        texts, besoins = self.services.knowledge.textes, self.services.knowledge.besoins
        buttons = [
            ReplyButton(
                title=besoins[name].libelle if name in besoins else texts[f"sol_champ_{name}"],
                payload="/corriger" + json.dumps({"champ": name}),
            )
            for name in draft.known()
        ]
        buttons.append(ReplyButton(title=texts["sol_non"], payload="/annuler"))
        return Reply(kind=Kind.QUESTION, text=texts["sol_que_modifier"], buttons=buttons)


class ActionAskConfirmation(_Ask):
    """Shows the whole draft before anything is written."""

    slot = "confirmation"

    def question(self, tracker: Tracker, draft: Draft) -> Reply:
        texts = self.services.knowledge.textes
        assert draft.categorie is not None
        text = texts["sol_recap"].format(
            categorie=draft.categorie.titre,
            destinataire=texts[f"sol_destinataire_{draft.categorie.route}"],
            lignes="\n".join(self._lines(draft)),
            description=" ".join((draft.description or "").split()),
            contact=draft.contact,
        )
        buttons = [
            ReplyButton(title=texts["sol_oui"], payload="/affirmer"),
            ReplyButton(title=texts["sol_modifier"], payload="/corriger"),
            ReplyButton(title=texts["sol_non"], payload="/annuler"),
        ]
        return Reply(
            kind=Kind.RECAP, text=re.sub(r"\n{2,}- ", "\n- ", text).replace("exact ?\n- ", "exact ?\n\n- "), buttons=buttons
        )

    def _lines(self, draft: Draft) -> list[str]:
        """What the checklist gave; an essential piece that is missing is told, the others are not."""
        texts, lines = self.services.knowledge.textes, []
        precisions = self.services.knowledge.besoins[checklist.PRECISIONS]
        for besoin, essentiel in [*((piece.besoin, piece.essentiel) for piece in draft.pieces()), (precisions, False)]:
            value = draft.given(besoin.cle)
            if value is not None or essentiel:
                shown = " ".join(checklist.shown(besoin, value).split()) if value else texts["sol_recap_sans"]
                lines.append(texts["sol_recap_piece"].format(libelle=besoin.libelle, valeur=shown))
        return lines
