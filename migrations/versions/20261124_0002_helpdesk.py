"""Help-desk: agents, sessions, triage, review list; sollicitations grow state, clock, search and attachments; live hand-over."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from assistant.database import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


# SQLite cannot add a NOT NULL column to rows without a value: rows of before get these, then the default goes.
def _sollicitation_columns() -> list[sa.Column[Any]]:
    """Fresh ones at each call: a column belongs to one table."""
    return [
        sa.Column("resume", sa.String(160), nullable=False, server_default=""),
        sa.Column("donnees", sa.JSON, nullable=False, server_default="{}"),
        sa.Column("priorite", sa.String(12), nullable=False, server_default="normale"),
        sa.Column("agent_id", sa.Integer, sa.ForeignKey("agent.id", name="fk_sollicitation_agent")),
        sa.Column("jeton_hache", sa.String(64)),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("maj_le", UtcDateTime),
        sa.Column("echeance_le", UtcDateTime),
        sa.Column("secondes_restantes", sa.Integer),
        sa.Column("cloture_le", UtcDateTime),
        sa.Column("motif_cloture", sa.String(40)),
        sa.Column("fusion_dans_id", sa.Integer, sa.ForeignKey("sollicitation.id", name="fk_sollicitation_fusion")),
        sa.Column("texte_recherche", sa.Text, nullable=False, server_default=""),
        sa.Column("fictive", sa.Boolean, nullable=False, server_default=sa.false()),
    ]


def _relais_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("relais", sa.String(12)),
        sa.Column("relais_agent_id", sa.Integer, sa.ForeignKey("agent.id", name="fk_conversation_agent")),
        sa.Column("relais_depuis", UtcDateTime),
    ]


# What the queues of the console read (bench/helpdesk).
_INDEXES = (
    ("ix_sollicitation_file", ["etat", "agent_id", "echeance_le"]),
    ("ix_sollicitation_agent", ["agent_id", "etat"]),
    ("ix_sollicitation_echeance", ["echeance_le"]),
    ("ix_sollicitation_cree_le", ["cree_le"]),
    ("ix_sollicitation_fusion", ["fusion_dans_id"]),
)


def upgrade() -> None:
    op.create_table(
        "agent",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("identifiant", sa.String(254), nullable=False, unique=True),
        sa.Column("nom", sa.String(120), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("mot_de_passe_hache", sa.String(255)),
        sa.Column("doit_changer", sa.Boolean, nullable=False),
        sa.Column("oidc_sujet", sa.String(255), unique=True),
        sa.Column("actif", sa.Boolean, nullable=False),
        sa.Column("disponible", sa.Boolean, nullable=False),
        sa.Column("echecs", sa.Integer, nullable=False),
        sa.Column("bloque_jusque", UtcDateTime),
        sa.Column("cree_le", UtcDateTime, nullable=False),
    )
    op.create_table(
        "agent_session",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("agent_id", sa.Integer, sa.ForeignKey("agent.id"), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("cree_le", UtcDateTime, nullable=False),
        sa.Column("vue_le", UtcDateTime, nullable=False),
        sa.Column("expire_le", UtcDateTime, nullable=False),
    )
    op.create_index("ix_agent_session_agent_id", "agent_session", ["agent_id"])
    op.create_index("ix_agent_session_expire_le", "agent_session", ["expire_le"])
    _grow("sollicitation", _sollicitation_columns())
    op.execute("UPDATE sollicitation SET maj_le = cree_le, resume = categorie")
    with op.batch_alter_table("sollicitation") as table:
        table.alter_column("maj_le", existing_type=UtcDateTime(), nullable=False)
        for column in _sollicitation_columns():
            if column.server_default is not None:
                table.alter_column(column.name, existing_type=column.type, existing_nullable=False, server_default=None)
        table.create_unique_constraint("uq_sollicitation_jeton_hache", ["jeton_hache"])
    for name, columns in _INDEXES:
        op.create_index(name, "sollicitation", columns)
    _grow("conversation", _relais_columns())
    op.create_index("ix_conversation_relais", "conversation", ["relais"])
    op.create_table(
        "piece_jointe",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("sollicitation_id", sa.Integer, sa.ForeignKey("sollicitation.id"), nullable=False),
        sa.Column("nom", sa.String(50), nullable=False),
        sa.Column("type_mime", sa.String(64), nullable=False),
        sa.Column("taille", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("cree_le", UtcDateTime, nullable=False),
    )
    op.create_index("ix_piece_jointe_sollicitation_id", "piece_jointe", ["sollicitation_id"])
    op.create_table(
        "presence",
        sa.Column("sollicitation_id", sa.Integer, sa.ForeignKey("sollicitation.id"), primary_key=True),
        sa.Column("agent_id", sa.Integer, sa.ForeignKey("agent.id"), primary_key=True),
        sa.Column("vue_le", UtcDateTime, nullable=False),
    )
    op.create_table(
        "triage",
        sa.Column("sollicitation_id", sa.Integer, sa.ForeignKey("sollicitation.id"), primary_key=True),
        sa.Column("propositions", sa.JSON, nullable=False),
        sa.Column("calcule_le", UtcDateTime, nullable=False),
    )
    op.create_table(
        "triage_decision",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sollicitation_id", sa.Integer, sa.ForeignKey("sollicitation.id"), nullable=False),
        sa.Column("champ", sa.String(16), nullable=False),
        sa.Column("propose", sa.String(120), nullable=False),
        sa.Column("retenu", sa.String(120)),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("agent_id", sa.Integer, sa.ForeignKey("agent.id"), nullable=False),
        sa.Column("cree_le", UtcDateTime, nullable=False),
    )
    op.create_index("ix_triage_decision_sollicitation_id", "triage_decision", ["sollicitation_id"])
    op.create_index("ix_triage_decision_cree_le", "triage_decision", ["cree_le"])
    op.create_table(
        "revue",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sorte", sa.String(16), nullable=False),
        sa.Column("cible", sa.String(120), nullable=False),
        sa.Column("texte", sa.Text, nullable=False),
        sa.Column("message_id", sa.String(36), sa.ForeignKey("message.id")),
        sa.Column("statut", sa.String(16), nullable=False),
        sa.Column("propose_par", sa.Integer, sa.ForeignKey("agent.id"), nullable=False),
        sa.Column("decide_par", sa.Integer, sa.ForeignKey("agent.id")),
        sa.Column("cree_le", UtcDateTime, nullable=False),
        sa.Column("decide_le", UtcDateTime),
    )
    op.create_index("ix_revue_statut", "revue", ["statut"])
    _create_search()


def _grow(table: str, columns: list[sa.Column[Any]]) -> None:
    with op.batch_alter_table(table) as batch:
        for column in columns:
            batch.add_column(column)


def _create_search() -> None:
    """Full-text search over `texte_recherche`, kept up to date by the database itself."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE INDEX ix_sollicitation_recherche ON sollicitation USING gin (to_tsvector('simple', texte_recherche))")
        return
    op.execute(
        "CREATE VIRTUAL TABLE sollicitation_recherche USING fts5(texte_recherche, content='sollicitation', content_rowid='id')"
    )
    op.execute("INSERT INTO sollicitation_recherche(sollicitation_recherche) VALUES ('rebuild')")
    removal = (
        "INSERT INTO sollicitation_recherche(sollicitation_recherche, rowid, texte_recherche) "
        "VALUES ('delete', old.id, old.texte_recherche)"
    )
    insertion = "INSERT INTO sollicitation_recherche(rowid, texte_recherche) VALUES (new.id, new.texte_recherche)"
    op.execute(f"CREATE TRIGGER sollicitation_recherche_ajout AFTER INSERT ON sollicitation BEGIN {insertion}; END")
    op.execute(f"CREATE TRIGGER sollicitation_recherche_retrait AFTER DELETE ON sollicitation BEGIN {removal}; END")
    op.execute(
        "CREATE TRIGGER sollicitation_recherche_change AFTER UPDATE OF texte_recherche ON sollicitation "
        f"BEGIN {removal}; {insertion}; END"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_sollicitation_recherche", "sollicitation")
    else:
        for trigger in ("ajout", "retrait", "change"):
            op.execute(f"DROP TRIGGER sollicitation_recherche_{trigger}")
        op.execute("DROP TABLE sollicitation_recherche")
    for table in ("revue", "triage_decision", "triage", "presence", "piece_jointe"):
        op.drop_table(table)
    op.drop_index("ix_conversation_relais", "conversation")
    with op.batch_alter_table("conversation") as batch:
        for column in reversed(_relais_columns()):
            batch.drop_column(column.name)
    for name, _ in _INDEXES:
        op.drop_index(name, "sollicitation")
    with op.batch_alter_table("sollicitation") as batch:
        batch.drop_constraint("uq_sollicitation_jeton_hache", type_="unique")
        for column in reversed(_sollicitation_columns()):
            batch.drop_column(column.name)
    op.drop_table("agent_session")
    op.drop_table("agent")
