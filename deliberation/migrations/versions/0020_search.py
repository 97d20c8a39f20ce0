"""Which words stand where. Empty until the jobs have taken all texts in."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_doc",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('thesis', 'paragraph', 'annotation', 'response')", name=op.f("ck_search_doc_dockind")
        ),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_search_doc_declaration_id_declaration")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_doc")),
        sa.UniqueConstraint("kind", "ref", name=op.f("uq_search_doc_kind_ref")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_search_doc_declaration", "search_doc", ["declaration_id", "kind"])
    op.create_table(
        "search_term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=60), nullable=False),
        sa.Column("docs", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_search_term_declaration_id_declaration")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_term")),
        sa.UniqueConstraint("declaration_id", "word", name=op.f("uq_search_term_declaration_id_word")),
    )
    op.create_table(
        "search_posting",
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("doc_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["term_id"], ["search_term.id"], name=op.f("fk_search_posting_term_id_search_term")),
        sa.ForeignKeyConstraint(["doc_id"], ["search_doc.id"], name=op.f("fk_search_posting_doc_id_search_doc")),
        sa.PrimaryKeyConstraint("term_id", "doc_id", name=op.f("pk_search_posting")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_search_posting_doc", "search_posting", ["doc_id"])


def downgrade() -> None:
    """Everything in them is made of other tables."""
    for table in ("search_posting", "search_term", "search_doc"):
        op.drop_table(table)
