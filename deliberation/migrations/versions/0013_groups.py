"""Opinion groups, as they were last computed."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "opinion_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("votes", sa.String(length=80), nullable=False),
        sa.Column("computed_at", sa.DateTime(), nullable=False),
        sa.Column("sizes", sa.JSON(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_opinion_groups_declaration_id_declaration")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_groups")),
        sa.UniqueConstraint("declaration_id", name=op.f("uq_opinion_groups_declaration_id")),
    )


def downgrade() -> None:
    """They are computed anew from the votes."""
    op.drop_table("opinion_groups")
