"""Tables of the help-desk. Passwords and session tokens are kept as hashes only."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from assistant.database import Base, UtcDateTime
from assistant.helpdesk.enums import Champ, Decision, Role, SorteRevue, StatutRevue


class Agent(Base):
    """A person of the help-desk. `mot_de_passe_hache` is absent for those who sign in by OpenID Connect only."""

    __tablename__ = "agent"

    id: Mapped[int] = mapped_column(primary_key=True)
    # The e-mail address, folded to lower case.
    identifiant: Mapped[str] = mapped_column(String(254), unique=True)
    nom: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(String(16))
    mot_de_passe_hache: Mapped[str | None] = mapped_column(String(255))
    doit_changer: Mapped[bool] = mapped_column(Boolean)
    oidc_sujet: Mapped[str | None] = mapped_column(String(255), unique=True)
    actif: Mapped[bool] = mapped_column(Boolean)
    # Ready to take live conversations.
    disponible: Mapped[bool] = mapped_column(Boolean)
    # The last sign of life of the console where they said so: an agent whose browser went away is not there any more.
    signe_le: Mapped[datetime | None] = mapped_column(UtcDateTime)
    echecs: Mapped[int] = mapped_column(Integer)
    bloque_jusque: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cree_le: Mapped[datetime] = mapped_column(UtcDateTime)


class AgentSession(Base):
    """A signed-in browser; `id` is the SHA-256 of the cookie's token."""

    __tablename__ = "agent_session"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    cree_le: Mapped[datetime] = mapped_column(UtcDateTime)
    vue_le: Mapped[datetime] = mapped_column(UtcDateTime)
    expire_le: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Presence(Base):
    """Who has a sollicitation on screen: « someone else is on this one »."""

    __tablename__ = "presence"

    sollicitation_id: Mapped[int] = mapped_column(ForeignKey("sollicitation.id"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), primary_key=True)
    vue_le: Mapped[datetime] = mapped_column(UtcDateTime)


class Triage(Base):
    """What was proposed for a sollicitation, with the reasons, as it was computed at `calcule_le`.

    `propositions`: `{champ: [{valeur, score, raisons: [str]}]}`, best first; shape: assistant/helpdesk/triage.
    """

    __tablename__ = "triage"

    sollicitation_id: Mapped[int] = mapped_column(ForeignKey("sollicitation.id"), primary_key=True)
    propositions: Mapped[dict[str, Any]] = mapped_column(JSON)
    calcule_le: Mapped[datetime] = mapped_column(UtcDateTime)


class TriageDecision(Base):
    """What an agent did with a proposal; never changed afterwards."""

    __tablename__ = "triage_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    sollicitation_id: Mapped[int] = mapped_column(ForeignKey("sollicitation.id"), index=True)
    champ: Mapped[Champ] = mapped_column(String(16))
    propose: Mapped[str] = mapped_column(String(120))
    retenu: Mapped[str | None] = mapped_column(String(120))
    decision: Mapped[Decision] = mapped_column(String(16))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    cree_le: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Revue(Base):
    """A proposed training example or fiche stub, waiting for people to decide."""

    __tablename__ = "revue"

    id: Mapped[int] = mapped_column(primary_key=True)
    sorte: Mapped[SorteRevue] = mapped_column(String(16))
    # The full intent (« fiche/… ») of an example, the domaine of a fiche.
    cible: Mapped[str] = mapped_column(String(120))
    texte: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str | None] = mapped_column(ForeignKey("message.id"))
    statut: Mapped[StatutRevue] = mapped_column(String(16), index=True)
    propose_par: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    decide_par: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    cree_le: Mapped[datetime] = mapped_column(UtcDateTime)
    decide_le: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AgregatJour(Base):
    """One part of the figures of a day or a month that is over (assistant/helpdesk/daily). Triggers delete what turned wrong.

    `regle`: a mark of the opening hours and of the way of counting; rows of another are never read.
    """

    __tablename__ = "agregat_jour"
    __table_args__ = (Index("ix_agregat_jour_fin", "fin"),)

    regle: Mapped[str] = mapped_column(String(16), primary_key=True)
    partie: Mapped[str] = mapped_column(String(16), primary_key=True)
    debut: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    fin: Mapped[datetime] = mapped_column(UtcDateTime)
    valeurs: Mapped[Any] = mapped_column(JSON)
