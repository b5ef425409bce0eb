"""Messages may say what they wait for: the right keyboard comes up, after a reload too."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("saisie", sa.String(16)))


def downgrade() -> None:
    # Not in a batch, which would make the table anew without its triggers (0005).
    op.drop_column("message", "saisie")
