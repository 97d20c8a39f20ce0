"""An edition happens completely or not at all, whatever happens to the process that publishes it."""

import signal
import subprocess
import sys
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


def publish_in_a_process(engine, point: str) -> "subprocess.CompletedProcess[str]":
    _name, folder, url = engine
    db.session.commit()
    command = [sys.executable, "-m", "tests.editions.publisher", str(folder), url, point]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_a_crash_in_the_middle_leaves_the_old_edition_and_nothing_else(cast, engine):
    for number in range(1, 4):
        builders.annotate(cast.ada, cast.declaration, "3.1", body=f"Beitrag {number}.", sentences=[1])
    before = scene.text(cast.declaration)
    for point in ("1", "4", "9", "commit"):
        killed = publish_in_a_process(engine, point)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert current_edition(cast.declaration).number == 1
        assert scene.text(cast.declaration) == before
        assert db.session.scalar(select(func.count()).select_from(Anchor)) == 0
        if engine[0] == "sqlite":
            assert db.session.scalar(text("PRAGMA integrity_check")) == "ok"
            assert not db.session.execute(text("PRAGMA foreign_key_check")).all()
    done = publish_in_a_process(engine, "never")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 9, "the points above must lie on the way"
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
