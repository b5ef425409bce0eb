"""Live hand-over: a person of the help-desk answers in the bot's place.

A conversation's `relais` is absent (the bot answers), « attente » (somebody is awaited) or « agent » (somebody answers).
Every change is one conditional UPDATE, so that of two agents who take the same conversation exactly one wins. The messages go
through the conversation's own table; whoever looks at it (api/live) sees them at once.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, CursorResult, and_, exists, func, or_, select, update

from assistant.conversations import service as conversations
from assistant.conversations.enums import Kind, Sender
from assistant.conversations.models import Conversation, Message
from assistant.conversations.schemas import MessagePublic, Reply, ReplyButton
from assistant.database import Sessions, now, transaction
from assistant.helpdesk.enums import Relais
from assistant.helpdesk.hours import OpeningHours
from assistant.helpdesk.models import Agent
from assistant.knowledge.load import Knowledge
from assistant.knowledge.schemas import Source
from assistant.sollicitations.siret import format_siret, normalize_siret

Texts = Mapping[str, str]

# An agent whose console gave no sign of life for so long is not there any more.
GONE_AFTER = timedelta(minutes=2)
# Nobody waits in vain for longer than this while the desk is open and somebody is online.
WAIT_AT_MOST = timedelta(minutes=10)
# Payloads of buttons that api/chat answers itself: they never reach Rasa.
ASK, CANCEL = "/relais_demander", "/relais_annuler"

_MAX_QUOTE = 240
_SIRET = re.compile(r"(?<!\d)\d(?:[ .]?\d){13}(?!\d)")
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


class AlreadyTaken(ValueError):
    """The conversation is not awaiting anybody any more; `agent_nom` says who answers it, if anybody."""

    def __init__(self, agent_nom: str | None) -> None:
        super().__init__("Cette conversation n'attend plus personne.")
        self.agent_nom = agent_nom


class NotYours(ValueError):
    """The conversation is not in this agent's hands."""


@dataclass(frozen=True)
class Availability:
    """Whether a person could answer now, and when the desk opens next (absent: nobody knows)."""

    online: bool
    is_open: bool
    next_opening: datetime | None
    zone: ZoneInfo

    @property
    def now(self) -> bool:
        return self.online and self.is_open


@dataclass(frozen=True)
class State:
    """Who answers a conversation: nobody but the bot (`relais` absent), somebody awaited, or `agent_nom`."""

    relais: Relais | None
    agent_id: int | None
    agent_nom: str | None


@dataclass(frozen=True)
class Live:
    """A conversation that awaits or has an agent, as a line of the console. `apercu` is the person's last message, masked."""

    conversation_id: str
    relais: Relais
    agent_id: int | None
    agent_nom: str | None
    depuis: datetime
    apercu: str


async def set_available(*, sessions: Sessions, agent_id: int, available: bool) -> None:
    """An agent says that they are ready for live conversations, or not any more."""
    async with transaction(sessions) as session:
        await session.execute(update(Agent).where(Agent.id == agent_id).values(disponible=available, signe_le=now()))


async def give_sign_of_life(*, sessions: Sessions, agent_id: int) -> bool:
    """The console of an agent who is available, or talks with somebody, is still open; returns whether it is such an agent's."""
    talks = exists().where(Conversation.relais_agent_id == agent_id, Conversation.relais == Relais.AGENT)
    async with transaction(sessions) as session:
        result = await session.execute(
            update(Agent)
            .where(Agent.id == agent_id, or_(Agent.disponible.is_(True), talks))
            .values(signe_le=now())
            .execution_options(synchronize_session=False)
        )
    return _changed(result)


async def availability(*, sessions: Sessions, hours: OpeningHours, moment: datetime) -> Availability:
    """Could a person answer at `moment`?"""
    async with sessions() as session:
        online = await session.scalar(select(func.count()).select_from(Agent).where(_is_online(moment)))
    is_open = hours.is_open(moment)
    return Availability(bool(online), is_open, None if is_open else hours.next_opening(moment), hours.zone)


def offer(*, texts: Texts, found: Availability, asked: bool = False, after_vote: bool = False) -> Reply:
    """What the bot says when a person should take over: a button when one can, else a sollicitation and the hour of return."""
    sollicitation = ReplyButton(title=texts["bouton_sollicitation"], payload="/preparer_sollicitation")
    if found.now:
        key = "relais_offre_demande" if asked else "relais_offre_vote" if after_vote else "relais_offre_echec"
        buttons = [ReplyButton(title=texts["relais_bouton"], payload=ASK), sollicitation]
        # Not `choices`: that is a question that the bot was not sure of (assistant/helpdesk/unanswered counts those).
        return Reply(kind=Kind.NOTICE, text=texts[key], buttons=buttons)
    parts, sources = [texts["relais_ferme"].format(retour=back_again(texts, found, now()))], []
    if asked:
        parts.append(texts["relais_ferme_support"])
        sources = [Source(titre=texts["relais_source_titre"], url=texts["relais_source_url"], date=texts["relais_source_date"])]
    return Reply(kind=Kind.NOTICE, text="\n\n".join(parts), buttons=[sollicitation], sources=sources)


def back_again(texts: Texts, found: Availability, moment: datetime) -> str:
    """« L'équipe est de retour lundi 24 novembre à 9 h. »"""
    if found.is_open:
        return texts["relais_retour_bientot"]
    if found.next_opening is None:
        return texts["relais_retour_inconnu"]
    return texts["relais_retour"].format(moment=french_moment(found.next_opening, moment, found.zone))


def french_moment(when: datetime, moment: datetime, zone: ZoneInfo) -> str:
    """« aujourd'hui à 14 h », « demain à 9 h 30 », « lundi 30 à 9 h », in the desk's own time."""
    local, today = when.astimezone(zone), moment.astimezone(zone).date()
    hour = f"{local.hour} h" + (f" {local.minute:02d}" if local.minute else "")
    days = (local.date() - today).days
    if days == 0:
        return f"aujourd'hui à {hour}"
    if days == 1:
        return f"demain à {hour}"
    return f"{_DAYS[local.weekday()]} {local.day}/{local.month:02d} à {hour}"


async def state(*, sessions: Sessions, conversation_id: str) -> State:
    """Who answers the conversation at this moment."""
    if not conversation_id.isprintable():
        return State(None, None, None)
    async with sessions() as session:
        row = (
            await session.execute(
                select(Conversation.relais, Conversation.relais_agent_id, Agent.nom)
                .outerjoin(Agent, Agent.id == Conversation.relais_agent_id)
                .where(Conversation.id == conversation_id)
            )
        ).one_or_none()
    if row is None or row[0] is None:
        return State(None, None, None)
    return State(Relais(row[0]), row[1], row[2])


async def request(*, sessions: Sessions, knowledge: Knowledge, hours: OpeningHours, conversation_id: str) -> list[MessagePublic]:
    """The person asks for a person: the conversation waits for one when one is there. The bot's messages come back."""
    texts, moment = knowledge.textes, now()
    found = await availability(sessions=sessions, hours=hours, moment=moment)
    if not found.now:
        return await _say(sessions, conversation_id, offer(texts=texts, found=found, asked=True))
    if not await _turn(sessions, conversation_id, Conversation.relais.is_(None), Relais.ATTENTE, None):
        return await _say(sessions, conversation_id, Reply(kind=Kind.NOTICE, text=texts["relais_deja"]))
    summary = await recap(sessions=sessions, knowledge=knowledge, conversation_id=conversation_id)
    cancel = ReplyButton(title=texts["relais_bouton_annuler"], payload=CANCEL)
    reply = Reply(kind=Kind.NOTICE, text=texts["relais_attente"].format(resume=summary), buttons=[cancel])
    return await _say(sessions, conversation_id, reply)


async def cancel(*, sessions: Sessions, texts: Texts, conversation_id: str) -> list[MessagePublic]:
    """The person waits no longer, or ends the talk with the agent: the bot answers again."""
    was = (await state(sessions=sessions, conversation_id=conversation_id)).relais
    if was is None or not await _turn(sessions, conversation_id, Conversation.relais.is_not(None), None, None):
        return []
    key = "relais_fin_usager" if was is Relais.ATTENTE else "relais_fin_personne"
    return await _say(sessions, conversation_id, Reply(kind=Kind.NOTICE, text=texts[key]))


async def accept(*, sessions: Sessions, texts: Texts, conversation_id: str, agent: Agent) -> None:
    """An agent takes the conversation. Raises AlreadyTaken when another was faster or the person waits no longer."""
    waiting = Conversation.relais == Relais.ATTENTE
    if not await _turn(sessions, conversation_id, waiting, Relais.AGENT, agent.id):
        raise AlreadyTaken((await state(sessions=sessions, conversation_id=conversation_id)).agent_nom)
    await give_sign_of_life(sessions=sessions, agent_id=agent.id)
    await _say(sessions, conversation_id, Reply(kind=Kind.NOTICE, text=texts["relais_arrive"].format(nom=agent.nom)))


async def say(*, sessions: Sessions, conversation_id: str, agent: Agent, text: str) -> MessagePublic:
    """The agent writes to the person (secrets already masked). Raises NotYours."""
    current = await state(sessions=sessions, conversation_id=conversation_id)
    if current.relais is not Relais.AGENT or current.agent_id != agent.id:
        raise NotYours("Cette conversation n'est pas entre vos mains.")
    return await conversations.add_agent_message(sessions=sessions, conversation_id=conversation_id, text=text)


async def hand_back(*, sessions: Sessions, texts: Texts, conversation_id: str, agent: Agent) -> None:
    """« Rendre la main au bot. » Raises NotYours."""
    mine = and_(Conversation.relais == Relais.AGENT, Conversation.relais_agent_id == agent.id)
    if not await _turn(sessions, conversation_id, mine, None, None):
        raise NotYours("Cette conversation n'est pas entre vos mains.")
    await _say(sessions, conversation_id, Reply(kind=Kind.NOTICE, text=texts["relais_fin_agent"].format(nom=agent.nom)))


async def count_waiting(*, sessions: Sessions) -> int:
    """How many people wait for somebody."""
    async with sessions() as session:
        waiting = select(func.count()).select_from(Conversation).where(Conversation.relais == Relais.ATTENTE)
        return await session.scalar(waiting) or 0


async def list_live(*, sessions: Sessions, texts: Texts) -> list[Live]:
    """Conversations that await or have an agent; those who wait first, the longest first."""
    last = (
        select(Message.text)
        .where(
            Message.conversation_id == Conversation.id,
            Message.sender == Sender.USER,
            # The button that asked for a person is said too, and tells nothing.
            Message.text != texts["relais_bouton"],
        )
        .order_by(Message.position.desc())
        .limit(1)
        .correlate(Conversation)
        .scalar_subquery()
    )
    async with sessions() as session:
        rows = (
            await session.execute(
                select(Conversation, Agent.nom, last)
                .outerjoin(Agent, Agent.id == Conversation.relais_agent_id)
                .where(Conversation.relais.is_not(None))
                .order_by(Conversation.relais.desc(), Conversation.relais_depuis)
            )
        ).all()
    return [
        Live(row.id, Relais(row.relais), row.relais_agent_id, nom, row.relais_depuis or row.cree_le, _quote(apercu or ""))
        for row, nom, apercu in rows
    ]


async def release_gone(*, sessions: Sessions, texts: Texts, hours: OpeningHours, moment: datetime) -> list[str]:
    """Give back to the bot what nobody answers any more: the agent went away, nobody is there, or the wait was too long.

    Returns the conversations that were given back; their people are told, and offered a sollicitation.
    """
    async with sessions() as session:
        rows = (
            await session.execute(
                select(Conversation, Agent.nom, _is_there(moment))
                .outerjoin(Agent, Agent.id == Conversation.relais_agent_id)
                .where(Conversation.relais.is_not(None))
            )
        ).all()
    if not rows:
        return []
    found = await availability(sessions=sessions, hours=hours, moment=moment)
    given_back = []
    for row, nom, present in rows:
        if row.relais == Relais.AGENT and not present:
            key, was = "relais_agent_parti", and_(Conversation.relais == Relais.AGENT, _same_agent(row.relais_agent_id))
        elif row.relais == Relais.ATTENTE and _waits_in_vain(row.relais_depuis, found, moment):
            key, was = "relais_attente_vaine", and_(Conversation.relais == Relais.ATTENTE)
        else:
            continue
        if await _turn(sessions, row.id, was, None, None):
            text = texts[key].format(nom=nom or "Le conseiller", retour=back_again(texts, found, moment))
            button = ReplyButton(title=texts["bouton_sollicitation"], payload="/preparer_sollicitation")
            await _say(sessions, row.id, Reply(kind=Kind.NOTICE, text=text, buttons=[button]))
            given_back.append(row.id)
    return given_back


async def recap(*, sessions: Sessions, knowledge: Knowledge, conversation_id: str) -> str:
    """What an agent must know at once, as a Markdown list: first and last words, fiches read, identifiers given."""
    texts = knowledge.textes
    messages = await conversations.list_messages(sessions=sessions, conversation_id=conversation_id)
    # A pressed button is said too; the one that asked for a person tells nothing.
    said = [message.text for message in messages if message.sender is Sender.USER and message.text != texts["relais_bouton"]]
    lines = []
    if said:
        lines.append(texts["relais_resume_question"].format(texte=_quote(said[0])))
    if len(said) > 1:
        lines.append(texts["relais_resume_derniere"].format(texte=_quote(said[-1])))
    read = dict.fromkeys(message.fiche for message in messages if message.fiche in knowledge.fiches)
    titles = [knowledge.fiches[fiche].titre for fiche in read if fiche is not None]
    if titles:
        lines.append(texts["relais_resume_fiches"].format(titres=" ; ".join(titles)))
    numbers = dict.fromkeys(number for text in said for number in _sirets(text))
    if numbers:
        lines.append(texts["relais_resume_identifiants"].format(numeros=", ".join(f"SIRET {number}" for number in numbers)))
    return "\n".join(lines)


async def misunderstandings_in_a_row(*, sessions: Sessions, conversation_id: str) -> int:
    """How many of the last things that the person said were answered by « je ne sais pas », without another answer between."""
    failures: list[bool] = []
    for message in await conversations.list_messages(sessions=sessions, conversation_id=conversation_id):
        if message.sender is Sender.USER:
            failures.append(False)
        elif failures and message.kind is Kind.UNKNOWN:
            failures[-1] = True
    return next((count for count, failed in enumerate(reversed(failures)) if not failed), len(failures))


def _waits_in_vain(since: datetime | None, found: Availability, moment: datetime) -> bool:
    return not found.now or since is None or moment - since > WAIT_AT_MOST


def _is_online(moment: datetime) -> ColumnElement[bool]:
    """Ready for somebody new."""
    return and_(Agent.disponible.is_(True), _is_there(moment))


def _is_there(moment: datetime) -> ColumnElement[bool]:
    """Whose console is open: who takes nobody new may still finish a talk."""
    return and_(Agent.actif.is_(True), Agent.signe_le.is_not(None), Agent.signe_le > moment - GONE_AFTER)


def _same_agent(agent_id: int | None) -> ColumnElement[bool]:
    return Conversation.relais_agent_id.is_(None) if agent_id is None else Conversation.relais_agent_id == agent_id


async def _turn(
    sessions: Sessions, conversation_id: str, was: ColumnElement[bool], becomes: Relais | None, agent_id: int | None
) -> bool:
    """Change who answers if it still is as thought; False when it was not."""
    if not conversation_id.isprintable():
        return False
    async with transaction(sessions) as session:
        result = await session.execute(
            update(Conversation)
            .where(Conversation.id == conversation_id, was)
            .values(relais=becomes, relais_agent_id=agent_id, relais_depuis=now() if becomes else None)
        )
    return _changed(result)


async def _say(sessions: Sessions, conversation_id: str, reply: Reply) -> list[MessagePublic]:
    return await conversations.add_replies(sessions=sessions, conversation_id=conversation_id, replies=[reply])


def _changed(result: Any) -> bool:
    assert isinstance(result, CursorResult)
    return bool(result.rowcount)


def _quote(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MAX_QUOTE else f"{line[: _MAX_QUOTE - 1].rstrip()}…"


def _sirets(text: str) -> list[str]:
    found = []
    for match in _SIRET.finditer(text):
        try:
            found.append(format_siret(normalize_siret(match.group())))
        except ValueError:
            continue
    return found
