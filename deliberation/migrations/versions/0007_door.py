"""Tokens and webhooks for other programs."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OLD_ACTS = (
    "'held', 'revised', 'withdrawn', 'publish', 'hide', 'restore', 'return', 'redact', 'move', 'bundle', 'unbundle', "
    "'close', 'reopen', 'undo', 'looked', 'respond', 'flag', 'object', 'objection', 'warn', 'review', 'pause', 'block', "
    "'lift', 'claim', 'release', 'hand_over', 'ask', 'note', 'assign', 'danger', 'message', 'unseal', 'destroy', 'rules', "
    "'blocks', 'policy', 'phase', 'access', 'invite', 'admit'"
)
ACTS = OLD_ACTS + ", 'webhook'"


def upgrade() -> None:
    _allow(ACTS)
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("with_second", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_api_token_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("key", name=op.f("uq_api_token_key")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index(op.f("ix_api_token_user_id"), "api_token", ["user_id"], unique=False)
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("maker_id", sa.Integer(), nullable=True),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret_sealed", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("gave_up_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_webhook_declaration_id_declaration")
        ),
        sa.ForeignKeyConstraint(
            ["maker_id"], ["membership.id"], name=op.f("fk_webhook_maker_id_membership"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        sa.UniqueConstraint("form_key", name=op.f("uq_webhook_form_key")),
        sa.UniqueConstraint("key", name=op.f("uq_webhook_key")),
    )
    op.create_index(op.f("ix_webhook_declaration_id"), "webhook", ["declaration_id"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=24), nullable=False),
        sa.Column("cause", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "event IN ('annotation.published', 'annotation.outcome', 'phase.changed', 'edition.published', 'test')",
            name=op.f("ck_delivery_hookevent"),
        ),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_delivery_webhook_id_webhook"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("webhook_id", "cause", name=op.f("uq_delivery_webhook_id_cause")),
    )
    op.create_index("ix_delivery_due", "delivery", ["settled_at", "due_at"], unique=False)


def downgrade() -> None:
    """Tokens and webhooks end, with their lines in the log: people make new ones after the next upgrade."""
    for table in ("delivery", "webhook", "api_token"):
        op.drop_table(table)
    op.execute("DELETE FROM log_entry WHERE act = 'webhook'")
    _allow(OLD_ACTS)


def _allow(acts: str) -> None:
    with op.batch_alter_table("log_entry") as batch_op:
        batch_op.drop_constraint(op.f("ck_log_entry_act"), type_="check")
        batch_op.create_check_constraint(op.f("ck_log_entry_act"), f"act IN ({acts})")
