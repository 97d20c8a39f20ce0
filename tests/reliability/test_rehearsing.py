"""Going back to a backup is tried out before it is needed, and an upgrade leaves a way back."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo

from deliberation import __version__, backups, create_app, jobs, schema
from deliberation.accounts.models import User, find_user_by_email
from deliberation.annotations.models import Annotation
from deliberation.cli import cli, upgrading
from deliberation.clock import now
from deliberation.database import count_rows, db, set_reading
from deliberation.pages.models import FilePart, PageFile
from deliberation.site import runs
from deliberation.site.models import JobRun
from deliberation.sqlite import driver as sqlite3
from tests import builders
from tests.test_migrations import _fresh_postgres

KEY = "a secret that is long enough for the tests"


@pytest.fixture
def site(engine: tuple[str, Path, str], tmp_path: Path) -> Iterator[Flask]:
    """A site of its own with people and texts, on either engine."""
    name, _folder, url = engine
    own = _fresh_postgres(url) if name == "postgresql" else f"sqlite:///{tmp_path / 'site' / 'deliberation.sqlite3'}"
    app = create_app({"INSTANCE": str(tmp_path / "site"), "DATABASE_URL": own, "SECRET_KEY": KEY, "LOG_LEVEL": "ERROR"})
    with app.app_context():
        set_reading(False)
        db.create_all()
        schema.stamp()
        cast = builders.cast()
        builders.annotate(cast.ada, cast.declaration)
        db.session.commit()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def run(site: Flask) -> Callable[..., Result]:
    """Types a command on the machine of the site."""

    def call(*words: Any) -> Result:
        db.session.remove()
        db.engine.dispose()
        result = CliRunner().invoke(cli, [str(word) for word in words], obj=ScriptInfo(create_app=lambda: site))
        set_reading(False)
        return result

    return call


def databases() -> set[str]:
    if backups.is_sqlite():
        return set()
    return set(db.session.scalars(sa.text("SELECT datname FROM pg_database")))


def test_newest_backup_of_a_folder_is_tried_and_the_site_stays_as_it_is(
    site: Flask, run: Callable[..., Result], tmp_path: Path
) -> None:
    folder = tmp_path / "safe"
    folder.mkdir()
    (folder / "deliberation-20200101-000000.backup").write_text("damaged")
    assert run("backup", folder).exit_code == 0
    builders.make_user("danach")
    db.session.commit()
    people, before, files = count_rows(User.id), databases(), sorted(Path(site.instance_path).iterdir())
    result = run("restore", "--rehearse", folder)
    assert result.exit_code == 0, result.output
    assert f"Konten: {people - 1}\n" in result.output
    assert "Anmerkungen: 1\n" in result.output
    assert "lässt sich zurückspielen" in result.output
    assert (count_rows(User.id), databases()) == (people, before)
    assert sorted(Path(site.instance_path).iterdir()) == files
    assert runs.REHEARSAL in runs.load_runs()


def test_damaged_backup_fails_the_rehearsal(run: Callable[..., Result], tmp_path: Path) -> None:
    before = databases()
    for content in (b"", b"Das ist keine Sicherung.", b"PK\x03\x04" + bytes(400)):
        (tmp_path / "bad.backup").write_bytes(content)
        result = run("restore", "--rehearse", tmp_path / "bad.backup")
        assert result.exit_code == 1
        assert "beschädigt" in result.stderr
    result = run("restore", "--rehearse", tmp_path / "empty")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert databases() == before
    assert runs.REHEARSAL not in runs.load_runs()


def test_backup_that_belongs_to_another_key_fails_the_rehearsal(
    site: Flask, run: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("backup", tmp_path / "one.backup").exit_code == 0
    monkeypatch.setitem(site.config, "ADDRESS_KEY", "another secret that is long enough, too")
    result = run("restore", "--rehearse", tmp_path / "one.backup")
    assert result.exit_code == 1
    assert "!!  Schlüssel der Adressen" in result.output


def test_files_of_pages_come_back_from_a_backup(site: Flask, run: Callable[..., Result], tmp_path: Path) -> None:
    """Bytes are in no other table; an archive of a server has to carry them."""
    table, content = FilePart.__table__, bytes(range(256)) * 40
    picture = PageFile(name="bild.png", kind="image/png", size=len(content), digest="0" * 64)
    db.session.add(picture)
    db.session.flush()
    db.session.add(FilePart(file_id=picture.id, number=1, content=content))
    db.session.commit()
    file = backups.back_up(tmp_path / "one.backup")
    with db.engine.begin() as connection:
        connection.execute(table.delete())
    if not backups.is_sqlite():
        _empty()
    backups.restore(file)
    assert [bytes(part) for part in db.session.scalars(sa.select(table.c.content))] == [content]


def _empty() -> None:
    db.session.remove()
    with db.engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))


def test_backup_of_an_earlier_release_comes_back_and_is_brought_up_to_date(
    site: Flask, run: Callable[..., Result], tmp_path: Path
) -> None:
    schema.migrate_to("0020")
    file = backups.back_up(tmp_path / "old.backup")
    schema.migrate_to("head")
    result = run("restore", "--rehearse", file)
    assert result.exit_code == 0, result.output
    if not backups.is_sqlite():
        _empty()
    result = run("restore", file)
    assert result.exit_code == 0, result.output
    assert schema.state() is schema.SchemaState.CURRENT
    assert count_rows(Annotation.number) == 1
    ada = find_user_by_email("ada@example.org")
    assert ada is not None
    assert abs((now() - ada.created_at).total_seconds()) < 3600


def test_upgrade_over_many_releases_copies_first_and_tells_each_step(site: Flask, run: Callable[..., Result]) -> None:
    schema.migrate_to("0024")
    result = run("db", "upgrade")
    assert result.exit_code == 0, result.output
    assert [f"Stand {number}" in result.output for number in ("0024", "0025", "0029", "0030")] == [False, True, True, True]
    [copy] = (Path(site.instance_path) / upgrading.FOLDER).iterdir()
    assert str(copy) in result.output
    assert copy.stat().st_mode & 0o077 == 0
    again = run("db", "upgrade")
    assert "Gesichert" not in again.output
    assert len(list(copy.parent.iterdir())) == 1
    # What was copied is the state before.
    if backups.is_sqlite():
        old = sqlite3.connect(copy)
        assert old.execute("SELECT version_num FROM alembic_version").fetchone() == ("0024",)
        old.close()


def test_upgrade_without_a_copy_is_possible_and_an_empty_database_needs_none(
    site: Flask, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    schema.migrate_to("0028")
    assert "Gesichert" not in run("db", "upgrade", "--no-backup").output
    schema.migrate_to("0028")

    def full(*_what: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backups, "back_up", full)
    result = run("db", "upgrade")
    assert (result.exit_code, schema.revision()) == (1, "0028")
    assert "--no-backup" in result.stderr
    db.session.execute(sa.text("DELETE FROM annotation"))
    schema.migrate_to("base")
    assert run("db", "upgrade").exit_code == 0


def test_copies_from_before_an_upgrade_go_after_a_month(site: Flask) -> None:
    folder = Path(site.instance_path) / upgrading.FOLDER
    folder.mkdir()
    old, young = (folder / f"deliberation-2026010{day}-000000.backup" for day in (1, 2))
    for file, days in ((old, 31), (young, 29)):
        file.write_text("x")
        at = time.time() - days * 86400
        os.utime(file, (at, at))
    worker = jobs.Jobs(site)
    worker._forget()
    assert list(folder.iterdir()) == [young]


def test_database_says_which_release_it_needs(site: Flask, run: Callable[..., Result]) -> None:
    assert run("db", "upgrade").exit_code == 0
    assert runs.find_release() == __version__
    db.session.execute(sa.update(JobRun).where(JobRun.name == runs.RELEASE).values(detail="7.3.0"))
    db.session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    db.session.commit()
    for words in ("serve --port 0", "db upgrade", "jobs run-once", "user create x@example.org --pseudonym Eiche"):
        result = run(*words.split())
        assert result.exit_code == 1
        assert f"Gebraucht wird 7.3.0, installiert ist {__version__}." in result.stderr, words


def test_version_is_told() -> None:
    result = CliRunner().invoke(cli, ["--version"])
    assert result.output == f"deliberation {__version__} (Tabellen: Stand {schema.known_revisions()[-1]})\n"
