"""An edition happens completely or not at all, whatever happens to the process that publishes it."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from deliberation.annotations.models import Anchor
from deliberation.database import db, set_reading
from deliberation.declarations.models import current_edition, find_declaration
from deliberation.editions.publishing import publish_edition
from deliberation.editions.reanchoring import plan_edition
from deliberation.permissions import Operator
from tests import builders
from tests.editions import scene

ROOT = Path(__file__).parents[2]


@contextmanager
def publisher(engine) -> Iterator[Callable[[str], list[int]]]:
    """Call with a point: what the process that published up to there answered."""
    _name, folder, url = engine
    command = [sys.executable, "-m", "tests.editions.publisher", str(folder), url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as process:
        # A process that hangs must not hang the tests.
        limit = threading.Timer(120, process.kill)
        limit.start()

        def ask(point: str) -> list[int]:
            db.session.commit()
            process.stdin.write(f"{point}\n")
            process.stdin.flush()
            return [int(word) for word in process.stdout.readline().split()]

        try:
            yield ask
        finally:
            limit.cancel()
            process.stdin.close()


def test_a_crash_in_the_middle_leaves_the_old_edition_and_nothing_else(cast, engine):
    for number in range(1, 4):
        builders.annotate(cast.ada, cast.declaration, "3.1", body=f"Beitrag {number}.", sentences=[1])
    before = scene.text(cast.declaration)
    with publisher(engine) as publish:
        for point in ("1", "4", "9", "commit"):
            assert publish(point) == [-signal.SIGKILL]
            assert current_edition(cast.declaration).number == 1
            assert scene.text(cast.declaration) == before
            assert db.session.scalar(select(func.count()).select_from(Anchor)) == 0
            if engine[0] == "sqlite":
                assert db.session.scalar(text("PRAGMA integrity_check")) == "ok"
                assert not db.session.execute(text("PRAGMA foreign_key_check")).all()
        written, code = publish("never")
    assert code == 0
    assert written > 9, "the points above must lie on the way"
    db.session.expire_all()
    assert current_edition(cast.declaration).number == 2
    assert db.session.scalar(select(func.count()).select_from(Anchor)) == 3
    assert scene.paragraph(scene.text(cast.declaration), "3.1").sentences == ("Ganz anders.",)


def test_readers_see_the_old_text_until_the_new_one_is_there(cast, app):
    """While an edition is written and not committed, a page is answered at once from the one in force."""

    def read() -> str:
        with app.app_context():
            return FlaskClient(app).get("/d/erklaerung/3").get_data(as_text=True)

    new = scene.reworded(scene.text(cast.declaration), "3.1", "Ganz anders.")
    db.session.commit()
    with app.app_context():
        set_reading(False)
        declaration = find_declaration("erklaerung")
        publish_edition(Operator(), declaration, plan_edition(declaration, new), "Darum.")
        meanwhile = read()
        db.session.commit()
        db.session.remove()
    assert "Eine Inobhutnahme ist keine Dienstleistung." in meanwhile
    assert "Fassung 1" in meanwhile
    assert "Ganz anders." in read()
