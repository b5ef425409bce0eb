"""Tables of sollicitations. Events are append-only: triggers of the database refuse to change or delete one."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assistant.conversations import models as _conversations  # noqa: F401 - tables that foreign keys name
from assistant.database import Base, UtcDateTime
from assistant.helpdesk import models as _helpdesk  # noqa: F401 - tables that foreign keys name
from assistant.sollicitations.enums import Etat, Origine, Priorite, TypeEvenement

# What stands in a queue: written as the partial indexes have it, so that both engines see that they may use them.
OUVERTE = "etat <> 'cloturee' AND fusion_dans_id IS NULL"

# What the queues walk, in the order of each list, with the columns of the filters behind (assistant/helpdesk/queue_sql).
# Open ones are few whatever the age of the desk: their indexes are small, and only they are changed often.
_OF_OPEN = {
    "ix_sollicitation_file_cree": "etat cree_le id agent_id categorie route priorite echeance_le",
    "ix_sollicitation_file_echeance": "etat echeance_le id agent_id categorie route priorite cree_le",
    "ix_sollicitation_file_priorite": "etat priorite cree_le id agent_id categorie route echeance_le",
    "ix_sollicitation_agent_cree": "agent_id cree_le id etat categorie route priorite",
    "ix_sollicitation_agent_echeance": "agent_id echeance_le id etat categorie route priorite cree_le",
    "ix_sollicitation_agent_priorite": "agent_id priorite cree_le id etat categorie route",
    "ix_sollicitation_file_siret": "siret etat agent_id cree_le id echeance_le categorie route priorite",
}
_OF_ALL = {
    "ix_sollicitation_cree_le": "cree_le id etat agent_id categorie route priorite",
    "ix_sollicitation_categorie": "categorie cree_le id etat agent_id route priorite",
    "ix_sollicitation_agent": "agent_id cree_le id etat categorie route priorite",
    "ix_sollicitation_priorite": "priorite cree_le id etat agent_id categorie route",
    "ix_sollicitation_siret": "siret cree_le id etat agent_id categorie route priorite",
}


class Sollicitation(Base):
    """A request for help, complete and confirmed by the person."""

    __tablename__ = "sollicitation"
    __table_args__ = (
        UniqueConstraint("jeton_hache", name="uq_sollicitation_jeton_hache"),
        *(
            Index(name, *columns.split(), sqlite_where=text(OUVERTE), postgresql_where=text(OUVERTE))
            for name, columns in _OF_OPEN.items()
        ),
        *(Index(name, *columns.split()) for name, columns in _OF_ALL.items()),
        Index(
            "ix_sollicitation_fusion",
            "fusion_dans_id",
            sqlite_where=text("fusion_dans_id IS NOT NULL"),
            postgresql_where=text("fusion_dans_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    numero: Mapped[str] = mapped_column(String(20), unique=True)
    etat: Mapped[Etat] = mapped_column(String(24))
    origine: Mapped[Origine] = mapped_column(String(16))
    categorie: Mapped[str] = mapped_column(String(64))
    route: Mapped[str] = mapped_column(String(24))
    siret: Mapped[str | None] = mapped_column(String(14))
    numero_facture: Mapped[str | None] = mapped_column(String(64), index=True)
    description: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(String(254))
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversation.id"), index=True)
    # Sent by the client so that a repeated request does not write twice.
    cle_idempotence: Mapped[str | None] = mapped_column(String(128), unique=True)
    cree_le: Mapped[datetime] = mapped_column(UtcDateTime)
    # One line for lists.
    resume: Mapped[str] = mapped_column(String(160))
    # What the checklist of the category asks, by its key (data/knowledge/sollicitations.yml, `besoins`).
    donnees: Mapped[dict[str, str]] = mapped_column(JSON)
    priorite: Mapped[Priorite] = mapped_column(String(12))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id", name="fk_sollicitation_agent"))
    # SHA-256 of the secret of the follow-up link.
    jeton_hache: Mapped[str | None] = mapped_column(String(64))
    # Grows with each change: a change made on an older version is refused.
    version: Mapped[int] = mapped_column(Integer)
    maj_le: Mapped[datetime] = mapped_column(UtcDateTime)
    # When the help-desk's turn ends; absent while the person is awaited (then `secondes_restantes` of opening hours are left).
    echeance_le: Mapped[datetime | None] = mapped_column(UtcDateTime)
    secondes_restantes: Mapped[int | None] = mapped_column(Integer)
    cloture_le: Mapped[datetime | None] = mapped_column(UtcDateTime)
    motif_cloture: Mapped[str | None] = mapped_column(String(40))
    # Merged into another: kept whole, so that it can be taken apart again.
    fusion_dans_id: Mapped[int | None] = mapped_column(ForeignKey("sollicitation.id", name="fk_sollicitation_fusion"))
    # Folded words that the full-text search reads.
    texte_recherche: Mapped[str] = mapped_column(Text)
    # Made by the seeding command: never a real person's.
    fictive: Mapped[bool] = mapped_column(Boolean)

    evenements: Mapped[list["SollicitationEvent"]] = relationship(
        back_populates="sollicitation", order_by="SollicitationEvent.id", lazy="selectin"
    )


class SollicitationCompte(Base):
    """How many stand in each state with each agent (0: nobody), merged ones left out. Only triggers write here."""

    __tablename__ = "sollicitation_compte"

    etat: Mapped[Etat] = mapped_column(String(24), primary_key=True)
    agent_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    nombre: Mapped[int] = mapped_column(Integer)


class SollicitationEvent(Base):
    """One entry of the timeline: who did what, when."""

    __tablename__ = "sollicitation_event"
    # What the statistics count.
    __table_args__ = (Index("ix_sollicitation_event_type", "type", "cree_le", "sollicitation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sollicitation_id: Mapped[int] = mapped_column(ForeignKey("sollicitation.id"), index=True)
    type: Mapped[TypeEvenement] = mapped_column(String(32))
    acteur: Mapped[str] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    cree_le: Mapped[datetime] = mapped_column(UtcDateTime)

    sollicitation: Mapped[Sollicitation] = relationship(back_populates="evenements")


class PieceJointe(Base):
    """A file given with a sollicitation; its bytes lie outside the web root, under the name of their hash."""

    __tablename__ = "piece_jointe"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    sollicitation_id: Mapped[int] = mapped_column(ForeignKey("sollicitation.id"), index=True)
    nom: Mapped[str] = mapped_column(String(50))
    type_mime: Mapped[str] = mapped_column(String(64))
    taille: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    cree_le: Mapped[datetime] = mapped_column(UtcDateTime)
