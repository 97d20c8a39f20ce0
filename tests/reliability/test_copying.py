"""A filled site moves to another database and back, row for row; whatever comes in between, nothing is lost or half there."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from flask import Flask

from deliberation import copying, create_app, database, jobs, schema
from deliberation.accounts.models import find_user_by_email
from deliberation.connecting import engine_options
from deliberation.database import MADE_ANEW, db, set_reading
from deliberation.declarations.models import find_declaration
from deliberation.jobs import FileLock, ServerLock
from deliberation.site.runs import BACKUP, note_run
from deliberation.sqlite import driver as sqlite3
from tests import builders
from tests.security import stage
from tests.serving.site import PATIENCE, PROGRAM

SETTINGS = {"SECRET_KEY": "a secret that is long enough for the tests", "LOG_LEVEL": "ERROR"}
ENVIRONMENT = {f"DELIBERATION_{name}": value for name, value in SETTINGS.items()}
MANY = 200_000


@pytest.fixture(scope="module")
def stage_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with something in nearly every table."""
    folder = tmp_path_factory.mktemp("stage")
    app = create_app({"INSTANCE": str(folder), "BASE_URL": "http://localhost", "RATELIMIT_ENABLED": False, **SETTINGS})
    app.config.update(PASSWORD_COST="cheap")
    with app.app_context():
        schema.bring_up_to_date()
        set_reading(False)
        stage.build(app)
        jobs.find_words(is_thorough=True)
        jobs.pull_due_digests("de")
        jobs.compute_groups()
        jobs.compute_fields()
        note_run(BACKUP)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return folder / "deliberation.sqlite3"


class Site:
    """A site on this file, and what can be typed on its machine."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "deliberation.sqlite3"
        self._apps: dict[str, Flask] = {}

    @contextmanager
    def living(self, url: str = "") -> Iterator[Flask]:
        """On its own database, or on another one."""
        if url not in self._apps:
            settings = {"INSTANCE": str(self.folder), "DATABASE_URL": url, "RATELIMIT_ENABLED": False, **SETTINGS}
            self._apps[url] = create_app(settings)
        with self._apps[url].app_context():
            set_reading(False)
            try:
                yield self._apps[url]
            finally:
                set_reading(True)
                db.session.remove()
                db.engine.dispose()

    def run(self, *words: str, url: str = "") -> Any:
        with self.living(url) as app:
            return app.test_cli_runner().invoke(args=words)

    def copy(self, to: str, url: str = "") -> str:
        """What was said; it has to go well."""
        done = self.run("db", "copy", "--to", to, url=url)
        assert done.exit_code == 0, done.output
        return str(done.stdout)

    def refused(self, *words: str, url: str = "") -> str:
        done = self.run(*words, url=url)
        assert done.exit_code == 1, done.output
        [line] = done.stderr.strip().splitlines()
        assert line.startswith("Fehler: ")
        return str(line)

    def change(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.file)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()


@pytest.fixture
def site(stage_file: Path, tmp_path: Path) -> Site:
    return _site_on(stage_file, tmp_path / "site")


def _site_on(file: Path, folder: Path) -> Site:
    site = Site(folder)
    folder.mkdir()
    shutil.copy(file, site.file)
    return site


@pytest.fixture
def target(engine: tuple[str, Path, str], tmp_path: Path) -> str:
    """The address of an empty database on each engine."""
    name, _folder, url = engine
    return _fresh_server(url, "copied") if name == "postgresql" else address_of(tmp_path / "target.sqlite3")


@pytest.fixture(scope="module")
def moved(engine: tuple[str, Path, str], stage_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, str]:
    """A site that has moved, and where to; for tests that leave it as it is."""
    name, _folder, url = engine
    folder = tmp_path_factory.mktemp("moved")
    site = _site_on(stage_file, folder / "site")
    target = _fresh_server(url, "moved") if name == "postgresql" else address_of(folder / "target.sqlite3")
    site.copy(target)
    return site, target


def _fresh_server(url: str, name: str) -> str:
    address = sa.make_url(url.replace("postgresql://", "postgresql+psycopg://"))
    server = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    server.dispose()
    return address.set(database=name).render_as_string(hide_password=False)


@contextmanager
def opened(url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(url, **engine_options(url))
    try:
        yield engine
    finally:
        engine.dispose()


def rows(url: str) -> dict[str, list[str]]:
    with opened(url) as engine, engine.connect() as connection:
        return {table.name: sorted(map(repr, connection.execute(table.select()))) for table in db.metadata.sorted_tables}


def _tables(url: str) -> list[str]:
    with opened(url) as engine:
        return sa.inspect(engine).get_table_names()


def cells(file: Path) -> dict[str, list[str]]:
    """What really stands in a file: the text of JSON to the letter, nothing and the word null told apart."""
    with closing(sqlite3.connect(file)) as connection:
        names = [table.name for table in db.metadata.sorted_tables]
        return {name: sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"'))) for name in names}


def address_of(file: Path) -> str:
    return f"sqlite:///{file}"


def test_site_goes_to_another_database_and_back_row_for_row(site: Site, target: str, tmp_path: Path) -> None:
    before = cells(site.file)
    assert sum(bool(found) for found in before.values()) > 65
    said = site.copy(target)
    moved = [table.name for table in db.metadata.sorted_tables if MADE_ANEW not in table.info]
    assert f"{sum(len(before[name]) for name in moved)} Zeilen in {len(moved)} Tabellen" in said
    assert "DELIBERATION_DATABASE_URL=" in said
    assert str(site.folder) in said
    assert rows(target) == rows(address_of(site.file))
    back = tmp_path / "back.sqlite3"
    site.copy(address_of(back), url=target)
    assert cells(back) == before == cells(site.file)
    assert back.stat().st_mode & 0o077 == 0
    # Nothing is left beside it.
    assert [path.name for path in tmp_path.glob("back*")] == ["back.sqlite3"]


def test_tables_of_the_copy_are_those_of_a_new_site_and_watched_as_well(moved: tuple[Site, str]) -> None:
    site, target = moved
    with site.living(target):
        assert schema.state() is schema.SchemaState.CURRENT
        command.check(schema.alembic_config())
        # That has switched foreign keys off.
        db.engine.dispose()
        inspector = sa.inspect(db.engine)
        assert not inspector.has_table("copy_progress")
        keys = sum(len(inspector.get_foreign_keys(name)) for name in inspector.get_table_names())
        assert keys == sum(len(table.foreign_key_constraints) for table in db.metadata.sorted_tables)
        with pytest.raises(sa.exc.IntegrityError), db.engine.begin() as connection:
            connection.execute(sa.text("UPDATE annotation SET thesis_id = 4711"))


def test_numbers_go_on_where_they_were_and_none_is_given_twice(site: Site, target: str, tmp_path: Path) -> None:
    # The last ones were deleted: people still have their links.
    site.change("UPDATE sqlite_sequence SET seq = 500 WHERE name = 'annotation'")
    site.copy(target)

    def write() -> int:
        declaration, ada = find_declaration("erklaerung"), find_user_by_email("ada@example.org")
        assert declaration is not None
        assert ada is not None
        number = builders.annotate(ada, declaration, "1.1", "Nach dem Umzug.").number
        builders.make_user()
        db.session.commit()
        return number

    with site.living(target):
        assert write() == 501
        db.session.execute(sa.text("DELETE FROM log_entry WHERE annotation_id = 501"))
        db.session.execute(sa.text("DELETE FROM annotation WHERE id = 501"))
        db.session.commit()
    back = address_of(tmp_path / "back.sqlite3")
    site.copy(back, url=target)
    with site.living(back):
        assert write() == 502


def _start(site: Site, target: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **ENVIRONMENT, "DELIBERATION_INSTANCE": str(site.folder)}
    line = [*PROGRAM, "db", "copy", "--to", target]
    return subprocess.Popen(line, env=environment, stderr=subprocess.PIPE, preexec_fn=_hear_ctrl_c)


def _hear_ctrl_c() -> None:
    """What a shell starts in the background is deaf to it, and so would be all that the tests start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _wait_for_half(target: str, table: str, more_than: int = 0) -> int:
    """Until some rows of this table have arrived, and others have not; how many."""
    deadline = time.monotonic() + 5 * PATIENCE
    # One for all looks: on a busy machine the rest arrives while another is made.
    with opened(target) as engine:
        while time.monotonic() < deadline:
            found = _look_for_half(engine, table)
            if found and found[0] > more_than:
                assert not found[1], "it was too fast"
                return int(found[0])
            time.sleep(0.01)
    raise AssertionError("nothing arrived")


def _look_for_half(engine: sa.Engine, table: str) -> Any:
    """How many rows have arrived and whether these are all; None before there is anything to look into."""
    try:
        if engine.dialect.name == "sqlite":
            file = Path(f"{engine.url.database}.{schema.HALF_COPY}")
            with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
                return connection.execute("SELECT copied, is_done FROM copy_progress WHERE name = ?", [table]).fetchone()
        with engine.connect() as server:
            query = f"SELECT copied, is_done FROM {schema.HALF_COPY}.copy_progress WHERE name = '{table}'"
            return server.execute(sa.text(query)).one_or_none()
    except (sqlite3.Error, sa.exc.DBAPIError):
        return None


def test_copy_that_was_killed_serves_nobody_and_goes_on_where_it_stopped(site: Site, target: str) -> None:
    site.change(
        "INSERT INTO log_entry (declaration_id, act, before, after, rule, at) WITH RECURSIVE n(i) AS"
        f" (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})"
        " SELECT declaration_id, act, before, after, rule, at FROM n, (SELECT * FROM log_entry LIMIT 1)"
    )
    with _start(site, target) as process:
        arrived = _wait_for_half(target, "log_entry")
        process.send_signal(signal.SIGINT)
        _nothing, said = process.communicate()
    assert said.decode().strip() == "Unterbrochen. Derselbe Befehl setzt die Kopie fort."
    assert process.returncode == 130
    with _start(site, target) as process:
        _wait_for_half(target, "log_entry", arrived)
        process.kill()
        process.communicate()
    # Whoever opens the new address finds nothing at all, and is not led to begin a second site there.
    for line in ("serve --port 0", "jobs run-once", "phase erklaerung voting", "db upgrade"):
        assert "deliberation db copy" in site.refused(*line.split(), url=target)
    assert _tables(target) == []
    # The old site was used again meanwhile.
    site.change(
        "UPDATE declaration SET title = 'Inzwischen anders' WHERE slug = 'zweite'",
        "DELETE FROM log_entry WHERE id IN (SELECT id FROM log_entry WHERE annotation_id IS NULL ORDER BY id DESC LIMIT 3)",
    )
    words = site.copy(target)
    assert "fortgesetzt" in words
    assert "declaration" in words.partition("neu kopiert: ")[2].splitlines()[0]
    assert rows(target) == rows(address_of(site.file))


def test_interrupted_copy_of_an_older_release_begins_anew(
    site: Site, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(copying._Run, "compare", _break_off)
        assert "Derselbe Befehl setzt sie fort" in site.refused("db", "copy", "--to", target)
    with monkeypatch.context() as older:
        older.setattr(copying.staging.Staging, "_fits", lambda _self: False)
        assert "fortgesetzt" not in site.copy(target)
    assert rows(target) == rows(address_of(site.file))


def _break_off(_run: Any) -> None:
    raise sa.exc.OperationalError("", {}, Exception("server closed the connection unexpectedly\nmore"))


def test_target_that_holds_something_is_left_alone(moved: tuple[Site, str], target: str) -> None:
    site, full = moved
    before = rows(full)
    assert "steht schon etwas" in site.refused("db", "copy", "--to", full)
    assert rows(full) == before
    with opened(target) as engine, engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE kunden (name TEXT)"))
    assert "steht schon etwas" in site.refused("db", "copy", "--to", target)
    assert _tables(target) == ["kunden"]


def test_file_that_is_no_database_is_left_alone(site: Site, tmp_path: Path) -> None:
    letter = tmp_path / "brief.txt"
    letter.write_text("Liebe Leute")
    assert "steht schon etwas" in site.refused("db", "copy", "--to", address_of(letter))
    assert letter.read_text() == "Liebe Leute"
    # What a vanished database left behind would be played into the new one.
    (tmp_path / "weg.sqlite3-journal").write_bytes(b"x" * 512)
    assert "steht schon etwas" in site.refused("db", "copy", "--to", address_of(tmp_path / "weg.sqlite3"))


def test_running_site_is_not_copied(moved: tuple[Site, str], tmp_path: Path) -> None:
    site, target = moved
    back = address_of(tmp_path / "back.sqlite3")
    lock = FileLock(site.folder)
    assert lock.take()
    assert "läuft noch" in site.refused("db", "copy", "--to", back)
    lock.release()
    with opened(target) as engine:
        there = ServerLock(engine) if engine.dialect.name == "postgresql" else FileLock(site.folder.parent)
        assert there.take()
        assert "läuft noch" in site.refused("db", "copy", "--from", target, "--to", back)
        there.release()
    assert list(tmp_path.iterdir()) == []


def test_somebody_in_the_middle_of_writing_is_noticed(
    moved: tuple[Site, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, target = moved
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 50)
    monkeypatch.setattr(copying, "LOCK_SECONDS", 1)
    back = address_of(tmp_path / "back.sqlite3")
    with opened(target) as engine, engine.begin() as connection:
        connection.execute(sa.text("UPDATE declaration SET title = 'Anders'"))
        assert "läuft noch" in site.refused("db", "copy", "--to", back, url=target)
        connection.rollback()


def _write_elsewhere(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL lock_timeout = 10")
        connection.exec_driver_sql("UPDATE declaration SET title = 'Anders'")


def test_nobody_can_write_what_the_copy_would_not_have(
    moved: tuple[Site, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 10)
    site, target = moved
    shown = list[tuple[int, int]]()
    with site.living(target), opened(target) as other:

        def watch(done: int, total: int) -> None:
            shown.append((done, total))
            if len(shown) in (1, 50):
                with pytest.raises(sa.exc.OperationalError):
                    _write_elsewhere(other)

        copying.copy(db.engine, copying.staging_at(address_of(tmp_path / "back.sqlite3")), watch)
    # And who watches sees it go forward, to the end.
    assert len(shown) > 50
    assert shown == sorted(shown)
    assert {total for _done, total in shown} == {shown[-1][0]}


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "keine Adresse"),
        ("mysql://ada:geheim@rechner/db", "keine Adresse"),
        ("postgresql://ada:geheim@rechner:tor/db", "keine Adresse"),
        ("sqlite:///", "keine Adresse"),
        ("sqlite:////nirgends/da/site.sqlite3", "nirgends"),
        ("postgresql://ada:geheim@127.0.0.1:1/db", "Ziel-Datenbank antwortet nicht"),
        ("postgresql://ada:geheim@127.0.0.1:1/db?unsinn=1", "Ziel-Datenbank antwortet nicht"),
    ],
)
@pytest.mark.any_engine
def test_address_that_leads_nowhere_is_told_in_one_line_without_its_password(
    site: Site, engine: Any, address: str, words: str
) -> None:
    line = site.refused("db", "copy", "--to", address)
    assert words in line
    assert "geheim" not in line


@pytest.mark.any_engine
def test_source_has_to_be_there_and_of_this_release(site: Site, engine: Any, tmp_path: Path) -> None:
    new = address_of(tmp_path / "new.sqlite3")
    nowhere = tmp_path / "nowhere.sqlite3"
    assert "noch keine Datenbank" in site.refused("db", "copy", "--from", address_of(nowhere), "--to", new)
    assert not nowhere.exists()
    older = Site(tmp_path / "older")
    older.folder.mkdir()
    assert older.run("db", "upgrade", schema.known_revisions()[-2]).exit_code == 0
    assert "deliberation db upgrade" in older.refused("db", "copy", "--to", new)
    older.change("UPDATE alembic_version SET version_num = '9999'")
    assert "neueren Fassung" in older.refused("db", "copy", "--to", new)
    done = older.run("db", "copy", "--from", address_of(site.file), "--to", new)
    assert done.exit_code == 0, done.output
    assert cells(tmp_path / "new.sqlite3") == cells(site.file)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("title = 'vorn' || char(0) || 'hinten'", "declaration (id=2): title"),
        ("slug = replace(hex(zeroblob(400)), '00', 'vorn')", "declaration (id=2): slug"),
    ],
)
def test_what_the_other_engine_does_not_take_is_named_by_its_place(site: Site, target: str, change: str, place: str) -> None:
    site.change(f"UPDATE declaration SET {change} WHERE slug = 'zweite'")
    if target.startswith("sqlite"):
        site.copy(target)
        return
    line = site.refused("db", "copy", "--to", target)
    assert place in line
    assert "vorn" not in line
    site.change("UPDATE declaration SET slug = 'zweite', title = 'Geheilt' WHERE id = 2")
    assert "fortgesetzt" in site.copy(target)


def test_rows_that_refer_to_nothing_are_named_and_nothing_is_put_in_place(site: Site, target: str) -> None:
    site.change("PRAGMA foreign_keys=OFF", "UPDATE stance SET thesis_id = 4711")
    assert "stance" in site.refused("db", "copy", "--to", target)
    assert _tables(target) == []
