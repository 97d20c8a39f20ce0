"""Access to a declaration, and invitations into it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OLD_ACTS = (
    "'held', 'revised', 'withdrawn', 'publish', 'hide', 'restore', 'return', 'redact', 'move', 'bundle', 'unbundle', "
    "'close', 'reopen', 'undo', 'looked', 'respond', 'flag', 'object', 'objection', 'warn', 'review', 'pause', 'block', "
    "'lift', 'claim', 'release', 'hand_over', 'ask', 'note', 'assign', 'danger', 'message', 'unseal', 'destroy', 'rules', "
    "'blocks', 'policy', 'phase'"
)
ACTS = OLD_ACTS + ", 'access', 'invite', 'admit'"


def upgrade() -> None:
    with op.batch_alter_table("declaration") as batch_op:
        batch_op.add_column(sa.Column("access", sa.String(length=24), nullable=True))
    op.execute("UPDATE declaration SET access = 'public'")
    with op.batch_alter_table("declaration") as batch_op:
        batch_op.alter_column("access", existing_type=sa.String(length=24), nullable=False)
        batch_op.create_check_constraint(
            op.f("ck_declaration_access"), "access IN ('public', 'invited', 'private')"
        )
    _allow(ACTS)
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("max_uses", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("inviter_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("uses <= max_uses", name=op.f("ck_invitation_uses")),
        sa.CheckConstraint("kind IN ('mail', 'code', 'link')", name=op.f("ck_invitation_invitationkind")),
        sa.CheckConstraint("role IN ('participant', 'moderator', 'organiser')", name=op.f("ck_invitation_role")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_invitation_declaration_id_declaration")
        ),
        sa.ForeignKeyConstraint(
            ["inviter_id"], ["membership.id"], name=op.f("fk_invitation_inviter_id_membership"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("key", name=op.f("uq_invitation_key")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_invitation_secret_hash")),
    )
    op.create_index(op.f("ix_invitation_declaration_id"), "invitation", ["declaration_id"], unique=False)
    op.create_index(op.f("ix_invitation_address_hash"), "invitation", ["address_hash"], unique=False)


def downgrade() -> None:
    """Private declarations would be open to everybody there: they become drafts, which only the team sees."""
    op.drop_table("invitation")
    op.execute("DELETE FROM log_entry WHERE act IN ('access', 'invite', 'admit')")
    _allow(OLD_ACTS)
    op.execute("UPDATE declaration SET phase = 'draft' WHERE access = 'private'")
    with op.batch_alter_table("declaration") as batch_op:
        batch_op.drop_constraint(op.f("ck_declaration_access"), type_="check")
        batch_op.drop_column("access")


def _allow(acts: str) -> None:
    with op.batch_alter_table("log_entry") as batch_op:
        batch_op.drop_constraint(op.f("ck_log_entry_act"), type_="check")
        batch_op.create_check_constraint(op.f("ck_log_entry_act"), f"act IN ({acts})")
