"""What holds on each machine where there are several: its own list of erasures, its own leftovers, files of all."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError, PendingRollbackError

from deliberation.annotations.positions import change_phase
from deliberation.clock import frozen_at, now
from deliberation.connecting import may_pass
from deliberation.database import db
from deliberation.jobs.archiving import keep_snapshots
from deliberation.jobs.housekeeping import EVERY, Housekeeping
from deliberation.permissions import Operator, Phase
from deliberation.privacy.erased import list_path
from deliberation.privacy.leaving import erase
from deliberation.results.archive.snapshots import ENDING, FOLDER
from deliberation.results.export_jobs import Folder
from deliberation.results.models import KeptPart
from tests.builders import Cast


@pytest.fixture
def housekeeping(app: Flask) -> Iterator[Housekeeping]:
    list_path().unlink(missing_ok=True)
    made = Housekeeping(app)
    with frozen_at(now() + EVERY):
        yield made
    made.stop()
    list_path().unlink(missing_ok=True)


def test_machine_that_does_no_jobs_knows_who_was_erased(cast: Cast, housekeeping: Housekeeping) -> None:
    key = cast.ada.key
    erase(Operator(), cast.ada)
    db.session.commit()
    housekeeping.look()
    housekeeping.look()
    assert [json.loads(line)["user"] for line in list_path().read_text().splitlines()] == [key]


def test_one_process_of_a_machine_is_enough(app: Flask, cast: Cast, housekeeping: Housekeeping) -> None:
    housekeeping.look()
    other = Housekeeping(app)
    erase(Operator(), cast.ada)
    db.session.commit()
    with frozen_at(now() + EVERY):
        other.look()
    assert not list_path().exists()


def test_file_that_a_killed_process_left_half_made_goes_from_its_machine(app: Flask, housekeeping: Housekeeping) -> None:
    part = Folder.of(app.instance_path).part("k" * 22, 1)
    part.write_text("angefangen")
    housekeeping.look()
    assert not part.exists()


def test_snapshot_of_a_site_that_moved_to_a_server_is_handed_out_by_every_machine(
    app: Flask, cast: Cast, client: FlaskClient
) -> None:
    change_phase(cast.otto, cast.declaration, Phase.CLOSED)
    db.session.commit()
    keep_snapshots(app)
    content = client.get("/d/erklaerung/archive/1.zip").data
    if db.engine.dialect.name != "postgresql":
        assert not db.session.scalars(select(KeptPart)).all()
        return
    # As it was on the one machine before.
    [part] = db.session.scalars(select(KeptPart))
    folder = Path(app.instance_path) / FOLDER
    folder.mkdir(exist_ok=True)
    left = folder / f"{part.key}{ENDING}"
    left.write_bytes(part.content)
    db.session.delete(part)
    db.session.commit()
    assert client.get("/d/erklaerung/archive/1.zip").data == content
    keep_snapshots(app)
    assert not left.exists()
    assert client.get("/d/erklaerung/archive/1.zip").data == content


def test_machine_that_has_another_version_of_the_style_answers_with_its_own(client: FlaskClient) -> None:
    answer = client.get("/assets/app-0123456789ab.css")
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (200, "text/css", "no-store")
    assert client.get("/assets/app-0123456789ab.exe").status_code == 404


def test_connection_that_was_lost_while_nobody_looked_is_no_fault_of_ours(app: Flask) -> None:
    if db.engine.dialect.name != "postgresql":
        # A file has no connection that somebody else could cut.
        return
    own = db.session.scalar(text("SELECT pg_backend_pid()"))
    with db.engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:own)"), {"own": own})
    # As the limiter does: whatever happens while it counts, people are let in.
    with suppress(OperationalError):
        db.session.execute(text("SELECT 1"))
    with pytest.raises(PendingRollbackError) as lost:
        db.session.execute(text("SELECT 1"))
    assert may_pass(lost.value)
    db.session.rollback()
    assert db.session.scalar(text("SELECT 1")) == 1
