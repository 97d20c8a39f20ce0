"""The figures of the results are counted in one index, and the lists of the desk begin in it."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

COLUMNS = [
    "declaration_id", "status", "thesis_id", "paragraph_id", "kind", "outcome", "created_at", "reviewed_at", "shown_agree",
    "shown_disagree", "shown_pass",
]  # fmt: skip


def upgrade() -> None:
    op.create_index("ix_annotation_figures", "annotation", COLUMNS)


def downgrade() -> None:
    op.drop_index("ix_annotation_figures", "annotation")
