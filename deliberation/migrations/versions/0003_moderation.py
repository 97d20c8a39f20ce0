"""The moderators' desk: a log of every act, redaction, objections, measures, letters, and how a team shares the work."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OLD_KINDS = "'publish', 'hide', 'restore', 'return'"
KINDS = OLD_KINDS + ", 'redact', 'move', 'bundle', 'unbundle', 'close', 'reopen', 'undo'"


def upgrade() -> None:
    _add_filled("declaration", sa.Column("sends_after_look", sa.Boolean()), "false")
    _add_filled("declaration", sa.Column("employers", sa.JSON()), "'[]'")
    _add_filled("declaration", sa.Column("rules", sa.JSON()), "'[]'")
    _add_filled("declaration", sa.Column("rules_line", sa.Text()), "''")
    _add_filled("declaration", sa.Column("rules_version", sa.Integer()), "1")

    with op.batch_alter_table("membership") as batch_op:
        batch_op.add_column(sa.Column("reviewed_until", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("paused_until", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("blocked_until", sa.DateTime(), nullable=True))
    _add_filled("membership", sa.Column("uses_keys", sa.Boolean()), "false")

    # Rebuilding the table must not forget that a number is never given twice.
    with op.batch_alter_table("annotation", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("reviewed_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("closed_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("bundled_with", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("left_bundle_at", sa.DateTime(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_annotation_bundled_with_annotation"), "annotation", ["bundled_with"], ["id"]
        )
        batch_op.create_index(op.f("ix_annotation_bundled_with"), ["bundled_with"], unique=False)

    with op.batch_alter_table("flag") as batch_op:
        batch_op.add_column(sa.Column("key", sa.String(length=40), nullable=True))
        batch_op.create_index("uq_flag_key", ["key"], unique=True)
    _add_filled("flag", sa.Column("name", sa.String(length=120)), "''")
    _add_filled("flag", sa.Column("email", sa.String(length=254)), "''")
    _add_filled("flag", sa.Column("locale", sa.String(length=5)), "'de'")
    _add_filled("flag", sa.Column("in_good_faith", sa.Boolean()), "false")
    with op.batch_alter_table("flag") as batch_op:
        batch_op.add_column(sa.Column("answered_at", sa.DateTime(), nullable=True))
        batch_op.create_index("ix_flag_answer", ["answered_at", "closed_at"], unique=False)

    _add_filled("decision", sa.Column("occasion", sa.String(length=24)), "'own'")
    _add_filled("decision", sa.Column("rules_version", sa.Integer()), "1")
    _add_filled("decision", sa.Column("version", sa.Integer()), "0")
    with op.batch_alter_table("decision") as batch_op:
        batch_op.add_column(sa.Column("undoes_id", sa.Integer(), nullable=True))
    _add_filled("decision", sa.Column("facts", sa.JSON()), "'{}'")
    with op.batch_alter_table("decision") as batch_op:
        batch_op.drop_constraint(op.f("ck_decision_decisionkind"), type_="check")
        batch_op.drop_constraint(op.f("ck_decision_has_reason"), type_="check")
        batch_op.drop_constraint(op.f("ck_decision_has_rule"), type_="check")
        batch_op.create_foreign_key(op.f("fk_decision_undoes_id_decision"), "decision", ["undoes_id"], ["id"])
        batch_op.create_check_constraint(op.f("ck_decision_decisionkind"), f"kind IN ({KINDS})")
        batch_op.create_check_constraint(
            op.f("ck_decision_occasion"), "occasion IN ('notice', 'pattern', 'policy', 'own', 'objection')"
        )
        batch_op.create_check_constraint(
            op.f("ck_decision_has_reason"), "kind NOT IN ('hide', 'return', 'redact') OR length(reason) >= 10"
        )
        batch_op.create_check_constraint(
            op.f("ck_decision_has_rule"), "kind NOT IN ('hide', 'return', 'redact') OR rule IS NOT NULL"
        )
        batch_op.create_check_constraint(
            op.f("ck_decision_undoes_something"), "(kind = 'undo') = (undoes_id IS NOT NULL)"
        )
        batch_op.create_index("ix_decision_moderator", ["moderator_id", "id"], unique=False)
        batch_op.create_index("uq_decision_undoes", ["undoes_id"], unique=True)

    op.create_table(
        "text_block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("rule", sa.String(length=24), nullable=True),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('reason', 'response', 'prompt')",
            name=op.f("ck_text_block_blockpurpose"),
        ),
        sa.CheckConstraint(
            "rule IN ('1', '2', '3', '4', '5', 'law')",
            name=op.f("ck_text_block_rule"),
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_text_block_declaration_id_declaration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_block")),
    )
    op.create_index(op.f("ix_text_block_declaration_id"), "text_block", ["declaration_id"], unique=False)

    op.create_table(
        "rules_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("writer_id", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_rules_version_declaration_id_declaration")
        ),
        sa.ForeignKeyConstraint(
            ["writer_id"], ["membership.id"], name=op.f("fk_rules_version_writer_id_membership"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules_version")),
        sa.UniqueConstraint("declaration_id", "number", name=op.f("uq_rules_version_declaration_id_number")),
    )

    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thesis_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["membership.id"],
            name=op.f("fk_assignment_membership_id_membership"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["thesis_id"], ["thesis.id"], name=op.f("fk_assignment_thesis_id_thesis")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("thesis_id", "membership_id", name=op.f("uq_assignment_thesis_id_membership_id")),
    )
    op.create_index(op.f("ix_assignment_membership_id"), "assignment", ["membership_id"], unique=False)

    op.create_table(
        "handling",
        sa.Column("annotation_id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.Column("held_until", sa.DateTime(), nullable=True),
        sa.Column("handed_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["annotation_id"], ["annotation.id"], name=op.f("fk_handling_annotation_id_annotation")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["membership.id"], name=op.f("fk_handling_asked_by_id_membership"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["handed_by_id"], ["membership.id"], name=op.f("fk_handling_handed_by_id_membership"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["membership.id"], name=op.f("fk_handling_holder_id_membership"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("annotation_id", name=op.f("pk_handling")),
    )
    op.create_index(op.f("ix_handling_holder_id"), "handling", ["holder_id"], unique=False)

    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=True),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("was_mailed", sa.Boolean(), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["annotation_id"], ["annotation.id"], name=op.f("fk_letter_annotation_id_annotation")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership.id"], name=op.f("fk_letter_member_id_membership"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("cause", name=op.f("uq_letter_cause")),
    )
    op.create_index(op.f("ix_letter_annotation_id"), "letter", ["annotation_id"], unique=False)
    op.create_index(op.f("ix_letter_due"), "letter", ["settled_at", "due_at"], unique=False)
    op.create_index(op.f("ix_letter_member_id"), "letter", ["member_id"], unique=False)

    op.create_table(
        "log_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("act", sa.String(length=24), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=True),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.String(length=60), nullable=False),
        sa.Column("after", sa.String(length=60), nullable=False),
        sa.Column("rule", sa.String(length=4), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "act IN ('held', 'revised', 'withdrawn', 'publish', 'hide', 'restore', 'return', 'redact', 'move', 'bundle', 'unbundle', 'close', 'reopen', 'undo', 'looked', 'respond', 'flag', 'object', 'objection', 'warn', 'review', 'pause', 'block', 'lift', 'claim', 'release', 'hand_over', 'ask', 'note', 'assign', 'danger', 'message', 'unseal', 'destroy', 'rules', 'blocks', 'policy', 'phase')",
            name=op.f("ck_log_entry_act"),
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["membership.id"], name=op.f("fk_log_entry_actor_id_membership"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["annotation_id"], ["annotation.id"], name=op.f("fk_log_entry_annotation_id_annotation")
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_log_entry_declaration_id_declaration")
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["membership.id"], name=op.f("fk_log_entry_subject_id_membership"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_entry")),
    )
    op.create_index(op.f("ix_log_entry_annotation_id"), "log_entry", ["annotation_id"], unique=False)
    op.create_index(op.f("ix_log_entry_declaration"), "log_entry", ["declaration_id", "id"], unique=False)

    op.create_table(
        "measure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("moderator_id", sa.Integer(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("rule", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=True),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(), nullable=True),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'warn') = (until IS NULL)",
            name=op.f("ck_measure_has_end"),
        ),
        sa.CheckConstraint(
            "length(reason) >= 10",
            name=op.f("ck_measure_has_reason"),
        ),
        sa.CheckConstraint(
            "kind IN ('warn', 'review', 'pause', 'block')",
            name=op.f("ck_measure_measurekind"),
        ),
        sa.CheckConstraint(
            "rule IN ('1', '2', '3', '4', '5', 'law')",
            name=op.f("ck_measure_rule"),
        ),
        sa.ForeignKeyConstraint(["annotation_id"], ["annotation.id"], name=op.f("fk_measure_annotation_id_annotation")),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["membership.id"], name=op.f("fk_measure_lifted_by_id_membership")),
        sa.ForeignKeyConstraint(["member_id"], ["membership.id"], name=op.f("fk_measure_member_id_membership")),
        sa.ForeignKeyConstraint(["moderator_id"], ["membership.id"], name=op.f("fk_measure_moderator_id_membership")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
        sa.UniqueConstraint("form_key", name=op.f("uq_measure_form_key")),
    )
    op.create_index(op.f("ix_measure_member_id"), "measure", ["member_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=False),
        sa.Column("sender_id", sa.Integer(), nullable=True),
        sa.Column("from_team", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["annotation_id"], ["annotation.id"], name=op.f("fk_message_annotation_id_annotation")),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["membership.id"], name=op.f("fk_message_sender_id_membership"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("form_key", name=op.f("uq_message_form_key")),
    )
    op.create_index(op.f("ix_message_annotation_id"), "message", ["annotation_id"], unique=False)

    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=False),
        sa.Column("writer_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("advice", sa.String(length=24), nullable=True),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "advice IN ('publish', 'hide', 'restore', 'return', 'redact', 'move', 'bundle', 'unbundle', 'close', 'reopen', 'undo')",
            name=op.f("ck_note_advice"),
        ),
        sa.CheckConstraint(
            "kind IN ('note', 'opinion', 'handover', 'danger')",
            name=op.f("ck_note_notekind"),
        ),
        sa.ForeignKeyConstraint(["annotation_id"], ["annotation.id"], name=op.f("fk_note_annotation_id_annotation")),
        sa.ForeignKeyConstraint(
            ["writer_id"], ["membership.id"], name=op.f("fk_note_writer_id_membership"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sa.UniqueConstraint("form_key", name=op.f("uq_note_form_key")),
    )
    op.create_index(op.f("ix_note_annotation_id"), "note", ["annotation_id"], unique=False)

    op.create_table(
        "presence",
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=True),
        sa.Column("thesis_id", sa.Integer(), nullable=True),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["annotation_id"], ["annotation.id"], name=op.f("fk_presence_annotation_id_annotation")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_presence_membership_id_membership"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["thesis_id"], ["thesis.id"], name=op.f("fk_presence_thesis_id_thesis")),
        sa.PrimaryKeyConstraint("membership_id", name=op.f("pk_presence")),
    )

    op.create_table(
        "seal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=False),
        sa.Column("passages", sa.JSON(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["annotation_id"], ["annotation.id"], name=op.f("fk_seal_annotation_id_annotation")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_seal_decision_id_decision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_seal_decision_id")),
    )
    op.create_index(op.f("ix_seal_annotation_id"), "seal", ["annotation_id"], unique=False)

    op.create_table(
        "objection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("measure_id", sa.Integer(), nullable=True),
        sa.Column("flag_id", sa.Integer(), nullable=True),
        sa.Column("objector_id", sa.Integer(), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("verdict", sa.String(length=24), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decider_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(decision_id IS NULL) <> (measure_id IS NULL)",
            name=op.f("ck_objection_about_one_thing"),
        ),
        sa.CheckConstraint(
            "verdict IS NULL OR length(reason) >= 10",
            name=op.f("ck_objection_has_reason"),
        ),
        sa.CheckConstraint(
            "verdict IN ('upheld', 'partly', 'rejected')",
            name=op.f("ck_objection_verdict"),
        ),
        sa.CheckConstraint(
            "(verdict IS NULL) = (decided_at IS NULL)",
            name=op.f("ck_objection_verdict_has_day"),
        ),
        sa.ForeignKeyConstraint(["decider_id"], ["membership.id"], name=op.f("fk_objection_decider_id_membership")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_objection_decision_id_decision")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_objection_declaration_id_declaration")
        ),
        sa.ForeignKeyConstraint(["flag_id"], ["flag.id"], name=op.f("fk_objection_flag_id_flag")),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_objection_measure_id_measure")),
        sa.ForeignKeyConstraint(
            ["objector_id"], ["membership.id"], name=op.f("fk_objection_objector_id_membership"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
        sa.UniqueConstraint("form_key", name=op.f("uq_objection_form_key")),
        sa.UniqueConstraint("measure_id", name=op.f("uq_objection_measure_id")),
    )
    op.create_index(op.f("ix_objection_open"), "objection", ["declaration_id", "decided_at"], unique=False)
    op.create_index(
        op.f("uq_objection_author"),
        "objection",
        ["decision_id"],
        unique=True,
        sqlite_where=sa.text("flag_id IS NULL"),
        postgresql_where=sa.text("flag_id IS NULL"),
    )
    op.create_index(
        op.f("uq_objection_reporter"),
        "objection",
        ["decision_id", "flag_id"],
        unique=True,
        sqlite_where=sa.text("flag_id IS NOT NULL"),
        postgresql_where=sa.text("flag_id IS NOT NULL"),
    )

    # What was decided so far stands in the log too, and was looked at.
    op.execute(
        """
        INSERT INTO log_entry (declaration_id, actor_id, act, annotation_id, before, after, rule, at)
        SELECT a.declaration_id, d.moderator_id, d.kind, d.annotation_id, d.old_status, d.new_status,
               coalesce(d.rule, ''), d.decided_at
        FROM decision d JOIN annotation a ON a.id = d.annotation_id ORDER BY d.id
        """
    )
    op.execute(
        """
        UPDATE annotation SET reviewed_at = (
            SELECT max(d.decided_at) FROM decision d WHERE d.annotation_id = annotation.id
            AND (annotation.edited_at IS NULL OR annotation.edited_at <= d.decided_at)
        )
        """
    )


def _add_filled(table: str, column: "sa.Column[Any]", value: str) -> None:
    """A column that is never empty, filled for the rows that are there."""
    column.nullable = True
    with op.batch_alter_table(table) as batch_op:
        batch_op.add_column(column)
    op.execute(f"UPDATE {table} SET {column.name} = {value}")
    with op.batch_alter_table(table) as batch_op:
        batch_op.alter_column(column.name, existing_type=column.type, nullable=False)


def downgrade() -> None:
    """Back to four kinds of decisions: the others become the nearest of those, redacted passages stay redacted."""
    op.execute("UPDATE decision SET undoes_id = NULL, kind = 'restore' WHERE kind = 'undo'")
    op.execute(f"UPDATE decision SET kind = 'publish' WHERE kind NOT IN ({OLD_KINDS})")
    with op.batch_alter_table("decision") as batch_op:
        batch_op.drop_index("uq_decision_undoes")
        batch_op.drop_index("ix_decision_moderator")
        for name in ("undoes_something", "has_rule", "has_reason", "occasion", "decisionkind"):
            batch_op.drop_constraint(op.f(f"ck_decision_{name}"), type_="check")
        batch_op.drop_constraint(op.f("fk_decision_undoes_id_decision"), type_="foreignkey")
        for column in ("undoes_id", "facts", "version", "rules_version", "occasion"):
            batch_op.drop_column(column)
        batch_op.create_check_constraint(op.f("ck_decision_decisionkind"), f"kind IN ({OLD_KINDS})")
        batch_op.create_check_constraint(
            op.f("ck_decision_has_reason"), "kind NOT IN ('hide', 'return') OR length(reason) >= 10"
        )
        batch_op.create_check_constraint(
            op.f("ck_decision_has_rule"), "kind NOT IN ('hide', 'return') OR rule IS NOT NULL"
        )

    for table in (
        "objection",
        "seal",
        "presence",
        "note",
        "message",
        "measure",
        "log_entry",
        "letter",
        "handling",
        "assignment",
        "rules_version",
        "text_block",
    ):
        op.drop_table(table)

    with op.batch_alter_table("flag") as batch_op:
        batch_op.drop_index("ix_flag_answer")
        batch_op.drop_index("uq_flag_key")
        for column in ("in_good_faith", "locale", "email", "name", "answered_at", "key"):
            batch_op.drop_column(column)

    with op.batch_alter_table("annotation", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_index(op.f("ix_annotation_bundled_with"))
        batch_op.drop_constraint(op.f("fk_annotation_bundled_with_annotation"), type_="foreignkey")
        for column in ("left_bundle_at", "bundled_with", "closed_at", "reviewed_at"):
            batch_op.drop_column(column)

    with op.batch_alter_table("membership") as batch_op:
        for column in ("uses_keys", "blocked_until", "paused_until", "reviewed_until"):
            batch_op.drop_column(column)

    with op.batch_alter_table("declaration") as batch_op:
        for column in ("rules_version", "rules_line", "rules", "employers", "sends_after_look"):
            batch_op.drop_column(column)
