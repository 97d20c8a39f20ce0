"""Roles that end, who may vote, and links for a table."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OLD_ACTS = (
    "'held', 'revised', 'withdrawn', 'publish', 'hide', 'restore', 'return', 'redact', 'move', 'bundle', 'unbundle', "
    "'close', 'reopen', 'undo', 'looked', 'respond', 'flag', 'object', 'objection', 'warn', 'review', 'pause', 'block', "
    "'lift', 'claim', 'release', 'hand_over', 'ask', 'note', 'assign', 'danger', 'message', 'unseal', 'destroy', 'rules', "
    "'blocks', 'policy', 'phase', 'plan', 'texts', 'access', 'invite', 'admit', 'webhook'"
)
ACTS = OLD_ACTS + ", 'role', 'voters', 'table'"
# Who accepted an invitation was not kept as such: it is sure of those to whom an accepted one was mailed, of the team whose
# coming was logged, and of everybody in a declaration that is closed to others.
MAILED = """
    SELECT 1 FROM invitation JOIN "user" ON "user".address_hash = invitation.address_hash
    WHERE "user".id = membership.user_id AND invitation.declaration_id = membership.declaration_id
    AND invitation.address_hash <> '' AND invitation.uses > 0
"""
ADMITTED = "SELECT 1 FROM log_entry WHERE log_entry.actor_id = membership.id AND log_entry.act = 'admit'"
CLOSED = """
    SELECT 1 FROM declaration WHERE declaration.id = membership.declaration_id AND declaration.access <> 'public'
    AND membership.user_id IS NOT NULL
"""


def upgrade() -> None:
    _allow(ACTS)
    with op.batch_alter_table("role_grant") as batch_op:
        batch_op.add_column(sa.Column("ends_on", sa.Date(), nullable=True))
    with op.batch_alter_table("declaration") as batch_op:
        batch_op.add_column(sa.Column("voters", sa.String(length=24), nullable=True))
    op.execute("UPDATE declaration SET voters = 'all'")
    with op.batch_alter_table("declaration") as batch_op:
        batch_op.alter_column("voters", existing_type=sa.String(length=24), nullable=False)
        batch_op.create_check_constraint(op.f("ck_declaration_voters"), "voters IN ('all', 'invited')")
    with op.batch_alter_table("membership") as batch_op:
        batch_op.add_column(sa.Column("is_invited", sa.Boolean(), nullable=True))
    op.execute(sa.text("UPDATE membership SET is_invited = :no").bindparams(no=False))
    for known in (MAILED, ADMITTED, CLOSED):
        op.execute(sa.text(f"UPDATE membership SET is_invited = :yes WHERE EXISTS ({known})").bindparams(yes=True))  # noqa: S608
    with op.batch_alter_table("membership") as batch_op:
        batch_op.alter_column("is_invited", existing_type=sa.Boolean(), nullable=False)
    op.create_table(
        "table_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_table_link_declaration_id_declaration")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_table_link")),
        sa.UniqueConstraint("key", name=op.f("uq_table_link_key")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_table_link_secret_hash")),
    )
    op.create_index(op.f("ix_table_link_declaration_id"), "table_link", ["declaration_id"])


def downgrade() -> None:
    """Roles with an end are taken; lines of the log about roles are gone."""
    op.execute("DELETE FROM log_entry WHERE act IN ('role', 'voters', 'table')")
    _allow(OLD_ACTS)
    op.drop_table("table_link")
    with op.batch_alter_table("membership") as batch_op:
        batch_op.drop_column("is_invited")
    with op.batch_alter_table("declaration") as batch_op:
        batch_op.drop_constraint(op.f("ck_declaration_voters"), type_="check")
        batch_op.drop_column("voters")
    # A role that had an end would go on for ever.
    op.execute("DELETE FROM role_grant WHERE ends_on IS NOT NULL")
    with op.batch_alter_table("role_grant") as batch_op:
        batch_op.drop_column("ends_on")


def _allow(acts: str) -> None:
    with op.batch_alter_table("log_entry") as batch_op:
        batch_op.drop_constraint(op.f("ck_log_entry_act"), type_="check")
        batch_op.create_check_constraint(op.f("ck_log_entry_act"), f"act IN ({acts})")
