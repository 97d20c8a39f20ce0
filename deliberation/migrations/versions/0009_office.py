"""Planned phases, and more of what stands around a text."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OLD_ACTS = (
    "'held', 'revised', 'withdrawn', 'publish', 'hide', 'restore', 'return', 'redact', 'move', 'bundle', 'unbundle', "
    "'close', 'reopen', 'undo', 'looked', 'respond', 'flag', 'object', 'objection', 'warn', 'review', 'pause', 'block', "
    "'lift', 'claim', 'release', 'hand_over', 'ask', 'note', 'assign', 'danger', 'message', 'unseal', 'destroy', 'rules', "
    "'blocks', 'policy', 'phase', 'access', 'invite', 'admit', 'webhook'"
)
ACTS = OLD_ACTS.replace("'phase', ", "'phase', 'plan', 'texts', ")


def upgrade() -> None:
    _allow(ACTS)
    with op.batch_alter_table("declaration") as batch_op:
        for name in ("contact", "licence"):
            batch_op.add_column(sa.Column(name, sa.String(length=300), nullable=True))
        batch_op.add_column(sa.Column("plan", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("plan_changed_on", sa.Date(), nullable=True))
    op.execute("UPDATE declaration SET contact = '', licence = '', plan = '[]'")
    with op.batch_alter_table("declaration") as batch_op:
        for name in ("contact", "licence"):
            batch_op.alter_column(name, existing_type=sa.String(length=300), nullable=False)
        batch_op.alter_column("plan", existing_type=sa.JSON(), nullable=False)


def downgrade() -> None:
    """Plans, contacts and licences are gone, and lines of the log about them; phases stay as they are and no longer change
    by themselves."""
    op.execute("DELETE FROM log_entry WHERE act IN ('plan', 'texts')")
    _allow(OLD_ACTS)
    with op.batch_alter_table("declaration") as batch_op:
        for name in ("plan_changed_on", "plan", "licence", "contact"):
            batch_op.drop_column(name)


def _allow(acts: str) -> None:
    with op.batch_alter_table("log_entry") as batch_op:
        batch_op.drop_constraint(op.f("ck_log_entry_act"), type_="check")
        batch_op.create_check_constraint(op.f("ck_log_entry_act"), f"act IN ({acts})")
