"""Tables of conversations."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assistant.conversations.enums import Kind, Sender
from assistant.database import Base, UtcDateTime


class Conversation(Base):
    """One talk. The token is kept as a hash; Rasa knows the talk by `rasa_sender`, which no browser ever sees."""

    __tablename__ = "conversation"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    rasa_sender: Mapped[str] = mapped_column(String(36), unique=True)
    cree_le: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    # « attente » or « agent » (assistant/helpdesk/enums.Relais) while the bot is silent.
    relais: Mapped[str | None] = mapped_column(String(12), index=True)
    relais_agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id", name="fk_conversation_agent"))
    relais_depuis: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Message(Base):
    """One message, secrets already masked."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("conversation_id", "position"),
        # What the statistics count, and what learning looks for.
        Index("ix_message_kind", "kind", "cree_le", "fiche"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    sender: Mapped[Sender] = mapped_column(String(8))
    kind: Mapped[Kind] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    buttons: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    sources: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    fiche: Mapped[str | None] = mapped_column(String(80), index=True)
    confidence: Mapped[float | None] = mapped_column(Float)
    # The steps only (assistant/invoices/timeline/schemas): the picture is drawn when the message is read.
    timeline: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # What a question waits for (assistant/knowledge/schemas.Saisie).
    saisie: Mapped[str | None] = mapped_column(String(16))
    cree_le: Mapped[datetime] = mapped_column(UtcDateTime)


class Button(Base):
    """A button given in one conversation; its payload for Rasa stays here."""

    __tablename__ = "button"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"))
    title: Mapped[str] = mapped_column(String(200))
    payload: Mapped[str] = mapped_column(Text)


class Feedback(Base):
    """The last vote on an answer."""

    __tablename__ = "feedback"
    # What learning looks for.
    __table_args__ = (Index("ix_feedback_useful", "useful", "cree_le"),)

    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"), primary_key=True)
    useful: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str | None] = mapped_column(String(64))
    comment: Mapped[str | None] = mapped_column(Text)
    cree_le: Mapped[datetime] = mapped_column(UtcDateTime)
