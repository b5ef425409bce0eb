"""« Où en est ma facture ? »: read what the person named or what is remembered, ask the follow-up, answer."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import INVOICE_SLOT, ChoristeAction, Events, entity_values, send, top_confidence, understood
from actions.report_follow_up import current_point, point_reply
from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply
from assistant.invoices.lookup.follow_up import About, InvoiceFollowUp, Told
from assistant.invoices.lookup.questions import Asked
from assistant.knowledge.subjects import Sujet


class InvoiceAction(ChoristeAction):
    """What the actions of this module share."""

    @property
    def invoices(self) -> InvoiceFollowUp:
        """The follow-up; always there in the service."""
        assert self.services.invoices is not None, "the service wires it (api/app)"
        return self.services.invoices


def tell(dispatcher: CollectingDispatcher, tracker: Tracker, told: Told) -> Events:
    """Send the reply; the invoice that it is about is in question from now on, and follow-up questions go on with it."""
    send(dispatcher, _with_confidence(told.reply, tracker))
    if told.about is None:
        return understood(None)
    question = {"key": told.about.key, "numero": told.about.numero, "statut": told.about.statut}
    # The number too: another one said later is then known to be later.
    return [
        *understood(Sujet("facture", told.about.key)),
        SlotSet(INVOICE_SLOT, question),
        SlotSet("numero_facture", told.about.numero),
    ]


class AboutOneInvoice(InvoiceAction):
    """Answers about one invoice: of a button, of a number in the message, else the one in question, else asks."""

    about: About

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        return tell(dispatcher, tracker, await self._told(tracker))

    async def _told(self, tracker: Tracker) -> Told:
        keys, numbers = entity_values(tracker, "facture"), entity_values(tracker, "numero_facture")
        if keys:
            return await self.invoices.by_key(keys[0], self.about)
        if numbers:
            return await self.invoices.by_number(numbers[0], self.about)
        current, remembered = tracker.get_slot(INVOICE_SLOT) or {}, tracker.get_slot("numero_facture")
        if current.get("key") and remembered in (None, current.get("numero")):
            return await self.invoices.by_key(str(current["key"]), self.about)
        if remembered:
            return await self.invoices.by_number(str(remembered), self.about)
        return self.invoices.which(self.about)


class ActionSuivreFacture(AboutOneInvoice):
    """« Où en est la facture 2026-0147 ? »"""

    about = "suivre_facture"

    def name(self) -> str:
        return "action_suivre_facture"


class ActionMotifFacture(AboutOneInvoice):
    """« Pourquoi a-t-elle été rejetée ? »"""

    about = "motif_facture"

    def name(self) -> str:
        return "action_motif_facture"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        if not entity_values(tracker, "facture") and not entity_values(tracker, "numero_facture"):
            # « Pourquoi serait-elle refusée ? », right after a check: that one is meant, not one looked up earlier.
            point = await current_point(self.services, tracker)
            reply = point_reply(self.services, point, Asked.MOTIF, None) if point is not None else None
            if point is not None and reply is not None:
                send(dispatcher, reply)
                return understood(point.sujet)
        return await super().run(dispatcher, tracker, domain)


class ActionDelaiFacture(AboutOneInvoice):
    """« Quand serai-je payé pour la facture 2026-0147 ? »"""

    about = "delai_facture"

    def name(self) -> str:
        return "action_delai_facture"


class ActionListerFactures(InvoiceAction):
    """« Mes factures suspendues »; without a status, those that wait for the supplier."""

    def name(self) -> str:
        return "action_lister_factures"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        known = self.services.knowledge.statuts
        named = [code for code in entity_values(tracker, "statut") if code in known and known[code].domaine != "flux"]
        return tell(dispatcher, tracker, await self.invoices.listing(named))


class ActionExigencesClient(InvoiceAction):
    """« Le client exige-t-il un code service ? 2100… »"""

    def name(self) -> str:
        return "action_exigences_client"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        # Not the SIRET remembered: that one is most often the supplier's own.
        named = entity_values(tracker, "siret")
        reply = await self.invoices.demands(named[0] if named else None)
        return tell(dispatcher, tracker, Told(reply))


class ActionSuivreFlux(InvoiceAction):
    """« Mon flux CPP… est-il passé ? »"""

    def name(self) -> str:
        return "action_suivre_flux"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        named = entity_values(tracker, "numero_flux")
        return tell(dispatcher, tracker, Told(await self.invoices.flux(named[0] if named else None)))


def _with_confidence(reply: Reply, tracker: Tracker) -> Reply:
    return reply.model_copy(update={"confidence": top_confidence(tracker)}) if reply.kind is Kind.ANSWER else reply
