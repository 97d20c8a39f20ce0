"""Snapshots of deliberations, and the figures of those that were made from an archive."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

PHASES = ("draft", "reading", "annotating", "voting", "evaluating", "closed")


def upgrade() -> None:
    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("phase", sa.Enum(*PHASES, name="phase", native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column("cause", sa.Integer(), nullable=True),
        sa.Column("replaces", sa.Integer(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("checked", sa.String(length=60), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_snapshot_declaration_id_declaration")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
        sa.UniqueConstraint("declaration_id", "cause", name=op.f("uq_snapshot_declaration_id_cause")),
        sa.UniqueConstraint("declaration_id", "number", name=op.f("uq_snapshot_declaration_id_number")),
        sa.UniqueConstraint("key", name=op.f("uq_snapshot_key")),
    )
    op.add_column("declaration", sa.Column("imported", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """The files stay below the instance folder until the jobs of a later release find that nothing names them."""
    op.drop_column("declaration", "imported")
    op.drop_table("snapshot")
