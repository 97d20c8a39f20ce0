"""Videos in sign language, with captions."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

IN_FORCE = {
    "uq_sign_video_thesis": ("thesis_id", sa.text("replaced_on IS NULL")),
    "uq_sign_video_page": ("page_id", sa.text("replaced_on IS NULL")),
    "uq_sign_video_whole": ("declaration_id", sa.text("replaced_on IS NULL AND thesis_id IS NULL AND page_id IS NULL")),
}
"""One for each place."""


def upgrade() -> None:
    for table in ("declaration", "thesis"):
        op.add_column(table, sa.Column("has_signs", sa.Boolean(), server_default=sa.false(), nullable=False))
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column("has_signs", existing_type=sa.Boolean(), server_default=None)
    op.create_table(
        "sign_video",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("thesis_id", sa.Integer(), nullable=True),
        sa.Column("page_id", sa.Integer(), nullable=True),
        sa.Column("video_id", sa.Integer(), nullable=False),
        sa.Column("captions_id", sa.Integer(), nullable=True),
        sa.Column("wording", sa.JSON(), nullable=False),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.Column("replaced_on", sa.Date(), nullable=True),
        sa.CheckConstraint("thesis_id IS NULL OR page_id IS NULL", name=op.f("ck_sign_video_one_place")),
        sa.ForeignKeyConstraint(["captions_id"], ["page_file.id"], name=op.f("fk_sign_video_captions_id_page_file")),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_sign_video_declaration_id_declaration")),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name=op.f("fk_sign_video_page_id_page")),
        sa.ForeignKeyConstraint(["thesis_id"], ["thesis.id"], name=op.f("fk_sign_video_thesis_id_thesis")),
        sa.ForeignKeyConstraint(["video_id"], ["page_file.id"], name=op.f("fk_sign_video_video_id_page_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_video")),
    )
    for name, (column, in_force) in IN_FORCE.items():
        op.create_index(name, "sign_video", [column], unique=True, sqlite_where=in_force, postgresql_where=in_force)


def downgrade() -> None:
    """What is made of the files goes; the files themselves stay."""
    op.drop_table("sign_video")
    for table in ("declaration", "thesis"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("has_signs")
