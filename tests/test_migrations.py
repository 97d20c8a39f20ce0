"""The schema is made by migrations, and a migration never costs anybody a row."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from flask import Flask

from deliberation import create_app, schema
from deliberation.accounts.models import User, find_user_by_email
from deliberation.annotations.models import StanceValue, VoteValue
from deliberation.annotations.positions import cast_vote, take_stance
from deliberation.database import db, set_reading
from deliberation.declarations import easy, glossary
from deliberation.declarations.models import LogEntry, find_declaration
from deliberation.moderation.actions import hide
from deliberation.moderation.models import Rule
from deliberation.notifications.models import Mail
from deliberation.permissions import Operator
from deliberation.schema import SchemaRefused, SchemaState, UnknownRevision
from tests import builders

NEXT = '''
"""A later release: the table that everything hangs on is rebuilt."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade() -> None:
    with op.batch_alter_table("declaration", recreate="{recreate}") as batch:
        batch.add_column(sa.Column("motto", sa.Text(), nullable=True))
{extra}

def downgrade() -> None:
    with op.batch_alter_table("declaration", recreate="{recreate}") as batch:
        batch.drop_column("motto")
'''


@pytest.fixture
def blank(engine: tuple[str, Path, str], tmp_path: Path) -> Iterator[Flask]:
    """The application on a database of its own without any table."""
    name, _folder, url = engine
    own = f"sqlite:///{tmp_path / 'blank.sqlite3'}"
    if name == "postgresql":
        own = _fresh_postgres(url)
    app = create_app({"INSTANCE": str(tmp_path), "DATABASE_URL": own, "SECRET_KEY": "x" * 40, "LOG_LEVEL": "WARNING"})
    with app.app_context():
        set_reading(False)
        yield app
        db.session.remove()
        db.engine.dispose()


def _fresh_postgres(url: str) -> str:
    address = sa.make_url(url.replace("postgresql://", "postgresql+psycopg://"))
    server = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text("DROP DATABASE IF EXISTS blank WITH (FORCE)"))
        connection.execute(sa.text("CREATE DATABASE blank"))
    server.dispose()
    return address.set(database="blank").render_as_string(hide_password=False)


@pytest.fixture
def later(blank: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make a later release of the code, with one migration more, whose steps the test chooses."""

    def make(extra: str = "") -> None:
        folder = tmp_path / "later"
        shutil.copytree(schema.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
        recreate = "always" if db.engine.dialect.name == "sqlite" else "auto"
        text = NEXT.format(head=schema.known_revisions()[-1], extra=extra, recreate=recreate)
        (folder / "versions" / "9999_later.py").write_text(text)
        monkeypatch.setattr(schema, "MIGRATIONS", folder)

    return make


def fill() -> dict[str, int]:
    """A declaration with people and what they wrote; how many rows that made in each table."""
    cast = builders.cast()
    first = builders.annotate(cast.ada, cast.declaration)
    second = builders.annotate(cast.ben, cast.declaration, "1.1")
    cast_vote(cast.ben, first, VoteValue.AGREE)
    place = builders.paragraph(cast.declaration)
    take_stance(cast.ada, place.thesis, place, StanceValue.CARRY)
    hide(cast.mira, second, Rule.PROTECT, "Jemand ist erkennbar.", second.version)
    db.session.add(builders.membership(cast.ada, cast.declaration))
    db.session.commit()
    counted = count_rows()
    assert all(counted[name] for name in ("annotation", "vote", "stance", "decision", "log_entry", "membership", "user"))
    return counted


def count_rows() -> dict[str, int]:
    with db.engine.connect() as connection:
        tables = [name for name in sa.inspect(connection).get_table_names() if name in db.metadata.tables]
        return {name: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) for name in tables}


def described() -> dict[str, Any]:
    """Everything the database knows about its tables, in an order independent of how they were made."""
    inspector = sa.inspect(db.engine)
    return {
        name: {
            "columns": [
                (c["name"], c["type"].compile(db.engine.dialect), c["nullable"], c["default"])
                for c in inspector.get_columns(name)
            ],
            "primary key": inspector.get_pk_constraint(name),
            "foreign keys": by_name(inspector.get_foreign_keys(name)),
            "unique": by_name(inspector.get_unique_constraints(name)),
            "checks": {c["name"]: "".join(c["sqltext"].split()) for c in inspector.get_check_constraints(name)},
            "indexes": by_name(inspector.get_indexes(name)),
        }
        for name in inspector.get_table_names()
        if name != "alembic_version"
    }


def by_name(things: Any) -> dict[str, Any]:
    return {thing["name"]: plain(thing) for thing in things}


def plain(thing: Any) -> Any:
    if isinstance(thing, dict):
        return {key: plain(value) for key, value in thing.items()}
    return str(thing)


def test_migrated_schema_equals_the_one_the_models_describe(blank: Flask) -> None:
    schema.bring_up_to_date()
    migrated = described()
    schema.migrate_to(schema.NOTHING)
    # A copy: whoever made the tables on PostgreSQL before has told the keys that point in a circle to stay out of CREATE
    # TABLE from then on (`AddConstraint`), and SQLite knows no other way.
    models = sa.MetaData(naming_convention=db.metadata.naming_convention)
    for table in db.metadata.tables.values():
        table.to_metadata(models)
    models.create_all(db.engine)
    made = described()
    assert made.keys() == migrated.keys()
    for name in migrated:
        assert made[name] == migrated[name], name
    assert sum(len(table["checks"]) for table in migrated.values()) > 15


def test_models_and_migrations_do_not_drift_apart(blank: Flask) -> None:
    schema.bring_up_to_date()
    command.check(schema.alembic_config())


def test_annotation_numbers_are_never_used_twice_after_migrating(blank: Flask) -> None:
    schema.bring_up_to_date()
    cast = builders.cast()
    last = builders.annotate(cast.ada, cast.declaration).number
    db.session.execute(sa.text("DELETE FROM annotation"))
    assert builders.annotate(cast.ada, cast.declaration).number > last


def test_revisions_are_numbered_in_the_order_alembic_sees_them(blank: Flask) -> None:
    scripts = ScriptDirectory.from_config(schema.alembic_config())
    assert [script.revision for script in scripts.walk_revisions()] == schema.known_revisions()[::-1]


def test_up_down_and_up_again(blank: Flask) -> None:
    assert schema.bring_up_to_date() is SchemaState.EMPTY
    fill()
    schema.migrate_to(schema.NOTHING)
    assert schema.state() is SchemaState.EMPTY
    assert count_rows() == {}
    schema.bring_up_to_date()
    assert schema.state() is SchemaState.CURRENT
    assert set(count_rows()) == set(db.metadata.tables)
    assert fill()["annotation"] == 2


def test_every_step_of_the_way_keeps_the_rows(blank: Flask) -> None:
    schema.bring_up_to_date()
    before = fill()
    for revision in schema.known_revisions()[::-1]:
        schema.migrate_to(revision)
        kept = count_rows()
        assert kept == {name: before[name] for name in kept}
    schema.migrate_to(schema.HEAD)
    # What has no table in the first release was given up on the way down, or is made anew from the rest.
    after = count_rows()
    assert {name: after[name] for name in kept} == kept


def test_second_upgrade_changes_nothing(blank: Flask) -> None:
    schema.bring_up_to_date()
    before = fill()
    assert schema.bring_up_to_date() is SchemaState.CURRENT
    assert count_rows() == before


def test_rebuilding_a_table_keeps_the_rows_that_refer_to_it(blank: Flask, later: Any) -> None:
    schema.bring_up_to_date()
    before = fill()
    later()
    assert schema.state() is SchemaState.OLD
    schema.bring_up_to_date()
    assert count_rows() == before
    schema.migrate_to(schema.known_revisions()[-2])
    assert count_rows() == before
    schema.migrate_to(schema.HEAD)
    assert count_rows() == before


def test_foreign_keys_are_watched_again_after_a_migration(blank: Flask, later: Any) -> None:
    schema.bring_up_to_date()
    fill()
    later()
    schema.bring_up_to_date()
    with pytest.raises(sa.exc.IntegrityError), db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE thesis SET declaration_id = 4711"))


def test_a_migration_that_breaks_off_leaves_the_old_schema(blank: Flask, later: Any) -> None:
    schema.bring_up_to_date()
    before, tables = fill(), described()
    later('    op.execute("UPDATE declaration SET motto = no_such_column")')
    with pytest.raises(sa.exc.DBAPIError):
        schema.bring_up_to_date()
    db.engine.dispose()
    assert schema.state() is SchemaState.OLD
    assert described() == tables
    assert count_rows() == before


def test_a_migration_that_would_leave_orphans_is_refused(blank: Flask, later: Any) -> None:
    schema.bring_up_to_date()
    before = fill()
    later('    op.execute("DELETE FROM edition")')
    with pytest.raises((RuntimeError, sa.exc.IntegrityError)):
        schema.bring_up_to_date()
    db.engine.dispose()
    assert count_rows() == before


def test_a_database_of_a_later_release_is_left_alone(blank: Flask, later: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    present = schema.MIGRATIONS
    schema.bring_up_to_date()
    later()
    schema.bring_up_to_date()
    monkeypatch.setattr(schema, "MIGRATIONS", present)
    assert schema.state() is SchemaState.NEWER
    with pytest.raises(SchemaRefused):
        schema.bring_up_to_date()
    with pytest.raises(SchemaRefused):
        schema.migrate_to(schema.NOTHING)
    assert schema.revision() == "9999"


def test_tables_of_unknown_origin_are_left_alone(blank: Flask) -> None:
    db.create_all()
    with pytest.raises(SchemaRefused):
        schema.bring_up_to_date()


def test_unknown_revisions_are_refused(blank: Flask) -> None:
    with pytest.raises(UnknownRevision):
        schema.migrate_to("0815")


def test_addresses_are_sealed_on_the_way_up_and_readable_on_the_way_down(blank: Flask) -> None:
    schema.migrate_to("head")
    fill()
    schema.migrate_to("0003")
    with db.engine.begin() as connection:
        users = sa.table("user", sa.column("id"), sa.column("email"))
        before = dict(connection.execute(sa.select(users.c.id, users.c.email)).all())
        assert "ada@example.org" in before.values()
        connection.execute(
            sa.text(
                "INSERT INTO mail (recipient, cause, template, parameters, locale, created_at, due_at, tries, error)"
                " VALUES ('ada@example.org', 'c', 'sign_in', '{\"code\": \"1\"}', 'de', :at, :at, 0, '')"
            ),
            {"at": "2026-01-01 00:00:00"},
        )
    schema.migrate_to("head")
    assert {user.id: user.email for user in db.session.scalars(sa.select(User))} == before
    assert find_user_by_email("ada@example.org") is not None
    [mail] = db.session.scalars(sa.select(Mail))
    assert (mail.recipient, mail.parameters) == ("ada@example.org", {"code": "1"})
    db.session.commit()


def test_explained_words_go_on_the_way_down_and_everything_else_stays(blank: Flask) -> None:
    schema.bring_up_to_date()
    before = fill()
    declaration = find_declaration("erklaerung")
    assert declaration is not None
    glossary.add_term(Operator(), declaration, glossary.TermWords("Amt", "Ämter", "Eine Stelle der Stadt."))
    easy.change_about(Operator(), declaration, "Zuerst.")
    easy.change_about(Operator(), declaration, "Danach.")
    logged = db.session.scalar(sa.select(sa.func.count(LogEntry.id)))
    db.session.commit()
    schema.migrate_to("0024")
    assert {name: count for name, count in count_rows().items() if name != "log_entry"} == {
        name: before[name] for name in count_rows() if name != "log_entry"
    }
    schema.migrate_to(schema.HEAD)
    db.session.expire_all()
    found = find_declaration("erklaerung")
    assert found is not None
    assert (found.terms, found.easy) == ([], "Danach.")
    db.session.commit()
    after = count_rows()
    assert (after["log_entry"], after["term"], after["easy_edition"]) == (logged, 0, 0)
