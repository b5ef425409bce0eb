"""Everything that stands beside one sollicitation on an agent's screen, read in a few queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from assistant.conversations import service as conversations
from assistant.conversations.schemas import MessagePublic
from assistant.database import Sessions
from assistant.helpdesk.models import Agent
from assistant.knowledge.load import Knowledge
from assistant.knowledge.schemas import Besoin, Fiche
from assistant.sollicitations import checklist
from assistant.sollicitations.attachments import list_pieces
from assistant.sollicitations.enums import TypeEvenement
from assistant.sollicitations.models import PieceJointe, Sollicitation, SollicitationEvent
from assistant.sollicitations.siret import format_siret


@dataclass(frozen=True)
class Dossier:
    """One sollicitation with its timeline, talk, files, duplicates (`reunies` into it) and the one it was merged into."""

    sollicitation: Sollicitation
    evenements: list[SollicitationEvent]
    messages: list[MessagePublic]
    pieces: list[PieceJointe]
    reunies: list[Sollicitation]
    reunie_dans: Sollicitation | None
    agent: Agent | None
    numeros: Mapping[int, str]
    manques: list[Besoin]

    @property
    def dernier_complement(self) -> datetime | None:
        """When more was last asked for."""
        asked = [event.cree_le for event in self.evenements if event.type == TypeEvenement.DEMANDE_COMPLEMENT]
        return asked[-1] if asked else None


async def read(*, sessions: Sessions, knowledge: Knowledge, numero: str) -> Dossier | None:
    """The dossier of a number, or None."""
    if not numero.isprintable():
        return None
    async with sessions() as session:
        row = await session.scalar(select(Sollicitation).where(Sollicitation.numero == numero))
        if row is None:
            return None
        merged = list(
            await session.scalars(select(Sollicitation).where(Sollicitation.fusion_dans_id == row.id).order_by(Sollicitation.id))
        )
        into = await session.get(Sollicitation, row.fusion_dans_id) if row.fusion_dans_id else None
        agent = await session.get(Agent, row.agent_id) if row.agent_id else None
        events = sorted(
            [*row.evenements, *(event for other in merged for event in other.evenements)],
            key=lambda event: (event.cree_le, event.id),
        )
    messages: list[MessagePublic] = []
    if row.conversation_id is not None:
        messages = await conversations.list_messages(sessions=sessions, conversation_id=row.conversation_id)
    categorie = knowledge.categories.get(row.categorie)
    return Dossier(
        sollicitation=row,
        evenements=events,
        messages=messages,
        pieces=[piece for one in (row, *merged) for piece in await list_pieces(sessions=sessions, sollicitation_id=one.id)],
        reunies=merged,
        reunie_dans=into,
        agent=agent,
        numeros={one.id: one.numero for one in (row, *merged)},
        manques=[]
        if categorie is None
        else checklist.missing(knowledge=knowledge, categorie=categorie, values=dict(checklist.values_of(row))),
    )


def variables(*, dossier: Dossier, knowledge: Knowledge, agent_nom: str, fiche: Fiche | None, date: str) -> dict[str, str | None]:
    """Values for the variables of reply models (assistant/helpdesk/reply_models)."""
    row = dossier.sollicitation
    categorie = knowledge.categories.get(row.categorie)
    source = fiche.sources[0].url if fiche and fiche.sources else None
    return {
        "numero": row.numero,
        "categorie": categorie.titre if categorie else None,
        "facture": row.numero_facture,
        "siret": format_siret(row.siret) if row.siret else None,
        "pieces": "\n".join(f"- {besoin.libelle}" for besoin in dossier.manques) or None,
        "ou_ecrire": categorie.ou_ecrire if categorie else None,
        "fiche": fiche.titre if fiche else None,
        "fiche_adresse": source,
        "date": date or None,
        "agent": agent_nom,
    }
