"""What groups at tables said, with hands counted, and where contributions come from that nobody wrote here."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("membership") as batch_op:
        batch_op.add_column(sa.Column("origin", sa.String(length=24), nullable=True))
        batch_op.create_check_constraint(op.f("ck_membership_origin"), "origin IN ('table', 'paper')")
    op.add_column("declaration", sa.Column("met_on", sa.Date(), nullable=True))
    op.create_table(
        "table_protocol",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("paragraph_id", sa.Integer(), nullable=False),
        sa.Column("wording_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("table", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("carry", sa.Integer(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("against", sa.Integer(), nullable=False),
        sa.Column("unclear", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("present BETWEEN 1 AND 100", name=op.f("ck_table_protocol_present")),
        sa.CheckConstraint(
            "carry >= 0 AND change >= 0 AND against >= 0 AND unclear >= 0 AND carry + change + against + unclear <= present",
            name=op.f("ck_table_protocol_hands"),
        ),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_table_protocol_declaration_id_declaration")),
        sa.ForeignKeyConstraint(["paragraph_id"], ["paragraph.id"], name=op.f("fk_table_protocol_paragraph_id_paragraph")),
        sa.ForeignKeyConstraint(["wording_id"], ["wording.id"], name=op.f("fk_table_protocol_wording_id_wording")),
        sa.ForeignKeyConstraint(["group_id"], ["membership.id"], name=op.f("fk_table_protocol_group_id_membership")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_table_protocol")),
        sa.UniqueConstraint("declaration_id", "form_key", name=op.f("uq_table_protocol_declaration_id_form_key")),
    )
    op.create_index("ix_table_protocol_place", "table_protocol", ["declaration_id", "paragraph_id"])


def downgrade() -> None:
    """Hands go; what tables said and what came on paper stays, as texts of people without an account."""
    op.drop_table("table_protocol")
    op.drop_column("declaration", "met_on")
    with op.batch_alter_table("membership") as batch_op:
        batch_op.drop_constraint(op.f("ck_membership_origin"), type_="check")
        batch_op.drop_column("origin")
