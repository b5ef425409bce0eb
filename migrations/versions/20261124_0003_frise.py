"""Messages may carry the timeline of an invoice."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("timeline", sa.JSON(none_as_null=True)))


def downgrade() -> None:
    with op.batch_alter_table("message") as batch:
        batch.drop_column("timeline")
