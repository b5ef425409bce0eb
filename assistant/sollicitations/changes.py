"""One change of one sollicitation (or of two, for a merge): read under lock, decide, write with its events, all or nothing.

Shapes of the events' `detail` (always with `avant` and `etat` when the state changes, `agent_nom` when an agent did it):
soumission {origine, etat} · affectation {agent_id, agent_nom_affecte} · desaffectation {agent_id, raison?} ·
demande_complement {texte, pieces: [str]} · complement {texte, depuis?: numero} · reponse {texte} · note {texte} ·
renvoi {texte} · cloture {motif, texte?} · modification {changements: {champ: [before, after]}, raison} ·
transfert {texte, route: [before, after]} · fusion {dans} on the merged one, {recue} on the other ·
defusion {de} on the merged one, {rendue} on the other (numbers) · piece_jointe {id, nom, taille}.
`acteur`: « usager », « systeme » or « agent:<id> ».
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.database import Sessions, now, write_transaction
from assistant.helpdesk.models import Agent
from assistant.masking import mask_secrets
from assistant.sollicitations.clock import Clock, clock_in
from assistant.sollicitations.desk import Desk
from assistant.sollicitations.enums import Etat, TypeEvenement
from assistant.sollicitations.models import PieceJointe, Sollicitation, SollicitationEvent
from assistant.sollicitations.search_text import added
from assistant.sollicitations.transitions import Conflict, NotFound, TransitionRefused
from assistant.text import clean, has_words

USAGER = "usager"
SYSTEME = "systeme"
TEXT_MAX = 4000

_AGENT = "agent:"


def agent_actor(agent: Agent) -> str:
    """How events name an agent."""
    return f"{_AGENT}{agent.id}"


def agent_id_of(acteur: str) -> int | None:
    """The agent of an event, None when it was not an agent's."""
    return int(acteur.removeprefix(_AGENT)) if acteur.startswith(_AGENT) else None


def checked_text(texte: str) -> str:
    """A text to store: cleaned, secrets masked, 1 to 4,000 characters. Raises TransitionRefused with a French sentence."""
    texte = clean(texte)
    if not has_words(texte):
        raise TransitionRefused("Écrivez un texte.")
    if len(texte) > TEXT_MAX:
        raise TransitionRefused(f"Le texte a {TEXT_MAX} caractères au plus. Gardez l'essentiel.")
    return mask_secrets(texte).text


@dataclass
class Change:
    """A change in the making: `values` are the columns to write, `events` what the timeline will tell."""

    row: Sollicitation
    desk: Desk
    acteur: str
    agent_nom: str | None
    moment: datetime
    values: dict[str, Any] = field(default_factory=dict)
    events: list[SollicitationEvent] = field(default_factory=list)
    pieces: list[PieceJointe] = field(default_factory=list)

    @property
    def etat(self) -> Etat:
        """The state as it will be."""
        return Etat(self.values.get("etat", self.row.etat))

    def move(self, etat: Etat) -> dict[str, str]:
        """Go to a state, with the clock; what an event tells of it."""
        before = self.etat
        self.values["etat"] = etat
        self.set_clock(clock_in(desk=self.desk, etat=etat, priorite=self.row.priorite, clock=self.clock, moment=self.moment))
        return {"avant": before.value, "etat": etat.value}

    @property
    def clock(self) -> Clock:
        """The clock as it will be."""
        return Clock(
            self.values.get("echeance_le", self.row.echeance_le),
            self.values.get("secondes_restantes", self.row.secondes_restantes),
        )

    def set_clock(self, clock: Clock) -> None:
        """Write both columns of the clock."""
        self.values["echeance_le"], self.values["secondes_restantes"] = clock.echeance_le, clock.secondes_restantes

    def tell(self, kind: TypeEvenement, **detail: Any) -> None:
        """Add an event; its texts become searchable."""
        who = {} if self.agent_nom is None else {"agent_nom": self.agent_nom}
        self.events.append(
            SollicitationEvent(
                sollicitation_id=self.row.id, type=kind, acteur=self.acteur, detail={**detail, **who}, cree_le=self.moment
            )
        )
        if detail.get("texte"):
            before = self.values.get("texte_recherche", self.row.texte_recherche)
            self.values["texte_recherche"] = added(before, [detail["texte"]])

    def attach(self, pieces: Sequence[PieceJointe]) -> None:
        """Rows of files that lie on disk already: they are written with the change, each with its event."""
        for piece in pieces:
            piece.sollicitation_id = self.row.id
            piece.cree_le = self.moment
            self.pieces.append(piece)
            self.tell(TypeEvenement.PIECE_JOINTE, id=piece.id, nom=piece.nom, taille=piece.taille)


@dataclass(frozen=True)
class Unit:
    """An open transaction in which sollicitations are read under lock and changed."""

    session: AsyncSession
    desk: Desk
    acteur: str
    agent: Agent | None
    moment: datetime

    async def lock(self, *ids: int) -> list[Change]:
        """These rows, locked in the order of their ids so that two changes never wait for each other. Raises NotFound."""
        found = await self.session.scalars(
            select(Sollicitation).where(Sollicitation.id.in_(ids)).order_by(Sollicitation.id).with_for_update(of=Sollicitation)
        )
        rows = {row.id: row for row in found}
        if set(ids) - set(rows):
            raise NotFound("Cette sollicitation n'existe pas.")
        nom = self.agent.nom if self.agent else None
        return [Change(rows[one], self.desk, self.acteur, nom, self.moment) for one in ids]

    async def check_version(self, row: Sollicitation, version: int) -> None:
        """Raises Conflict, naming who was faster, when the row is not the one that the agent saw."""
        if row.version != version:
            raise await self._conflict(row)

    async def _conflict(self, row: Sollicitation) -> Conflict:
        acteur = row.evenements[-1].acteur if row.evenements else SYSTEME
        who = agent_id_of(acteur)
        if who is None:
            by = "la personne qui l'a écrite" if acteur == USAGER else "une tâche automatique"
            return Conflict(f"Cette sollicitation a été modifiée entre-temps par {by}. Relisez-la.", None)
        if self.agent is not None and who == self.agent.id:
            return Conflict("Vous avez vous-même modifié cette sollicitation entre-temps. Relisez-la.", self.agent.nom)
        agent = await self.session.get(Agent, who)
        nom = agent.nom if agent else None
        return Conflict(f"Cette sollicitation a été modifiée entre-temps par {nom or 'un collègue'}. Relisez-la.", nom)

    async def write(self, change: Change) -> Sollicitation:
        """Write the change, one version up, with its events. Raises Conflict when the row is not the one that was read."""
        row = change.row
        written = await self.session.execute(
            update(Sollicitation)
            .where(Sollicitation.id == row.id, Sollicitation.version == row.version)
            .values(**change.values, version=row.version + 1, maj_le=self.moment)
            .execution_options(synchronize_session=False)
        )
        assert isinstance(written, CursorResult)
        if written.rowcount != 1:
            raise await self._conflict(row)
        self.session.add_all([*change.events, *change.pieces])
        await self.session.flush()
        await self.session.refresh(row)
        await self.session.refresh(row, ["evenements"])
        return row


@asynccontextmanager
async def changing(*, sessions: Sessions, desk: Desk, acteur: str, agent: Agent | None = None) -> AsyncIterator[Unit]:
    """One short transaction, committed when the block ends well: what it acknowledged survives a kill, nothing half done does."""
    async with write_transaction(sessions) as session:
        yield Unit(session, desk, acteur, agent, now())
