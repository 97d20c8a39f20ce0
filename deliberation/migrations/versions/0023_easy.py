"""Twins in Leichte Sprache."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("declaration", sa.Column("easy", sa.Text(), nullable=True))
    op.add_column("thesis", sa.Column("easy", sa.JSON(none_as_null=True), nullable=True))
    for table in ("declaration", "thesis"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("has_easy", sa.Boolean(), nullable=True))
        op.execute(f"UPDATE {table} SET has_easy = false")
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column("has_easy", existing_type=sa.Boolean(), nullable=False)


def downgrade() -> None:
    """The twins go; the text itself stays."""
    for table in ("declaration", "thesis"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("has_easy")
            batch_op.drop_column("easy")
