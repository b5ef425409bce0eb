"""Parcours guidés et quiz : carnets, leurs liens privés, leurs parcours."""

import sqlalchemy as sa
from alembic import op

from assistant.database import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "carnet",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("conversation_id", sa.String(36), sa.ForeignKey("conversation.id", name="fk_carnet_conversation"), unique=True),
        sa.Column("cree_le", UtcDateTime, nullable=False),
        sa.Column("maj_le", UtcDateTime, nullable=False),
    )
    op.create_index("ix_carnet_maj_le", "carnet", ["maj_le"])
    op.create_table(
        "carnet_jeton",
        sa.Column("jeton_hache", sa.String(64), primary_key=True),
        sa.Column("carnet_id", sa.String(36), sa.ForeignKey("carnet.id", ondelete="CASCADE"), nullable=False),
        sa.Column("cree_le", UtcDateTime, nullable=False),
    )
    op.create_index("ix_carnet_jeton_carnet_id", "carnet_jeton", ["carnet_id"])
    op.create_table(
        "parcours",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("carnet_id", sa.String(36), sa.ForeignKey("carnet.id", ondelete="CASCADE"), nullable=False),
        sa.Column("genre", sa.String(12), nullable=False),
        sa.Column("cle", sa.String(40), nullable=False),
        sa.Column("etat", sa.JSON, nullable=False),
        sa.Column("termine_le", UtcDateTime),
        sa.Column("cree_le", UtcDateTime, nullable=False),
        sa.Column("maj_le", UtcDateTime, nullable=False),
    )
    op.create_index("ix_parcours_carnet", "parcours", ["carnet_id", "genre", "cle", "id"])


def downgrade() -> None:
    for table in ("parcours", "carnet_jeton", "carnet"):
        op.drop_table(table)
