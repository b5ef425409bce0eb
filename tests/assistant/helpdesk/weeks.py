"""Weeks of the past for the tests of figures, with short ways to write what happened in them."""

import uuid
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from assistant.conversations.enums import Kind, Sender
from assistant.conversations.models import Conversation, Feedback, Message
from assistant.database import Sessions, transaction
from assistant.helpdesk.enums import Relais
from assistant.helpdesk.hours import OpeningHours
from assistant.helpdesk.models import Agent
from assistant.helpdesk.statistics import Granularite, Rapport, report
from assistant.sollicitations.enums import Etat, Origine, Priorite, TypeEvenement
from assistant.sollicitations.models import Sollicitation, SollicitationEvent

PARIS = ZoneInfo("Europe/Paris")
HOURS = OpeningHours.parse("lun-ven 09:00-17:00", PARIS)
HOUR = 3600
_weeks = count()
_MONTHS = (10, 9, 3, 2)


class Week:
    """A week of the past of its own (tests share PostgreSQL), with short ways to write what happened in it."""

    def __init__(self, sessions: Sessions, agent: Agent) -> None:
        self.sessions, self.agent = sessions, agent
        # A Monday of the past without a public holiday around.
        number = next(_weeks)
        self.monday = date(2001 + number % 24, _MONTHS[number // 24], 1)
        self.monday += timedelta(days=-self.monday.weekday() % 7)

    def at(self, day: int, hour: float) -> datetime:
        """A local time, `day` 0 being Monday."""
        return datetime.combine(self.monday + timedelta(days=day), time(0), PARIS) + timedelta(hours=hour)

    @property
    def since(self) -> datetime:
        return self.at(0, 0)

    @property
    def until(self) -> datetime:
        return self.at(7, 0)

    async def report(self, granularite: Granularite = Granularite.JOUR) -> Rapport:
        return await report(sessions=self.sessions, hours=HOURS, since=self.since, until=self.until, granularite=granularite)

    async def write(
        self,
        created: datetime,
        *events: tuple[TypeEvenement, datetime] | tuple[TypeEvenement, datetime, dict[str, object]],
        conversation_id: str | None = None,
        **changes: object,
    ) -> Sollicitation:
        """A sollicitation with its events as they are given."""
        values = {
            "numero": uuid.uuid4().hex[:20],
            "etat": Etat.CLOTUREE if any(event[0] is TypeEvenement.CLOTURE for event in events) else Etat.AFFECTEE,
            "origine": Origine.FORMULAIRE,
            "categorie": "connexion",
            "route": "support",
            "description": "x",
            "contact": "a@exemple.fr",
            "resume": "x",
            "donnees": {},
            "priorite": Priorite.NORMALE,
            "version": 1,
            "maj_le": created,
            "texte_recherche": "x",
            "fictive": False,
            **changes,
        }
        row = Sollicitation(cree_le=created, conversation_id=conversation_id, **values)
        async with transaction(self.sessions) as session:
            session.add(row)
            await session.flush()
            for kind, moment, *detail in events:
                session.add(
                    SollicitationEvent(
                        sollicitation_id=row.id,
                        type=kind,
                        acteur=f"agent:{self.agent.id}",
                        detail=detail[0] if detail else {},
                        cree_le=moment,
                    )
                )
                await session.flush()
        return row

    async def talk(
        self,
        moment: datetime,
        *messages: tuple[Sender, Kind] | tuple[Sender, Kind, str],
        vote: bool | None = None,
        relais: Relais | None = None,
    ) -> str:
        """A conversation; a third element is the fiche, `vote` is on the last message."""
        talk = str(uuid.uuid4())
        async with transaction(self.sessions) as session:
            session.add(Conversation(id=talk, token_hash="x", rasa_sender=talk, cree_le=moment, relais=relais))
        last = ""
        for message in messages:
            last = await self.say(talk, moment, message)
        if vote is not None:
            async with transaction(self.sessions) as session:
                session.add(Feedback(message_id=last, useful=vote, reason=None, comment=None, cree_le=moment))
        return talk

    async def say(self, talk: str, moment: datetime, message: tuple[Sender, Kind] | tuple[Sender, Kind, str]) -> str:
        """One message more; its id."""
        sender, kind, *fiche = message
        number = str(uuid.uuid4())
        async with transaction(self.sessions) as session:
            last = await session.scalar(select(func.max(Message.position)).where(Message.conversation_id == talk)) or 0
            session.add(
                Message(
                    id=number,
                    conversation_id=talk,
                    position=last + 1,
                    sender=sender,
                    kind=kind,
                    text="x",
                    buttons=[],
                    sources=[],
                    fiche=fiche[0] if fiche else None,
                    confidence=None,
                    cree_le=moment,
                )
            )
        return number
