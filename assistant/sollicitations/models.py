"""Tables of sollicitations. Events are append-only: triggers of the database refuse to change or delete one."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assistant.database import Base, UtcDateTime
from assistant.sollicitations.enums import Etat, Origine, TypeEvenement


class Sollicitation(Base):
    """A request for help, complete and confirmed by the person."""

    __tablename__ = "sollicitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    numero: Mapped[str] = mapped_column(String(20), unique=True)
    etat: Mapped[Etat] = mapped_column(String(24))
    origine: Mapped[Origine] = mapped_column(String(16))
    categorie: Mapped[str] = mapped_column(String(64), index=True)
    route: Mapped[str] = mapped_column(String(24))
    siret: Mapped[str | None] = mapped_column(String(14), index=True)
    numero_facture: Mapped[str | None] = mapped_column(String(64), index=True)
    description: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(String(254))
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversation.id"), index=True)
    # Sent by the client so that a repeated request does not write twice.
    cle_idempotence: Mapped[str | None] = mapped_column(String(128), unique=True)
    cree_le: Mapped[datetime] = mapped_column(UtcDateTime)

    evenements: Mapped[list["SollicitationEvent"]] = relationship(
        back_populates="sollicitation", order_by="SollicitationEvent.id", lazy="selectin"
    )


class SollicitationEvent(Base):
    """One entry of the timeline: who did what, when."""

    __tablename__ = "sollicitation_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    sollicitation_id: Mapped[int] = mapped_column(ForeignKey("sollicitation.id"), index=True)
    type: Mapped[TypeEvenement] = mapped_column(String(32))
    acteur: Mapped[str] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    cree_le: Mapped[datetime] = mapped_column(UtcDateTime)

    sollicitation: Mapped[Sollicitation] = relationship(back_populates="evenements")
