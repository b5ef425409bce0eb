"""Help-desk: agents, sessions, triage, review list; sollicitations grow state, clock, search and attachments; live hand-over."""

import re
import unicodedata
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


_OPEN = sa.text("etat <> 'cloturee' AND fusion_dans_id IS NULL")
_MERGED = sa.text("fusion_dans_id IS NOT NULL")
# What the queues of the console walk (assistant/sollicitations/models, bench/helpdesk).
_INDEXES = (
    ("ix_sollicitation_file_cree", "etat cree_le id agent_id categorie route priorite echeance_le", _OPEN),
    ("ix_sollicitation_file_echeance", "etat echeance_le id agent_id categorie route priorite cree_le", _OPEN),
    ("ix_sollicitation_file_priorite", "etat priorite cree_le id agent_id categorie route echeance_le", _OPEN),
    ("ix_sollicitation_agent_cree", "agent_id cree_le id etat categorie route priorite", _OPEN),
    ("ix_sollicitation_agent_echeance", "agent_id echeance_le id etat categorie route priorite cree_le", _OPEN),
    ("ix_sollicitation_agent_priorite", "agent_id priorite cree_le id etat categorie route", _OPEN),
    ("ix_sollicitation_file_siret", "siret etat agent_id cree_le id echeance_le categorie route priorite", _OPEN),
    ("ix_sollicitation_cree_le", "cree_le id etat agent_id categorie route priorite", None),
    ("ix_sollicitation_categorie", "categorie cree_le id etat agent_id route priorite", None),
    ("ix_sollicitation_agent", "agent_id cree_le id etat categorie route priorite", None),
    ("ix_sollicitation_priorite", "priorite cree_le id etat agent_id categorie route", None),
    ("ix_sollicitation_siret", "siret cree_le id etat agent_id categorie route priorite", None),
    ("ix_sollicitation_fusion", "fusion_dans_id", _MERGED),
)
# What the statistics count, and what learning looks for (assistant/helpdesk/statistics, unanswered).
_COUNTED_BY_PERIOD = (
    ("ix_conversation_cree_le", "conversation", ["cree_le"]),
    ("ix_message_kind", "message", ["kind", "cree_le", "fiche"]),
    ("ix_sollicitation_event_type", "sollicitation_event", ["type", "cree_le", "sollicitation_id"]),
)
# Those of 0001 that begin as a wider one does.
_NARROW = ("categorie", "siret")

_RESUME_MAX = 160


def _words(text: str) -> list[str]:
    """As assistant/sollicitations/search_text had it when this migration was written."""
    text = text.lower().replace("œ", "oe").replace("æ", "ae")
    folded = "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
    return [word for word in re.findall("[a-z0-9]+", folded) if len(word) <= 64]


def _fill_rows_of_before() -> None:
    """A line for lists, and the words that the search reads: each number whole too."""
    connection = op.get_bind()
    table = sa.table("sollicitation", *(sa.column(name) for name in ("id", "resume", "texte_recherche")))
    rows = connection.execute(sa.text("SELECT id, numero, siret, numero_facture, contact, description FROM sollicitation")).all()
    for row in rows:
        parts = ["".join(_words(row.numero)), *_words(row.numero)[-1:]]
        for value in filter(None, (row.siret, row.numero_facture, row.contact)):
            found = _words(value)
            parts += found if len(found) == 1 else ["".join(found), *found]
        line = " ".join(row.description.split())
        if len(line) > _RESUME_MAX:
            line = line[: _RESUME_MAX - 1].rsplit(" ", 1)[0] + "…"
        words = " ".join(parts + _words(row.description))
        connection.execute(sa.update(table).where(table.c.id == row.id).values(resume=line, texte_recherche=words))


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
        sa.Column("signe_le", UtcDateTime),
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
    op.execute("UPDATE sollicitation SET maj_le = cree_le")
    _fill_rows_of_before()
    with op.batch_alter_table("sollicitation") as table:
        table.alter_column("maj_le", existing_type=UtcDateTime(), nullable=False)
        for column in _sollicitation_columns():
            if column.server_default is not None:
                table.alter_column(column.name, existing_type=column.type, existing_nullable=False, server_default=None)
        table.create_unique_constraint("uq_sollicitation_jeton_hache", ["jeton_hache"])
    for column in _NARROW:
        op.drop_index(f"ix_sollicitation_{column}", "sollicitation")
    for name, columns, where in _INDEXES:
        op.create_index(name, "sollicitation", columns.split(), sqlite_where=where, postgresql_where=where)
    _grow("conversation", _relais_columns())
    op.create_index("ix_conversation_relais", "conversation", ["relais"])
    for name, table_name, names in _COUNTED_BY_PERIOD:
        op.create_index(name, table_name, names)
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
    op.create_table(
        "sollicitation_compte",
        sa.Column("etat", sa.String(24), primary_key=True),
        sa.Column("agent_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("nombre", sa.Integer, nullable=False),
    )
    _create_counters()
    _create_search()


# Merged ones stand in no queue.
_COUNTED = "({row}etat = 'cloturee' OR {row}fusion_dans_id IS NULL)"
_UPSERT = "ON CONFLICT (etat, agent_id) DO UPDATE SET nombre = sollicitation_compte.nombre + excluded.nombre"
_POSTGRESQL_COUNTERS = f"""
CREATE FUNCTION sollicitation_compte_suit() RETURNS trigger AS $$
BEGIN
    -- In the order of the key, so that two transactions never wait for each other.
    IF TG_OP = 'INSERT' THEN
        INSERT INTO sollicitation_compte (etat, agent_id, nombre)
        SELECT etat, coalesce(agent_id, 0), count(*) FROM apres WHERE {_COUNTED.format(row="")}
        GROUP BY 1, 2 ORDER BY 1, 2 {_UPSERT};
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO sollicitation_compte (etat, agent_id, nombre)
        SELECT etat, agent, sum(plus) FROM (
            SELECT etat, coalesce(agent_id, 0) AS agent, -1 AS plus FROM avant WHERE {_COUNTED.format(row="")}
            UNION ALL SELECT etat, coalesce(agent_id, 0), 1 FROM apres WHERE {_COUNTED.format(row="")}
        ) AS changes GROUP BY 1, 2 HAVING sum(plus) <> 0 ORDER BY 1, 2 {_UPSERT};
    ELSE
        INSERT INTO sollicitation_compte (etat, agent_id, nombre)
        SELECT etat, coalesce(agent_id, 0), -count(*) FROM avant WHERE {_COUNTED.format(row="")}
        GROUP BY 1, 2 ORDER BY 1, 2 {_UPSERT};
    END IF;
    RETURN NULL;
END $$ LANGUAGE plpgsql
"""


def _create_counters() -> None:
    """How many stand in each queue, kept by the database: counting what is closed at each page would be what kills."""
    op.execute(
        "INSERT INTO sollicitation_compte (etat, agent_id, nombre) SELECT etat, coalesce(agent_id, 0), count(*) "
        f"FROM sollicitation WHERE {_COUNTED.format(row='')} GROUP BY 1, 2"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_POSTGRESQL_COUNTERS)
        for verb, tables in (
            ("INSERT", "NEW TABLE AS apres"),
            ("UPDATE", "OLD TABLE AS avant NEW TABLE AS apres"),
            ("DELETE", "OLD TABLE AS avant"),
        ):
            op.execute(
                f"CREATE TRIGGER sollicitation_compte_{verb.lower()} AFTER {verb} ON sollicitation REFERENCING {tables} "
                "FOR EACH STATEMENT EXECUTE FUNCTION sollicitation_compte_suit()"
            )
        return
    more = (
        "INSERT INTO sollicitation_compte (etat, agent_id, nombre) SELECT new.etat, coalesce(new.agent_id, 0), 1 "
        f"WHERE {_COUNTED.format(row='new.')} {_UPSERT}"
    )
    less = (
        "UPDATE sollicitation_compte SET nombre = nombre - 1 WHERE etat = old.etat AND agent_id = coalesce(old.agent_id, 0) "
        f"AND {_COUNTED.format(row='old.')}"
    )
    for name, event, body in (
        ("insert", "AFTER INSERT", f"{more};"),
        ("update", "AFTER UPDATE OF etat, agent_id, fusion_dans_id", f"{less}; {more};"),
        ("delete", "AFTER DELETE", f"{less};"),
    ):
        op.execute(f"CREATE TRIGGER sollicitation_compte_{name} {event} ON sollicitation BEGIN {body} END")


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
    counters = [f"sollicitation_compte_{verb}" for verb in ("insert", "update", "delete")]
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_sollicitation_recherche", "sollicitation")
        for trigger in counters:
            op.execute(f"DROP TRIGGER {trigger} ON sollicitation")
        op.execute("DROP FUNCTION sollicitation_compte_suit()")
    else:
        for trigger in (*counters, *(f"sollicitation_recherche_{name}" for name in ("ajout", "retrait", "change"))):
            op.execute(f"DROP TRIGGER {trigger}")
        op.execute("DROP TABLE sollicitation_recherche")
    for table in ("sollicitation_compte", "revue", "triage_decision", "triage", "presence", "piece_jointe"):
        op.drop_table(table)
    for name, table_name, _ in _COUNTED_BY_PERIOD:
        op.drop_index(name, table_name)
    op.drop_index("ix_conversation_relais", "conversation")
    with op.batch_alter_table("conversation") as batch:
        for column in reversed(_relais_columns()):
            batch.drop_column(column.name)
    for name, _, _ in _INDEXES:
        op.drop_index(name, "sollicitation")
    for column in _NARROW:
        op.create_index(f"ix_sollicitation_{column}", "sollicitation", [column])
    with op.batch_alter_table("sollicitation") as batch:
        batch.drop_constraint("uq_sollicitation_jeton_hache", type_="unique")
        for column in reversed(_sollicitation_columns()):
            batch.drop_column(column.name)
    op.drop_table("agent_session")
    op.drop_table("agent")
