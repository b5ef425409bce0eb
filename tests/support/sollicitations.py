"""Sollicitations for tests: written as the service writes them, read whole, brought to a state."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from assistant.database import Sessions, now, transaction
from assistant.helpdesk.enums import Role
from assistant.helpdesk.models import Agent
from assistant.sollicitations import lifecycle, service
from assistant.sollicitations.desk import Desk
from assistant.sollicitations.enums import Etat, Origine
from assistant.sollicitations.models import Sollicitation
from assistant.sollicitations.schemas import SollicitationCreate

SIRET = "73282932000074"


async def new_agent(sessions: Sessions, nom: str = "Anne", role: Role = Role.AGENT, *, actif: bool = True) -> Agent:
    """An account without a password: these tests do not sign in."""
    agent = Agent(
        identifiant=f"{uuid.uuid4().hex}@exemple.invalid",
        nom=nom,
        role=role,
        doit_changer=False,
        actif=actif,
        disponible=False,
        echecs=0,
        cree_le=now(),
    )
    async with transaction(sessions) as session:
        session.add(agent)
    return agent


async def read(sessions: Sessions, sollicitation_id: int) -> Sollicitation:
    """As it stands in the database, with its timeline."""
    async with sessions() as session:
        return await session.get_one(Sollicitation, sollicitation_id)


@dataclass
class Helpdesk:
    """The functions of `lifecycle` without what is always the same."""

    sessions: Sessions
    desk: Desk

    async def write(self, **changes: Any) -> Sollicitation:
        """A new sollicitation."""
        given = {"categorie": "connexion", "siret": SIRET, "description": "Le portail ne s'ouvre pas.", "contact": "a@exemple.fr"}
        options = {name: changes.pop(name) for name in ("priorite", "pieces", "cle_idempotence") if name in changes}
        created = await service.create(
            sessions=self.sessions,
            desk=self.desk,
            request=SollicitationCreate.model_validate({**given, **changes}),
            origine=Origine.API,
            **options,
        )
        async with self.sessions() as session:
            row: Sollicitation | None = await session.scalar(select(Sollicitation).where(Sollicitation.numero == created.numero))
        assert row is not None
        return row

    async def do(self, name: str, row: Sollicitation, agent: Agent | None = None, **options: Any) -> Sollicitation:
        """A function of `lifecycle` on the row as the caller saw it."""
        if agent is not None:
            options["agent"] = agent
            if name != "add_note":
                options.setdefault("version", row.version)
        function = getattr(lifecycle, name)
        changed: Sollicitation = await function(sessions=self.sessions, desk=self.desk, sollicitation_id=row.id, **options)
        return changed

    async def write_in(self, etat: Etat, agent: Agent, **changes: Any) -> Sollicitation:
        """A sollicitation that went its way to this state, the agent's own but for a new one."""
        row = await self.write(**changes)
        if etat is Etat.SOUMISE:
            return row
        row = await self.do("take", row, agent)
        if etat in (Etat.COMPLEMENT_DEMANDE, Etat.COMPLEMENT_RECU):
            row = await self.do("ask_complement", row, agent, texte="Quel message s'affiche ?")
        if etat is Etat.COMPLEMENT_RECU:
            row = await self.do("add_complement", row, texte="Le message 42.")
        if etat in (Etat.SOLUTION_PROPOSEE, Etat.RENVOYEE):
            row = await self.do("propose_solution", row, agent, texte="Videz le cache.")
        if etat is Etat.RENVOYEE:
            row = await self.do("send_back", row, texte="Cela ne change rien.")
        if etat is Etat.CLOTUREE:
            row = await self.do("close", row, agent, motif="solution_acceptee")
        assert row.etat == etat
        return row
