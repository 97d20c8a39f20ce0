"""A copy while people write, and the way back from it; a damaged or foreign file puts nothing in danger."""

import os
import shutil
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select, text

from deliberation import backups, create_app, jobs, schema
from deliberation.accounts.models import User, find_user_by_email
from deliberation.annotations.models import Annotation
from deliberation.backups import BackupRefused
from deliberation.cli import cli
from deliberation.clock import frozen_at, now
from deliberation.database import db, set_reading
from deliberation.declarations.models import find_declaration
from deliberation.sqlite import driver as sqlite3
from tests import builders

SETTINGS = {"SECRET_KEY": "a secret that is long enough for the tests", "LOG_LEVEL": "ERROR"}


@pytest.fixture
def filled(tmp_path: Path):
    """A site of its own with people and texts, in a file."""
    app = create_app({"INSTANCE": str(tmp_path / "site"), **SETTINGS})
    with app.app_context():
        schema.bring_up_to_date()
        set_reading(False)
        cast = builders.cast()
        builders.annotate(cast.ada, cast.declaration)
        builders.annotate(cast.ben, cast.declaration, "1.1")
        db.session.commit()
        db.session.remove()
        yield app
        db.session.remove()
        db.engine.dispose()


def count() -> int:
    return db.session.scalar(select(func.count(Annotation.number))) or 0


def run(app: Flask, *words: str):
    environment = {"DELIBERATION_INSTANCE": app.instance_path, "DELIBERATION_SECRET_KEY": SETTINGS["SECRET_KEY"]}
    db.session.remove()
    db.engine.dispose()
    return CliRunner().invoke(cli, list(words), env=environment)


def test_copy_is_whole_private_and_opens(filled, tmp_path):
    file = backups.back_up(tmp_path / "copy.backup")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    copy = sqlite3.connect(file)
    assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert copy.execute("SELECT count(*) FROM annotation").fetchone() == (2,)
    copy.close()
    assert not list(tmp_path.glob("*.part"))


def test_what_was_written_before_it_began_is_in_it_and_nobody_is_refused(filled, tmp_path):
    faults, ended = list[Exception](), threading.Event()

    def write():
        with filled.app_context():
            set_reading(False)
            try:
                while not ended.is_set():
                    builders.make_user()
            except Exception as error:
                faults.append(error)
            finally:
                db.session.remove()

    writer = threading.Thread(target=write)
    writer.start()
    for number in range(5):
        before = db.session.scalar(select(func.count(User.id)))
        db.session.rollback()
        file = backups.back_up(tmp_path / f"{number}.backup")
        copy = sqlite3.connect(file)
        assert copy.execute('SELECT count(*) FROM "user"').fetchone()[0] >= before
        copy.close()
    ended.set()
    writer.join()
    assert faults == []


def test_folder_keeps_the_newest_and_nothing_older_than_a_month(filled, tmp_path):
    folder = tmp_path / "safe"
    folder.mkdir()
    names = []
    for hours in range(5):
        with frozen_at(now().replace(hour=1 + hours)):
            names.append(backups.back_up(folder, keep=3).name)
    assert sorted(path.name for path in folder.iterdir()) == names[2:]
    old = folder / "deliberation-20200101-000000.backup"
    old.write_bytes(b"x")
    os.utime(old, (1, 1))
    backups.back_up(folder)
    assert not old.exists()


def test_restoring_brings_back_what_was_and_keeps_what_is_aside(filled, tmp_path):
    file = backups.back_up(tmp_path / "copy.backup")
    set_reading(False)
    cast_ada = find_user_by_email("ada@example.org")
    builders.annotate(cast_ada, find_declaration("erklaerung"), "2.1", body="Später geschrieben.")
    assert count() == 3
    answer = run(filled, "restore", str(file))
    assert answer.exit_code == 0, answer.output
    assert count() == 2
    [aside] = Path(filled.instance_path).glob("deliberation.sqlite3.before-*[0-9]")
    assert sqlite3.connect(aside).execute("SELECT count(*) FROM annotation").fetchone() == (3,)


def test_older_copy_is_brought_up_to_date(filled, tmp_path):
    schema.migrate_to("0004")
    file = backups.back_up(tmp_path / "old.backup")
    schema.migrate_to("head")
    assert run(filled, "restore", str(file)).exit_code == 0
    assert schema.state() is schema.SchemaState.CURRENT
    assert count() == 2


@pytest.mark.parametrize("kind", ["missing", "text", "cut", "zeroed", "foreign", "newer"])
def test_bad_file_is_refused_and_changes_nothing(filled, tmp_path, kind):
    file = tmp_path / "bad.backup"
    whole = backups.back_up(tmp_path / "good.backup").read_bytes()
    if kind == "text":
        file.write_text("Das ist keine Datenbank.")
    elif kind == "cut":
        file.write_bytes(whole[: len(whole) // 2])
    elif kind == "zeroed":
        file.write_bytes(whole[:8192] + bytes(8192) + whole[16384:])
    elif kind == "foreign":
        sqlite3.connect(file).execute("CREATE TABLE t (x)").connection.commit()
    elif kind == "newer":
        file.write_bytes(whole)
        newer = sqlite3.connect(file)
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
        newer.commit()
        newer.close()
    before = _rows(filled)
    answer = run(filled, "restore", str(file))
    assert answer.exit_code == 1
    assert "Traceback" not in answer.output
    assert _rows(filled) == before


def _rows(app):
    """Everything in the database; its file may be tidied by closing it (WAL)."""
    with closing(sqlite3.connect(Path(app.instance_path) / "deliberation.sqlite3")) as connection:
        names = [name for [name] in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}


def test_running_site_is_not_restored_over(filled, tmp_path):
    from deliberation.jobs import lock_for

    file = backups.back_up(tmp_path / "copy.backup")
    lock = lock_for(filled)
    assert lock.take()
    answer = run(filled, "restore", str(file))
    lock.release()
    assert answer.exit_code == 1
    assert "läuft noch" in answer.output


def test_disk_that_is_full_leaves_no_half_a_copy(filled, tmp_path, monkeypatch):
    def full(_part):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backups, "_copy_file", full)
    answer = run(filled, "backup", str(tmp_path / "copy.backup"))
    assert answer.exit_code == 1
    assert list(tmp_path.glob("copy*")) == []


def test_server_database_goes_into_an_archive_and_back(app, tmp_path):
    if db.engine.dialect.name != "postgresql":
        # The other engine's way is in the tests above.
        assert backups.is_sqlite()
        return
    cast = builders.cast()
    builders.annotate(cast.ada, cast.declaration, sentences=[1])
    cast.ada.confirmed_at = now()
    db.session.commit()
    set_reading(False)
    # News, interests and the index of the search are there, too.
    jobs.pull_due_digests("de")
    jobs.find_words(is_thorough=True)
    before = _everything()
    assert before["harvest"]
    assert before["search_posting"]
    file = backups.back_up(tmp_path / "copy.backup")
    db.session.remove()
    with pytest.raises(BackupRefused, match="not_empty"):
        backups.restore(file)
    with db.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    backups.restore(file)
    assert _everything() == before
    builders.make_user("danach")


def _everything() -> dict[str, list[str]]:
    with db.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(table.select()))) for table in db.metadata.sorted_tables
        }


def test_new_database_file_is_for_its_owner_alone(tmp_path):
    app = create_app({"INSTANCE": str(tmp_path / "fresh"), **SETTINGS})
    with app.app_context():
        schema.bring_up_to_date()
        db.engine.dispose()
    for file in Path(app.instance_path).iterdir():
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file.name
    shutil.rmtree(app.instance_path)
