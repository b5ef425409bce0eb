"""What the actions about sollicitations share: the draft as the slots hold it, what the conversation said, what comes before."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import structlog
from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from sqlalchemy.exc import SQLAlchemyError

from actions.base import Events, Services, current_subject
from assistant.conversations.enums import Kind
from assistant.conversations.schemas import Reply, ReplyButton
from assistant.knowledge.load import Knowledge
from assistant.knowledge.schemas import Besoin, Categorie, Saisie
from assistant.knowledge.subjects import Sujet
from assistant.sollicitations import before, checklist, follow_up
from assistant.sollicitations.draft import Draft, guess_categorie
from assistant.sollicitations.recognition import EMAIL, Entity

logger = structlog.get_logger()

FORM = "sollicitation_form"
PREFIX = "sol_"
NAMES = ("categorie", "siret", "numero_facture", "donnees", "description", "contact")
# `sol_piece` is asked again and again, once for each piece of the checklist; it never holds anything.
SLOTS = tuple(f"{PREFIX}{name}" for name in (*NAMES, "piece", "champ_a_modifier", "confirmation"))
# The entity of buttons that give a piece: « cle=valeur ».
VALUE = "valeur"
_MAX_OFFERED = 2


def draft_from(tracker: Tracker, knowledge: Knowledge) -> Draft:
    """The draft as the slots hold it."""
    slots = {name: tracker.get_slot(f"{PREFIX}{name}") for name in NAMES}
    columns = {cle: slots[cle] for cle in checklist.COLUMNS if slots[cle]}
    return Draft(
        knowledge,
        knowledge.categories.get(slots["categorie"] or ""),
        {**columns, **(slots["donnees"] or {})},
        slots["description"],
        slots["contact"],
    )


def draft_slots(old: Draft, new: Draft) -> Events:
    """The slots that differ between two drafts."""
    before_, after = _slot_values(old), _slot_values(new)
    return [SlotSet(name, value) for name, value in after.items() if value != before_[name]]


def _slot_values(draft: Draft) -> dict[str, Any]:
    others = {cle: value for cle, value in draft.values.items() if cle not in checklist.COLUMNS}
    return {
        f"{PREFIX}categorie": draft.categorie.id if draft.categorie else None,
        **{f"{PREFIX}{cle}": draft.values.get(cle) or None for cle in sorted(checklist.COLUMNS)},
        f"{PREFIX}donnees": others or None,
        f"{PREFIX}description": draft.description,
        f"{PREFIX}contact": draft.contact,
    }


def cleared() -> Events:
    """Events that empty the draft."""
    return [SlotSet(slot, None) for slot in SLOTS]


def next_slot(draft: Draft) -> str:
    """The slot of the next question; the confirmation once the draft is complete."""
    question = draft.question()
    return f"{PREFIX}{question.field if question else 'confirmation'}"


# --- what the conversation said -------------------------------------------------------------------------------------


def entities_of(message: dict[str, Any]) -> list[Entity]:
    """The identifiers of one message, as the recogniser of the checklist takes them."""
    text = str(message.get("text") or "")
    return [
        Entity(str(one["entity"]), str(one["value"]), text[one.get("start") or 0 : one.get("end") or 0])
        for one in message.get("entities") or []
        if one.get("entity") and one.get("value") is not None
    ]


def _messages(tracker: Tracker) -> Iterator[dict[str, Any]]:
    """What the person said, latest first; buttons are not their words."""
    for event in reversed(tracker.events):
        if event.get("event") == "user" and not str(event.get("text") or "").startswith("/"):
            yield event.get("parse_data") or {"text": event.get("text")}


def said_before(tracker: Tracker, knowledge: Knowledge, draft: Draft, besoin: Besoin) -> list[str]:
    """Values for one piece that the conversation holds already, latest first, but those that serve another piece of the draft."""
    used = {draft.values.get(cle) for cle in knowledge.besoins if cle != besoin.cle} - {None}
    found: dict[str, None] = {}
    for raw in _raw_values(tracker, besoin):
        label = knowledge.statuts[raw].libelle if besoin.saisie is Saisie.STATUT and raw in knowledge.statuts else raw
        try:
            value = checklist.check(knowledge, besoin, label)
        except ValueError:
            continue
        if value not in used:
            found[value] = None
    return list(found)[:_MAX_OFFERED]


def _raw_values(tracker: Tracker, besoin: Besoin) -> Iterator[str]:
    slot = tracker.get_slot(besoin.entite) if besoin.entite in checklist.COLUMNS else None
    if slot:
        yield str(slot)
    for message in _messages(tracker):
        if besoin.saisie is Saisie.COURRIEL:
            yield from (found.rstrip(".") for found in EMAIL.findall(str(message.get("text") or "")))
        elif besoin.entite:
            yield from (entity.value for entity in entities_of(message) if entity.kind == besoin.entite)


def addresses_said(tracker: Tracker, draft: Draft) -> list[str]:
    """E-mail addresses that could take the answer: those of the draft, then those of the conversation."""
    given = [draft.given(cle) for cle, besoin in draft.knowledge.besoins.items() if besoin.saisie is Saisie.COURRIEL]
    said = (found.rstrip(".") for message in _messages(tracker) for found in EMAIL.findall(str(message.get("text") or "")))
    return list(dict.fromkeys([one for one in given if one] + list(said)))[:_MAX_OFFERED]


def value_button(knowledge: Knowledge, besoin: Besoin, value: str, *, named: bool = False) -> ReplyButton:
    """A button that gives one piece; what is sensitive is shown half hidden."""
    text = checklist.half_hidden(besoin, value)
    title = (
        knowledge.textes["sol_valeur_connue_nommee"].format(libelle=besoin.libelle, valeur=text)
        if named
        else knowledge.textes["sol_valeur_connue"].format(valeur=text)
    )
    return ReplyButton(title=title[:200], payload="/affirmer" + json.dumps({VALUE: f"{besoin.cle}={value}"}))


def value_of_button(tracker: Tracker) -> tuple[str, str] | None:
    """The piece and the value that a button gave."""
    for entity in (tracker.latest_message or {}).get("entities") or []:
        if entity.get("entity") == VALUE:
            cle, equals, value = str(entity["value"]).partition("=")
            return (cle, value) if equals else None
    return None


def noted(draft: Draft, keys: Iterable[str]) -> str:
    """« numéro de facture : 2026-118 » for each of these pieces that is given."""
    besoins = [draft.knowledge.besoins[cle] for cle in keys]
    lines = [(besoin, draft.given(besoin.cle)) for besoin in besoins]
    return " ; ".join(f"**{besoin.libelle}** : {checklist.half_hidden(besoin, value)}" for besoin, value in lines if value)


# --- before anything is written -------------------------------------------------------------------------------------


def route_text(knowledge: Knowledge, categorie: Categorie) -> str:
    """Who the request is for, and why."""
    return knowledge.textes[f"sol_route_{categorie.route}"].format(raison=categorie.raison_route)


def category_of(knowledge: Knowledge, sujet: Sujet) -> Categorie | None:
    """The category to which a subject leads, None when there is none or more than one."""
    if sujet.famille == "fiche":
        found = [categorie for categorie in knowledge.categories.values() if sujet.cle in categorie.fiches]
        return found[0] if len(found) == 1 else None
    if sujet.famille == "statut" and sujet.cle in knowledge.statuts:
        return guess_categorie(f"facture {knowledge.statuts[sujet.cle].libelle}", knowledge.categories.values())
    if sujet.famille == "anomalie" and sujet.cle in knowledge.anomalies:
        anomalie = knowledge.anomalies[sujet.cle]
        return guess_categorie(f"{anomalie.titre} {' '.join(anomalie.symptomes)}", knowledge.categories.values())
    return None


async def notices_before(services: Services, tracker: Tracker, draft: Draft, texte: str) -> list[Reply]:
    """Once the subject is known: fiches that may already solve it, and what is already open about it in this conversation."""
    replies = []
    fiches = fiches_notice(services, tracker, draft.categorie, texte)
    if fiches is not None:
        replies.append(fiches)
    replies += await _open_notices(services, tracker, draft)
    return replies


def fiches_notice(services: Services, tracker: Tracker, categorie: Categorie | None, texte: str) -> Reply | None:
    """Up to three fiches as buttons; None when there is none that was not just read."""
    subject = current_subject(tracker)
    seen = {subject.cle} if subject is not None and subject.famille == "fiche" else set()
    found = before.fiches_before(
        knowledge=services.knowledge, search=services.search, categorie=categorie, texte=texte, seen=seen
    )
    if not found:
        return None
    buttons = [services.answers.subject_button(Sujet("fiche", fiche.id)) for fiche in found]
    return Reply(kind=Kind.NOTICE, text=services.knowledge.textes["sol_fiches"], buttons=buttons)


async def _open_notices(services: Services, tracker: Tracker, draft: Draft) -> list[Reply]:
    if draft.categorie is None:
        return []
    textes = services.knowledge.textes
    try:
        rows = await follow_up.open_of_conversation(sessions=services.sessions, rasa_sender=tracker.sender_id)
    except SQLAlchemyError:
        # Only a hint is lost: the draft goes on.
        logger.exception("open_sollicitations_unreadable")
        return []
    same = [
        row
        for row in rows
        if follow_up.is_same_subject(
            row, categorie=draft.categorie.id, siret=draft.given("siret"), numero_facture=draft.given("numero_facture")
        )
    ]
    return [
        Reply(
            kind=Kind.NOTICE,
            text=textes["sol_deja_ouverte"].format(numero=row.numero, etat=textes[f"suivi_etat_{row.etat}"]),
        )
        for row in same[:1]
    ]
