"""P01: people with traces everywhere leave a real server while readers read; then every file is searched byte by byte."""

import threading
import time
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

from sqlalchemy import text

from benchmarks.assurance import Measured
from benchmarks.assurance.live import ENGINES, live
from deliberation.database import db
from deliberation.sqlite import driver as sqlite3
from tests import builders
from tests.privacy import scene
from tests.privacy.disguises import hits
from tests.security import stage
from tests.serving.site import Browser

LONGEST = 60.0
OTHERS = 60
PRIVATE = ("ENTWURF", "NOTIZ", "VERBORGEN", "STELLE", "NACHRICHT")
PUBLIC = ("TEXT", "FRÜHER", "WORTLAUT", "ANTWORT", "HALTUNG")


def measure() -> list[Measured]:
    return [_on(engine, parting) for engine in ENGINES for parting in ("kept", "taken")]


def _on(engine: str, parting: str) -> Measured:
    with live(engine) as here:
        cast = builders.cast()
        story = scene.build(cast, here.app.config["SECRET_KEY"])
        for number in range(OTHERS):
            said = f"Beitrag {number}: {scene.NAME} hat recht. " + "Wort " * (number * 9)
            builders.annotate(cast.ben, cast.declaration, "3.1", said)
        number, cookie = story.own.number, stage.sign_in(here.app, story.karla)
        gone = [scene.ADDRESS, scene.NAME, *(f"KANARIE-{word}" for word in PRIVATE)]
        gone += [f"KANARIE-{word}" for word in PUBLIC] if parting == "taken" else []
        site, folders = here.serve(LOG_LEVEL="DEBUG"), _folders(here.app)
        before = len(hits(folders, gone))
        ended = threading.Event()
        readers = [threading.Thread(target=_read, args=(site.port, number, ended)) for _n in range(4)]
        held = sqlite3.connect(folders[0] / "test.sqlite3") if engine == "sqlite" else None
        for reader in readers:
            reader.start()
        browser = Browser(site.port, cookie)
        token = browser.token("/me/leave")
        answer = browser.post("/me/leave", {"csrf_token": token, "parting": parting})
        begun, found = time.monotonic(), ["not yet"]
        while found and time.monotonic() - begun < LONGEST:
            time.sleep(1)
            _settle()
            found = hits(folders, gone)
        seconds = time.monotonic() - begun
        ended.set()
        for reader in readers:
            reader.join()
        if held:
            held.close()
        page = Browser(site.port).get(f"/a/{number}").text
    is_readable = "kennt den Dienst" in page
    words = (
        f"{engine}, {parting}: {before} places before, {len(found)} after {seconds:.0f} s in 20 disguises, four readers reading; "
        f"answers of others readable: {is_readable}"
    )
    return Measured("P01", words, answer.location.endswith("/left") and not found and before > 20 and is_readable)


def _folders(app: Any) -> list[Path]:
    folders = [Path(app.instance_path)]
    if db.engine.dialect.name == "postgresql":
        place = db.session.scalar(text("SELECT setting FROM pg_settings WHERE name = 'data_directory'"))
        folders.append(Path(str(place)) / "base")
        db.session.commit()
        _settle()
    return folders


def _settle() -> None:
    """Let PostgreSQL write its pages, so that they can be looked at from outside."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CHECKPOINT"))


def _read(port: int, number: int, ended: threading.Event) -> None:
    while not ended.is_set():
        with suppress(OSError, HTTPException):
            Browser(port).get(f"/a/{number}")
        time.sleep(0.05)
