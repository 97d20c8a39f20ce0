"""Pictures and documents for pages; pages of the site, news, twins of pages, and what stands at the foot of every page."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

OF_THE_SITE = sa.text("declaration_id IS NULL")
NEEDED: dict[str, sa.types.TypeEngine[Any]] = {"language": sa.String(length=2), "in_footer": sa.Boolean(), "position": sa.Integer(), "easy": sa.Text()}
"""New columns of pages that always say something."""


def upgrade() -> None:
    op.add_column("page", sa.Column("language", sa.String(length=2), server_default="", nullable=False))
    op.add_column("page", sa.Column("in_footer", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("page", sa.Column("position", sa.Integer(), server_default="0", nullable=False))
    op.add_column("page", sa.Column("news_on", sa.Date(), nullable=True))
    op.add_column("page", sa.Column("easy", sa.Text(), server_default="", nullable=False))
    op.add_column("page_edition", sa.Column("easy", sa.Text(), server_default="", nullable=False))
    op.add_column("declaration", sa.Column("footer", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("declaration", sa.Column("latest", sa.JSON(), server_default="[]", nullable=False))
    with op.batch_alter_table("page") as batch_op:
        batch_op.alter_column("declaration_id", existing_type=sa.Integer(), nullable=True)
        for name, kind in NEEDED.items():
            batch_op.alter_column(name, existing_type=kind, server_default=None)
    with op.batch_alter_table("page_edition") as batch_op:
        batch_op.alter_column("easy", existing_type=sa.Text(), server_default=None)
    with op.batch_alter_table("declaration") as batch_op:
        batch_op.alter_column("footer", existing_type=sa.JSON(), server_default=None)
        batch_op.alter_column("latest", existing_type=sa.JSON(), server_default=None)
    op.create_index(
        "uq_page_site", "page", ["address", "language"], unique=True, sqlite_where=OF_THE_SITE, postgresql_where=OF_THE_SITE
    )
    op.create_table(
        "page_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_page_file_declaration_id_declaration")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_file")),
        sa.UniqueConstraint("declaration_id", "name", name=op.f("uq_page_file_declaration_id_name")),
    )
    op.create_index(
        "uq_page_file_site", "page_file", ["name"], unique=True, sqlite_where=OF_THE_SITE, postgresql_where=OF_THE_SITE
    )
    op.create_table(
        "page_file_part",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["page_file.id"], name=op.f("fk_page_file_part_file_id_page_file")),
        sa.PrimaryKeyConstraint("file_id", "number", name=op.f("pk_page_file_part")),
    )


def downgrade() -> None:
    """Files go, and with them the pages of the site; those of declarations stay."""
    op.drop_table("page_file_part")
    op.drop_table("page_file")
    op.execute("DELETE FROM page_edition WHERE page_id IN (SELECT id FROM page WHERE declaration_id IS NULL)")
    op.execute("DELETE FROM page WHERE declaration_id IS NULL")
    op.drop_index("uq_page_site", table_name="page")
    with op.batch_alter_table("page") as batch_op:
        batch_op.alter_column("declaration_id", existing_type=sa.Integer(), nullable=False)
        for name in ("easy", "news_on", "position", "in_footer", "language"):
            batch_op.drop_column(name)
    op.drop_column("page_edition", "easy")
    op.drop_column("declaration", "latest")
    op.drop_column("declaration", "footer")
