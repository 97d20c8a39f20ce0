"""Editions: every state of the text is kept, and what people wrote is bound to the state they wrote it on."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "edition_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_edition_draft_declaration_id_declaration")
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_edition_draft_edition_id_edition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition_draft")),
        sa.UniqueConstraint("declaration_id", name=op.f("uq_edition_draft_declaration_id")),
        sa.UniqueConstraint("key", name=op.f("uq_edition_draft_key")),
    )
    op.create_table(
        "thesis_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("thesis_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("heading", sa.String(length=500), nullable=False),
        sa.Column("group", sa.String(length=500), nullable=False),
        sa.Column("since_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_thesis_state_edition_id_edition")),
        sa.ForeignKeyConstraint(["since_id"], ["edition.id"], name=op.f("fk_thesis_state_since_id_edition")),
        sa.ForeignKeyConstraint(["thesis_id"], ["thesis.id"], name=op.f("fk_thesis_state_thesis_id_thesis")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thesis_state")),
        sa.UniqueConstraint("edition_id", "thesis_id", name=op.f("uq_thesis_state_edition_id_thesis_id")),
    )
    with op.batch_alter_table("thesis_state") as batch_op:
        batch_op.create_index(batch_op.f("ix_thesis_state_thesis_id"), ["thesis_id"], unique=False)

    op.create_table(
        "ballot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("paragraph_id", sa.Integer(), nullable=False),
        sa.Column("wording_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("sentences", sa.JSON(), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_ballot_declaration_id_declaration")
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_ballot_edition_id_edition")),
        sa.ForeignKeyConstraint(["paragraph_id"], ["paragraph.id"], name=op.f("fk_ballot_paragraph_id_paragraph")),
        sa.ForeignKeyConstraint(["wording_id"], ["wording.id"], name=op.f("fk_ballot_wording_id_wording")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
        sa.UniqueConstraint("declaration_id", "form_key", name=op.f("uq_ballot_declaration_id_form_key")),
    )
    with op.batch_alter_table("ballot") as batch_op:
        batch_op.create_index(batch_op.f("ix_ballot_declaration_id"), ["declaration_id"], unique=False)

    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paragraph_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("old_wording_id", sa.Integer(), nullable=False),
        sa.Column("new_wording_id", sa.Integer(), nullable=False),
        sa.Column("corrector_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["corrector_id"], ["membership.id"], name=op.f("fk_correction_corrector_id_membership"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_correction_edition_id_edition")),
        sa.ForeignKeyConstraint(["new_wording_id"], ["wording.id"], name=op.f("fk_correction_new_wording_id_wording")),
        sa.ForeignKeyConstraint(["old_wording_id"], ["wording.id"], name=op.f("fk_correction_old_wording_id_wording")),
        sa.ForeignKeyConstraint(["paragraph_id"], ["paragraph.id"], name=op.f("fk_correction_paragraph_id_paragraph")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    with op.batch_alter_table("correction") as batch_op:
        batch_op.create_index(batch_op.f("ix_correction_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_correction_paragraph_id"), ["paragraph_id"], unique=False)

    op.create_table(
        "paragraph_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("paragraph_id", sa.Integer(), nullable=False),
        sa.Column("thesis_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("wording_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_paragraph_state_edition_id_edition")),
        sa.ForeignKeyConstraint(
            ["paragraph_id"], ["paragraph.id"], name=op.f("fk_paragraph_state_paragraph_id_paragraph")
        ),
        sa.ForeignKeyConstraint(["thesis_id"], ["thesis.id"], name=op.f("fk_paragraph_state_thesis_id_thesis")),
        sa.ForeignKeyConstraint(["wording_id"], ["wording.id"], name=op.f("fk_paragraph_state_wording_id_wording")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paragraph_state")),
        sa.UniqueConstraint("edition_id", "paragraph_id", name=op.f("uq_paragraph_state_edition_id_paragraph_id")),
    )
    with op.batch_alter_table("paragraph_state") as batch_op:
        batch_op.create_index(batch_op.f("ix_paragraph_state_paragraph_id"), ["paragraph_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_paragraph_state_thesis_id"), ["thesis_id"], unique=False)

    op.create_table(
        "anchor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=False),
        sa.Column("paragraph_id", sa.Integer(), nullable=True),
        sa.Column("wording_id", sa.Integer(), nullable=True),
        sa.Column("sentences", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.String(length=24), nullable=True),
        sa.Column("checked_by_id", sa.Integer(), nullable=True),
        sa.Column("checked_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("state IN ('same', 'moved', 'reworded', 'gone')", name=op.f("ck_anchor_anchorstate")),
        sa.CheckConstraint("verdict IN ('accepted', 'placed', 'left')", name=op.f("ck_anchor_anchorverdict")),
        sa.CheckConstraint("similarity BETWEEN 0 AND 1", name=op.f("ck_anchor_share")),
        sa.ForeignKeyConstraint(["annotation_id"], ["annotation.id"], name=op.f("fk_anchor_annotation_id_annotation")),
        sa.ForeignKeyConstraint(
            ["checked_by_id"], ["membership.id"], name=op.f("fk_anchor_checked_by_id_membership"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_anchor_edition_id_edition")),
        sa.ForeignKeyConstraint(["paragraph_id"], ["paragraph.id"], name=op.f("fk_anchor_paragraph_id_paragraph")),
        sa.ForeignKeyConstraint(["wording_id"], ["wording.id"], name=op.f("fk_anchor_wording_id_wording")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchor")),
        sa.UniqueConstraint("annotation_id", "edition_id", name=op.f("uq_anchor_annotation_id_edition_id")),
    )
    with op.batch_alter_table("anchor") as batch_op:
        batch_op.create_index("ix_anchor_check", ["edition_id", "state", "verdict"], unique=False)

    op.create_table(
        "ballot_option",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["annotation_id"], ["annotation.id"], name=op.f("fk_ballot_option_annotation_id_annotation")
        ),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_ballot_option_ballot_id_ballot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_option")),
        sa.UniqueConstraint("ballot_id", "position", name=op.f("uq_ballot_option_ballot_id_position")),
    )
    with op.batch_alter_table("ballot_option") as batch_op:
        batch_op.create_index(batch_op.f("ix_ballot_option_annotation_id"), ["annotation_id"], unique=False)

    op.create_table(
        "cosignature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=False),
        sa.Column("signer_id", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["annotation_id"], ["annotation.id"], name=op.f("fk_cosignature_annotation_id_annotation")
        ),
        sa.ForeignKeyConstraint(["signer_id"], ["membership.id"], name=op.f("fk_cosignature_signer_id_membership")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cosignature")),
        sa.UniqueConstraint("annotation_id", "signer_id", name=op.f("uq_cosignature_annotation_id_signer_id")),
    )
    with op.batch_alter_table("cosignature") as batch_op:
        batch_op.create_index(batch_op.f("ix_cosignature_signer_id"), ["signer_id"], unique=False)

    op.create_table(
        "outcome",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.Column("paragraph_id", sa.Integer(), nullable=True),
        sa.Column("sentences", sa.JSON(), nullable=False),
        sa.Column("decider_id", sa.Integer(), nullable=True),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "value IN ('received', 'in_review') OR length(reason) >= 10", name=op.f("ck_outcome_has_reason")
        ),
        sa.CheckConstraint(
            "value IN ('received', 'in_review', 'adopted', 'partly', 'declined')", name=op.f("ck_outcome_outcomevalue")
        ),
        sa.ForeignKeyConstraint(["annotation_id"], ["annotation.id"], name=op.f("fk_outcome_annotation_id_annotation")),
        sa.ForeignKeyConstraint(
            ["decider_id"], ["membership.id"], name=op.f("fk_outcome_decider_id_membership"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_outcome_edition_id_edition")),
        sa.ForeignKeyConstraint(["paragraph_id"], ["paragraph.id"], name=op.f("fk_outcome_paragraph_id_paragraph")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome")),
        sa.UniqueConstraint("decider_id", "form_key", name=op.f("uq_outcome_decider_id_form_key")),
    )
    with op.batch_alter_table("outcome") as batch_op:
        batch_op.create_index(batch_op.f("ix_outcome_annotation_id"), ["annotation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outcome_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outcome_paragraph_id"), ["paragraph_id"], unique=False)

    op.create_table(
        "resistance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("option_id", sa.Integer(), nullable=False),
        sa.Column("rater_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("rated_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("value BETWEEN 0 AND 10", name=op.f("ck_resistance_mark")),
        sa.ForeignKeyConstraint(
            ["option_id"], ["ballot_option.id"], name=op.f("fk_resistance_option_id_ballot_option")
        ),
        sa.ForeignKeyConstraint(["rater_id"], ["membership.id"], name=op.f("fk_resistance_rater_id_membership")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resistance")),
        sa.UniqueConstraint("option_id", "rater_id", name=op.f("uq_resistance_option_id_rater_id")),
    )
    with op.batch_alter_table("resistance") as batch_op:
        batch_op.create_index(batch_op.f("ix_resistance_rater_id"), ["rater_id"], unique=False)

    # Rebuilding the table must not forget that a number is never given twice.
    with op.batch_alter_table("annotation", recreate="auto", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("outcome", sa.String(length=24), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_annotation_outcomevalue"),
            "outcome IN ('received', 'in_review', 'adopted', 'partly', 'declined')",
        )

    with op.batch_alter_table("paragraph") as batch_op:
        batch_op.add_column(sa.Column("removed_in_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("successor_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_paragraph_successor_id_paragraph"), "paragraph", ["successor_id"], ["id"])
        batch_op.create_foreign_key(op.f("fk_paragraph_removed_in_id_edition"), "edition", ["removed_in_id"], ["id"])

    _add_edition("thesis", "since_id", "SELECT max(e.id) FROM edition e WHERE e.declaration_id = thesis.declaration_id")
    with op.batch_alter_table("thesis") as batch_op:
        batch_op.add_column(sa.Column("removed_in_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_thesis_removed_in_id_edition"), "edition", ["removed_in_id"], ["id"])
    _add_edition("vote", "edition_id", "SELECT a.edition_id FROM annotation a WHERE a.id = vote.annotation_id")

    with op.batch_alter_table("stance") as batch_op:
        batch_op.add_column(sa.Column("let_go_at", sa.DateTime(), nullable=True))
    _replace_index("stance", "uq_stance_paragraph", ["paragraph_id", "holder_id", "edition_id"], "IS NOT NULL")
    _replace_index("stance", "uq_stance_thesis", ["thesis_id", "holder_id", "edition_id"], "IS NULL")

    _add_edition(
        "stance_tally",
        "edition_id",
        "SELECT max(e.id) FROM edition e WHERE e.declaration_id = stance_tally.declaration_id",
    )
    with op.batch_alter_table("stance_tally") as batch_op:
        batch_op.drop_constraint(op.f("uq_stance_tally_paragraph_id"), type_="unique")
        batch_op.create_unique_constraint(
            op.f("uq_stance_tally_paragraph_id_edition_id"), ["paragraph_id", "edition_id"]
        )
    _replace_index("stance_tally", "uq_stance_tally_thesis", ["thesis_id", "edition_id"], "IS NULL")

    with op.batch_alter_table("wording") as batch_op:
        batch_op.drop_constraint(op.f("uq_wording_paragraph_id_edition_id"), type_="unique")
        batch_op.create_index(op.f("ix_wording_paragraph_id"), ["paragraph_id"], unique=False)

    # The text in force is the state of the edition in force.
    op.execute(
        """
        INSERT INTO thesis_state (edition_id, thesis_id, position, heading, "group", since_id)
        SELECT t.since_id, t.id, t.position, t.heading, t."group", t.since_id FROM thesis t
        """
    )
    op.execute(
        """
        INSERT INTO paragraph_state (edition_id, paragraph_id, thesis_id, position, number, wording_id, reason)
        SELECT t.since_id, p.id, p.thesis_id, p.position, p.number, p.wording_id, ''
        FROM paragraph p JOIN thesis t ON t.id = p.thesis_id WHERE p.wording_id IS NOT NULL
        """
    )


def _add_edition(table: str, column: str, which: str) -> None:
    """A column that names an edition, filled for the rows that are there."""
    with op.batch_alter_table(table) as batch_op:
        batch_op.add_column(sa.Column(column, sa.Integer(), nullable=True))
    op.execute(f"UPDATE {table} SET {column} = ({which})")
    with op.batch_alter_table(table) as batch_op:
        batch_op.alter_column(column, existing_type=sa.Integer(), nullable=False)
        batch_op.create_foreign_key(op.f(f"fk_{table}_{column}_edition"), "edition", [column], ["id"])


def _replace_index(table: str, name: str, columns: list[str], paragraph: str) -> None:
    where = sa.text(f"paragraph_id {paragraph}")
    op.drop_index(name, table)
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Back to one text: of several stances on reworded places the latest stays, a corrected misprint stays corrected."""
    _keep_latest("stance", "holder_id", "id")
    _keep_latest("stance_tally", "", "edition_id")
    _join_corrections()

    with op.batch_alter_table("wording") as batch_op:
        batch_op.drop_index(op.f("ix_wording_paragraph_id"))
        batch_op.create_unique_constraint(op.f("uq_wording_paragraph_id_edition_id"), ["paragraph_id", "edition_id"])

    with op.batch_alter_table("stance_tally") as batch_op:
        batch_op.drop_constraint(op.f("fk_stance_tally_edition_id_edition"), type_="foreignkey")
        batch_op.drop_constraint(op.f("uq_stance_tally_paragraph_id_edition_id"), type_="unique")
        batch_op.create_unique_constraint(op.f("uq_stance_tally_paragraph_id"), ["paragraph_id"])
    _replace_index("stance_tally", "uq_stance_tally_thesis", ["thesis_id"], "IS NULL")
    with op.batch_alter_table("stance_tally") as batch_op:
        batch_op.drop_column("edition_id")

    _replace_index("stance", "uq_stance_paragraph", ["paragraph_id", "holder_id"], "IS NOT NULL")
    _replace_index("stance", "uq_stance_thesis", ["thesis_id", "holder_id"], "IS NULL")
    with op.batch_alter_table("stance") as batch_op:
        batch_op.drop_column("let_go_at")

    with op.batch_alter_table("vote") as batch_op:
        batch_op.drop_constraint(op.f("fk_vote_edition_id_edition"), type_="foreignkey")
        batch_op.drop_column("edition_id")

    with op.batch_alter_table("thesis") as batch_op:
        batch_op.drop_constraint(op.f("fk_thesis_removed_in_id_edition"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_thesis_since_id_edition"), type_="foreignkey")
        batch_op.drop_column("removed_in_id")
        batch_op.drop_column("since_id")

    with op.batch_alter_table("paragraph") as batch_op:
        batch_op.drop_constraint(op.f("fk_paragraph_removed_in_id_edition"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_paragraph_successor_id_paragraph"), type_="foreignkey")
        batch_op.drop_column("successor_id")
        batch_op.drop_column("removed_in_id")

    with op.batch_alter_table("annotation", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(op.f("ck_annotation_outcomevalue"), type_="check")
        batch_op.drop_column("outcome")

    for table in (
        "resistance",
        "outcome",
        "cosignature",
        "ballot_option",
        "anchor",
        "paragraph_state",
        "correction",
        "ballot",
        "thesis_state",
        "edition_draft",
    ):
        op.drop_table(table)


def _keep_latest(table: str, holder: str, by: str) -> None:
    """One row for each place (and person) is all that the former schema can hold."""
    same_holder = f"AND later.{holder} = {table}.{holder}" if holder else ""
    op.execute(
        f"""
        DELETE FROM {table} WHERE EXISTS (
            SELECT 1 FROM {table} later
            WHERE later.thesis_id = {table}.thesis_id AND coalesce(later.paragraph_id, 0) = coalesce({table}.paragraph_id, 0)
            {same_holder} AND later.{by} > {table}.{by}
        )
        """
    )


def _join_corrections() -> None:
    """Let everything that names a corrected wording name the last correction of it, and drop the misprints."""
    rows = op.get_bind().execute(sa.text("SELECT old_wording_id, new_wording_id FROM correction ORDER BY id"))
    becomes = {old: new for old, new in rows}
    for old, new in becomes.items():
        while new in becomes:
            new = becomes[new]
        for table in ("annotation", "stance", "anchor", "ballot", "paragraph_state"):
            op.execute(f"UPDATE {table} SET wording_id = {int(new)} WHERE wording_id = {int(old)}")
    op.execute("DELETE FROM correction")
    for old in becomes:
        op.execute(f"DELETE FROM wording WHERE id = {int(old)}")
