"""Mails before a phase ends, and a thesis of the week."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OLD_ACTS = (
    "'held', 'revised', 'withdrawn', 'publish', 'hide', 'restore', 'return', 'redact', 'move', 'bundle', 'unbundle', "
    "'close', 'reopen', 'undo', 'looked', 'respond', 'flag', 'object', 'objection', 'warn', 'review', 'pause', 'block', "
    "'lift', 'claim', 'release', 'hand_over', 'ask', 'note', 'assign', 'danger', 'message', 'unseal', 'destroy', 'rules', "
    "'blocks', 'policy', 'phase', 'plan', 'texts', 'access', 'invite', 'admit', 'webhook', 'role', "
    "'voters', 'table', 'preview', 'labels', 'archive', 'delete'"
)
ACTS = OLD_ACTS + ", 'focus'"


def upgrade() -> None:
    _allow(ACTS)
    with op.batch_alter_table("user") as batch_op:
        batch_op.add_column(sa.Column("wants_dates", sa.Boolean(), nullable=True))
    op.execute(sa.text('UPDATE "user" SET wants_dates = :wanted').bindparams(wanted=True))
    with op.batch_alter_table("user") as batch_op:
        batch_op.alter_column("wants_dates", existing_type=sa.Boolean(), nullable=False)
    with op.batch_alter_table("declaration") as batch_op:
        batch_op.add_column(sa.Column("told_dates", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("dates_due_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("reminded_of", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("focus", sa.JSON(), nullable=True))
    op.execute("UPDATE declaration SET focus = '[]'")
    with op.batch_alter_table("declaration") as batch_op:
        batch_op.alter_column("focus", existing_type=sa.JSON(), nullable=False)


def downgrade() -> None:
    """Who wanted no mails about dates is forgotten, and so are the theses of the weeks. Dates stay as they are."""
    op.execute("DELETE FROM log_entry WHERE act = 'focus'")
    _allow(OLD_ACTS)
    with op.batch_alter_table("declaration") as batch_op:
        for name in ("focus", "reminded_of", "dates_due_at", "told_dates"):
            batch_op.drop_column(name)
    with op.batch_alter_table("user") as batch_op:
        batch_op.drop_column("wants_dates")


def _allow(acts: str) -> None:
    with op.batch_alter_table("log_entry") as batch_op:
        batch_op.drop_constraint(op.f("ck_log_entry_act"), type_="check")
        batch_op.create_check_constraint(op.f("ck_log_entry_act"), f"act IN ({acts})")
