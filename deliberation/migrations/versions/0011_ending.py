"""What a deliberation is called, who sees its draft, and how it ends."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OLD_ACTS = (
    "'held', 'revised', 'withdrawn', 'publish', 'hide', 'restore', 'return', 'redact', 'move', 'bundle', 'unbundle', "
    "'close', 'reopen', 'undo', 'looked', 'respond', 'flag', 'object', 'objection', 'warn', 'review', 'pause', 'block', "
    "'lift', 'claim', 'release', 'hand_over', 'ask', 'note', 'assign', 'danger', 'message', 'unseal', 'destroy', 'rules', "
    "'blocks', 'policy', 'phase', 'plan', 'texts', 'access', 'invite', 'admit', 'webhook', 'role', 'voters', 'table'"
)
ACTS = OLD_ACTS + ", 'preview', 'labels', 'archive', 'delete'"


def upgrade() -> None:
    _allow(ACTS)
    with op.batch_alter_table("declaration") as batch_op:
        for name in ("archived_on", "delete_on", "exported_on"):
            batch_op.add_column(sa.Column(name, sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("preview_hash", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("preview_ends_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("labels", sa.JSON(), nullable=True))
    op.execute("UPDATE declaration SET labels = '{}'")
    with op.batch_alter_table("declaration") as batch_op:
        batch_op.alter_column("labels", existing_type=sa.JSON(), nullable=False)
    op.create_table(
        "deletion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("asker_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("confirmer_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["asker_id"], ["membership.id"], name=op.f("fk_deletion_asker_id_membership"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["confirmer_id"], ["membership.id"], name=op.f("fk_deletion_confirmer_id_membership"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_deletion_declaration_id_declaration")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deletion")),
        sa.UniqueConstraint("declaration_id", name=op.f("uq_deletion_declaration_id")),
    )
    op.create_table(
        "gone_declaration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("gone_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gone_declaration")),
        sa.UniqueConstraint("slug", name=op.f("uq_gone_declaration_slug")),
    )


def downgrade() -> None:
    """What is in the archive stands among the others again, what was to be deleted stays, things have their usual names, and addresses of what was deleted
    can be given away; lines of the log about all this are gone."""
    op.drop_table("gone_declaration")
    op.drop_table("deletion")
    with op.batch_alter_table("declaration") as batch_op:
        for name in ("labels", "preview_ends_at", "preview_hash", "exported_on", "delete_on", "archived_on"):
            batch_op.drop_column(name)
    op.execute("DELETE FROM log_entry WHERE act IN ('preview', 'labels', 'archive', 'delete')")
    _allow(OLD_ACTS)


def _allow(acts: str) -> None:
    with op.batch_alter_table("log_entry") as batch_op:
        batch_op.drop_constraint(op.f("ck_log_entry_act"), type_="check")
        batch_op.create_check_constraint(op.f("ck_log_entry_act"), f"act IN ({acts})")
