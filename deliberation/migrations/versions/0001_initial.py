"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    with op.batch_alter_table("attempt") as batch_op:
        batch_op.create_index("ix_attempt_key_hash_at", ["key_hash", "at"], unique=False)

    op.create_table(
        "declaration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("publisher", sa.String(length=300), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("about_html", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("phase", sa.String(length=24), nullable=False),
        sa.Column("phase_ends_on", sa.Date(), nullable=True),
        sa.Column("policy", sa.String(length=24), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "phase IN ('draft', 'reading', 'annotating', 'voting', 'evaluating', 'closed')",
            name=op.f("ck_declaration_phase"),
        ),
        sa.CheckConstraint(
            "policy IN ('none', 'pattern', 'first', 'all')", name=op.f("ck_declaration_policy")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration")),
        sa.UniqueConstraint("slug", name=op.f("uq_declaration_slug")),
    )
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("cause", sa.String(length=120), nullable=False),
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
    )
    with op.batch_alter_table("mail") as batch_op:
        batch_op.create_index("ix_mail_due", ["sent_at", "due_at"], unique=False)
        batch_op.create_index("uq_mail_cause", ["recipient", "cause"], unique=True)

    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("is_operator", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("first_pseudonym", sa.String(length=40), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("consent_version", sa.String(length=20), nullable=False),
        sa.Column("consented_at", sa.DateTime(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("password_browser", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("browser", sa.String(length=64), nullable=True),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("(user_id IS NULL) <> (browser IS NULL)", name=op.f("ck_draft_one_owner")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_draft_declaration_id_declaration")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_draft_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("user_id", "place", name=op.f("uq_draft_user_id_place")),
    )
    with op.batch_alter_table("draft") as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_browser"), ["browser"], unique=False)

    op.create_table(
        "edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_edition_declaration_id_declaration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("declaration_id", "number", name=op.f("uq_edition_declaration_id_number")),
    )
    op.create_table(
        "import_preview",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["declaration_id"],
            ["declaration.id"],
            name=op.f("fk_import_preview_declaration_id_declaration"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_import_preview_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_preview")),
        sa.UniqueConstraint("key", name=op.f("uq_import_preview_key")),
    )
    with op.batch_alter_table("import_preview") as batch_op:
        batch_op.create_index(batch_op.f("ix_import_preview_user_id"), ["user_id"], unique=False)

    op.create_table(
        "login_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("tries <= 5", name=op.f("ck_login_code_tries")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_login_code_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_code")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_code_token_hash")),
    )
    with op.batch_alter_table("login_code") as batch_op:
        batch_op.create_index(batch_op.f("ix_login_code_browser"), ["browser"], unique=False)
        batch_op.create_index(batch_op.f("ix_login_code_user_id"), ["user_id"], unique=False)

    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(length=60), nullable=False),
        sa.Column("pseudonym_key", sa.String(length=80), nullable=False),
        sa.Column("signing_name", sa.String(length=60), nullable=False),
        sa.Column("joined_at", sa.DateTime(), nullable=False),
        sa.Column("results_seen_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_membership_declaration_id_declaration")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_membership_user_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "declaration_id", "pseudonym_key", name=op.f("uq_membership_declaration_id_pseudonym_key")
        ),
        sa.UniqueConstraint("user_id", "declaration_id", name=op.f("uq_membership_user_id_declaration_id")),
    )
    op.create_table(
        "thesis",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("heading", sa.String(length=500), nullable=False),
        sa.Column("group", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_thesis_declaration_id_declaration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thesis")),
        sa.UniqueConstraint("declaration_id", "number", name=op.f("uq_thesis_declaration_id_number")),
    )
    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_visit_declaration_id_declaration")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_visit_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("user_id", "declaration_id", name=op.f("uq_visit_user_id_declaration_id")),
    )
    op.create_table(
        "opening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("thesis_id", sa.Integer(), nullable=False),
        sa.Column("paragraph_key", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["thesis_id"], ["thesis.id"], name=op.f("fk_opening_thesis_id_thesis")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_opening_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening")),
        sa.UniqueConstraint(
            "user_id", "thesis_id", "paragraph_key", name=op.f("uq_opening_user_id_thesis_id_paragraph_key")
        ),
    )
    op.create_table(
        "paragraph",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thesis_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("wording_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["thesis_id"], ["thesis.id"], name=op.f("fk_paragraph_thesis_id_thesis")),
        sa.ForeignKeyConstraint(
            ["wording_id"], ["wording.id"], name=op.f("fk_paragraph_wording_id_wording"), use_alter=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paragraph")),
        sa.UniqueConstraint("thesis_id", "number", name=op.f("uq_paragraph_thesis_id_number")),
    )
    with op.batch_alter_table("paragraph") as batch_op:
        batch_op.create_index(batch_op.f("ix_paragraph_thesis_id"), ["thesis_id"], unique=False)

    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("granted_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("role <> 'participant'", name=op.f("ck_role_grant_not_participant")),
        sa.CheckConstraint(
            "role IN ('participant', 'moderator', 'organiser')", name=op.f("ck_role_grant_role")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["membership.id"],
            name=op.f("fk_role_grant_membership_id_membership"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        sa.UniqueConstraint("membership_id", "role", name=op.f("uq_role_grant_membership_id_role")),
    )
    op.create_table(
        "stance_tally",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("thesis_id", sa.Integer(), nullable=False),
        sa.Column("paragraph_id", sa.Integer(), nullable=True),
        sa.Column("carry", sa.Integer(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("unclear", sa.Integer(), nullable=False),
        sa.Column("against", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_stance_tally_declaration_id_declaration")
        ),
        sa.ForeignKeyConstraint(
            ["paragraph_id"], ["paragraph.id"], name=op.f("fk_stance_tally_paragraph_id_paragraph")
        ),
        sa.ForeignKeyConstraint(["thesis_id"], ["thesis.id"], name=op.f("fk_stance_tally_thesis_id_thesis")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stance_tally")),
        sa.UniqueConstraint("paragraph_id", name=op.f("uq_stance_tally_paragraph_id")),
    )
    with op.batch_alter_table("stance_tally") as batch_op:
        batch_op.create_index(batch_op.f("ix_stance_tally_declaration_id"), ["declaration_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stance_tally_thesis_id"), ["thesis_id"], unique=False)
        batch_op.create_index(
            "uq_stance_tally_thesis",
            ["thesis_id"],
            unique=True,
            sqlite_where=sa.text("paragraph_id IS NULL"),
            postgresql_where=sa.text("paragraph_id IS NULL"),
        )

    op.create_table(
        "wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paragraph_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_wording_edition_id_edition")),
        sa.ForeignKeyConstraint(
            ["paragraph_id"], ["paragraph.id"], name=op.f("fk_wording_paragraph_id_paragraph")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording")),
        sa.UniqueConstraint("paragraph_id", "edition_id", name=op.f("uq_wording_paragraph_id_edition_id")),
    )
    op.create_table(
        "annotation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("thesis_id", sa.Integer(), nullable=False),
        sa.Column("paragraph_id", sa.Integer(), nullable=True),
        sa.Column("wording_id", sa.Integer(), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("root_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=True),
        sa.Column("sentences", sa.JSON(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("quote_prefix", sa.String(length=32), nullable=False),
        sa.Column("quote_suffix", sa.String(length=32), nullable=False),
        sa.Column("quote_start", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("render_version", sa.Integer(), nullable=False),
        sa.Column("proposed_wording", sa.Text(), nullable=False),
        sa.Column("is_quotable", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("held_because", sa.JSON(), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("edited_at", sa.DateTime(), nullable=True),
        sa.Column("shown_agree", sa.Integer(), nullable=False),
        sa.Column("shown_disagree", sa.Integer(), nullable=False),
        sa.Column("shown_pass", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind <> 'proposal' OR proposed_wording <> ''", name=op.f("ck_annotation_proposal_has_wording")
        ),
        sa.CheckConstraint(
            "kind IN ('practice', 'proposal', 'question', 'objection', 'agreement', 'reference')",
            name=op.f("ck_annotation_kind"),
        ),
        sa.CheckConstraint(
            "status IN ('visible', 'pending', 'hidden', 'withdrawn')", name=op.f("ck_annotation_status")
        ),
        sa.CheckConstraint(
            "(parent_id IS NULL) = (kind IS NOT NULL)", name=op.f("ck_annotation_kind_of_thread")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["membership.id"],
            name=op.f("fk_annotation_author_id_membership"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_annotation_declaration_id_declaration")
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_annotation_edition_id_edition")
        ),
        sa.ForeignKeyConstraint(
            ["paragraph_id"], ["paragraph.id"], name=op.f("fk_annotation_paragraph_id_paragraph")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["annotation.id"], name=op.f("fk_annotation_parent_id_annotation")
        ),
        sa.ForeignKeyConstraint(
            ["root_id"], ["annotation.id"], name=op.f("fk_annotation_root_id_annotation")
        ),
        sa.ForeignKeyConstraint(["thesis_id"], ["thesis.id"], name=op.f("fk_annotation_thesis_id_thesis")),
        sa.ForeignKeyConstraint(
            ["wording_id"], ["wording.id"], name=op.f("fk_annotation_wording_id_wording")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annotation")),
        sa.UniqueConstraint("author_id", "form_key", name=op.f("uq_annotation_author_id_form_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("annotation") as batch_op:
        batch_op.create_index(batch_op.f("ix_annotation_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_annotation_paragraph_id"), ["paragraph_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_annotation_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(
            "ix_annotation_place",
            ["declaration_id", "thesis_id", "paragraph_id", "status", "created_at", "author_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_annotation_root_id"), ["root_id"], unique=False)
        batch_op.create_index("ix_annotation_state", ["declaration_id", "status", "created_at"], unique=False)

    op.create_table(
        "stance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("thesis_id", sa.Integer(), nullable=False),
        sa.Column("paragraph_id", sa.Integer(), nullable=True),
        sa.Column("wording_id", sa.Integer(), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("seen_before", sa.Boolean(), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "value IN ('carry', 'change', 'unclear', 'against')", name=op.f("ck_stance_stancevalue")
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_stance_declaration_id_declaration")
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_stance_edition_id_edition")),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["membership.id"], name=op.f("fk_stance_holder_id_membership")
        ),
        sa.ForeignKeyConstraint(
            ["paragraph_id"], ["paragraph.id"], name=op.f("fk_stance_paragraph_id_paragraph")
        ),
        sa.ForeignKeyConstraint(["thesis_id"], ["thesis.id"], name=op.f("fk_stance_thesis_id_thesis")),
        sa.ForeignKeyConstraint(["wording_id"], ["wording.id"], name=op.f("fk_stance_wording_id_wording")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stance")),
    )
    with op.batch_alter_table("stance") as batch_op:
        batch_op.create_index(batch_op.f("ix_stance_declaration_id"), ["declaration_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stance_holder_id"), ["holder_id"], unique=False)
        batch_op.create_index(
            "uq_stance_paragraph",
            ["paragraph_id", "holder_id"],
            unique=True,
            sqlite_where=sa.text("paragraph_id IS NOT NULL"),
            postgresql_where=sa.text("paragraph_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_stance_thesis",
            ["thesis_id", "holder_id"],
            unique=True,
            sqlite_where=sa.text("paragraph_id IS NULL"),
            postgresql_where=sa.text("paragraph_id IS NULL"),
        )

    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=False),
        sa.Column("moderator_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("old_status", sa.String(length=24), nullable=False),
        sa.Column("new_status", sa.String(length=24), nullable=False),
        sa.Column("rule", sa.String(length=24), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('publish', 'hide', 'restore', 'return')", name=op.f("ck_decision_decisionkind")
        ),
        sa.CheckConstraint(
            "kind NOT IN ('hide', 'return') OR length(reason) >= 10", name=op.f("ck_decision_has_reason")
        ),
        sa.CheckConstraint(
            "kind NOT IN ('hide', 'return') OR rule IS NOT NULL", name=op.f("ck_decision_has_rule")
        ),
        sa.CheckConstraint(
            "new_status IN ('visible', 'pending', 'hidden', 'withdrawn')", name=op.f("ck_decision_new_status")
        ),
        sa.CheckConstraint(
            "old_status IN ('visible', 'pending', 'hidden', 'withdrawn')", name=op.f("ck_decision_old_status")
        ),
        sa.CheckConstraint("rule IN ('1', '2', '3', '4', '5', 'law')", name=op.f("ck_decision_rule")),
        sa.ForeignKeyConstraint(
            ["annotation_id"], ["annotation.id"], name=op.f("fk_decision_annotation_id_annotation")
        ),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["membership.id"], name=op.f("fk_decision_moderator_id_membership")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    with op.batch_alter_table("decision") as batch_op:
        batch_op.create_index("ix_decision_annotation", ["annotation_id", "id"], unique=False)

    op.create_table(
        "earlier_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("proposed_wording", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["annotation_id"], ["annotation.id"], name=op.f("fk_earlier_version_annotation_id_annotation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earlier_version")),
    )
    with op.batch_alter_table("earlier_version") as batch_op:
        batch_op.create_index(batch_op.f("ix_earlier_version_annotation_id"), ["annotation_id"], unique=False)

    op.create_table(
        "response",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('inquiry', 'information', 'summary', 'bridge', 'rules')",
            name=op.f("ck_response_responsekind"),
        ),
        sa.ForeignKeyConstraint(
            ["annotation_id"], ["annotation.id"], name=op.f("fk_response_annotation_id_annotation")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["membership.id"], name=op.f("fk_response_author_id_membership")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sa.UniqueConstraint("author_id", "form_key", name=op.f("uq_response_author_id_form_key")),
    )
    with op.batch_alter_table("response") as batch_op:
        batch_op.create_index(batch_op.f("ix_response_annotation_id"), ["annotation_id"], unique=False)

    op.create_table(
        "vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=False),
        sa.Column("voter_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(length=24), nullable=False),
        sa.Column("seen_before", sa.Boolean(), nullable=False),
        sa.Column("cast_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("value IN ('agree', 'disagree', 'pass')", name=op.f("ck_vote_votevalue")),
        sa.ForeignKeyConstraint(
            ["annotation_id"], ["annotation.id"], name=op.f("fk_vote_annotation_id_annotation")
        ),
        sa.ForeignKeyConstraint(["voter_id"], ["membership.id"], name=op.f("fk_vote_voter_id_membership")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote")),
        sa.UniqueConstraint("annotation_id", "voter_id", name=op.f("uq_vote_annotation_id_voter_id")),
    )
    with op.batch_alter_table("vote") as batch_op:
        batch_op.create_index(batch_op.f("ix_vote_voter_id"), ["voter_id"], unique=False)

    op.create_table(
        "flag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=False),
        sa.Column("reporter_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('recognisable', 'attack', 'illegal', 'other')", name=op.f("ck_flag_flagreason")
        ),
        sa.ForeignKeyConstraint(
            ["annotation_id"], ["annotation.id"], name=op.f("fk_flag_annotation_id_annotation")
        ),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_flag_decision_id_decision")),
        sa.ForeignKeyConstraint(
            ["reporter_id"],
            ["membership.id"],
            name=op.f("fk_flag_reporter_id_membership"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag")),
    )
    with op.batch_alter_table("flag") as batch_op:
        batch_op.create_index("ix_flag_open", ["annotation_id", "closed_at"], unique=False)
        batch_op.create_index("uq_flag_form", ["form_key"], unique=True)
    # SQLite has it inline; PostgreSQL needs both tables first.
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key(
            "fk_paragraph_wording_id_wording", "paragraph", "wording", ["wording_id"], ["id"]
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_paragraph_wording_id_wording", "paragraph", type_="foreignkey")
    op.drop_table("flag")
    op.drop_table("vote")
    op.drop_table("response")
    op.drop_table("earlier_version")
    op.drop_table("decision")
    op.drop_table("stance")
    op.drop_table("annotation")
    op.drop_table("wording")
    op.drop_table("stance_tally")
    op.drop_table("role_grant")
    op.drop_table("paragraph")
    op.drop_table("opening")
    op.drop_table("visit")
    op.drop_table("thesis")
    op.drop_table("membership")
    op.drop_table("login_code")
    op.drop_table("import_preview")
    op.drop_table("edition")
    op.drop_table("draft")
    op.drop_table("user")
    op.drop_table("mail")
    op.drop_table("declaration")
    op.drop_table("attempt")
