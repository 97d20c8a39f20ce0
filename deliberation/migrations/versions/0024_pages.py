"""Pages that organisers write around a declaration, with what stood there before."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("declaration") as batch_op:
        batch_op.add_column(sa.Column("menu", sa.JSON(), nullable=True))
    op.execute("UPDATE declaration SET menu = '[]'")
    with op.batch_alter_table("declaration") as batch_op:
        batch_op.alter_column("menu", existing_type=sa.JSON(), nullable=False)
    op.create_table(
        "page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column("in_menu", sa.Boolean(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_page_declaration_id_declaration")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page")),
        sa.UniqueConstraint("declaration_id", "address", name=op.f("uq_page_declaration_id_address")),
    )
    op.create_table(
        "page_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("was_shown", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name=op.f("fk_page_edition_page_id_page")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_edition")),
        sa.UniqueConstraint("page_id", "number", name=op.f("uq_page_edition_page_id_number")),
    )


def downgrade() -> None:
    """Pages and all that stood in them go."""
    op.drop_table("page_edition")
    op.drop_table("page")
    op.drop_column("declaration", "menu")
