"""Fields of work that people name of their own accord, what is published of them, and what opinion groups are known by."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

FIELDS = "'youth', 'office', 'school', 'participation', 'care', 'need', 'migration', 'study'"


def upgrade() -> None:
    op.create_table(
        "work_field",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=24), nullable=False),
        sa.CheckConstraint(f"field IN ({FIELDS})", name=op.f("ck_work_field_field")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_work_field_membership_id_membership")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_field")),
        sa.UniqueConstraint("membership_id", name=op.f("uq_work_field_membership_id")),
    )
    op.create_table(
        "field_figures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.DateTime(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_field_figures_declaration_id_declaration")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_figures")),
        sa.UniqueConstraint("declaration_id", name=op.f("uq_field_figures_declaration_id")),
    )
    # Empty until they are computed anew, which the jobs do within a day.
    op.add_column("opinion_groups", sa.Column("typical", sa.JSON(), nullable=True))


def downgrade() -> None:
    """What people said about their field of work is lost; figures and groups are computed anew."""
    with op.batch_alter_table("opinion_groups") as batch_op:
        batch_op.drop_column("typical")
    op.drop_table("field_figures")
    op.drop_table("work_field")
