"""The invoice check in the conversation: the offer (an action), and a report as a message."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import ChoristeAction, Events, send, understood
from actions.drafts import VALUE, category_of
from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply, ReplyButton
from assistant.invoices.memory import NUMBER
from assistant.invoices.schemas import CheckReport, Finding, Severity
from assistant.knowledge.load import Knowledge
from assistant.knowledge.subjects import Sujet
from assistant.masking import mask_secrets

# The chat says the first points; the page and the API have them all.
MAX_POINTS = 5
MAX_MEMBERS = 10
MAX_UNREAD = 3
# In the payload of the sollicitation button: what the request says was shown, and the control of the gravest point, by which
# follow-up questions find it again (actions/report_follow_up).
REQUEST, CONTROL, ERROR_MESSAGE = "/preparer_sollicitation", "controle", "message_erreur"
_ORDER = {Severity.BLOQUANT: 0, Severity.A_VERIFIER: 1, Severity.CONSEIL: 2}
# Before the deposit, a refused file is what the request is about, unless the anomaly names another of these.
DEFAULT_CATEGORY = "depot_facture_erreur"
_BEFORE_DEPOSIT = frozenset({"code_service_ou_engagement_manquant", "flux_rejete", "sous_traitance_valideur", "travaux_moe_moa"})


class ActionVerifierFacture(ChoristeAction):
    """Says what a check is, and where to drop the invoice."""

    def name(self) -> str:
        return "action_verifier_facture"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        send(dispatcher, Reply(kind=Kind.ANSWER, text=self.services.knowledge.textes["verif_chat_offre"]))
        return understood(None)


def deposit_text(texts: Mapping[str, str], report: CheckReport) -> str:
    """What the person did, as a message of theirs."""
    return texts["verif_chat_depot"].format(nom=report.file.name)


def report_reply(knowledge: Knowledge, report: CheckReport) -> Reply:
    """The report as a message: verdict first, then the gravest points, what could not be read, and what to do next."""
    texts = knowledge.textes
    found = ranked(report)
    parts = [
        texts["verif_chat_titre"].format(
            verdict=texts[f"verif_verdict_{report.verdict}"],
            nom=plain(report.file.name),
            type=texts[f"verif_type_{report.file.kind}"],
            resume=plain(report.summary),
        )
    ]
    if report.members:
        parts.append("\n".join(_member_lines(texts, report)))
    if found:
        parts.append("\n".join(_point_lines(texts, found)))
        parts.append(texts["verif_chat_correction"].format(correction=plain(found[0].fix)))
    if report.unread:
        parts.append(texts["verif_chat_non_lu"].format(phrases=" ".join(plain(one) for one in report.unread[:MAX_UNREAD])))
    parts.append(texts["verif_chat_fin"])
    sources = list({finding.source.url: finding.source for finding in found[:MAX_POINTS]}.values())
    return Reply(kind=Kind.ANSWER, text="\n\n".join(parts), sources=sources[:MAX_POINTS], buttons=_buttons(knowledge, report))


def ranked(report: CheckReport) -> list[Finding]:
    """All findings of a report and of a lot's members, blocking first, in their own order otherwise."""
    return sorted(_all_findings(report), key=lambda finding: _ORDER[finding.severity])


def invoice_number(report: CheckReport) -> str | None:
    """The number of the one invoice that a report is about; None when none, or several, were read."""
    numbers = {found.value for one in (report, *report.members) for found in one.fields if found.name == NUMBER}
    return numbers.pop() if len(numbers) == 1 else None


def remedy(knowledge: Knowledge, report: CheckReport) -> Sujet | None:
    """What explains the gravest finding: its anomaly, else its fiche; None when nothing that we know does."""
    for finding in ranked(report):
        if finding.severity is Severity.CONSEIL:
            break
        if finding.anomaly in knowledge.anomalies:
            return Sujet("anomalie", str(finding.anomaly))
        if finding.fiche in knowledge.fiches:
            return Sujet("fiche", str(finding.fiche))
    return None


def sollicitation_category(knowledge: Knowledge, report: CheckReport) -> str:
    """The subject of a sollicitation about a report."""
    about = remedy(knowledge, report)
    category = category_of(knowledge, about) if about else None
    return category.id if category is not None and category.id in _BEFORE_DEPOSIT else DEFAULT_CATEGORY


def error_text(texts: Mapping[str, str], report: CheckReport) -> str:
    """The gravest finding in a sentence, for the « message affiché » of a sollicitation."""
    found = ranked(report)
    return texts["verif_message_erreur"].format(titre=found[0].title, constat=found[0].found) if found else ""


def plain(text: str) -> str:
    """Words that may come from the file, such that the chat shows them as they are: no bold, no links of a stranger's."""
    return " ".join(text.split()).replace("**", "* *").replace("](", "] (").replace("://", ": //")


def _all_findings(report: CheckReport) -> Iterator[Finding]:
    yield from report.findings
    for member in report.members:
        yield from _all_findings(member)


def _point_lines(texts: Mapping[str, str], found: list[Finding]) -> Iterator[str]:
    for finding in found[:MAX_POINTS]:
        yield texts["verif_chat_point"].format(
            gravite=texts[f"verif_gravite_{finding.severity}"], titre=finding.title, constat=plain(finding.found)
        )
    left = len(found) - MAX_POINTS
    if left > 0:
        yield "\n" + (texts["verif_chat_autres_un"] if left == 1 else texts["verif_chat_autres"].format(nombre=left))


def _member_lines(texts: Mapping[str, str], report: CheckReport) -> Iterator[str]:
    for member in report.members[:MAX_MEMBERS]:
        yield texts["verif_chat_lot"].format(nom=plain(member.file.name), verdict=texts[f"verif_verdict_{member.verdict}"])


def _buttons(knowledge: Knowledge, report: CheckReport) -> list[ReplyButton]:
    texts = knowledge.textes
    if not any(finding.severity is not Severity.CONSEIL for finding in _all_findings(report)):
        return []
    buttons = []
    about = remedy(knowledge, report)
    if about is not None:
        buttons.append(ReplyButton(title=texts["verif_bouton_corriger"], payload="/fiche" + json.dumps({"sujet": str(about)})))
    given = {"sujet": f"categorie:{sollicitation_category(knowledge, report)}"}
    number = invoice_number(report)
    if number is not None:
        given["numero_facture"] = number
    message = error_text(texts, report)
    if message:
        given[VALUE] = f"{ERROR_MESSAGE}={mask_secrets(message).text}"
        given[CONTROL] = ranked(report)[0].id
    buttons.append(ReplyButton(title=texts["verif_bouton_sollicitation"], payload=REQUEST + json.dumps(given)))
    return buttons
