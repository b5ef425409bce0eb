"""Figures of days that are over, for supervision; triggers forget what a late change makes wrong.

Nothing is filled here: a day's figures are written when somebody asks for them (assistant/helpdesk/daily).
"""

import sqlalchemy as sa
from alembic import op

from assistant.database import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# A first answer is what changes the delays of the day on which the sollicitation came.
_FIRST_ANSWERS = "'reponse', 'demande_complement', 'transfert', 'cloture'"
_TALK = "(SELECT cree_le FROM conversation WHERE id = {of})"
_TALK_OF_VOTE = (
    "(SELECT conversation.cree_le FROM conversation JOIN message ON message.conversation_id = conversation.id "
    "WHERE message.id = {row}.message_id)"
)
_IS_FIRST = (
    "{row}.type IN (" + _FIRST_ANSWERS + ") AND NOT EXISTS (SELECT 1 FROM sollicitation_event AS other "
    "WHERE other.sollicitation_id = {row}.sollicitation_id AND other.type IN (" + _FIRST_ANSWERS + ") "
    "AND other.id <> {row}.id AND other.cree_le <= {row}.cree_le)"
)

# Changes of a row after it was written, alike on both engines: (table, name, columns or None for DELETE, moment, part, whether
# all days since are meant too). `{row}` is the row before, then as it is now.
_CHANGES: tuple[tuple[str, str, str | None, str, str | None, bool], ...] = (
    ("sollicitation", "sujet", "categorie, route, origine", "{row}.cree_le", "volumes", False),
    # What is closed later was measured from here.
    ("sollicitation", "date", "cree_le", "{row}.cree_le", None, True),
    ("sollicitation", "origine", "conversation_id, cree_le", _TALK.format(of="{row}.conversation_id"), "conversations", False),
    ("sollicitation", "retrait", None, "{row}.cree_le", None, True),
    ("sollicitation", "retrait_origine", None, _TALK.format(of="{row}.conversation_id"), "conversations", False),
    ("conversation", "relais", "relais", "{row}.cree_le", "conversations", False),
    ("conversation", "date", "cree_le", "{row}.cree_le", None, False),
    ("conversation", "retrait", None, "{row}.cree_le", None, False),
    ("message", "fiche", "kind, fiche, cree_le", "{row}.cree_le", "fiches", False),
    ("message", "sorte", "sender, kind, position", _TALK.format(of="{row}.conversation_id"), "conversations", False),
    ("message", "retrait", None, "{row}.cree_le", "fiches", False),
    ("message", "retrait_conversation", None, _TALK.format(of="{row}.conversation_id"), "conversations", False),
    ("feedback", "avis", "useful", _TALK_OF_VOTE, "conversations", False),
    ("feedback", "retrait", None, _TALK_OF_VOTE, "conversations", False),
)

# Rows that are added: (table, moments, condition, part, whether all days since are meant too). An event that comes late changes
# what the days after it know of « before ».
_ADDITIONS: tuple[tuple[str, str, str, str | None, bool], ...] = (
    ("sollicitation", "{row}.cree_le", "true", None, False),
    ("sollicitation", _TALK.format(of="{row}.conversation_id"), "{row}.conversation_id IS NOT NULL", "conversations", False),
    ("sollicitation_event", "{row}.cree_le", "true", None, True),
    (
        "sollicitation_event",
        "(SELECT cree_le FROM sollicitation WHERE id = {row}.sollicitation_id)",
        _IS_FIRST,
        "reponses",
        False,
    ),
    ("conversation", "{row}.cree_le", "true", None, False),
    ("message", "{row}.cree_le", "true", "fiches", False),
    ("message", _TALK.format(of="{row}.conversation_id"), "true", "conversations", False),
    ("feedback", _TALK_OF_VOTE, "true", "conversations", False),
)


def _added_tables() -> list[str]:
    return list(dict.fromkeys(table for table, *_ in _ADDITIONS))


def upgrade() -> None:
    op.create_table(
        "agregat_jour",
        sa.Column("regle", sa.String(16), primary_key=True),
        sa.Column("partie", sa.String(16), primary_key=True),
        sa.Column("debut", UtcDateTime, primary_key=True),
        sa.Column("fin", UtcDateTime, nullable=False),
        sa.Column("valeurs", sa.JSON, nullable=False),
    )
    op.create_index("ix_agregat_jour_fin", "agregat_jour", ["fin"])
    # What learning looks for.
    op.create_index("ix_feedback_useful", "feedback", ["useful", "cree_le"])
    if op.get_bind().dialect.name == "postgresql":
        _postgresql_triggers()
    else:
        _sqlite_triggers()


# --- SQLite -----------------------------------------------------------------------------------------------------------


def _sqlite_triggers() -> None:
    for table in _added_tables():
        body = ""
        for of, moment, condition, part, since in _ADDITIONS:
            if of == table:
                body += _sqlite_deletion(moment.format(row="new"), part, since, condition.format(row="new"))
        op.execute(f"CREATE TRIGGER agregat_jour_{table}_ajout AFTER INSERT ON {table} BEGIN {body}END")
    for table, name, columns, moment, part, since in _CHANGES:
        body = ""
        for row in ("old", "new") if columns else ("old",):
            at = moment.format(row=row)
            body += _sqlite_deletion(at, part, since)
        # Before a row goes, what it points to is still there.
        event = f"AFTER UPDATE OF {columns}" if columns else "BEFORE DELETE"
        op.execute(f"CREATE TRIGGER agregat_jour_{table}_{name} {event} ON {table} BEGIN {body}END")


def _sqlite_deletion(at: str, part: str | None, since: bool, condition: str = "true") -> str:
    day = "" if since else f" AND debut <= {at}"
    only = "" if part is None else f" AND partie = '{part}'"
    return f"DELETE FROM agregat_jour WHERE fin > {at}{day}{only} AND {condition}; "


# --- PostgreSQL -------------------------------------------------------------------------------------------------------

# The lock comes first: while days are being counted, whoever writes waits here, then sees and deletes them (READ COMMITTED).
_FORGET = """
CREATE FUNCTION agregat_jour_oublie(bas timestamptz, haut timestamptz, quoi text) RETURNS void AS $$
BEGIN
    LOCK TABLE agregat_jour IN ROW EXCLUSIVE MODE;
    DELETE FROM agregat_jour WHERE fin > bas AND debut <= haut AND (quoi IS NULL OR partie = quoi);
END $$ LANGUAGE plpgsql
"""


_INFINITY = "'infinity'"


def _quoted(part: str | None) -> str:
    return "NULL" if part is None else f"'{part}'"


def _postgresql_triggers() -> None:
    op.execute(_FORGET)
    for table in _added_tables():
        # Once for each statement, from the first to the last of its moments.
        body = ""
        for of, moment, condition, part, since in _ADDITIONS:
            if of == table:
                highest = _INFINITY if since else "max(quand)"
                body += (
                    f"PERFORM agregat_jour_oublie(min(quand), {highest}, {_quoted(part)}) FROM "
                    f"(SELECT {moment.format(row='nouveau')} AS quand FROM apres AS nouveau "
                    f"WHERE {condition.format(row='nouveau')}) AS moments HAVING min(quand) IS NOT NULL;\n"
                )
        _function(f"agregat_jour_{table}_ajout", f"{body}RETURN NULL;")
        op.execute(
            f"CREATE TRIGGER agregat_jour_{table}_ajout AFTER INSERT ON {table} REFERENCING NEW TABLE AS apres "
            f"FOR EACH STATEMENT EXECUTE FUNCTION agregat_jour_{table}_ajout()"
        )
    for table, name, columns, moment, part, since in _CHANGES:
        body = ""
        for row in ("OLD", "NEW") if columns else ("OLD",):
            at = moment.format(row=row)
            body += f"PERFORM agregat_jour_oublie({at}, {_INFINITY if since else at}, {_quoted(part)});\n"
        _function(f"agregat_jour_{table}_{name}", f"{body}RETURN {'NULL' if columns else 'OLD'};")
        event = f"AFTER UPDATE OF {columns}" if columns else "BEFORE DELETE"
        op.execute(
            f"CREATE TRIGGER agregat_jour_{table}_{name} {event} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION agregat_jour_{table}_{name}()"
        )


def _function(name: str, body: str) -> None:
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger AS $$ BEGIN\n{body}\nEND $$ LANGUAGE plpgsql")


def downgrade() -> None:
    names = [(table, f"agregat_jour_{table}_ajout") for table in _added_tables()]
    names += [(table, f"agregat_jour_{table}_{name}") for table, name, *_ in _CHANGES]
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table, name in names:
        op.execute(f"DROP TRIGGER {name} ON {table}" if postgresql else f"DROP TRIGGER {name}")
        if postgresql:
            op.execute(f"DROP FUNCTION {name}()")
    if postgresql:
        op.execute("DROP FUNCTION agregat_jour_oublie(timestamptz, timestamptz, text)")
    op.drop_index("ix_feedback_useful", "feedback")
    op.drop_table("agregat_jour")
