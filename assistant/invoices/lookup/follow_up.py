"""« Où en est ma facture ? »: ask the source, answer in words. One object for the chat and the page."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

import structlog

from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply, ReplyButton
from assistant.invoices.lookup import directory_replies
from assistant.invoices.lookup.port import InvoiceLookup, LookupFailed
from assistant.invoices.lookup.replies import TO_HANDLE, Replies, payload
from assistant.invoices.lookup.schemas import Invoice, InvoiceSummary
from assistant.invoices.lookup.texts import FollowUpTexts
from assistant.knowledge.load import Knowledge

logger = structlog.get_logger()

Found = TypeVar("Found")

# What a button may ask too (an intent), then what only a question on the invoice just spoken of asks.
About = Literal["suivre_facture", "motif_facture", "delai_facture"]
Detail = About | Literal["suite_facture", "depuis_facture", "echec_facture"]

# Several calls may follow one another: below what the webhook waits for an action (api/rasa_webhook), so that the person gets
# the sentence of a source that is too slow, and not that of a breakdown of ours.
MAX_SECONDS = 12.0


@dataclass(frozen=True)
class Told:
    """A reply and, where it is about one invoice, that invoice: it is then the one in question."""

    reply: Reply
    about: InvoiceSummary | None = None


class InvoiceFollowUp:
    """`lookup` None: looking up is off, and every answer says so and how to look on the portal."""

    def __init__(
        self,
        lookup: InvoiceLookup | None,
        knowledge: Knowledge,
        texts: FollowUpTexts,
        today: Callable[[], date],
        max_seconds: float = MAX_SECONDS,
    ) -> None:
        self.lookup = lookup
        self.texts = texts
        self.today = today
        self._knowledge = knowledge
        self._max_seconds = max_seconds
        self.replies = Replies(
            knowledge,
            texts,
            demonstration=lookup is not None and lookup.demonstration,
            example=lookup.example if lookup is not None else None,
        )

    async def by_number(self, number: str, about: About) -> Told:
        """An invoice by the number that the person gave."""
        if self.lookup is None:
            return Told(self._off())
        try:
            return await self._in_time(self._numbered(self.lookup, number, about))
        except LookupFailed as failure:
            return Told(self._failed(failure))

    async def by_key(self, key: str, about: Detail) -> Told:
        """An invoice by its key: of a button, or the one in question."""
        if self.lookup is None:
            return Told(self._off())
        try:
            return await self._in_time(self._one(self.lookup, key, about, ""))
        except LookupFailed as failure:
            return Told(self._failed(failure))

    def which(self, about: About = "suivre_facture") -> Told:
        """No invoice was named; whoever asks when one is paid gets the way to the general rule too."""
        if self.lookup is None:
            return Told(self._off())
        others = ReplyButton(title=self.texts.say("bouton_autres"), payload="/lister_factures")
        rule = [self.replies.rule_button()] if about == "delai_facture" else []
        return Told(self.replies.which([*rule, others, self.replies.portal_button()]))

    async def listing(self, statuts: Iterable[str]) -> Told:
        """Invoices with these statuses; without any, those that wait for the supplier."""
        if self.lookup is None:
            return Told(self._off())
        say, wanted = self.texts.say, frozenset(statuts)
        known = [self._knowledge.statuts[code].libelle for code in sorted(wanted) if code in self._knowledge.statuts]
        named = " ou ".join(f"« {label} »" for label in known)
        criteria = say("liste_statuts", statuts=named) if wanted else say("liste_a_traiter")
        try:
            page = await self._in_time(self.lookup.find_invoices(statuts=wanted or TO_HANDLE))
        except LookupFailed as failure:
            return Told(self._failed(failure))
        only = page.factures[0] if len(page.factures) == 1 else None
        return Told(self.replies.listing(page, criteria), only)

    async def demands(self, siret: str | None) -> Reply:
        """What a public body demands on its invoices."""
        if self.lookup is None:
            return self._off("services-obligatoires")
        if siret is None:
            return self.replies.make(Kind.QUESTION, [self.texts.say("quel_siret")])
        try:
            found = await self._in_time(self.lookup.structure(siret=siret))
        except LookupFailed as failure:
            return self._failed(failure)
        if found is None:
            return directory_replies.no_structure(siret, self.texts, self.replies)
        return directory_replies.demands(found, self.texts, self.replies)

    async def flux(self, number: str | None) -> Reply:
        """What became of a flux."""
        if self.lookup is None:
            return self._off("suivi-flux")
        if number is None:
            return self.replies.make(Kind.QUESTION, [self.texts.say("quel_flux")])
        try:
            found = await self._in_time(self.lookup.flux(numero=number))
        except LookupFailed as failure:
            return self._failed(failure)
        if found is None:
            return directory_replies.no_flux(number, self.texts, self.replies)
        return directory_replies.flux(found, self._knowledge, self.texts, self.replies)

    async def close(self) -> None:
        """Close the source."""
        if self.lookup is not None:
            await self.lookup.close()

    async def _in_time(self, question: Awaitable[Found]) -> Found:
        """The source's answer. Raises LookupFailed when it does not come in time."""
        try:
            async with asyncio.timeout(self._max_seconds):
                return await question
        except TimeoutError:
            raise LookupFailed("trop_lent", f"no answer in {self._max_seconds} s") from None

    async def _numbered(self, lookup: InvoiceLookup, number: str, about: About) -> Told:
        page = await lookup.find_invoices(numero=number)
        if len(page.factures) == 1:
            return await self._one(lookup, page.factures[0].key, about, number)
        return Told(self.replies.several(page, about) if page.factures else self.replies.not_found(number))

    async def _one(self, lookup: InvoiceLookup, key: str, about: Detail, number: str) -> Told:
        invoice = await lookup.invoice(key=key)
        if invoice is None:
            return Told(self.replies.not_found(number) if number else self.which().reply)
        return Told(self._about(invoice, about), invoice.resume)

    def _about(self, invoice: Invoice, about: Detail) -> Reply:
        match about:
            case "motif_facture":
                return self.replies.reason(invoice)
            case "delai_facture":
                return self.replies.payment(invoice, self.today())
            case "depuis_facture":
                return self.replies.since(invoice, self.today())
            case "suite_facture" | "echec_facture":
                return self.replies.next_move(invoice, self.today(), tried=about == "echec_facture")
        return self.replies.state(invoice, self.today())

    def _failed(self, failure: LookupFailed) -> Reply:
        logger.warning("lookup_failed", kind=failure.kind, failure=str(failure))
        buttons = [self.replies.portal_button(), self.replies.request_button()]
        return self.replies.make(Kind.ERROR, [self.texts.failures.sentence(failure.kind, failure.code)], buttons=buttons)

    def _off(self, fiche_id: str = "suivi-facture") -> Reply:
        fiche = self._knowledge.fiches[fiche_id]
        button = ReplyButton(title=fiche.titre, payload=payload("fiche", sujet=f"fiche:{fiche_id}"))
        return self.replies.make(Kind.NOTICE, [self.texts.say("eteint"), fiche.texte], buttons=[button], sources=fiche.sources)
