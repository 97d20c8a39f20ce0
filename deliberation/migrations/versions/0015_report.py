"""The report with evidence: sentences, issues, missing points; and who wants a mail about it."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

OLD_ACTS = (
    "'held', 'revised', 'withdrawn', 'publish', 'hide', 'restore', 'return', 'redact', 'move', 'bundle', 'unbundle', "
    "'close', 'reopen', 'undo', 'looked', 'respond', 'flag', 'object', 'objection', 'warn', 'review', 'pause', 'block', "
    "'lift', 'claim', 'release', 'hand_over', 'ask', 'note', 'assign', 'danger', 'message', 'unseal', 'destroy', 'rules', "
    "'blocks', 'policy', 'phase', 'plan', 'texts', 'access', 'invite', 'admit', 'webhook', 'role', "
    "'voters', 'table', 'preview', 'labels', 'archive', 'delete', 'focus'"
)
ACTS = OLD_ACTS + ", 'report'"
STATES = "'open', 'taken', 'declined'"


def upgrade() -> None:
    _allow(ACTS)
    _add_flag("user", "wants_reports", is_set=True)
    with op.batch_alter_table("declaration") as batch_op:
        batch_op.add_column(sa.Column("reported_on", sa.Date(), nullable=True))
    _add_flag("declaration", "shows_report_draft", is_set=False)
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("editor_id", sa.Integer(), nullable=True),
        sa.Column("edited_at", sa.DateTime(), nullable=False),
        _to("report", "declaration_id", "declaration"),
        _to("report", "editor_id", "membership", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("declaration_id", name=op.f("uq_report_declaration_id")),
    )
    op.create_table(
        "report_sentence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("thesis_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        *_said(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        _to("report_sentence", "report_id", "report"),
        _to("report_sentence", "thesis_id", "thesis"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_sentence")),
        sa.UniqueConstraint("report_id", "form_key", name=op.f("uq_report_sentence_report_id_form_key")),
    )
    _create_issues()
    _create_points()


def _create_issues() -> None:
    op.create_table(
        "report_issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("publisher", sa.String(length=300), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=False),
        sa.Column("editor_id", sa.Integer(), nullable=True),
        sa.Column("confirmer_id", sa.Integer(), nullable=True),
        sa.Column("tells", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.DateTime(), nullable=True),
        _to("report_issue", "report_id", "report"),
        _to("report_issue", "edition_id", "edition"),
        _to("report_issue", "editor_id", "membership", ondelete="SET NULL"),
        _to("report_issue", "confirmer_id", "membership", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_issue")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_report_issue_report_id_number")),
    )
    op.create_table(
        "report_issue_sentence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("sentence_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("thesis_number", sa.String(length=20), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        *_said(),
        _to("report_issue_sentence", "issue_id", "report_issue"),
        _to("report_issue_sentence", "sentence_id", "report_sentence"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_issue_sentence")),
    )
    op.create_index(op.f("ix_report_issue_sentence_issue_id"), "report_issue_sentence", ["issue_id"])


def _create_points() -> None:
    op.create_table(
        "report_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("annotation_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answerer_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_report_point_pointstate")),
        _to("report_point", "report_id", "report"),
        _to("report_point", "author_id", "membership", ondelete="SET NULL"),
        _to("report_point", "annotation_id", "annotation"),
        _to("report_point", "answerer_id", "membership", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_point")),
        sa.UniqueConstraint("author_id", "form_key", name=op.f("uq_report_point_author_id_form_key")),
    )
    for column in ("report_id", "author_id", "annotation_id"):
        op.create_index(op.f(f"ix_report_point_{column}"), "report_point", [column])


def downgrade() -> None:
    """What was written and published as a report is gone, and so are the points that people missed in it."""
    for table in ("report_point", "report_issue_sentence", "report_issue", "report_sentence", "report"):
        op.drop_table(table)
    op.execute("DELETE FROM log_entry WHERE act = 'report'")
    _allow(OLD_ACTS)
    with op.batch_alter_table("declaration") as batch_op:
        for name in ("shows_report_draft", "reported_on"):
            batch_op.drop_column(name)
    with op.batch_alter_table("user") as batch_op:
        batch_op.drop_column("wants_reports")


def _said() -> list[sa.Column[object]]:
    return [
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("quotes", sa.JSON(), nullable=False),
        sa.Column("is_framing", sa.Boolean(), nullable=False),
    ]


def _to(table: str, column: str, target: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)


def _add_flag(table: str, column: str, is_set: bool) -> None:
    with op.batch_alter_table(table) as batch_op:
        batch_op.add_column(sa.Column(column, sa.Boolean(), nullable=True))
    op.execute(sa.text(f'UPDATE "{table}" SET {column} = :is_set').bindparams(is_set=is_set))
    with op.batch_alter_table(table) as batch_op:
        batch_op.alter_column(column, existing_type=sa.Boolean(), nullable=False)


def _allow(acts: str) -> None:
    with op.batch_alter_table("log_entry") as batch_op:
        batch_op.drop_constraint(op.f("ck_log_entry_act"), type_="check")
        batch_op.create_check_constraint(op.f("ck_log_entry_act"), f"act IN ({acts})")
