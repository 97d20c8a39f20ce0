"""Finished files lie in the database where several machines hand them out."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_part",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", "number", name=op.f("pk_kept_part")),
    )


def downgrade() -> None:
    """The files go and are made anew, or ordered again."""
    op.drop_table("kept_part")
