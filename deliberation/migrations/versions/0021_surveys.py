"""Surveys: their questions, what people answer, codes, and which thesis belongs to which result."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

OLD_ACTS = (
    "'held', 'revised', 'withdrawn', 'publish', 'hide', 'restore', 'return', 'redact', 'move', 'bundle', 'unbundle', "
    "'close', 'reopen', 'undo', 'looked', 'respond', 'flag', 'object', 'objection', 'warn', 'review', 'pause', 'block', "
    "'lift', 'claim', 'release', 'hand_over', 'ask', 'note', 'assign', 'danger', 'message', 'unseal', 'destroy', 'rules', "
    "'blocks', 'policy', 'phase', 'plan', 'texts', 'access', 'invite', 'admit', 'webhook', 'role', "
    "'voters', 'table', 'preview', 'labels', 'archive', 'delete', 'focus', 'report'"
)
ACTS = OLD_ACTS + ", 'survey'"


def upgrade() -> None:
    _allow(ACTS)
    op.create_table(
        "survey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("intro", sa.Text(), nullable=False),
        sa.Column("intro_html", sa.Text(), nullable=False),
        sa.Column("thanks", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("entry", sa.String(length=24), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("emptied_on", sa.Date(), nullable=True),
        sa.Column("invited", sa.Text(), nullable=False),
        sa.Column("invited_count", sa.Integer(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("period", sa.String(length=300), nullable=False),
        sa.CheckConstraint("entry IN ('everybody', 'codes')", name=op.f("ck_survey_entry")),
        sa.CheckConstraint("state IN ('draft', 'open', 'closed')", name=op.f("ck_survey_surveystate")),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_survey_declaration_id_declaration")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("declaration_id", "form_key", name=op.f("uq_survey_declaration_id_form_key")),
        sa.UniqueConstraint("declaration_id", "number", name=op.f("uq_survey_declaration_id_number")),
    )
    op.create_table(
        "survey_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("is_used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_code_survey_id_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_code")),
        sa.UniqueConstraint("survey_id", "code_hash", name=op.f("uq_survey_code_survey_id_code_hash")),
    )
    op.create_table(
        "survey_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("low", sa.Integer(), nullable=True),
        sa.Column("high", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("asks_id", sa.Integer(), nullable=True),
        sa.Column("asks_keys", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("headline", sa.String(length=500), nullable=False),
        sa.Column("figures", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('section', 'single', 'multiple', 'scale', 'number', 'text')", name=op.f("ck_survey_item_itemkind")
        ),
        sa.CheckConstraint("low IS NULL OR high IS NULL OR low < high", name=op.f("ck_survey_item_bounds")),
        sa.ForeignKeyConstraint(["asks_id"], ["survey_item.id"], name=op.f("fk_survey_item_asks_id_survey_item")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_item_survey_id_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_item")),
        sa.UniqueConstraint("survey_id", "form_key", name=op.f("uq_survey_item_survey_id_form_key")),
    )
    op.create_index("ix_survey_item_survey", "survey_item", ["survey_id", "position"])
    op.create_table(
        "survey_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("is_sent", sa.Boolean(), nullable=False),
        sa.Column("touched_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_sheet_survey_id_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_sheet")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_survey_sheet_secret_hash")),
    )
    op.create_index("ix_survey_sheet_survey", "survey_sheet", ["survey_id", "is_sent"])
    op.create_table(
        "survey_citation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("thesis_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["survey_item.id"], name=op.f("fk_survey_citation_item_id_survey_item")),
        sa.ForeignKeyConstraint(["thesis_id"], ["thesis.id"], name=op.f("fk_survey_citation_thesis_id_thesis")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_citation")),
        sa.UniqueConstraint("item_id", "thesis_id", name=op.f("uq_survey_citation_item_id_thesis_id")),
    )
    op.create_index("ix_survey_citation_thesis_id", "survey_citation", ["thesis_id"])
    op.create_table(
        "survey_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'shown', 'kept_back')", name=op.f("ck_survey_text_textstate")),
        sa.ForeignKeyConstraint(["item_id"], ["survey_item.id"], name=op.f("fk_survey_text_item_id_survey_item")),
        sa.ForeignKeyConstraint(["sheet_id"], ["survey_sheet.id"], name=op.f("fk_survey_text_sheet_id_survey_sheet")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_text")),
    )
    op.create_index("ix_survey_text_item", "survey_text", ["item_id", "state"])
    op.create_index("ix_survey_text_sheet_id", "survey_text", ["sheet_id"])
    op.add_column("declaration", sa.Column("surveyed_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Surveys and what was answered go, and so do their lines in the log."""
    op.execute("DELETE FROM log_entry WHERE act = 'survey'")
    _allow(OLD_ACTS)
    op.drop_column("declaration", "surveyed_on")
    for table in ("survey_text", "survey_citation", "survey_sheet", "survey_item", "survey_code", "survey"):
        op.drop_table(table)


def _allow(acts: str) -> None:
    with op.batch_alter_table("log_entry") as batch_op:
        batch_op.drop_constraint(op.f("ck_log_entry_act"), type_="check")
        batch_op.create_check_constraint(op.f("ck_log_entry_act"), f"act IN ({acts})")
