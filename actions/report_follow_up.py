"""Questions about the first point of an invoice check that the conversation holds: « pourquoi ? », « comment corriger ? »."""

import json
from dataclasses import dataclass

import structlog
from rasa_sdk import Tracker
from sqlalchemy.exc import SQLAlchemyError

from actions.base import Services, current_subject
from actions.drafts import VALUE
from actions.invoice_report import CONTROL, ERROR_MESSAGE, REQUEST, plain
from assistant.conversations.enums import Kind
from assistant.conversations.lookback import Given, last_given
from assistant.conversations.schemas import Reply, ReplyButton
from assistant.invoices.catalogue import Control
from assistant.invoices.lookup.questions import Asked
from assistant.knowledge.answers import as_steps
from assistant.knowledge.schemas import Anomalie
from assistant.knowledge.subjects import Sujet

logger = structlog.get_logger()

_WHY, _FIX = frozenset({Asked.MOTIF}), frozenset({Asked.CORRIGER, Asked.SUITE})
_BY_INTENT = {"suite_pourquoi": Asked.MOTIF, "ne_pas_comprendre": Asked.MOTIF}


@dataclass(frozen=True)
class Point:
    """The gravest point of a report: its control, its sentence, and the payload of the report's sollicitation button."""

    message_id: str
    control: Control
    sentence: str
    request: str

    @property
    def sujet(self) -> Sujet:
        return Sujet("controle", self.message_id)


async def current_point(services: Services, tracker: Tracker) -> Point | None:
    """That of the report that was the bot's last word, or with which the talk went on since."""
    sujet = current_subject(tracker)
    try:
        found = _point(services, await last_given(sessions=services.sessions, rasa_sender=tracker.sender_id))
        if found is None and sujet is not None and sujet.famille == "controle":
            earlier = await last_given(sessions=services.sessions, rasa_sender=tracker.sender_id, message_id=sujet.cle)
            found = _point(services, earlier)
    except SQLAlchemyError:
        # Only the thread of the talk is lost: the message is answered as if it were the first.
        logger.exception("report_unreadable")
        return None
    return found


def point_reply(services: Services, point: Point, asked: Asked | None, intent: str | None) -> Reply | None:
    """The answer; None when the question is none that a report answers. `intent`: the follow-up that Rasa recognised, if any."""
    asked = asked or (_BY_INTENT.get(intent) if intent else None)
    anomalie = services.knowledge.anomalies.get(point.control.anomalie or "")
    if asked in _WHY:
        return _why(services, point, anomalie)
    if asked in _FIX:
        return _fix(services, point, anomalie)
    if intent is None:
        return None
    texts = services.knowledge.textes
    if intent == "suite_echec":
        text = texts["section_absente"].format(titre=point.control.titre, suite=texts["section_echec_suite"])
        return Reply(kind=Kind.UNKNOWN, text=text, buttons=[_request_button(services, point)])
    lead = texts["section_absente"].format(titre=point.control.titre, suite=texts["section_absente_suite"])
    known = _fix(services, point, anomalie)
    return known.model_copy(update={"text": f"{lead}\n\n{known.text}"})


def _why(services: Services, point: Point, anomalie: Anomalie | None) -> Reply:
    texts = services.knowledge.textes
    parts = [texts["verif_suite_point"].format(point=plain(point.sentence))]
    if anomalie is not None:
        parts.append(texts["anomalie_cause"].format(cause=anomalie.cause))
    parts.append(texts["verif_suite_corriger"].format(correction=point.control.correction))
    return _answer(services, point, anomalie, parts)


def _fix(services: Services, point: Point, anomalie: Anomalie | None) -> Reply:
    texts = services.knowledge.textes
    parts = [
        texts["verif_suite_point"].format(point=plain(point.sentence)),
        texts["verif_suite_corriger"].format(correction=point.control.correction),
    ]
    if anomalie is not None:
        parts.append(as_steps(anomalie.correction))
    return _answer(services, point, anomalie, [*parts, texts["verif_suite_reverifier"]])


def _answer(services: Services, point: Point, anomalie: Anomalie | None, parts: list[str]) -> Reply:
    fiche = point.control.fiche
    further = [services.answers.subject_button(Sujet("fiche", fiche))] if fiche in services.knowledge.fiches and fiche else []
    sources = {source.url: source for source in (point.control.source, *([anomalie.source] if anomalie else []))}
    buttons = [*further, _request_button(services, point)]
    return Reply(kind=Kind.ANSWER, text="\n\n".join(parts), buttons=buttons, sources=list(sources.values()))


def _request_button(services: Services, point: Point) -> ReplyButton:
    return ReplyButton(title=services.knowledge.textes["verif_bouton_sollicitation"], payload=point.request)


def _point(services: Services, given: Given | None) -> Point | None:
    """What the report's own button says of its gravest point; None for a message that is no report, or a good one."""
    for payload in given.payloads if given is not None else ():
        intent, brace, rest = payload.partition("{")
        entities = json.loads(brace + rest) if intent == REQUEST and brace else {}
        control = services.controls.get(str(entities.get(CONTROL, "")))
        cle, _, sentence = str(entities.get(VALUE, "")).partition("=")
        if given is not None and control is not None and cle == ERROR_MESSAGE:
            return Point(given.message_id, control, sentence, payload)
    return None
