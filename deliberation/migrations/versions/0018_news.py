"""News, how often each account wants to be told about them, and following without an account."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MATTERS = "'annotation', 'response', 'outcome', 'letter', 'edition', 'phase', 'report'"
TOPICS = (
    "'decisions', 'replies', 'responses', 'outcomes', 'annotations', 'editions', 'phases', 'reports', 'waiting'"
)
PACES = "'at_once', 'daily', 'weekly', 'never'"
RHYTHMS = "'milestones', 'weekly', 'daily'"
MORNING = 7


def upgrade() -> None:
    _create_news()
    _create_interests()
    _create_subscriptions()
    _begin_here()
    with op.batch_alter_table("user") as batch_op:
        batch_op.add_column(sa.Column("feed_version", sa.Integer(), nullable=True))
    op.execute('UPDATE "user" SET feed_version = 0')
    with op.batch_alter_table("user") as batch_op:
        batch_op.alter_column("feed_version", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column("wants_letters")
        batch_op.drop_column("wants_reports")


def _create_news() -> None:
    op.create_table(
        "harvest",
        sa.Column("matter", sa.String(length=24), nullable=False),
        sa.Column("up_to", sa.Integer(), nullable=False),
        sa.Column("latest", sa.Integer(), nullable=False),
        sa.Column("latest_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(f"matter IN ({MATTERS})", name=op.f("ck_harvest_matter")),
        sa.PrimaryKeyConstraint("matter", name=op.f("pk_harvest")),
    )
    op.create_table(
        "news",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("matter", sa.String(length=24), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("told_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(f"matter IN ({MATTERS})", name=op.f("ck_news_matter")),
        _to("news", "declaration_id", "declaration"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news")),
        sa.UniqueConstraint("matter", "ref", name=op.f("uq_news_matter_ref")),
        sa.UniqueConstraint("place", name=op.f("uq_news_place")),
    )
    op.create_index("ix_news_told", "news", ["declaration_id", "place"])
    op.create_index("ix_news_waiting", "news", ["place", "matter", "ref"])


def _create_interests() -> None:
    op.create_table(
        "interest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=24), nullable=False),
        sa.Column("pace", sa.String(length=24), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("mark", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(f"topic IN ({TOPICS})", name=op.f("ck_interest_topic")),
        sa.CheckConstraint(f"pace IN ({PACES})", name=op.f("ck_interest_pace")),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_interest_hour_of_day")),
        _to("interest", "user_id", "user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest")),
        sa.UniqueConstraint("user_id", "topic", name=op.f("uq_interest_user_id_topic")),
    )
    op.create_index("ix_interest_due", "interest", ["due_at", "pace"])


def _create_subscriptions() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("theses", sa.JSON(), nullable=False),
        sa.Column("rhythm", sa.String(length=24), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("address_sealed", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("requested_at", sa.DateTime(), nullable=False),
        sa.Column("text_version", sa.String(length=20), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("mark", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(f"rhythm IN ({RHYTHMS})", name=op.f("ck_subscription_rhythm")),
        _to("subscription", "declaration_id", "declaration"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint(
            "declaration_id", "address_hash", name=op.f("uq_subscription_declaration_id_address_hash")
        ),
        sa.UniqueConstraint("key", name=op.f("uq_subscription_key")),
    )
    op.create_index(op.f("ix_subscription_address_hash"), "subscription", ["address_hash"])
    op.create_index("ix_subscription_due", "subscription", ["due_at", "confirmed_at"])


def _begin_here() -> None:
    """Nobody is told what was there before. Only what is held now and published later will be news then."""
    for matter, table in (
        ("annotation", "annotation"), ("response", "response"), ("outcome", "outcome"), ("edition", "edition"),
        ("phase", "log_entry"),
    ):  # fmt: skip
        op.execute(
            "INSERT INTO harvest (matter, up_to, latest, latest_at) "
            f"SELECT '{matter}', last, last, CURRENT_TIMESTAMP FROM (SELECT max(id) AS last FROM {table}) AS found "
            "WHERE last IS NOT NULL"
        )
    op.execute(
        "INSERT INTO news (matter, ref, declaration_id) "
        "SELECT 'annotation', id, declaration_id FROM annotation WHERE status = 'pending'"
    )
    _keep_wishes("decisions", "never", "wants_letters", is_set=False)
    _keep_wishes("reports", "never", "wants_reports", is_set=False)
    _keep_wishes("reports", "at_once", "wants_reports", is_set=True)


def _keep_wishes(topic: str, pace: str, column: str, is_set: bool) -> None:
    op.execute(
        sa.text(
            "INSERT INTO interest (user_id, topic, pace, hour, mark) "
            f"SELECT id, '{topic}', '{pace}', {MORNING}, 0 FROM \"user\" WHERE {column} = :is_set"
        ).bindparams(is_set=is_set)
    )


def downgrade() -> None:
    """Who follows without an account is lost, and of what people chose all but letters and reports."""
    with op.batch_alter_table("user") as batch_op:
        batch_op.add_column(sa.Column("wants_letters", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("wants_reports", sa.Boolean(), nullable=True))
        batch_op.drop_column("feed_version")
    for column, topic in (("wants_letters", "decisions"), ("wants_reports", "reports")):
        never = f"SELECT user_id FROM interest WHERE topic = '{topic}' AND pace = 'never'"
        for is_set, which in ((True, "NOT IN"), (False, "IN")):
            words = f'UPDATE "user" SET {column} = :is_set WHERE id {which} ({never})'
            op.execute(sa.text(words).bindparams(is_set=is_set))
    with op.batch_alter_table("user") as batch_op:
        batch_op.alter_column("wants_letters", existing_type=sa.Boolean(), nullable=False)
        batch_op.alter_column("wants_reports", existing_type=sa.Boolean(), nullable=False)
    for table in ("subscription", "interest", "news", "harvest"):
        op.drop_table(table)


def _to(table: str, column: str, target: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)
