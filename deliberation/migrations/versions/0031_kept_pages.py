"""The number of the state that readers see, and kept counts of annotations at each place."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

COUNT_ALL = """INSERT INTO place_count (declaration_id, thesis_id, paragraph_key, visible, changes)
SELECT declaration_id, thesis_id, coalesce(paragraph_id, 0), sum(CASE status WHEN 'visible' THEN 1 ELSE 0 END), count(*)
FROM annotation GROUP BY declaration_id, thesis_id, coalesce(paragraph_id, 0)"""


def upgrade() -> None:
    """The triggers that go on counting are made at the end of every migration (`schema.put_triggers`)."""
    op.create_table(
        "revision",
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_revision")),
    )
    op.create_table(
        "place_count",
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("thesis_id", sa.Integer(), nullable=False),
        sa.Column("paragraph_key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("visible", sa.Integer(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_place_count_declaration_id_declaration"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["thesis_id"], ["thesis.id"], name=op.f("fk_place_count_thesis_id_thesis"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("declaration_id", "thesis_id", "paragraph_key", name=op.f("pk_place_count")),
    )
    op.execute(COUNT_ALL)


def downgrade() -> None:
    for name in ("come", "go", "change"):
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER IF EXISTS place_{name}")
        else:
            op.execute(f"DROP FUNCTION IF EXISTS place_{name}() CASCADE")
    op.drop_table("place_count")
    op.drop_table("revision")
