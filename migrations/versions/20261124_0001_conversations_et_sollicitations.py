"""Conversations, messages, boutons, votes ; sollicitations et leur journal en ajout seul."""

import sqlalchemy as sa
from alembic import op

from assistant.database import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_POSTGRESQL_REFUSAL = """
CREATE FUNCTION sollicitation_event_refuse() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'sollicitation_event is append-only'; END $$ LANGUAGE plpgsql
"""


def upgrade() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("rasa_sender", sa.String(36), nullable=False, unique=True),
        sa.Column("cree_le", UtcDateTime, nullable=False),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("conversation_id", sa.String(36), sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("sender", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("buttons", sa.JSON, nullable=False),
        sa.Column("sources", sa.JSON, nullable=False),
        sa.Column("fiche", sa.String(80)),
        sa.Column("confidence", sa.Float),
        sa.Column("cree_le", UtcDateTime, nullable=False),
        sa.UniqueConstraint("conversation_id", "position"),
    )
    op.create_index("ix_message_conversation_id", "message", ["conversation_id"])
    op.create_index("ix_message_fiche", "message", ["fiche"])
    op.create_table(
        "button",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("conversation_id", sa.String(36), sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("message_id", sa.String(36), sa.ForeignKey("message.id"), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
    )
    op.create_index("ix_button_conversation_id", "button", ["conversation_id"])
    op.create_table(
        "feedback",
        sa.Column("message_id", sa.String(36), sa.ForeignKey("message.id"), primary_key=True),
        sa.Column("useful", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String(64)),
        sa.Column("comment", sa.Text),
        sa.Column("cree_le", UtcDateTime, nullable=False),
    )
    op.create_table(
        "sollicitation",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("numero", sa.String(20), nullable=False, unique=True),
        sa.Column("etat", sa.String(24), nullable=False),
        sa.Column("origine", sa.String(16), nullable=False),
        sa.Column("categorie", sa.String(64), nullable=False),
        sa.Column("route", sa.String(24), nullable=False),
        sa.Column("siret", sa.String(14)),
        sa.Column("numero_facture", sa.String(64)),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("contact", sa.String(254), nullable=False),
        sa.Column("conversation_id", sa.String(36), sa.ForeignKey("conversation.id")),
        sa.Column("cle_idempotence", sa.String(128), unique=True),
        sa.Column("cree_le", UtcDateTime, nullable=False),
    )
    for column in ("categorie", "siret", "numero_facture", "conversation_id"):
        op.create_index(f"ix_sollicitation_{column}", "sollicitation", [column])
    op.create_table(
        "sollicitation_event",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sollicitation_id", sa.Integer, sa.ForeignKey("sollicitation.id"), nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("acteur", sa.String(64), nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("cree_le", UtcDateTime, nullable=False),
    )
    op.create_index("ix_sollicitation_event_sollicitation_id", "sollicitation_event", ["sollicitation_id"])
    _make_append_only()


def _make_append_only() -> None:
    """A timeline that could be rewritten would prove nothing: the database itself refuses."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_POSTGRESQL_REFUSAL)
        op.execute(
            "CREATE TRIGGER sollicitation_event_append_only BEFORE UPDATE OR DELETE ON sollicitation_event "
            "FOR EACH ROW EXECUTE FUNCTION sollicitation_event_refuse()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER sollicitation_event_no_{verb.lower()} BEFORE {verb} ON sollicitation_event "
            "BEGIN SELECT RAISE(ABORT, 'sollicitation_event is append-only'); END"
        )


def downgrade() -> None:
    for table in ("sollicitation_event", "sollicitation", "feedback", "button", "message", "conversation"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION sollicitation_event_refuse()")
