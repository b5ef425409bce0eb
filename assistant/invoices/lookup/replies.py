"""What is found, in words: state, since when, who must move, next steps, payment time, picture of the history."""

import json
from collections.abc import Sequence
from datetime import date
from itertools import islice

from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply, ReplyButton
from assistant.invoices.lookup import payment_words
from assistant.invoices.lookup.schemas import HistoryEntry, Invoice, InvoicePage, InvoiceSummary
from assistant.invoices.lookup.texts import FollowUpTexts
from assistant.invoices.lookup.wording import amount, day, days, quoted
from assistant.invoices.timeline import Mark, Timeline, TimelineStep
from assistant.knowledge.answers import NOT_VERIFIED, as_steps
from assistant.knowledge.load import Knowledge
from assistant.knowledge.schemas import Source

# Statuses that a public body must give a reason for, or gives one with.
WITH_REASON = frozenset({"SUSPENDUE", "REJETEE", "A_RECYCLER", "A_COMPLETER", "REFUSEE_1", "REFUSEE_2"})
TO_HANDLE = frozenset({"SUSPENDUE", "REJETEE", "A_RECYCLER", "BROUILLON"})
MAX_LISTED = 8
MAX_CHOICES = 5
_MAX_STEPS = 40


class Replies:
    """Builds replies; `demonstration` puts the label in front of each (the only place where a reply is made)."""

    def __init__(self, knowledge: Knowledge, texts: FollowUpTexts, *, demonstration: bool, example: str | None = None) -> None:
        self._knowledge = knowledge
        self._texts = texts
        self.demonstration = demonstration
        self._example = example or texts.say("exemple_numero")

    def make(
        self,
        kind: Kind,
        parts: Sequence[str],
        *,
        buttons: Sequence[ReplyButton] = (),
        sources: Sequence[Source] = (),
        timeline: Timeline | None = None,
    ) -> Reply:
        """A reply whose paragraphs are `parts`, labelled."""
        label = [self._texts.say("demonstration")] if self.demonstration else []
        once = list({source.model_dump_json(): source for source in sources}.values())
        text = "\n\n".join(part for part in (*label, *parts) if part)
        return Reply(kind=kind, text=text, buttons=list(buttons), sources=once, timeline=timeline)

    def state(self, invoice: Invoice, today: date) -> Reply:
        """Where one invoice stands."""
        say, summary = self._texts.say, invoice.resume
        current = current_entry(invoice)
        statut = self._knowledge.statuts.get(summary.statut)
        parts = [self._headline(invoice, current, today)]
        sources = []
        mover = self._texts.mover(summary.statut)
        if statut is None:
            parts.append(say("statut_inconnu", code=quoted(summary.statut)))
        else:
            parts.append(statut.sens)
            sources.append(statut.source)
        if summary.statut in WITH_REASON and current is not None and current.commentaire:
            parts.append(say("motif", motif=quoted(current.commentaire)))
        parts.append(say(f"qui_{mover}"))
        if statut is not None and not statut.action.startswith(NOT_VERIFIED):
            parts.append(say("action", action=as_steps(statut.action)))
        found = payment_words.estimate_of(invoice, self._texts, today)
        parts.append(payment_words.short(found, self._texts))
        if found.late_days:
            parts.append(payment_words.rights(found, self._texts, summary.montant_ttc))
        sources += payment_words.legal_sources(found, self._texts)
        return self.make(Kind.ANSWER, parts, buttons=self._buttons(invoice), sources=sources, timeline=self.timeline(invoice))

    def payment(self, invoice: Invoice, today: date) -> Reply:
        """The reckoning of the payment time in full."""
        found = payment_words.estimate_of(invoice, self._texts, today)
        text = payment_words.detail(invoice, found, self._texts, today, quoted(invoice.resume.numero))
        return self.make(
            Kind.ANSWER, [text], sources=payment_words.legal_sources(found, self._texts), buttons=[self.request_button(invoice)]
        )

    def reason(self, invoice: Invoice) -> Reply:
        """Why it was suspended, rejected or sent back: the comment of the history."""
        say, number = self._texts.say, quoted(invoice.resume.numero)
        current = current_entry(invoice)
        earlier = [entry for entry in by_day(invoice.historique) if entry.statut in WITH_REASON]
        if invoice.resume.statut not in WITH_REASON:
            parts = [say("motif_sans_objet", numero=number, statut=self._label(invoice.resume.statut))]
            if earlier and earlier[-1].commentaire:
                last = earlier[-1]
                words = {"statut": self._label(last.statut).lower(), "le": day(last.le), "motif": quoted(last.commentaire)}
                parts.append(say("motif_ancien", **words))
            return self.make(
                Kind.ANSWER, parts, buttons=[_state_button(invoice, self._texts.say("bouton_delai"), "delai_facture")]
            )
        entry = current if current is not None and current.statut == invoice.resume.statut else earlier[-1] if earlier else None
        values = {
            "numero": number,
            "statut": self._label(invoice.resume.statut).lower(),
            "le": day(entry.le) if entry else "",
            "motif": quoted(entry.commentaire) if entry else "",
        }
        statut = self._knowledge.statuts.get(invoice.resume.statut)
        parts = [say("motif_de" if values["motif"] else "motif_absent", **values)]
        if statut is not None:
            parts.append(say("action", action=as_steps(statut.action)))
        return self.make(
            Kind.ANSWER, parts, buttons=[self.request_button(invoice)], sources=[statut.source] if statut is not None else []
        )

    def since(self, invoice: Invoice, today: date) -> Reply:
        """Since when it has its status, and what came before."""
        current = current_entry(invoice)
        parts = [self._headline(invoice, current, today)]
        if current is None:
            parts.append(self._texts.say("depuis_inconnu"))
        return self.make(Kind.ANSWER, parts, buttons=self._buttons(invoice), timeline=self.timeline(invoice))

    def next_move(self, invoice: Invoice, today: date, *, tried: bool = False) -> Reply:
        """Who must move, the reason where there is one, what to do; `tried`: the person did that already, in vain."""
        say, summary = self._texts.say, invoice.resume
        current = current_entry(invoice)
        statut = self._knowledge.statuts.get(summary.statut)
        parts = [self._headline(invoice, current, today), say(f"qui_{self._texts.mover(summary.statut)}")]
        if summary.statut in WITH_REASON and current is not None and current.commentaire:
            parts.append(say("motif", motif=quoted(current.commentaire)))
        if statut is None:
            parts.append(say("statut_inconnu", code=quoted(summary.statut)))
        elif not statut.action.startswith(NOT_VERIFIED):
            parts.append(say("action", action=as_steps(statut.action)))
        if tried:
            parts.append(say("suite_deja_faite"))
        sources = [statut.source] if statut is not None else []
        return self.make(Kind.ANSWER, parts, buttons=self._buttons(invoice), sources=sources)

    def which(self, buttons: Sequence[ReplyButton]) -> Reply:
        """No invoice was named: which one?"""
        return self.make(Kind.QUESTION, [self._texts.say("quel_numero", exemple=self._example)], buttons=buttons)

    def listing(self, page: InvoicePage, criteria: str) -> Reply:
        """Several invoices, each with a button."""
        say, shown = self._texts.say, page.factures[:MAX_LISTED]
        if not shown:
            return self.make(Kind.ANSWER, [say("liste_vide", criteres=criteria)], sources=[self._texts.sources["recherche"]])
        total = max(page.total, len(shown))
        count = say("liste_une") if total == 1 else say("liste_plusieurs", nombre=total)
        parts = [say("liste", combien=count, criteres=criteria), "\n".join(self._line(summary) for summary in shown)]
        if total > len(shown):
            parts.append(say("liste_en_plus", montrees=len(shown), total=total))
        return self.make(Kind.ANSWER, parts, buttons=[self.choice(summary, "suivre_facture") for summary in shown[:MAX_CHOICES]])

    def several(self, page: InvoicePage, intent: str) -> Reply:
        """The number fits several invoices: which one?"""
        shown = page.factures[:MAX_CHOICES]
        parts = [self._texts.say("plusieurs")]
        if page.total > len(shown):
            parts.append(self._texts.say("plusieurs_en_plus", montrees=len(shown), total=page.total))
        return self.make(Kind.CHOICES, parts, buttons=[self.choice(summary, intent) for summary in shown])

    def not_found(self, number: str) -> Reply:
        """No such invoice among those that may be shown: said, with how to look on the portal."""
        parts = [self._texts.say("introuvable", numero=quoted(number)), self._texts.say("introuvable_portail")]
        return self.nothing(
            parts,
            sources=[self._texts.sources["recherche"]],
            buttons=[self.portal_button(), self.request_button()],
        )

    def nothing(self, parts: Sequence[str], *, buttons: Sequence[ReplyButton], sources: Sequence[Source]) -> Reply:
        """Nothing was found; in the demonstration that is no wonder, and is said."""
        hint = [self._texts.say("introuvable_demonstration", exemple=self._example)] if self.demonstration else []
        return self.make(Kind.UNKNOWN, [*parts, *hint], buttons=buttons, sources=sources)

    def timeline(self, invoice: Invoice) -> Timeline | None:
        """The history as steps, oldest first; None without one."""
        entries = by_day(invoice.historique)[-_MAX_STEPS:]
        if not entries:
            return None
        label = " (données de démonstration)" if self.demonstration else ""
        steps = [self._step(entry, last=index == len(entries) - 1) for index, entry in enumerate(entries)]
        return Timeline(titre=f"Historique de la facture {quoted(invoice.resume.numero)}{label}"[:300], etapes=steps)

    def choice(self, summary: InvoiceSummary, intent: str) -> ReplyButton:
        """A button that names an invoice."""
        words = {"numero": quoted(summary.numero), "client": quoted(summary.client_nom) or quoted(summary.client_siret)}
        title = self._texts.say("choix_facture", **words, statut=self._label(summary.statut))
        return ReplyButton(title=title[:200], payload=payload(intent, facture=summary.key))

    def request_button(self, invoice: Invoice | None = None) -> ReplyButton:
        """« Préparer une sollicitation », about an invoice where there is one: its status leads to the subject."""
        about = {}
        if invoice is not None:
            about = {"sujet": f"statut:{invoice.resume.statut}", "numero_facture": invoice.resume.numero}
        written = payload("preparer_sollicitation", **about) if about else "/preparer_sollicitation"
        return ReplyButton(title=self._texts.say("bouton_sollicitation"), payload=written)

    def rule_button(self) -> ReplyButton:
        """The fiche on the payment time in general."""
        written = payload("fiche", sujet="fiche:paiement-delai-legal")
        return ReplyButton(title=self._texts.say("bouton_regle"), payload=written)

    def portal_button(self) -> ReplyButton:
        """The fiche on searching in the portal."""
        return ReplyButton(
            title=self._texts.say("bouton_portail"), payload=payload("fiche", sujet="fiche:suivi-facture-introuvable")
        )

    def _headline(self, invoice: Invoice, current: HistoryEntry | None, today: date) -> str:
        say, summary = self._texts.say, invoice.resume
        details = say("precision_client", client=quoted(summary.client_nom)) if summary.client_nom else ""
        if summary.montant_ttc is not None:
            details += say("precision_montant", montant=amount(summary.montant_ttc, quoted(summary.devise)))
        number, label = quoted(summary.numero), self._label(summary.statut)
        if current is None:
            return f"**Facture {number}**{details} : **{label}**."
        since = (today - current.le).days
        lasting = say("duree", jours=days(since)) if since > 0 else ""
        return say("facture", numero=number, precisions=details, statut=label, depuis=day(current.le), duree=lasting)

    def _buttons(self, invoice: Invoice) -> list[ReplyButton]:
        buttons = [_state_button(invoice, self._texts.say("bouton_delai"), "delai_facture")]
        if invoice.resume.statut in WITH_REASON:
            buttons.insert(0, _state_button(invoice, self._texts.say("bouton_motif"), "motif_facture"))
        others = ReplyButton(title=self._texts.say("bouton_autres"), payload="/lister_factures")
        return [*buttons, others, self.request_button(invoice)]

    def _line(self, summary: InvoiceSummary) -> str:
        values = {
            "numero": quoted(summary.numero),
            "client": quoted(summary.client_nom) or quoted(summary.client_siret),
            "statut": self._label(summary.statut),
            "montant": f", {amount(summary.montant_ttc, quoted(summary.devise))}" if summary.montant_ttc is not None else "",
        }
        return self._texts.say("liste_ligne", **values)

    def _label(self, code: str) -> str:
        statut = self._knowledge.statuts.get(code)
        return statut.libelle if statut is not None else quoted(code)

    def _step(self, entry: HistoryEntry, *, last: bool) -> TimelineStep:
        mark = Mark.PASSE
        if last:
            statut = self._knowledge.statuts.get(entry.statut)
            mark = Mark.TERMINE if statut is not None and statut.final == "oui" else Mark.EN_COURS
            if self._texts.mover(entry.statut) == "vous":
                mark = Mark.A_FAIRE
        return TimelineStep(
            code=entry.statut[:60],
            libelle=self._label(entry.statut)[:300],
            le=entry.le,
            par=quoted(entry.par)[:300],
            commentaire=quoted(entry.commentaire),
            marque=mark,
        )


def by_day(entries: Sequence[HistoryEntry]) -> list[HistoryEntry]:
    """Oldest first; those of one day stay in the order given."""
    return sorted(entries, key=lambda entry: entry.le)


def current_entry(invoice: Invoice) -> HistoryEntry | None:
    """When the invoice took the status that it has: the last such entry, None when the history does not tell."""
    latest = reversed(by_day(invoice.historique))
    return next(islice((entry for entry in latest if entry.statut == invoice.resume.statut), 1), None)


def payload(intent: str, **entities: str) -> str:
    """A button's payload for Rasa."""
    return f"/{intent}{json.dumps(entities, ensure_ascii=False)}"


def _state_button(invoice: Invoice, title: str, intent: str) -> ReplyButton:
    return ReplyButton(title=title, payload=payload(intent, facture=invoice.resume.key))
