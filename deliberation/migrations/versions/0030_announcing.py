"""News of organisers are told by mail."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

OLD_MATTERS = "'annotation', 'response', 'outcome', 'letter', 'edition', 'phase', 'report'"
MATTERS = OLD_MATTERS + ", 'announcement'"


def upgrade() -> None:
    _allow(MATTERS)
    op.add_column("page", sa.Column("announced_at", sa.DateTime(), nullable=True))
    op.add_column("page", sa.Column("told_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    """What was announced stays as a page; that it was told goes."""
    op.drop_column("page", "told_at")
    op.drop_column("page", "announced_at")
    for table in ("news", "harvest"):
        op.execute(f"DELETE FROM {table} WHERE matter = 'announcement'")
    _allow(OLD_MATTERS)


def _allow(matters: str) -> None:
    for table in ("news", "harvest"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(op.f(f"ck_{table}_matter"), type_="check")
            batch_op.create_check_constraint(op.f(f"ck_{table}_matter"), f"matter IN ({matters})")
