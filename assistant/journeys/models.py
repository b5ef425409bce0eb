"""Tables of journeys. They hold ids of steps and answers, no word of the person and nothing that names them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from assistant.conversations import models as _conversations  # noqa: F401 - tables that foreign keys name
from assistant.database import Base, UtcDateTime
from assistant.journeys.enums import Genre


class Carnet(Base):
    """All journeys of one person, opened by a secret link or by the conversation in which they began."""

    __tablename__ = "carnet"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversation.id", name="fk_carnet_conversation"), unique=True)
    cree_le: Mapped[datetime] = mapped_column(UtcDateTime)
    maj_le: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class CarnetJeton(Base):
    """SHA-256 of a secret that opens a carnet. A new link leaves the earlier ones valid: each device keeps its own."""

    __tablename__ = "carnet_jeton"

    jeton_hache: Mapped[str] = mapped_column(String(64), primary_key=True)
    carnet_id: Mapped[str] = mapped_column(ForeignKey("carnet.id", ondelete="CASCADE"), index=True)
    cree_le: Mapped[datetime] = mapped_column(UtcDateTime)


class Parcours(Base):
    """One journey of a carnet. `cle`: the series of a quiz, else empty. The latest of its kind is the current one."""

    __tablename__ = "parcours"
    __table_args__ = (Index("ix_parcours_carnet", "carnet_id", "genre", "cle", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    carnet_id: Mapped[str] = mapped_column(ForeignKey("carnet.id", ondelete="CASCADE"))
    genre: Mapped[Genre] = mapped_column(String(12))
    cle: Mapped[str] = mapped_column(String(40))
    etat: Mapped[dict[str, Any]] = mapped_column(JSON)
    # Only quizzes end.
    termine_le: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cree_le: Mapped[datetime] = mapped_column(UtcDateTime)
    maj_le: Mapped[datetime] = mapped_column(UtcDateTime)
