"""Words that are explained, and what stood in Leichte Sprache before."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("declaration") as batch_op:
        batch_op.add_column(sa.Column("terms", sa.JSON(), nullable=True))
    op.execute("UPDATE declaration SET terms = '[]'")
    with op.batch_alter_table("declaration") as batch_op:
        batch_op.alter_column("terms", existing_type=sa.JSON(), nullable=False)
    op.create_table(
        "easy_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("thesis_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_easy_edition_declaration_id_declaration")
        ),
        sa.ForeignKeyConstraint(["thesis_id"], ["thesis.id"], name=op.f("fk_easy_edition_thesis_id_thesis")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_easy_edition")),
    )
    for column in ("declaration_id", "thesis_id"):
        op.create_index(op.f(f"ix_easy_edition_{column}"), "easy_edition", [column])
    op.create_table(
        "term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("forms", sa.String(length=300), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("easy", sa.Text(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("removed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_term_declaration_id_declaration")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
        sa.UniqueConstraint("declaration_id", "name", name=op.f("uq_term_declaration_id_name")),
    )
    op.create_table(
        "term_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("forms", sa.String(length=300), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("easy", sa.Text(), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["term_id"], ["term.id"], name=op.f("fk_term_edition_term_id_term")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term_edition")),
        sa.UniqueConstraint("term_id", "number", name=op.f("uq_term_edition_term_id_number")),
    )


def downgrade() -> None:
    """The explanations and what stood in Leichte Sprache before go."""
    for table in ("term_edition", "term", "easy_edition"):
        op.drop_table(table)
    with op.batch_alter_table("declaration") as batch_op:
        batch_op.drop_column("terms")
